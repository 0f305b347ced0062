/* SPDX-License-Identifier: MIT */
/*
 * Random programs on two cores at once: every answer, list and counter must be the same. See
 * tests/against/run, which builds both.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "machines.h"
#include "program.h"

#define PROGRESS_SECONDS 2

static const char usage_text[] =
	"Usage: against --old FILE.so --new FILE.so [options]\n"
	"Runs random programs on two cores at once and compares all that they do.\n"
	"  --old FILE.so    the core that is right\n"
	"  --new FILE.so    the core in question\n"
	"  --programs N     how many (default 2000)\n"
	"  --first N        number of the first one (default 0)\n"
	"  --ops N          scenes are played until a program has so many operations\n"
	"                   (default 400)\n"
	"  --seed N         of all programs (default 1)\n"
	"  --name COMMAND   what to print where a difference can be repeated\n"
	"Status: 0 the same, 1 different, 2 bad usage.\n";

struct options {
	const char *paths[NR_SIDES], *name;
	uint64_t nr_programs, first, nr_ops, seed;
};

struct totals {
	uint64_t nr_ops, nr_trapped, nr_refused;
};

static struct program program; /* large */

static bool parse_number(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* A file that is named without a folder is not looked for in the system's. */
static bool parse_option(struct options *options, const char *name, const char *value)
{
	if (!value)
		return false;
	if (strcmp(name, "--old") == 0)
		options->paths[OLD] = value;
	else if (strcmp(name, "--new") == 0)
		options->paths[NEW] = value;
	else if (strcmp(name, "--name") == 0)
		options->name = value;
	else if (strcmp(name, "--programs") == 0)
		return parse_number(value, &options->nr_programs);
	else if (strcmp(name, "--first") == 0)
		return parse_number(value, &options->first);
	else if (strcmp(name, "--ops") == 0)
		return parse_number(value, &options->nr_ops);
	else if (strcmp(name, "--seed") == 0)
		return parse_number(value, &options->seed);
	else
		return false;
	return true;
}

/* 0, or -1: fine; else the status to end with. */
static int parse_options(struct options *options, int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(usage_text, stdout);
			return 0;
		}
		if (!parse_option(options, argv[i], argv[i + 1])) {
			fprintf(stderr, "against: '%s' is unknown or lacks a value\n%s", argv[i],
				usage_text);
			return 2;
		}
	}
	if (options->paths[OLD] && options->paths[NEW])
		return -1;
	fprintf(stderr, "against: --old and --new are needed\n%s", usage_text);
	return 2;
}

static uint64_t seed_of(const struct options *options, uint64_t number)
{
	return random_scatter(random_scatter(options->seed) + number);
}

/* Of machines that cannot be booted both cores have to say so; the next one is taken. */
static bool boot_any(struct pair *pair, struct shim_machine *machine, uint64_t seed,
		     struct totals *totals)
{
	struct random random = { .state = ~seed };

	for (;;) {
		machine_random(&random, machine);
		if (pair_create(pair, machine))
			return true;
		if (pair->different)
			return false;
		totals->nr_refused++;
		pair_destroy(pair);
	}
}

static bool run_one(struct pair *pair, struct shim_machine *machine, const struct options *options,
		    uint64_t number, struct totals *totals)
{
	uint64_t seed = seed_of(options, number);
	bool same = boot_any(pair, machine, seed, totals) &&
		    program_run(&program, pair, machine, seed, options->nr_ops);

	totals->nr_ops += pair->nr_ops;
	totals->nr_trapped += pair->trapped;
	return same;
}

/* Once more, with the whole state compared after every operation: now the first one is found. */
static void tell_difference(struct pair *pair, const struct options *options, uint64_t number)
{
	struct shim_machine machine;
	struct totals totals = { 0 };
	char late[DIFFERENCE_MAX];

	memcpy(late, pair->difference, sizeof(late));
	pair_destroy(pair);
	pair->thorough = true;
	if (run_one(pair, &machine, options, number, &totals))
		memcpy(pair->difference, late, sizeof(late));
	printf("against: DIFFERENT: seed %llu, program %llu, operation %llu\n",
	       (unsigned long long)options->seed, (unsigned long long)number,
	       (unsigned long long)pair->nr_ops);
	printf("  %s\n  machine: ", pair->difference);
	machine_print(stdout, &machine);
	fputs("  operation: ", stdout);
	op_print(stdout, &program.op);
	printf("  again: %s --seed %llu --first %llu --programs 1 --ops %llu\n", options->name,
	       (unsigned long long)options->seed, (unsigned long long)number,
	       (unsigned long long)options->nr_ops);
	pair_destroy(pair);
}

static void show_progress(time_t begin, uint64_t nr_done, uint64_t nr_all)
{
	static time_t last;
	time_t now = time(NULL);

	if (now - begin < PROGRESS_SECONDS || now - last < PROGRESS_SECONDS)
		return;
	last = now;
	fprintf(stderr, "against: %llu of %llu programs, %ld s\n", (unsigned long long)nr_done,
		(unsigned long long)nr_all, (long)(now - begin));
}

static int run_all(struct pair *pair, const struct options *options)
{
	struct totals totals = { 0 };
	struct shim_machine machine;
	time_t begin = time(NULL);

	for (uint64_t i = 0; i < options->nr_programs; i++) {
		show_progress(begin, i, options->nr_programs);
		if (!run_one(pair, &machine, options, options->first + i, &totals)) {
			tell_difference(pair, options, options->first + i);
			return 1;
		}
		pair_destroy(pair);
	}
	printf("against: the same in %llu programs, %llu operations from seed %llu; %llu ended in "
	       "a trap, %llu machines were refused, rewind %s compared\n",
	       (unsigned long long)options->nr_programs, (unsigned long long)totals.nr_ops,
	       (unsigned long long)options->seed, (unsigned long long)totals.nr_trapped,
	       (unsigned long long)totals.nr_refused, pair_can_rewind(pair) ? "is" : "is not");
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .name = argv[0], .nr_programs = 2000, .nr_ops = 400, .seed = 1 };
	struct pair pair = { .nr_ops = 0 };
	int status = parse_options(&options, argc, argv);

	if (status >= 0)
		return status;
	if (pair_load(&pair, OLD, options.paths[OLD]) || pair_load(&pair, NEW, options.paths[NEW]))
		return 2;
	return run_all(&pair, &options);
}
