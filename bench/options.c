/* SPDX-License-Identifier: MIT */
#include "bench/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"

static const char usage_text[] =
	"usage: buddy_bench [options]\n"
	"\n"
	"Measures today's core, older ones, glibc, jemalloc, mimalloc, tcmalloc, the real kernel\n"
	"where it is built, and an empty loop. Who is not installed or not built is left out,\n"
	"with a sentence.\n"
	"\n"
	"  --rounds N       rounds of every row, each with a slice of 8 ms of every subject\n"
	"                   (default: 31). Slow ones stop earlier, after 20 s of a row.\n"
	"  --quick          5 rounds, slices of 2 ms, smaller sizes, no boots of 256 GiB and\n"
	"                   more: a look, not a result\n"
	"  --filter TEXT    only rows whose name contains TEXT\n"
	"  --subject NAME   only this subject, and the cores; may be given again\n"
	"  --against FILE   an older core, as bench/against builds it; may be given again\n"
	"  --core FILE      today's core (default: bench_core.so beside the program)\n"
	"  --csv FILE       figures in nanoseconds and ratios as CSV\n"
	"  --markdown       the table as Markdown instead\n"
	"  --publish DIR    a complete run also leaves table.md and ratios.csv there\n"
	"  --list           names of the rows\n"
	"  -h, --help       this text\n"
	"\n"
	"The ratio of a subject is its slice over the core's slice of the same round: median\n"
	"[quartiles] (minimum..maximum). Ctrl-C prints what was measured so far.\n"
	"\n"
	"Exit status: 0 measured, 2 bad usage or nothing to measure, 130 stopped.\n";

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

static bool append(const char **list, size_t *nr, size_t max, const char *option)
{
	if (*nr == max) {
		fprintf(stderr, "bench: --%s can be given %zu times\n", option, max);
		return false;
	}
	list[(*nr)++] = optarg;
	return true;
}

/* false: bad usage, and it was said. */
static bool take_option(int option, struct bench_options *options)
{
	switch (option) {
	case 'r':
		return parse_rounds(optarg, &options->nr_rounds);
	case 'q':
		options->quick = true;
		return true;
	case 'f':
		options->filter = optarg;
		return true;
	case 's':
		return append(options->subjects, &options->nr_subjects, BENCH_MAX_NAMED, "subject");
	case 'a':
		return append(options->against, &options->nr_against, BENCH_MAX_AGAINST, "against");
	case 'o':
		options->core_path = optarg;
		return true;
	case 'c':
		options->csv_path = optarg;
		return true;
	case 'p':
		options->publish_path = optarg;
		return true;
	case 'm':
		options->markdown = true;
		return true;
	case 'l':
		options->list = true;
		return true;
	default:
		return false;
	}
}

int bench_parse_options(int argc, char **argv, struct bench_options *options)
{
	static const struct option long_options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "quick", no_argument, NULL, 'q' },
		{ "filter", required_argument, NULL, 'f' },
		{ "subject", required_argument, NULL, 's' },
		{ "against", required_argument, NULL, 'a' },
		{ "core", required_argument, NULL, 'o' },
		{ "csv", required_argument, NULL, 'c' },
		{ "publish", required_argument, NULL, 'p' },
		{ "markdown", no_argument, NULL, 'm' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage_text, stdout);
			return 0;
		}
		if (!take_option(option, options))
			return BENCH_EXIT_BAD_USAGE;
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "bench: %s: no file is wanted; buddy_bench --help tells more\n",
		argv[optind]);
	return BENCH_EXIT_BAD_USAGE;
}

bool bench_options_complete(const struct bench_options *options)
{
	return !options->quick && !options->filter && !options->nr_subjects &&
	       options->nr_rounds >= BENCH_ROUNDS;
}
