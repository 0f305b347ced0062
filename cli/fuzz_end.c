/* SPDX-License-Identifier: MIT */
/* How a campaign ended: what is told beside the summary, and the exit status that follows. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cli/cli.h"
#include "cli/fuzz.h"

void left_tell(const struct fuzz_options *options, uint32_t nr_left)
{
	if (nr_left)
		fprintf(stderr,
			"buddy fuzz: %u failing input%s not reported yet: %s in %s, and the next "
			"campaign begins with %s\n",
			nr_left, nr_left == 1 ? " is" : "s are",
			nr_left == 1 ? "it stays" : "they stay", options->work,
			nr_left == 1 ? "it" : "them");
}

static void broken_tell(const struct fuzz_worker *worker)
{
	int status = worker->status;
	char tail[2048];

	file_tail(worker->log, tail, sizeof(tail));
	fprintf(stderr, "%s\nbuddy fuzz: the end of %s stands above: the worker ", tail,
		worker->log);
	if (WIFSIGNALED(status))
		fprintf(stderr, "was killed by signal %d (%s)%s\n", WTERMSIG(status),
			strsignal(WTERMSIG(status)),
			WTERMSIG(status) == SIGKILL
				? "; the kernel does so when memory runs out (dmesg tells)"
				: "");
	else
		fprintf(stderr, "ended with status %d and without a failing input\n",
			WEXITSTATUS(status));
}

/* A worker that has to be stopped may leave one file that it was just writing. */
static bool files_are_cut(const struct fuzz_campaign *campaign, const struct corpus_look *corpus)
{
	return corpus->nr_cut > campaign->nr_starts;
}

/* What the campaign could not save. true: there is something. */
static bool losses_tell(const struct fuzz_campaign *campaign, const struct corpus_look *corpus)
{
	const struct fuzz_options *options = &campaign->options;

	if (campaign->full)
		fprintf(stderr,
			"buddy fuzz: the disk of %s is full: ended early; make room there\n",
			campaign->full);
	if (files_are_cut(campaign, corpus))
		fprintf(stderr,
			"buddy fuzz: %llu inputs could not be saved as a whole (a full disk?) and "
			"are removed from %s\n",
			(unsigned long long)corpus->nr_cut, options->corpus);
	if (campaign->nr_unsaved)
		fprintf(stderr, "buddy fuzz: %u inputs could not be saved in %s\n",
			campaign->nr_unsaved, options->corpus);
	if (campaign->full || files_are_cut(campaign, corpus) || campaign->nr_unsaved)
		return true;
	if (folder_takes_files(options->corpus))
		return false;
	fprintf(stderr,
		"buddy fuzz: %s: cannot be written any more: %s; inputs may be missing there\n",
		options->corpus, strerror(errno));
	return true;
}

/* No finding is good news only when the workers worked, and for as long as was asked. */
static int clean_status(const struct fuzz_campaign *campaign, bool lost)
{
	if (campaign->interrupted) {
		printf("  interrupted after %.0f s of %u s; no finding until then\n",
		       campaign->now_s - campaign->start_s, campaign->options.time_s);
		return EXIT_INTERRUPTED;
	}
	if (campaign->broken || lost)
		return EXIT_BAD_USAGE;
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

int findings_status(const struct fuzz_campaign *campaign, uint32_t nr_findings, uint32_t nr_left)
{
	if (nr_findings)
		printf("\n%u finding%s in %s\n", nr_findings, nr_findings == 1 ? "" : "s",
		       campaign->options.out);
	if (interrupt_pending()) {
		fprintf(stderr, "buddy fuzz: interrupted while findings were reported\n");
		return EXIT_INTERRUPTED;
	}
	return nr_findings || nr_left ? EXIT_FINDINGS : EXIT_CLEAN;
}

int campaign_end(const struct fuzz_campaign *campaign, uint32_t nr_earlier)
{
	const struct fuzz_options *options = &campaign->options;
	struct corpus_look corpus = corpus_look(options->corpus, campaign->opened_s);
	struct fuzz_report report = { 0 };
	bool lost;

	summary_print(campaign, &corpus);
	if (campaign->broken)
		broken_tell(campaign->broken);
	lost = losses_tell(campaign, &corpus);
	if (campaign->now.nr_artifacts)
		report = findings_report(campaign);
	left_tell(options, report.nr_left);
	if (report.nr_findings + report.nr_left + nr_earlier == 0)
		return clean_status(campaign, lost);
	return findings_status(campaign, report.nr_findings + nr_earlier, report.nr_left);
}
