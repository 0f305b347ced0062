/* SPDX-License-Identifier: MIT */
/*
 * From what the workers saved to different failures: each input is replayed without the engine and
 * named by its signature. An input leaves its place only when it is dealt with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fuzz.h"

#define REPLAY_TIMEOUT_S 60u
#define REPLAY_LAST_S 2u /* while somebody waits for the end */
#define TELL_EVERY_S 10.0

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

int replay_run(const struct fuzz_options *options, const char *input, const char *log)
{
	struct command_line command = { 0 };
	bool last = interrupt_pending();

	command_add(&command, "%s", options->replay);
	command_add(&command, "%s", input);
	return command_run(&command, log, last ? REPLAY_LAST_S : REPLAY_TIMEOUT_S, last);
}

enum verdict { INPUT_PASSES, INPUT_FAILS, INPUT_UNKNOWN };

/* A hang that a busy machine made passes; a crash that does not come again is a finding still. */
static enum verdict passed_sign(const char *input, char signature[SIGNATURE_MAX])
{
	const char *name = strrchr(input, '/');
	bool crashed = strstr(input, "/crashes/") || (name && strstr(name, "crash-"));

	if (file_size_bytes(input) == 0)
		snprintf(signature, SIGNATURE_MAX, "lost_input");
	else if (crashed)
		snprintf(signature, SIGNATURE_MAX, "unreproducible");
	else
		return INPUT_PASSES;
	return INPUT_FAILS;
}

static enum verdict input_sign(const struct fuzz_options *options, const char *input,
			       char signature[SIGNATURE_MAX])
{
	char log[FUZZ_PATH_MAX];
	int status;

	path_format(log, "%s/triage.log", options->work);
	status = replay_run(options, input, log);
	if (status == COMMAND_INTERRUPTED)
		return INPUT_UNKNOWN;
	if (status == 0)
		return passed_sign(input, signature);
	if (status == COMMAND_TIMEOUT)
		snprintf(signature, SIGNATURE_MAX, "timeout");
	else if (log_signature(log, signature))
		return INPUT_FAILS;
	else if (disk_is_full(options->work)) /* the log was cut short, and the name with it */
		return INPUT_UNKNOWN;
	else
		snprintf(signature, SIGNATURE_MAX, "crash/status-%d", status);
	return INPUT_FAILS;
}

/* NULL: there are too many different ones already. */
static struct failure *failure_find(struct failures *failures, const char *signature)
{
	struct failure *entry;
	uint32_t i;

	for (i = 0; i < failures->nr; i++) {
		if (strcmp(failures->entries[i].signature, signature) == 0)
			return &failures->entries[i];
	}
	if (i == FAILURES_MAX)
		return NULL;
	entry = &failures->entries[failures->nr++];
	*entry = (struct failure){ .size_bytes = UINT64_MAX };
	copy_word(entry->signature, sizeof(entry->signature), signature);
	return entry;
}

static void failure_add(struct failures *failures, const char *signature, const char *path)
{
	uint64_t size_bytes = file_size_bytes(path);
	struct failure *entry = failure_find(failures, signature);

	if (!entry) {
		failures->nr_left++;
		return;
	}
	name_list_append(&entry->inputs, path);
	if (size_bytes < entry->size_bytes) {
		entry->size_bytes = size_bytes;
		path_format(entry->path, "%s", path);
	}
}

static void failures_look_at(const struct fuzz_options *options, struct failures *failures,
			     const char *input)
{
	char signature[SIGNATURE_MAX];
	enum verdict verdict = input_sign(options, input, signature);

	if (verdict == INPUT_FAILS) {
		failure_add(failures, signature, input);
	} else if (verdict == INPUT_UNKNOWN) {
		failures->nr_left++;
	} else {
		fprintf(stderr, "buddy fuzz: %s passes when replayed: ignored\n", input);
		input_put_away(options, input);
	}
}

void failures_collect(const struct fuzz_campaign *campaign, struct failures *failures)
{
	double told_s = clock_s();
	struct name_list inputs;
	size_t i;

	failures->nr = failures->nr_left = 0;
	engine_artifacts(campaign, &inputs);
	for (i = 0; i < inputs.nr && i < FUZZ_MAX_ARTIFACTS && !interrupt_pending(); i++) {
		failures_look_at(&campaign->options, failures, inputs.names[i]);
		if (clock_s() - told_s < TELL_EVERY_S)
			continue;
		fprintf(stderr, "replaying failing inputs: %zu of %zu\n", i + 1, inputs.nr);
		told_s = clock_s();
	}
	failures->nr_left += (uint32_t)(inputs.nr - i);
	name_list_free(&inputs);
}

void failures_free(struct failures *failures)
{
	uint32_t i;

	for (i = 0; i < failures->nr; i++)
		name_list_free(&failures->entries[i].inputs);
	failures->nr = 0;
}

/* Workers may have names in common, so the contents tell them apart. */
void input_away_path(const struct fuzz_options *options, const char *path, char to[FUZZ_PATH_MAX])
{
	const char *name = strrchr(path, '/');

	path_format(to, "%s/reported/%016llx-%s", options->work,
		    (unsigned long long)file_hash(path), name ? name + 1 : path);
}

void input_put_away(const struct fuzz_options *options, const char *path)
{
	char folder[FUZZ_PATH_MAX], to[FUZZ_PATH_MAX];

	path_format(folder, "%s/reported", options->work);
	folder_create(folder);
	input_away_path(options, path, to);
	if (rename(path, to) != 0)
		fprintf(stderr, "buddy fuzz: %s is dealt with, but cannot be moved to %s\n", path,
			folder);
}
