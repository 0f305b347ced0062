/* SPDX-License-Identifier: MIT */
/* The driver: options, interleaved rounds, medians. It measures, no figure fails a run. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"

#define EXIT_BAD_USAGE 2
#define ROUNDS_DEFAULT 7u
#define ROUNDS_QUICK 3u

/* jemalloc's thread-local data is larger than what glibc keeps for late libraries. */
#define TLS_TUNABLE "glibc.rtld.optional_static_tls=16384"

static const char usage_text[] =
	"usage: buddy_bench [options]\n"
	"\n"
	"Measures the page allocator beside glibc, jemalloc, mimalloc, tcmalloc and an empty\n"
	"loop; boot, snapshots and lockstep for the core alone. Allocators that are not installed\n"
	"are left out.\n"
	"\n"
	"  --rounds N      rounds of every case and subject, interleaved (default: 7)\n"
	"  --quick         3 rounds, smaller sizes: a look, not a result\n"
	"  --filter TEXT   only cases whose name contains TEXT\n"
	"  --csv FILE      figures in nanoseconds as CSV\n"
	"  --markdown      the table as Markdown instead\n"
	"  --list          names of the cases\n"
	"  -h, --help      this text\n"
	"\n"
	"Exit status: 0 measured, 2 bad usage or nothing to measure.\n";

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Runs one case once on one subject; core-only cases open nothing. */
static bool run_once(const struct bench_case *what, uint64_t argument,
		     struct bench_subject *subject, struct bench_sample *sample)
{
	const char *problem = NULL;
	bool ok;

	if (subject->absent)
		return false;
	*sample = (struct bench_sample){ 0 };
	ok = !what->peers || subject->open(subject, what->machine_pages, &problem);
	if (!ok) {
		fprintf(stderr, "bench: %s is left out: %s\n", subject->name, problem);
		subject->absent = true;
		return false;
	}
	ok = what->run(what, argument, what->peers ? subject : NULL, sample, &problem);
	if (!ok)
		fprintf(stderr, "bench: %s on %s is left out: %s\n", what->name, subject->name,
			problem);
	if (what->peers)
		subject->close(subject);
	return ok;
}

static void take_samples(struct bench_result *result, double *samples, uint32_t nr_samples)
{
	if (nr_samples == 0)
		return;
	qsort(samples, nr_samples, sizeof(*samples), compare_doubles);
	result->measured = true;
	result->min_ns = samples[0];
	result->median_ns = nr_samples % 2
				    ? samples[nr_samples / 2]
				    : (samples[nr_samples / 2 - 1] + samples[nr_samples / 2]) / 2;
}

/* A B C A B C ...; a subject that cannot run a case is not asked again. */
static void run_case(struct bench_table *table, struct bench_subject *subjects, size_t nr_case,
		     uint64_t argument)
{
	static double samples[BENCH_MAX_SUBJECTS][BENCH_MAX_ROUNDS];
	const struct bench_case *what = &table->cases[nr_case];
	const size_t nr_subjects = what->peers ? table->nr_subjects : 1;
	uint32_t nr_samples[BENCH_MAX_SUBJECTS] = { 0 };

	for (uint32_t round = 0; round < table->nr_rounds; round++) {
		for (size_t i = 0; i < nr_subjects; i++) {
			struct bench_result *result = &table->results[nr_case][i];
			struct bench_sample sample;

			if (nr_samples[i] < round ||
			    !run_once(what, argument, &subjects[i], &sample))
				continue;
			samples[i][nr_samples[i]++] = sample.ns;
			result->nr_failed += sample.nr_failed;
			result->nr_requests += sample.nr_requests;
		}
	}
	for (size_t i = 0; i < nr_subjects; i++)
		take_samples(&table->results[nr_case][i], samples[i], nr_samples[i]);
}

static size_t gather_cases(struct bench_case *cases)
{
	const struct bench_case *(*const groups[])(
		size_t * nr) = { bench_alloc_cases, bench_machine_cases, bench_lockstep_cases };
	size_t nr_cases = 0;

	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		size_t nr;
		const struct bench_case *group = groups[g](&nr);

		memcpy(cases + nr_cases, group, nr * sizeof(*group));
		nr_cases += nr;
	}
	return nr_cases;
}

/* Keeps the cases of this run: by the filter, and by --quick, which leaves the largest out. */
static size_t select_cases(struct bench_case *cases, size_t nr_cases,
			   const struct bench_options *options)
{
	size_t nr = 0;

	for (size_t i = 0; i < nr_cases; i++) {
		if (options->filter && !strstr(cases[i].name, options->filter))
			continue;
		if (options->quick && cases[i].argument != 0 && cases[i].argument_quick == 0)
			continue;
		cases[nr++] = cases[i];
	}
	return nr;
}

static bool parse_rounds(const char *text, uint32_t *nr_rounds)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value < 1 || value > BENCH_MAX_ROUNDS) {
		fprintf(stderr, "bench: --rounds %s is not possible; give a number from 1 to %d\n",
			text, BENCH_MAX_ROUNDS);
		return false;
	}
	*nr_rounds = (uint32_t)value;
	return true;
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct bench_options *options, bool *list)
{
	static const struct option long_options[] = {
		{ "rounds", required_argument, NULL, 'r' }, { "quick", no_argument, NULL, 'q' },
		{ "filter", required_argument, NULL, 'f' }, { "csv", required_argument, NULL, 'c' },
		{ "markdown", no_argument, NULL, 'm' },     { "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (option) {
		case 'r':
			if (!parse_rounds(optarg, &options->nr_rounds))
				return EXIT_BAD_USAGE;
			break;
		case 'q':
			options->quick = true;
			break;
		case 'f':
			options->filter = optarg;
			break;
		case 'c':
			options->csv_path = optarg;
			break;
		case 'm':
			options->markdown = true;
			break;
		case 'l':
			*list = true;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return 0;
		default:
			return EXIT_BAD_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "bench: %s: no file is wanted; buddy_bench --help tells more\n",
		argv[optind]);
	return EXIT_BAD_USAGE;
}

/* Starts the program anew with room for late thread-local data; goes on without when that fails. */
static void reserve_static_tls(char **argv)
{
	const char *tunables = getenv("GLIBC_TUNABLES");
	char value[512];

	if (tunables && strstr(tunables, "optional_static_tls"))
		return;
	snprintf(value, sizeof(value), "%s%s" TLS_TUNABLE, tunables ? tunables : "",
		 tunables ? ":" : "");
	if (setenv("GLIBC_TUNABLES", value, 1) == 0)
		execv("/proc/self/exe", argv);
}

static void run_all(struct bench_table *table, struct bench_subject *subjects,
		    const struct bench_options *options)
{
	if (!options->markdown) {
		bench_print_header(stdout, table->nr_rounds);
		fputc('\n', stdout);
	}
	for (size_t i = 0; i < table->nr_cases; i++) {
		const struct bench_case *what = &table->cases[i];

		run_case(table, subjects, i,
			 options->quick ? what->argument_quick : what->argument);
		if (!options->markdown)
			bench_print_case(stdout, table, i);
	}
	if (options->markdown)
		bench_print_markdown(stdout, table);
}

int main(int argc, char **argv)
{
	static struct bench_subject subjects[BENCH_MAX_SUBJECTS];
	static struct bench_case cases[BENCH_MAX_CASES];
	static struct bench_table table = { .cases = cases, .subjects = subjects };
	struct bench_options options = { 0 };
	bool list = false;
	int status = parse_options(argc, argv, &options, &list);

	if (status >= 0)
		return status;
	table.nr_cases = select_cases(cases, gather_cases(cases), &options);
	if (table.nr_cases == 0) {
		fprintf(stderr, "bench: no case is called like %s; see --list\n", options.filter);
		return EXIT_BAD_USAGE;
	}
	if (list) {
		for (size_t i = 0; i < table.nr_cases; i++)
			puts(cases[i].name);
		return 0;
	}
	reserve_static_tls(argv);
	table.nr_subjects = bench_subjects(subjects);
	table.nr_rounds = options.nr_rounds ? options.nr_rounds
			  : options.quick   ? ROUNDS_QUICK
					    : ROUNDS_DEFAULT;
	/* An empty table first: a path that cannot be written is told before the wait. */
	if (options.csv_path && !bench_write_csv(options.csv_path, &table))
		return EXIT_BAD_USAGE;
	run_all(&table, subjects, &options);
	if (options.csv_path && !bench_write_csv(options.csv_path, &table))
		return EXIT_BAD_USAGE;
	return 0;
}
