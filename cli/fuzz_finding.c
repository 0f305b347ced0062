/* SPDX-License-Identifier: MIT */
/*
 * From inputs that failed to findings: replay each without the engine, name it by its signature,
 * keep one of each name (the smallest input), shrink it, store program and report, and explain.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fuzz.h"
#include "fuzz/targets/target.h"
#include "oracle/judge/judge.h"

#define REPLAY_TIMEOUT_S 60u
#define SHRINK_TIMEOUT_S 300u
#define SIGNATURE_MAX 160
#define MAX_EXPLAINED 8u

struct failure {
	char signature[SIGNATURE_MAX];
	char path[FUZZ_PATH_MAX];
	uint64_t size_bytes;
	uint32_t nr_inputs;
};

struct failures {
	struct failure entries[FUZZ_MAX_ARTIFACTS];
	uint32_t nr;
};

static void copy_word(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i] != '\0' && from[i] != '\n'; i++)
		to[i] = from[i];
	to[i] = '\0';
}

/* "SUMMARY: AddressSanitizer: heap-use-after-free file.c:12:3 in function": kind and function name
 * it. */
static void sanitizer_signature(const char *line, char signature[SIGNATURE_MAX])
{
	const char *kind = strstr(line, ": ");
	const char *function = strstr(line, " in ");
	char word[64], where[64] = "";

	copy_word(word, sizeof(word), kind ? kind + 2 : line);
	word[strcspn(word, " ")] = '\0';
	if (function)
		copy_word(where, sizeof(where), function + 4);
	snprintf(signature, SIGNATURE_MAX, "crash/%s%s%s", word, where[0] ? "/" : "", where);
}

static bool log_signature(const char *log, char signature[SIGNATURE_MAX])
{
	static const char ours[] = "BF-SIG: ", theirs[] = "SUMMARY: ";
	FILE *in = fopen(log, "r");
	char line[1024];
	bool found = false;

	while (in && fgets(line, sizeof(line), in)) {
		if (strncmp(line, ours, sizeof(ours) - 1) == 0) {
			copy_word(signature, SIGNATURE_MAX, line + sizeof(ours) - 1);
			found = true;
			break;
		}
		if (!found && strncmp(line, theirs, sizeof(theirs) - 1) == 0) {
			sanitizer_signature(line + sizeof(theirs) - 1, signature);
			found = true;
		}
	}
	if (in)
		fclose(in);
	return found;
}

static int replay_run(const struct fuzz_options *options, const char *input, const char *log)
{
	struct command_line command = { 0 };

	command_add(&command, "%s", options->replay);
	command_add(&command, "%s", input);
	return command_run(&command, log, REPLAY_TIMEOUT_S);
}

/* false: nothing is wrong with the input (a hang that a busy machine made, say). */
static bool input_sign(const struct fuzz_options *options, const char *input,
		       char signature[SIGNATURE_MAX])
{
	const char *name = strrchr(input, '/');
	char log[FUZZ_PATH_MAX];
	int status;

	path_format(log, "%s/triage.log", options->work);
	status = replay_run(options, input, log);
	if (status == 0) {
		if (!strstr(input, "/crashes/") && (!name || !strstr(name, "crash-")))
			return false;
		snprintf(signature, SIGNATURE_MAX, "unreproducible");
		return true;
	}
	if (status < 0)
		snprintf(signature, SIGNATURE_MAX, "timeout");
	else if (!log_signature(log, signature))
		snprintf(signature, SIGNATURE_MAX, "crash/status-%d", status);
	return true;
}

static void failure_add(struct failures *failures, const char *signature, const char *path)
{
	uint64_t size_bytes = file_size_bytes(path);
	struct failure *entry;
	uint32_t i;

	for (i = 0; i < failures->nr; i++) {
		if (strcmp(failures->entries[i].signature, signature) == 0)
			break;
	}
	if (i == FUZZ_MAX_ARTIFACTS)
		return;
	entry = &failures->entries[i];
	if (i == failures->nr) {
		failures->nr++;
		copy_word(entry->signature, sizeof(entry->signature), signature);
		entry->size_bytes = UINT64_MAX;
		entry->nr_inputs = 0;
	}
	entry->nr_inputs++;
	if (size_bytes < entry->size_bytes) {
		entry->size_bytes = size_bytes;
		path_format(entry->path, "%s", path);
	}
}

static void failures_collect(const struct fuzz_campaign *campaign, struct failures *failures)
{
	char signature[SIGNATURE_MAX];
	struct name_list inputs;
	size_t i;

	failures->nr = 0;
	engine_artifacts(campaign, &inputs);
	for (i = 0; i < inputs.nr && i < FUZZ_MAX_ARTIFACTS; i++) {
		if (input_sign(&campaign->options, inputs.names[i], signature))
			failure_add(failures, signature, inputs.names[i]);
		else
			fprintf(stderr, "buddy fuzz: %s passes when replayed: ignored\n",
				inputs.names[i]);
	}
	name_list_free(&inputs);
}

/* "no_overlap/alloc_pages" -> "no_overlap-alloc_pages": a file name that stays the same over runs.
 */
static void file_name_of(const char *signature, char name[SIGNATURE_MAX])
{
	size_t i;

	for (i = 0; signature[i] != '\0' && i + 1 < 80; i++) {
		bool plain = isalnum((unsigned char)signature[i]) || signature[i] == '_';

		name[i] = plain ? signature[i] : '-';
	}
	name[i] = '\0';
}

/* Targets over raw bytes have no program to shrink: their input is kept as it is. */
static bool failure_shrink(const struct fuzz_options *options, const struct failure *failure,
			   const char *program)
{
	struct command_line command = { 0 };
	char log[FUZZ_PATH_MAX];

	path_format(log, "%s/shrink.log", options->work);
	command_add(&command, "%s", options->replay);
	command_add(&command, "--shrink");
	command_add(&command, "%s", program);
	command_add(&command, "%s", failure->path);
	command_run(&command, log, SHRINK_TIMEOUT_S);
	return file_exists(program); /* the best so far when time ran out */
}

/* Targets that run the core under the judge; what the others find is no program's fault alone. */
static bool target_has_c_test(const char *target)
{
	return strcmp(target, "safety") == 0 || strcmp(target, "diff") == 0;
}

static bool names_rule(const char *signature)
{
	size_t length = strcspn(signature, "/");

	for (uint32_t rule = 0; rule < NR_RULES; rule++)
		if (strlen(rule_name((enum rule_id)rule)) == length &&
		    !strncmp(rule_name((enum rule_id)rule), signature, length))
			return true;
	return false;
}

/*
 * A C test beside the program. A process of its own writes it: it runs the program, which may crash
 * the core.
 */
static void c_test_explain(const struct fuzz_options *options, const char *name,
			   const char *signature)
{
	char path[FUZZ_PATH_MAX], log[FUZZ_PATH_MAX];
	struct command_line command = { 0 };

	path_format(path, "%s/%s.c", options->out, name);
	path_format(log, "%s/emit.log", options->work);
	command_add(&command, "/proc/self/exe");
	command_add(&command, "emit-c");
	if (names_rule(signature))
		command_add(&command, "--rule");
	command_add(&command, "-o");
	command_add(&command, "%s", path);
	command_add(&command, "%s/%s.ops", options->out, name);
	if (target_has_c_test(options->target) && !command_run(&command, log, REPLAY_TIMEOUT_S))
		printf("  As a C test: %s\n", path);
}

static void failure_explain(const struct fuzz_options *options, const struct failure *failure)
{
	char name[SIGNATURE_MAX], stored[FUZZ_PATH_MAX], fresh[FUZZ_PATH_MAX];
	char report[FUZZ_PATH_MAX];
	const char *subject = getenv(TARGET_SUBJECT_ENV);
	bool shrunken;

	file_name_of(failure->signature, name);
	fprintf(stderr, "shrinking %s (%llu bytes) ...\n", failure->path,
		(unsigned long long)failure->size_bytes);
	path_format(fresh, "%s/shrunken.ops", options->work);
	remove(fresh);
	shrunken = failure_shrink(options, failure, fresh);
	path_format(stored, "%s/%s.%s", options->out, name, shrunken ? "ops" : "bin");
	path_format(report, "%s/%s.txt", options->out, name);
	file_copy(shrunken ? fresh : failure->path, stored);
	replay_run(options, stored, report);

	printf("\nFINDING %s", failure->signature);
	if (failure->nr_inputs > 1)
		printf(" (%u inputs)", failure->nr_inputs);
	printf("\n");
	file_print(report, "  ");
	printf("\n  %s: %s\n  Replay it: %s%s%s%s %s\n",
	       shrunken ? "The shortest program that does it" : "The smallest input that does it",
	       stored, subject ? TARGET_SUBJECT_ENV "=" : "", subject ? subject : "",
	       subject ? " " : "", options->replay, stored);
	if (shrunken)
		c_test_explain(options, name, failure->signature);
}

uint32_t findings_report(const struct fuzz_campaign *campaign)
{
	static struct failures failures;
	uint32_t i;

	folder_create(campaign->options.out);
	failures_collect(campaign, &failures);
	for (i = 0; i < failures.nr && i < MAX_EXPLAINED; i++)
		failure_explain(&campaign->options, &failures.entries[i]);
	for (; i < failures.nr; i++)
		printf("\nFINDING %s\n  input: %s\n", failures.entries[i].signature,
		       failures.entries[i].path);
	return failures.nr;
}
