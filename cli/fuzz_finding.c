/* SPDX-License-Identifier: MIT */
/*
 * From failures to findings: the smallest input of each signature is shrunk, program and report are
 * stored, and told. What cannot be stored keeps its inputs, which the next campaign finds.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fuzz.h"
#include "fuzz/targets/target.h"
#include "oracle/judge/judge.h"

#define EMIT_TIMEOUT_S 60u
#define SHRINK_TIMEOUT_S 300u
#define MAX_EXPLAINED 8u /* the others are stored as they are */

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
	command_run(&command, log, SHRINK_TIMEOUT_S, false);
	return file_size_bytes(program) > 0; /* the best so far when time ran out */
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
	if (target_has_c_test(options->target) &&
	    !command_run(&command, log, EMIT_TIMEOUT_S, false))
		printf("  As a C test: %s\n", path);
}

/* Inputs that fail but once may have nothing in common: each has a name of its own. */
static bool fails_but_once(const struct failure *failure)
{
	return strcmp(failure->signature, "unreproducible") == 0;
}

static void place_name(const struct fuzz_options *options, const struct failure *failure,
		       bool is_program, struct place *place)
{
	char unique[20] = "";

	*place = (struct place){ .is_program = is_program };
	file_name_of(failure->signature, place->name);
	if (fails_but_once(failure))
		snprintf(unique, sizeof(unique), "-%016llx",
			 (unsigned long long)file_hash(failure->path));
	path_format(place->program, "%s/%s%s.%s", options->out, place->name, unique,
		    is_program ? "ops" : "bin");
	path_format(place->report, "%s/%s%s.txt", options->out, place->name, unique);
}

/* false: told, with where the input stays. */
static bool store(const struct failure *failure, const char *from, const char *to)
{
	char error[2 * FUZZ_PATH_MAX];

	if (file_keep(from, to, error, sizeof(error)))
		return true;
	fprintf(stderr, "buddy fuzz: %s; %s stays, and the next campaign reports it\n", error,
		failure->path);
	return false;
}

void replay_format(const struct fuzz_options *options, const char *program, char *text, size_t size)
{
	const char *subject = getenv(TARGET_SUBJECT_ENV);

	snprintf(text, size, "%s%s%s%s %s", subject ? TARGET_SUBJECT_ENV "=" : "",
		 subject ? subject : "", subject ? " " : "", options->replay, program);
}

static void print_places(const struct fuzz_options *options, const struct place *place,
			 const char *what)
{
	char replay[4 * FUZZ_PATH_MAX];

	replay_format(options, place->program, replay, sizeof(replay));
	printf("\n  %s: %s\n  Replay it: %s\n", what, place->program, replay);
}

static bool publish(const struct fuzz_campaign *campaign, const struct failure *failure,
		    const struct place *place, const char *report)
{
	if (finding_publish(campaign, failure, place, report))
		return true;
	fprintf(stderr, "buddy fuzz: %s stays, and the next campaign reports it\n", failure->path);
	return false;
}

static void print_name(const struct failure *failure)
{
	printf("\nFINDING %s", failure->signature);
	if (failure->inputs.nr > 1)
		printf(" (%zu inputs)", failure->inputs.nr);
	printf("\n");
}

/* The engine saved an empty file: of a full disk, or because it was killed just then. */
static bool lost_explain(const struct fuzz_campaign *campaign, const struct failure *failure)
{
	struct place place = { .is_lost = true };

	path_format(place.program, "%s", failure->path);
	print_name(failure);
	printf("  %s is empty: an input failed, but could not be saved (a full disk?).\n"
	       "  Make room and fuzz again; the same seed may find it sooner.\n",
	       failure->path);
	return publish(campaign, failure, &place, "");
}

/* Stored as the engine saved it. */
static bool input_explain(const struct fuzz_campaign *campaign, const struct failure *failure)
{
	const struct fuzz_options *options = &campaign->options;
	struct place place;

	place_name(options, failure, false, &place);
	print_name(failure);
	if (!store(failure, failure->path, place.program))
		return false;
	print_places(options, &place, "An input that does it, not shrunken");
	return publish(campaign, failure, &place, "");
}

/* Who was in a hurry may have no report. */
static bool report_store(const struct failure *failure, const char *report,
			 const struct place *place)
{
	if (file_size_bytes(report) > 0)
		return store(failure, report, place->report);
	if (interrupt_pending())
		return true;
	fprintf(stderr,
		"buddy fuzz: the report of %s is empty (a full disk?); %s stays, and the next "
		"campaign reports it\n",
		place->program, failure->path);
	return false;
}

static const char *title(bool shrunken)
{
	if (!shrunken)
		return "The smallest input that does it";
	return interrupt_pending() ? "Interrupted; the smallest program so far that does it"
				   : "The shortest program that does it";
}

/* The report is made where a full disk cannot leave half of it among the findings. */
static bool failure_explain(const struct fuzz_campaign *campaign, const struct failure *failure)
{
	const struct fuzz_options *options = &campaign->options;
	char fresh[FUZZ_PATH_MAX], report[FUZZ_PATH_MAX];
	struct place place;
	bool shrunken;

	fprintf(stderr, "shrinking %s (%llu bytes) ...\n", failure->path,
		(unsigned long long)failure->size_bytes);
	path_format(fresh, "%s/shrunken.ops", options->work);
	path_format(report, "%s/report.log", options->work);
	remove(fresh);
	shrunken = failure_shrink(options, failure, fresh);
	place_name(options, failure, shrunken, &place);
	print_name(failure);
	if (!store(failure, shrunken ? fresh : failure->path, place.program))
		return false;
	replay_run(options, place.program, report);
	file_print(report, "  ");
	if (!report_store(failure, report, &place))
		return false;
	print_places(options, &place, title(shrunken));
	if (shrunken && !interrupt_pending())
		c_test_explain(options, place.name, failure->signature);
	return publish(campaign, failure, &place, report);
}

static bool explain(const struct fuzz_campaign *campaign, const struct failure *failure,
		    uint32_t nr_before)
{
	if (strcmp(failure->signature, "lost_input") == 0)
		return lost_explain(campaign, failure);
	if (nr_before >= MAX_EXPLAINED || interrupt_pending())
		return input_explain(campaign, failure);
	return failure_explain(campaign, failure);
}

/* One input of those that were not explained. */
static bool other_store(const struct fuzz_options *options, const struct failure *failure,
			const char *input)
{
	struct failure other = *failure;
	struct place place;

	if (!fails_but_once(failure) || strcmp(input, failure->path) == 0)
		return true;
	path_format(other.path, "%s", input);
	place_name(options, &other, false, &place);
	return store(&other, input, place.program);
}

/* Returns how many inputs stay where they are, because what they show could not be stored. */
static uint32_t failure_report(const struct fuzz_campaign *campaign, const struct failure *failure,
			       uint32_t nr_before)
{
	const struct fuzz_options *options = &campaign->options;
	bool done = explain(campaign, failure, nr_before);
	uint32_t nr_left = 0;
	size_t i;

	for (i = 0; i < failure->inputs.nr; i++) {
		if (done && other_store(options, failure, failure->inputs.names[i]))
			input_put_away(options, failure->inputs.names[i]);
		else
			nr_left++;
	}
	return nr_left;
}

struct fuzz_report findings_report(const struct fuzz_campaign *campaign)
{
	static struct failures failures;
	struct fuzz_report report;
	uint32_t i;

	folder_create(campaign->options.out);
	failures_collect(campaign, &failures);
	report.nr_findings = failures.nr;
	report.nr_left = failures.nr_left;
	for (i = 0; i < failures.nr; i++)
		report.nr_left += failure_report(campaign, &failures.entries[i], i);
	failures_free(&failures);
	return report;
}
