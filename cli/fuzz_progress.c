/* SPDX-License-Identifier: MIT */
/* What a campaign tells while it runs (stderr, one line) and when it is over (stdout). */
#include <stdio.h>

#include "cli/fuzz.h"

#define PLAIN_EVERY_S 10.0 /* a log file wants fewer lines than a terminal */

static const char *with_unit(char text[16], double number)
{
	if (number >= 1e6)
		snprintf(text, 16, "%.1fM", number / 1e6);
	else if (number >= 1e4)
		snprintf(text, 16, "%.1fk", number / 1e3);
	else
		snprintf(text, 16, "%.0f", number);
	return text;
}

static double rate(uint64_t now, uint64_t before, double span_s)
{
	return now > before && span_s > 0 ? (double)(now - before) / span_s : 0;
}

static void line_print(const struct fuzz_campaign *campaign, const char *start, const char *end)
{
	const struct fuzz_figures *now = &campaign->now;
	double span_s = campaign->now_s - campaign->before_s;
	double left_s = campaign->end_s - campaign->now_s;
	char executions[16], ops[16], edges[48] = "", features[48] = "";

	/* AFL++ tells none in its first minute. */
	if (now->nr_edges)
		snprintf(edges, sizeof(edges), "edges %llu  ", (unsigned long long)now->nr_edges);
	if (now->nr_features)
		snprintf(features, sizeof(features), "features %llu  ",
			 (unsigned long long)now->nr_features);
	fprintf(stderr,
		"%s%s: %.0f s left  %s exec/s  %s checked ops/s  %s%scorpus %llu  "
		"failing inputs %llu%s",
		start, campaign->options.target, left_s > 0 ? left_s : 0,
		with_unit(executions,
			  rate(now->nr_executions, campaign->before.nr_executions, span_s)),
		with_unit(ops, rate(now->nr_checked_ops, campaign->before.nr_checked_ops, span_s)),
		edges, features, (unsigned long long)now->nr_corpus,
		(unsigned long long)now->nr_artifacts, end);
	fflush(stderr);
}

void progress_print(struct fuzz_campaign *campaign)
{
	if (campaign->tty) {
		line_print(campaign, "\r", "\033[K");
	} else {
		if (campaign->now_s - campaign->printed_s < PLAIN_EVERY_S)
			return;
		line_print(campaign, "", "\n");
	}
	campaign->printed_s = campaign->now_s;
	campaign->before = campaign->now;
	campaign->before_s = campaign->now_s;
}

void progress_clear(const struct fuzz_campaign *campaign)
{
	if (campaign->tty)
		fputs("\r\033[K", stderr);
}

/* The engine tells of edges when it has read its corpus; what lies in the corpus is counted. */
void summary_print(const struct fuzz_campaign *campaign, const struct corpus_look *corpus)
{
	const struct fuzz_options *options = &campaign->options;
	const struct fuzz_figures *now = &campaign->now;
	double span_s = campaign->now_s - campaign->start_s;
	char executions[16], ops[16], edges[48] = "edges not counted yet", features[48] = "";

	if (now->nr_edges)
		snprintf(edges, sizeof(edges), "%llu edges", (unsigned long long)now->nr_edges);
	if (now->nr_features)
		snprintf(features, sizeof(features), ", %llu features",
			 (unsigned long long)now->nr_features);
	printf("%s: %.0f s on %u worker%s of %s, seed %llu\n", options->target, span_s,
	       options->nr_workers, options->nr_workers == 1 ? "" : "s",
	       engine_name(options->engine), (unsigned long long)options->seed);
	printf("  %llu executions (%s/s), %llu operations checked (%s/s), %llu declined\n",
	       (unsigned long long)now->nr_executions,
	       with_unit(executions, rate(now->nr_executions, 0, span_s)),
	       (unsigned long long)now->nr_checked_ops,
	       with_unit(ops, rate(now->nr_checked_ops, 0, span_s)),
	       (unsigned long long)now->nr_declined_ops);
	printf("  %s%s; corpus of %llu inputs in %s\n", edges, features,
	       (unsigned long long)corpus->nr_inputs, options->corpus);
}
