/* SPDX-License-Identifier: MIT */
/*
 * Bad input for every parser and option of `buddy`: each is refused with status 2, a place and an
 * expectation; no file is left, no sanitizer complains, nothing takes long. The same seed makes the
 * same inputs, each case from its number alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/bad_input/draft.h"

#define MAX_SHOWN 10u
#define PROBLEM_BYTES 8192

static const struct kind {
	const char *name;
	void (*make)(struct draft *draft);
	uint32_t weight; /* in processes: some have ten inputs */
} kinds[] = {
	{ "program text", draft_program, 8 },     { "machine lines", draft_machine, 4 },
	{ "the binary form", draft_binary, 6 },   { "gzip data", draft_packed, 8 },
	{ "recordings", draft_recording, 4 },     { "traces", draft_trace, 12 },
	{ "options", draft_option, 40 },          { "plug-ins", draft_plugin, 6 },
	{ "what is no file", draft_no_file, 10 },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct campaign {
	const char *program, *build;
	char buddy[1024];
	uint64_t seed;
	uint64_t nr_wanted, only; /* inputs; the only case, or UINT64_MAX */
	uint64_t nr_inputs, nr_wrong;
	uint64_t inputs_of[NR_KINDS];
};

static void print_help(void)
{
	puts("usage: bad_input [--seed N] [--inputs N] [--case N] BUILD\n\n"
	     "Gives BUILD/buddy input that is wrong, and looks how it is refused.\n\n"
	     "  --seed N    of the random numbers (default 1)\n"
	     "  --inputs N  how many (default 2000)\n"
	     "  --case N    only this one, and what it said\n\n"
	     "Exit status: 0 all are refused as they must be, 1 one is not, 2 wrong usage.");
}

static uint32_t choose_kind(struct draft *draft)
{
	uint32_t all = 0, at, kind = 0;

	for (size_t i = 0; i < NR_KINDS; i++)
		all += kinds[i].weight;
	for (at = draw(draft, all); at >= kinds[kind].weight; kind++)
		at -= kinds[kind].weight;
	return kind;
}

static void remove_folder(const char *path)
{
	char command[1024];

	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	if (system(command))
		fprintf(stderr, "bad_input: %s cannot be removed\n", path);
}

static void tell_wrong(struct campaign *campaign, const struct draft *draft, uint64_t number,
		       const char *kind, const char *problem)
{
	if (campaign->nr_wrong++ >= MAX_SHOWN)
		return;
	printf("WRONG: case %" PRIu64 ", %s: buddy", number, kind);
	for (uint32_t i = 0; i < draft->nr_arguments; i++)
		printf(" %s", draft->arguments[i]);
	printf("\n  %s\n", problem);
	printf("  again: %s --seed %" PRIu64 " --case %" PRIu64 " %s\n", campaign->program,
	       campaign->seed, number, campaign->build);
	fflush(stdout);
}

static void run_case(struct campaign *campaign, uint64_t number)
{
	static struct draft draft;
	static char problem[PROBLEM_BYTES];
	char folder[] = "/tmp/buddyfuzz-bad-XXXXXX";
	uint32_t kind;

	memset(&draft, 0, sizeof(draft));
	draft.random = campaign->seed * 0x2545f4914f6cdd1du + number;
	draft.folder = mkdtemp(folder);
	draft.build = campaign->build;
	draft.status = 2;
	if (!draft.folder) {
		fputs("bad_input: no folder for files can be made in /tmp\n", stderr);
		exit(2);
	}
	kind = choose_kind(&draft);
	kinds[kind].make(&draft);
	if (!run_draft(&draft, campaign->buddy, problem, sizeof(problem)))
		tell_wrong(campaign, &draft, number, kinds[kind].name, problem);
	campaign->nr_inputs += draft.nr_places;
	campaign->inputs_of[kind] += draft.nr_places;
	if (campaign->only == UINT64_MAX)
		remove_folder(folder);
	else
		printf("its files are in %s\n", folder);
}

static void run_all(struct campaign *campaign)
{
	bool tty = isatty(STDERR_FILENO);
	time_t last = time(NULL) + 1;

	for (uint64_t number = 0; campaign->nr_inputs < campaign->nr_wanted; number++) {
		run_case(campaign, number);
		if (!tty || time(NULL) <= last)
			continue;
		last = time(NULL);
		fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " inputs", campaign->nr_inputs,
			campaign->nr_wanted);
	}
}

static bool set_number(const char *option, const char *value, uint64_t *number)
{
	char *end;

	*number = value ? strtoull(value, &end, 10) : 0;
	if (value && *value >= '0' && *value <= '9' && !*end)
		return true;
	fprintf(stderr, "bad_input: %s wants a number\n", option);
	return false;
}

static bool parse(struct campaign *campaign, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		uint64_t *number = !strcmp(argv[i], "--seed")     ? &campaign->seed
				   : !strcmp(argv[i], "--inputs") ? &campaign->nr_wanted
				   : !strcmp(argv[i], "--case")   ? &campaign->only
								  : NULL;

		if (number) {
			if (!set_number(argv[i], argv[i + 1], number))
				return false;
			i++;
		} else if (argv[i][0] == '-' || campaign->build) {
			fprintf(stderr, "bad_input: unknown option '%s'; see --help\n", argv[i]);
			return false;
		} else {
			campaign->build = realpath(argv[i], NULL);
		}
	}
	if (campaign->build)
		snprintf(campaign->buddy, sizeof(campaign->buddy), "%s/buddy", campaign->build);
	if (campaign->build && !access(campaign->buddy, X_OK))
		return true;
	fputs("bad_input: name the folder of a build with buddy in it; see --help\n", stderr);
	return false;
}

int main(int argc, char **argv)
{
	static struct campaign campaign = { .seed = 1, .nr_wanted = 2000, .only = UINT64_MAX };

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		print_help();
		return 0;
	}
	if (!parse(&campaign, argc, argv))
		return 2;
	campaign.program = argv[0];
	setenv("NO_COLOR", "1", 1);
	if (campaign.only == UINT64_MAX)
		run_all(&campaign);
	else
		run_case(&campaign, campaign.only);
	for (size_t i = 0; i < NR_KINDS; i++)
		printf("%6" PRIu64 " %s\n", campaign.inputs_of[i], kinds[i].name);
	printf("bad_input: %" PRIu64 " inputs of seed %" PRIu64 ", %" PRIu64 " cases wrong\n",
	       campaign.nr_inputs, campaign.seed, campaign.nr_wrong);
	return campaign.nr_wrong ? 1 : 0;
}
