/* SPDX-License-Identifier: MIT */
/* The command line of `buddy fuzz`, and what follows from it where nothing is said. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/fuzz.h"
#include "fuzz/targets/target.h"

static const char usage_text[] =
	"usage: buddy fuzz [--target NAME] [--time S] [--engine libfuzzer|afl] [option...]\n"
	"Fuzzes one target and explains what it finds with the shortest program that shows it.\n"
	"\n"
	"  --target NAME    what is checked: safety (default), diff, codec, ... (fuzz/targets)\n"
	"  --subject PATH   a plug-in (.so) instead of the one that is linked in: target subject\n"
	"  --time S         seconds, default 60\n"
	"  --engine NAME    libfuzzer (default) or afl\n"
	"  --jobs N         workers, default one per CPU\n"
	"  --seed N         of the engine's random numbers; default: from the clock, printed\n"
	"  --keep-going     do not stop at the first finding\n"
	"  --max-len BYTES  longest input, default 8208 (512 operations)\n"
	"  --binary PATH    target linked with the engine; default build/asan/fuzz_NAME, for afl\n"
	"                   build/afl/fuzz_NAME. NAME_replay and afl_mutator.so lie beside it.\n"
	"  --fast-binary PATH  the same without sanitizers: all workers but the first (libfuzzer)\n"
	"                   or the third (afl) run it\n"
	"  --cmplog-binary PATH  afl: the same built for CMPLOG; the second worker solves\n"
	"                   comparisons with it\n"
	"  --corpus DIR     inputs found so far, kept between runs; default build/corpus/NAME\n"
	"  --seeds DIR      text programs to start from; default corpus/seeds/NAME\n"
	"  --out DIR        findings: NAME.ops and NAME.txt, all of them in findings.json;\n"
	"                   default build/findings/NAME\n"
	"  --format FORMAT  of the results on standard output: text (default), json, junit,\n"
	"                   sarif or ktap\n"
	"\n"
	"One worker with an empty corpus walks the same path again when given the same seed.\n"
	"Ctrl-C stops early; once more stops shrinking, too. What an earlier campaign found and\n"
	"could not report any more is reported first. Status: 0 clean, 1 findings, 2 bad usage,\n"
	"or a disk or a worker that failed, 130 interrupted without a finding or while "
	"shrinking.\n";

enum option_name {
	OPTION_TARGET,
	OPTION_SUBJECT,
	OPTION_TIME,
	OPTION_ENGINE,
	OPTION_JOBS,
	OPTION_SEED,
	OPTION_KEEP_GOING,
	OPTION_MAX_LEN,
	OPTION_BINARY,
	OPTION_FAST_BINARY,
	OPTION_CMPLOG_BINARY,
	OPTION_CORPUS,
	OPTION_SEEDS,
	OPTION_OUT,
	OPTION_FORMAT,
	OPTION_HELP
};

static const struct option long_options[] = {
	{ "target", required_argument, NULL, OPTION_TARGET },
	{ "subject", required_argument, NULL, OPTION_SUBJECT },
	{ "time", required_argument, NULL, OPTION_TIME },
	{ "engine", required_argument, NULL, OPTION_ENGINE },
	{ "jobs", required_argument, NULL, OPTION_JOBS },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "keep-going", no_argument, NULL, OPTION_KEEP_GOING },
	{ "max-len", required_argument, NULL, OPTION_MAX_LEN },
	{ "binary", required_argument, NULL, OPTION_BINARY },
	{ "fast-binary", required_argument, NULL, OPTION_FAST_BINARY },
	{ "cmplog-binary", required_argument, NULL, OPTION_CMPLOG_BINARY },
	{ "corpus", required_argument, NULL, OPTION_CORPUS },
	{ "seeds", required_argument, NULL, OPTION_SEEDS },
	{ "out", required_argument, NULL, OPTION_OUT },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 }
};

static void usage_error(const char *what, const char *value, const char *wanted)
{
	fprintf(stderr, "buddy fuzz: %s '%s': %s; see buddy fuzz --help\n", what, value, wanted);
	exit(2);
}

static uint64_t number_option(const char *name, const char *value, uint64_t least, uint64_t most)
{
	unsigned long long number;
	char wanted[80];
	char *end;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (errno || end == value || *end != '\0' || value[0] == '-' || number < least ||
	    number > most) {
		snprintf(wanted, sizeof(wanted), "give a number from %llu to %llu",
			 (unsigned long long)least, (unsigned long long)most);
		usage_error(name, value, wanted);
	}
	return number;
}

static void target_option(struct fuzz_options *options, const char *name)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	if (name[0] == '\0' || strlen(name) >= sizeof(options->target) ||
	    strspn(name, legal) != strlen(name))
		usage_error("--target", name, "give a name such as safety");
	snprintf(options->target, sizeof(options->target), "%s", name);
}

static void engine_option(struct fuzz_options *options, const char *name)
{
	if (strcmp(name, "libfuzzer") == 0)
		options->engine = FUZZ_LIBFUZZER;
	else if (strcmp(name, "afl") == 0)
		options->engine = FUZZ_AFL;
	else
		usage_error("--engine", name, "give libfuzzer or afl");
}

static void option_take(struct fuzz_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_TARGET:
		target_option(options, value);
		break;
	case OPTION_SUBJECT:
		target_option(options, "subject");
		setenv(TARGET_SUBJECT_ENV, value, 1);
		break;
	case OPTION_TIME:
		options->time_s = (uint32_t)number_option("--time", value, 1, 100000000);
		break;
	case OPTION_ENGINE:
		engine_option(options, value);
		break;
	case OPTION_JOBS:
		options->nr_workers = (uint32_t)number_option("--jobs", value, 1, FUZZ_MAX_WORKERS);
		break;
	case OPTION_SEED:
		options->seed = number_option("--seed", value, 1, 0x7fffffff);
		break;
	case OPTION_KEEP_GOING:
		options->keep_going = true;
		break;
	case OPTION_MAX_LEN:
		options->max_len_bytes = (uint32_t)number_option("--max-len", value, 16, 1 << 20);
		break;
	case OPTION_BINARY:
		path_format(options->binary, "%s", value);
		break;
	case OPTION_FAST_BINARY:
		path_format(options->fast, "%s", value);
		break;
	case OPTION_CMPLOG_BINARY:
		path_format(options->cmplog, "%s", value);
		break;
	case OPTION_CORPUS:
		path_format(options->corpus, "%s", value);
		break;
	case OPTION_SEEDS:
		path_format(options->seeds, "%s", value);
		break;
	case OPTION_OUT:
		path_format(options->out, "%s", value);
		break;
	case OPTION_FORMAT:
		if (!results_parse_format(value, &options->format))
			usage_error("--format", value, "give " RESULTS_FORMATS);
		break;
	default:
		break;
	}
}

static uint32_t nr_cpus(void)
{
	long nr = sysconf(_SC_NPROCESSORS_ONLN);

	if (nr < 1)
		return 1;
	return nr > FUZZ_MAX_WORKERS ? FUZZ_MAX_WORKERS : (uint32_t)nr;
}

static void default_path(char path[FUZZ_PATH_MAX], const char *folder, const char *target)
{
	if (path[0] == '\0')
		path_format(path, "%s%s", folder, target);
}

static void options_complete(struct fuzz_options *options)
{
	bool afl = options->engine == FUZZ_AFL;
	char folder[FUZZ_PATH_MAX];
	char *slash;

	default_path(options->binary, afl ? "build/afl/fuzz_" : "build/asan/fuzz_",
		     options->target);
	default_path(options->corpus, "build/corpus/", options->target);
	default_path(options->seeds, "corpus/seeds/", options->target);
	default_path(options->regressions, "corpus/regressions/", options->target);
	default_path(options->out, "build/findings/", options->target);
	path_format(options->work, "build/fuzz/%s-%s", options->target,
		    engine_name(options->engine));
	path_format(folder, "%s", options->binary);
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	path_format(options->replay, "%s/%s_replay", slash ? folder : ".", options->target);
	path_format(options->mutator, "%s/afl_mutator.so", slash ? folder : ".");
	if (options->nr_workers == 0)
		options->nr_workers = nr_cpus();
	if (options->seed == 0)
		options->seed = (uint64_t)time(NULL) & 0x7fffffff;
}

bool options_parse(struct fuzz_options *options, int argc, char **argv)
{
	int option;

	*options = (struct fuzz_options){ .target = "safety", .time_s = 60, .max_len_bytes = 8208 };
	optind = 1;
	opterr = 0; /* usage_error() says it */
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == OPTION_HELP || option == 'h') {
			fputs(usage_text, stdout);
			return false;
		}
		if (option == '?')
			usage_error("argument", argv[optind - 1],
				    "unknown, or its value is missing");
		option_take(options, option, optarg);
	}
	if (optind < argc)
		usage_error("argument", argv[optind], "options only");
	options_complete(options);
	return true;
}
