/* SPDX-License-Identifier: MIT */
/* Runs a draft in a process of its own and looks at what it said and left. */
#include "tests/bad_input/draft.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_CPU_S 5
#define HANGS_AFTER_S 60 /* without using the CPU, however busy the system is */
#define SAID_MAX ((size_t)1 << 16)

static const char *const sanitizer_words[] = { "Sanitizer", "runtime error:", "Assertion",
					       "SUMMARY:" };
/* One of them tells what would have been right, or what to do. */
static const char *const expectations[] = {
	"expected", "want",    "give ",           "see ",      "--help",
	"name ",    "one ",    "only ",           "must",      "known",
	"build",    "make ",   "cannot ",         "no such",   "No such",
	"known",    "is a ",   "unknown",         "up to",     "at most",
	"at least", "exports", "Too many levels", "there are", "there is nothing"
};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* Of names, kinds and sizes below a folder. */
static uint64_t hash_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	uint64_t sum = 0;

	while (folder && (entry = readdir(folder))) {
		char below[4096];
		struct stat status;
		uint64_t hash = 0xcbf29ce484222325u;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (lstat(below, &status))
			continue;
		for (const char *c = entry->d_name; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
		hash = (hash ^ status.st_mode) * 0x100000001b3u;
		sum += S_ISDIR(status.st_mode) ? hash ^ hash_folder(below)
					       : (hash ^ (uint64_t)status.st_size) * 0x100000001b3u;
	}
	if (folder)
		closedir(folder);
	return sum;
}

static _Noreturn void become(const struct draft *draft, const char *buddy, int said)
{
	const struct rlimit cpu = { MAX_CPU_S + 1, MAX_CPU_S + 1 }, core = { 0, 0 };
	char *arguments[DRAFT_MAX_ARGUMENTS + 2] = { (char *)(uintptr_t) "buddy" };
	int in = open(draft->input[0] ? draft->input : "/dev/null", O_RDONLY);

	for (uint32_t i = 0; i < draft->nr_arguments; i++)
		arguments[i + 1] = (char *)(uintptr_t)draft->arguments[i];
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	signal(SIGALRM, SIG_DFL);
	alarm(HANGS_AFTER_S);
	if (in < 0 || chdir(draft->folder) || dup2(in, 0) < 0 || dup2(said, 1) < 0 ||
	    dup2(said, 2) < 0)
		_exit(126);
	execv(buddy, arguments);
	_exit(127);
}

/* Its wait status; used_s: seconds of the CPU. */
static int run(const struct draft *draft, const char *buddy, int said, double *used_s)
{
	struct rusage usage;
	int status = -1;
	pid_t child = fork();

	if (!child)
		become(draft, buddy, said);
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return -1;
	*used_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	return status;
}

/* ---- what was said ---- */

/* A line that names the place and says what would be right. */
static bool tells(const char *said, const char *place)
{
	for (const char *at = said; (at = strstr(at, place)); at++) {
		const char *start = at, *end = strchr(at, '\n');
		char line[4096];

		while (start > said && start[-1] != '\n')
			start--;
		snprintf(line, sizeof(line), "%.*s",
			 (int)(end ? end - start : (ptrdiff_t)strlen(start)), start);
		for (size_t i = 0; i < NR(expectations); i++)
			if (strstr(line, expectations[i]))
				return true;
	}
	return false;
}

static bool said_well(const struct draft *draft, const char *said, char *problem, size_t size)
{
	for (size_t i = 0; i < NR(sanitizer_words); i++)
		if (strstr(said, sanitizer_words[i])) {
			snprintf(problem, size, "'%s' was said", sanitizer_words[i]);
			return false;
		}
	for (uint32_t i = 0; i < draft->nr_places; i++)
		if (!tells(said, draft->places[i])) {
			snprintf(problem, size, "no line names '%s' and what was expected",
				 draft->places[i]);
			return false;
		}
	return true;
}

static bool ended_well(const struct draft *draft, int status, double used_s, char *problem,
		       size_t size)
{
	if (!WIFEXITED(status))
		snprintf(problem, size, "ended by signal %d, '%s'", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != draft->status)
		snprintf(problem, size, "status %d, %d was expected", WEXITSTATUS(status),
			 draft->status);
	else if (used_s > MAX_CPU_S)
		snprintf(problem, size, "%.1f s of the CPU, more than %d", used_s, MAX_CPU_S);
	else
		return true;
	return false;
}

static char *read_said(int said)
{
	char *text = malloc(SAID_MAX + 1);
	ssize_t nr = text ? pread(said, text, SAID_MAX, 0) : -1;

	if (nr < 0)
		abort();
	for (ssize_t i = 0; i < nr; i++)
		text[i] = text[i] ? text[i] : '?';
	text[nr] = '\0';
	return text;
}

bool run_draft(const struct draft *draft, const char *buddy, char *problem, size_t problem_size)
{
	uint64_t before = hash_folder(draft->folder);
	FILE *file = tmpfile();
	double used_s = 0;
	char *said;
	int status;
	bool well;

	if (!file)
		abort();
	status = run(draft, buddy, fileno(file), &used_s);
	said = read_said(fileno(file));
	fclose(file);
	well = ended_well(draft, status, used_s, problem, problem_size) &&
	       said_well(draft, said, problem, problem_size);
	if (well && hash_folder(draft->folder) != before) {
		snprintf(problem, problem_size, "a file was left, or is another now");
		well = false;
	}
	if (!well) {
		size_t nr = strlen(problem);

		snprintf(problem + nr, problem_size - nr, "; it said:\n%s", said);
	}
	free(said);
	return well;
}
