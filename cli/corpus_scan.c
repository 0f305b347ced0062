/* SPDX-License-Identifier: MIT */
/* Reads and runs every program of a corpus once. What cannot be read or fails is kept as such. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/corpus.h"
#include "cli/interrupt.h"
#include "cli/progress.h"

/* ---- which files ---- */

bool corpus_path_has(const char *path, const char *name)
{
	size_t length = strlen(name);

	while (*path) {
		size_t part = strcspn(path, "/");

		if (part == length && !strncmp(path, name, length))
			return true;
		path += part + (path[part] == '/');
	}
	return false;
}

static bool append_path(struct file_list *files, const char *path)
{
	if (files->nr == files->capacity) {
		size_t capacity = files->capacity ? files->capacity * 2 : 64;
		char **grown = realloc(files->paths, capacity * sizeof(*grown));

		if (!grown)
			return false;
		files->paths = grown;
		files->capacity = capacity;
	}
	files->paths[files->nr] = strdup(path);
	return files->paths[files->nr++];
}

void corpus_tell_left_out(const struct file_walk *walk, const char *command)
{
	char who[64];

	snprintf(who, sizeof(who), "buddy corpus %s", command);
	file_walk_tell_left_out(walk, who);
}

static bool list_path(struct file_list *files, const char *path, size_t *nr_others,
		      const char *command, const char **problem)
{
	struct file_walk walk;
	const char *name;
	bool ok = true;

	*problem = "no such file or folder";
	if (!strcmp(path, "-") || !file_walk_begin(&walk, path))
		return false;
	*problem = "out of memory";
	while (ok && (name = file_walk_next(&walk))) {
		if (corpus_file_is_program(name))
			ok = append_path(files, name);
		else
			++*nr_others;
	}
	if (command)
		corpus_tell_left_out(&walk, command);
	file_walk_end(&walk);
	return ok;
}

bool corpus_paths_exist(const struct corpus_options *options, int first)
{
	for (int i = first; i < options->nr_paths; i++)
		if (!strcmp(options->paths[i], "-") || access(options->paths[i], F_OK)) {
			corpus_error(options->command, options->paths[i], "no such file or folder");
			return false;
		}
	return true;
}

bool corpus_list(struct file_list *files, const char *command, char *const *paths, int nr_paths,
		 size_t *nr_others)
{
	const char *problem;

	*nr_others = 0;
	for (int i = 0; i < nr_paths; i++)
		if (!list_path(files, paths[i], nr_others, command, &problem)) {
			if (command)
				corpus_error(command, paths[i], problem);
			return false;
		}
	return true;
}

/* ---- progress ---- */

void corpus_progress_begin(struct corpus_progress *progress, const char *command, const char *what)
{
	*progress = (struct corpus_progress){ .command = command, .what = what };
	progress->told_s = progress_now_s() + 1;
	progress->tty = isatty(STDERR_FILENO);
}

void corpus_progress_tell(struct corpus_progress *progress, size_t nr_done, size_t nr_all)
{
	double now_s = progress_now_s();

	if (now_s - progress->told_s < 1)
		return;
	progress->told_s = now_s;
	progress->told = true;
	fprintf(stderr, "%sbuddy corpus %s: %s %zu of %zu programs%s", progress->tty ? "\r" : "",
		progress->command, progress->what, nr_done, nr_all, progress->tty ? "" : "\n");
}

void corpus_progress_end(struct corpus_progress *progress)
{
	if (progress->told && progress->tty)
		fputc('\n', stderr);
}

/* ---- one program ---- */

struct scanner {
	struct features *features;
	struct program program;
	struct reach reach;
	struct finding finding;
	corpus_visit visit;
	void *context;
};

static bool set_problem(struct corpus_entry *entry, enum corpus_state state, const char *problem)
{
	entry->state = state;
	entry->problem = strdup(problem);
	return entry->problem;
}

static bool keep_reach(struct corpus_entry *entry, const struct reach *reach)
{
	entry->ids = malloc((reach->nr_ids + 1) * sizeof(*entry->ids));
	if (!entry->ids)
		return false;
	memcpy(entry->ids, reach->ids, reach->nr_ids * sizeof(*entry->ids));
	entry->nr_ids = reach->nr_ids;
	return true;
}

static bool hash_program(struct corpus_entry *entry, const struct program *program)
{
	size_t size;
	char *text = corpus_text(program, &size);

	if (!text)
		return false;
	entry->hash = corpus_hash(text, size);
	free(text);
	return true;
}

static bool run_entry(struct scanner *scanner, struct corpus_entry *entry)
{
	if (!features_run(scanner->features, &scanner->program, &scanner->reach, &scanner->finding))
		return set_problem(
			entry,
			scanner->finding.kind == FINDING_ERROR ? CORPUS_UNREADABLE : CORPUS_FINDING,
			scanner->finding.kind == FINDING_ERROR ? scanner->finding.text
							       : scanner->finding.signature);
	return keep_reach(entry, &scanner->reach);
}

/* false: out of memory. */
static bool scan_file(struct scanner *scanner, const char *path, struct corpus_entry *entry)
{
	struct corpus_file file;
	char error[CORPUS_ERROR_MAX];

	*entry = (struct corpus_entry){ .path = strdup(path) };
	if (!entry->path)
		return false;
	if (!corpus_file_read(path, &file, &scanner->program, error, sizeof(error)))
		return set_problem(entry, CORPUS_UNREADABLE, error);
	entry->nr_bytes = file.size;
	entry->nr_ops = scanner->program.nr_ops;
	entry->is_text = file.is_text;
	entry->version = file.size ? file.data[0] : 0;
	corpus_file_free(&file);
	if (!hash_program(entry, &scanner->program) || !run_entry(scanner, entry))
		return false;
	if (scanner->visit && entry->state != CORPUS_UNREADABLE)
		scanner->visit(scanner->context, entry, &scanner->program, &scanner->reach);
	return true;
}

/* ---- all of them ---- */

static bool scan_files(struct corpus_scan *scan, struct scanner *scanner, const char *command,
		       const struct file_list *files)
{
	struct corpus_progress progress;
	bool ok = true;

	scan->entries = calloc(files->nr + 1, sizeof(*scan->entries));
	if (!scan->entries)
		return false;
	corpus_progress_begin(&progress, command, "ran");
	for (size_t i = 0; i < files->nr && ok && !interrupt_wanted; i++) {
		ok = scan_file(scanner, files->paths[i], &scan->entries[scan->nr++]);
		corpus_progress_tell(&progress, i + 1, files->nr);
	}
	corpus_progress_end(&progress);
	scan->interrupted = interrupt_wanted;
	return ok;
}

bool corpus_scan(struct corpus_scan *scan, const char *command, char *const *paths, int nr_paths,
		 corpus_visit visit, void *context)
{
	static struct scanner scanner;
	struct file_list files = { .nr = 0 };
	char error[CORPUS_ERROR_MAX];
	bool ok;

	*scan = (struct corpus_scan){ .nr = 0 };
	scanner.visit = visit;
	scanner.context = context;
	scanner.features = features_create(error, sizeof(error));
	if (!scanner.features) {
		corpus_error(command, "the core", error);
		return false;
	}
	ok = corpus_list(&files, command, paths, nr_paths, &scan->nr_others);
	if (ok && !scan_files(scan, &scanner, command, &files)) {
		corpus_error(command, paths[0], "out of memory");
		ok = false;
	}
	program_free(&scanner.program);
	features_free(scanner.features);
	file_list_free(&files);
	return ok;
}

void corpus_scan_free(struct corpus_scan *scan)
{
	for (size_t i = 0; i < scan->nr; i++) {
		free(scan->entries[i].path);
		free(scan->entries[i].problem);
		free(scan->entries[i].ids);
	}
	free(scan->entries);
	*scan = (struct corpus_scan){ .nr = 0 };
}

static int compare_entries(const void *a, const void *b)
{
	const struct corpus_entry *first = a, *second = b;

	if (first->nr_ops != second->nr_ops)
		return first->nr_ops < second->nr_ops ? -1 : 1;
	if (first->hash != second->hash)
		return first->hash < second->hash ? -1 : 1;
	return strcmp(first->path, second->path);
}

void corpus_scan_sort(struct corpus_scan *scan)
{
	if (scan->nr)
		qsort(scan->entries, scan->nr, sizeof(*scan->entries), compare_entries);
}

int corpus_scan_status(const struct corpus_scan *scan, const char *command)
{
	int status = EXIT_CLEAN;

	for (size_t i = 0; i < scan->nr; i++) {
		const struct corpus_entry *entry = &scan->entries[i];

		if (entry->state == CORPUS_UNREADABLE) {
			fprintf(stderr, "buddy corpus %s: %s\n", command, entry->problem);
			status = status ? status : EXIT_BAD_USAGE;
		} else if (entry->state == CORPUS_FINDING) {
			printf("%s: FAIL %s\n", entry->path, entry->problem);
			status = EXIT_FINDINGS;
		}
	}
	if (!scan->interrupted)
		return status;
	fprintf(stderr, "buddy corpus %s: interrupted after %zu programs\n", command, scan->nr);
	return EXIT_BAD_USAGE;
}
