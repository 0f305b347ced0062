/* SPDX-License-Identifier: MIT */
/*
 * `buddy fuzz`: runs one target under libFuzzer or AFL++ for a while, one worker per CPU over a
 * shared corpus, shows how far it is, and explains what it found with the shortest program that
 * still shows it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/fuzz.h"
#include "fuzz/targets/target.h"

#define LOOP_MS 200

static volatile sig_atomic_t interrupted;

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
	"  --out DIR        findings: NAME.ops and NAME.txt; default build/findings/NAME\n"
	"\n"
	"One worker with an empty corpus walks the same path again when given the same seed.\n"
	"Ctrl-C stops early; nothing is lost. Status: 0 clean, 1 findings, 2 bad usage.\n";

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

/* false: --help was asked for. */
static bool options_parse(struct fuzz_options *options, int argc, char **argv)
{
	int option;

	*options = (struct fuzz_options){ .target = "safety", .time_s = 60, .max_len_bytes = 8208 };
	optind = 1;
	opterr = 0; /* usage_error() says it */
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == OPTION_HELP || option == 'h')
			return false;
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

static void must_run(const char *path)
{
	if (access(path, X_OK) != 0) {
		fprintf(stderr,
			"buddy fuzz: %s: %s; build it with `make fuzz`, or name it by "
			"--binary\n",
			path, strerror(errno));
		exit(2);
	}
}

/* One campaign per target and engine at a time: they would empty each other's work folder. */
static void work_lock(const struct fuzz_options *options)
{
	char path[FUZZ_PATH_MAX];
	int file;

	folder_create("build/fuzz");
	path_format(path, "%s.lock", options->work);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0) {
		fprintf(stderr,
			"buddy fuzz: %s is in use: wait for the other run of this target, "
			"or stop it\n",
			path);
		exit(2);
	}
}

static void campaign_prepare(struct fuzz_campaign *campaign)
{
	struct fuzz_options *options = &campaign->options;
	char path[FUZZ_PATH_MAX];
	uint32_t i, nr_seeds;

	must_run(options->binary);
	must_run(options->replay);
	if (options->fast[0] != '\0')
		must_run(options->fast);
	if (options->cmplog[0] != '\0')
		must_run(options->cmplog);
	if (options->engine == FUZZ_AFL)
		must_run(options->mutator);
	work_lock(options);
	folder_empty(options->work);
	folder_create(options->corpus);
	path_format(path, "%s/artifacts", options->work);
	folder_create(path);
	for (i = 0; i < options->nr_workers; i++)
		path_format(campaign->workers[i].log, "%s/worker-%u.log", options->work, i);
	ops_prepare(options);
	words_prepare(options);
	nr_seeds = seeds_prepare(campaign);
	fprintf(stderr, "%s: %u worker%s of %s, %u s, %u seeds, seed %llu\n", options->target,
		options->nr_workers, options->nr_workers == 1 ? "" : "s",
		engine_name(options->engine), options->time_s, nr_seeds,
		(unsigned long long)options->seed);
}

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static void worker_broken(struct fuzz_campaign *campaign, uint32_t worker)
{
	const char *log = campaign->workers[worker].log;
	char tail[2048];

	file_tail(log, tail, sizeof(tail));
	workers_stop(campaign);
	progress_clear(campaign);
	fprintf(stderr,
		"%s\nbuddy fuzz: a worker ended without a failing input; the end of its log "
		"%s stands above\n",
		tail, log);
	exit(2);
}

static void workers_ended(struct fuzz_campaign *campaign)
{
	uint32_t i;

	for (i = 0; i < campaign->options.nr_workers; i++) {
		struct fuzz_worker *worker = &campaign->workers[i];

		if (!worker->ended)
			continue;
		worker->ended = false;
		if (!engine_ended_by_finding(campaign, i))
			worker_broken(campaign, i);
		if (campaign->options.keep_going && campaign->nr_restarts < FUZZ_MAX_RESTARTS) {
			campaign->nr_restarts++;
			worker_start(campaign, i);
		}
	}
}

/* false: the campaign is over. */
static bool campaign_step(struct fuzz_campaign *campaign)
{
	workers_reap(campaign);
	campaign->now_s = clock_s();
	engine_figures(campaign);
	workers_ended(campaign);
	if (campaign->now.nr_artifacts && !campaign->options.keep_going)
		return false;
	return campaign->nr_restarts < FUZZ_MAX_RESTARTS && campaign->now_s < campaign->end_s;
}

static void campaign_run(struct fuzz_campaign *campaign)
{
	uint32_t i;

	catch_interrupts();
	campaign->start_s = clock_s();
	campaign->first_core = (uint32_t)sched_getcpu();
	campaign->before_s = campaign->start_s;
	campaign->printed_s = campaign->start_s;
	campaign->end_s = campaign->start_s + campaign->options.time_s;
	for (i = 0; i < campaign->options.nr_workers; i++)
		worker_start(campaign, i);
	while (!interrupted && campaign_step(campaign)) {
		if (campaign->now_s - campaign->printed_s >= 1.0)
			progress_print(campaign);
		poll(NULL, 0, LOOP_MS);
	}
	campaign->now_s = clock_s();
	campaign->nr_deaf = workers_stop(campaign);
	engine_figures(campaign);
	engine_collect(campaign);
	progress_clear(campaign);
}

/* No finding is good news only when the workers worked. */
static int clean_status(const struct fuzz_campaign *campaign)
{
	if (campaign->now.nr_executions == 0) {
		fprintf(stderr, "buddy fuzz: nothing was executed; see %s\n",
			campaign->workers[0].log);
		return EXIT_BAD_USAGE;
	}
	if (campaign->nr_deaf) {
		fprintf(stderr,
			"buddy fuzz: %u workers hung and were killed; see %s/worker-*.log\n",
			campaign->nr_deaf, campaign->options.work);
		return EXIT_BAD_USAGE;
	}
	printf("  no finding\n");
	return EXIT_CLEAN;
}

int fuzz_main(int argc, char **argv)
{
	static struct fuzz_campaign campaign;
	uint32_t nr_findings = 0;

	if (!options_parse(&campaign.options, argc, argv)) {
		fputs(usage_text, stdout);
		return 0;
	}
	campaign.tty = isatty(STDERR_FILENO);
	campaign_prepare(&campaign);
	campaign_run(&campaign);
	summary_print(&campaign);
	if (campaign.now.nr_artifacts)
		nr_findings = findings_report(&campaign);
	if (nr_findings == 0)
		return clean_status(&campaign);
	printf("\n%u finding%s in %s\n", nr_findings, nr_findings == 1 ? "" : "s",
	       campaign.options.out);
	return EXIT_FINDINGS;
}
