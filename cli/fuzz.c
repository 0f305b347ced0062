/* SPDX-License-Identifier: MIT */
/*
 * `buddy fuzz`: runs one target under libFuzzer or AFL++ for a while, one worker per CPU over a
 * shared corpus, shows how far it is, and explains what it found with the shortest program that
 * still shows it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/fuzz.h"

#define LOOP_MS 200

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

static void must_take_files(const char *what, const char *folder)
{
	if (folder_takes_files(folder) && !disk_is_full(folder))
		return;
	fprintf(stderr,
		"buddy fuzz: %s %s: cannot be written: %s; make room, or name another folder\n",
		what, folder, strerror(errno));
	exit(EXIT_BAD_USAGE);
}

static void campaign_open(struct fuzz_campaign *campaign)
{
	struct fuzz_options *options = &campaign->options;

	must_run(options->binary);
	must_run(options->replay);
	if (options->fast[0] != '\0')
		must_run(options->fast);
	if (options->cmplog[0] != '\0')
		must_run(options->cmplog);
	if (options->engine == FUZZ_AFL)
		must_run(options->mutator);
	work_lock(options);
	folder_create(options->corpus);
	folder_create(options->work);
	must_take_files("the corpus", options->corpus);
	must_take_files("the work folder", options->work);
	must_take_files("the folder of findings", options->out);
	campaign->opened_s = (double)time(NULL);
}

/* What cannot be saved now must not be removed with the work folder. */
static void collect_earlier(const struct fuzz_campaign *campaign)
{
	uint32_t nr_unsaved = engine_collect(campaign);

	if (!nr_unsaved)
		return;
	fprintf(stderr,
		"buddy fuzz: %u inputs of an earlier campaign cannot be saved in %s: %s; they stay "
		"in %s\n",
		nr_unsaved, campaign->options.corpus, strerror(errno), campaign->options.work);
	exit(EXIT_BAD_USAGE);
}

/*
 * A campaign that was killed, or whose disk was full, leaves failing inputs, files of the corpus
 * that were cut short, and with AFL++ a queue. Returns the number of findings; *nr_left inputs
 * could not be dealt with.
 */
static uint32_t earlier_report(struct fuzz_campaign *campaign, uint32_t *nr_left)
{
	const struct fuzz_options *options = &campaign->options;
	struct corpus_look corpus = corpus_look(options->corpus, campaign->opened_s + 3600);
	struct fuzz_report report = { 0 };
	struct name_list inputs;

	if (corpus.nr_cut)
		fprintf(stderr,
			"buddy fuzz: %llu empty files of an earlier campaign are removed from %s\n",
			(unsigned long long)corpus.nr_cut, options->corpus);
	collect_earlier(campaign);
	engine_artifacts(campaign, &inputs);
	if (inputs.nr) {
		fprintf(stderr,
			"buddy fuzz: an earlier campaign left %zu failing input%s in %s: reported "
			"first\n",
			inputs.nr, inputs.nr == 1 ? "" : "s", options->work);
		report = findings_report(campaign);
	}
	name_list_free(&inputs);
	left_tell(options, report.nr_left);
	*nr_left = report.nr_left;
	return report.nr_findings;
}

static void campaign_prepare(struct fuzz_campaign *campaign)
{
	struct fuzz_options *options = &campaign->options;
	char path[FUZZ_PATH_MAX];
	uint32_t i, nr_seeds;

	folder_empty(options->work);
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

static void workers_ended(struct fuzz_campaign *campaign)
{
	uint32_t i;

	for (i = 0; i < campaign->options.nr_workers; i++) {
		struct fuzz_worker *worker = &campaign->workers[i];

		if (!worker->ended)
			continue;
		worker->ended = false;
		if (!engine_ended_by_finding(campaign, i)) {
			campaign->broken = worker;
		} else if (campaign->options.keep_going &&
			   campaign->nr_restarts < FUZZ_MAX_RESTARTS) {
			campaign->nr_restarts++;
			worker_start(campaign, i);
		}
	}
}

static const char *full_folder(const struct fuzz_options *options)
{
	if (disk_is_full(options->corpus))
		return options->corpus;
	return disk_is_full(options->work) ? options->work : NULL;
}

/* false: the campaign is over. */
static bool campaign_step(struct fuzz_campaign *campaign)
{
	workers_reap(campaign);
	campaign->now_s = clock_s();
	engine_figures(campaign);
	workers_ended(campaign);
	campaign->full = full_folder(&campaign->options);
	if (campaign->broken || campaign->full)
		return false;
	if (campaign->now.nr_artifacts && !campaign->options.keep_going)
		return false;
	return campaign->nr_restarts < FUZZ_MAX_RESTARTS && campaign->now_s < campaign->end_s;
}

static void campaign_run(struct fuzz_campaign *campaign)
{
	uint32_t i;

	campaign->start_s = clock_s();
	campaign->now_s = campaign->start_s;
	campaign->first_core = (uint32_t)sched_getcpu();
	campaign->before_s = campaign->start_s;
	campaign->printed_s = campaign->start_s;
	campaign->end_s = campaign->start_s + campaign->options.time_s;
	for (i = 0; i < campaign->options.nr_workers && !interrupt_pending(); i++)
		worker_start(campaign, i);
	while (!interrupt_pending() && campaign_step(campaign)) {
		if (campaign->now_s - campaign->printed_s >= 1.0)
			progress_print(campaign);
		poll(NULL, 0, LOOP_MS);
	}
	campaign->now_s = clock_s();
	campaign->interrupted = interrupt_pending();
	if (campaign->interrupted)
		interrupt_take();
	campaign->nr_deaf = workers_stop(campaign);
	engine_figures(campaign);
	campaign->nr_unsaved = engine_collect(campaign);
	progress_clear(campaign);
}

int fuzz_main(int argc, char **argv)
{
	static struct fuzz_campaign campaign;
	uint32_t nr_earlier, nr_left;

	if (!options_parse(&campaign.options, argc, argv))
		return EXIT_CLEAN;
	campaign.tty = isatty(STDERR_FILENO);
	interrupts_catch();
	results_open(&campaign);
	campaign_open(&campaign);
	nr_earlier = earlier_report(&campaign, &nr_left);
	if (nr_left || (nr_earlier && (!campaign.options.keep_going || interrupt_pending())))
		return results_close(&campaign, findings_status(&campaign, nr_earlier, nr_left));
	campaign_prepare(&campaign);
	campaign_run(&campaign);
	return results_close(&campaign, campaign_end(&campaign, nr_earlier));
}
