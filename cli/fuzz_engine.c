/* SPDX-License-Identifier: MIT */
/*
 * What differs between the two engines: command line, environment, where the figures and the
 * failing inputs are. Logs stay out of the corpus folder, or libFuzzer would take them for inputs.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cli/fuzz_afl.h"
#include "fuzz/engines/fuzz_stats.h"

#define TAIL_BYTES 16384

static const char *const artifact_kinds[] = { "crash-", "timeout-", "oom-", "leak-" };

const char *engine_name(enum fuzz_engine engine)
{
	return engine == FUZZ_AFL ? "afl" : "libfuzzer";
}

/* One worker looks with sanitizers at what the fast ones found: they share the corpus. */
static void libfuzzer_command(const struct fuzz_campaign *campaign, uint32_t worker,
			      struct command_line *command)
{
	const struct fuzz_options *options = &campaign->options;
	bool fast = worker > 0 && options->fast[0] != '\0';

	command_add(command, "%s", fast ? options->fast : options->binary);
	command_add(command, "-seed=%llu",
		    (unsigned long long)((options->seed + campaign->nr_starts) & 0x7fffffff));
	command_add(command, "-max_len=%u", options->max_len_bytes);
	command_add(command, "-artifact_prefix=%s/artifacts/", options->work);
	command_add(command, "-reload=1");
	command_add(command, "-timeout=30");
	command_add(command, "-rss_limit_mb=3072");
	command_add(command, "-print_final_stats=1");
	if (worker) /* weighing rare features costs more than it finds */
		command_add(command, "-entropic=0");
	if (options->words[0] != '\0')
		command_add(command, "-dict=%s", options->words);
	command_add(command, "%s", options->corpus);
	command_add(command, "%s/seeds", options->work);
}

void engine_command(const struct fuzz_campaign *campaign, uint32_t worker,
		    struct command_line *command)
{
	if (campaign->options.engine == FUZZ_AFL)
		afl_command(campaign, worker, command);
	else
		libfuzzer_command(campaign, worker, command);
}

void engine_environment(const struct fuzz_campaign *campaign, uint32_t worker)
{
	char stats[FUZZ_PATH_MAX];

	path_format(stats, "%s/stats", campaign->options.work);
	setenv("BUDDY_FUZZ_STATS", stats, 1);
	if (campaign->options.engine == FUZZ_AFL)
		afl_environment(campaign, worker);
}

static uint64_t number_after(const char *line, const char *word)
{
	const char *at = strstr(line, word);

	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

/* The last "#123 NEW cov: 1 ft: 2 corp: 3/4b ..." of a worker's log. */
static void libfuzzer_figures(struct fuzz_figures *figures, const char *log)
{
	static char tail[TAIL_BYTES];
	char *line, *rest, *last = NULL;

	file_tail(log, tail, sizeof(tail));
	for (line = strtok_r(tail, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (line[0] == '#' && strstr(line, " cov: ") && strstr(line, " exec/s"))
			last = line;
	}
	if (!last)
		return;
	figure_raise(&figures->nr_edges, number_after(last, " cov: "));
	figure_raise(&figures->nr_features, number_after(last, " ft: "));
	figure_raise(&figures->nr_corpus, number_after(last, " corp: "));
}

void engine_figures(struct fuzz_campaign *campaign)
{
	const struct fuzz_options *options = &campaign->options;
	struct fuzz_figures *figures = &campaign->now;
	struct fuzz_totals totals;
	struct name_list artifacts;
	char path[FUZZ_PATH_MAX];
	uint32_t i;

	if (options->engine == FUZZ_AFL)
		afl_figures(options, figures);
	else
		for (i = 0; i < options->nr_workers; i++)
			libfuzzer_figures(figures, campaign->workers[i].log);
	path_format(path, "%s/stats", options->work);
	fuzz_stats_read(path, &totals);
	figures->nr_executions = totals.counts[FUZZ_EXECUTIONS];
	figures->nr_checked_ops = totals.counts[FUZZ_CHECKED_OPS];
	figures->nr_declined_ops = totals.counts[FUZZ_DECLINED_OPS];
	engine_artifacts(campaign, &artifacts);
	figures->nr_artifacts = artifacts.nr;
	name_list_free(&artifacts);
}

bool engine_ended_by_finding(const struct fuzz_campaign *campaign, uint32_t worker)
{
	static char tail[TAIL_BYTES];

	if (campaign->options.engine == FUZZ_AFL)
		return campaign->now.nr_artifacts > 0 &&
		       !WIFSIGNALED(campaign->workers[worker].status);
	file_tail(campaign->workers[worker].log, tail, sizeof(tail));
	return strstr(tail, "Test unit written to") != NULL;
}

void engine_artifacts(const struct fuzz_campaign *campaign, struct name_list *list)
{
	const struct fuzz_options *options = &campaign->options;
	char folder[FUZZ_PATH_MAX];
	uint32_t kind;

	list->names = NULL;
	list->nr = 0;
	if (options->engine == FUZZ_AFL) {
		afl_artifacts(options, list);
		return;
	}
	path_format(folder, "%s/artifacts", options->work);
	for (kind = 0; kind < 4; kind++)
		name_list_append_paths(list, folder, artifact_kinds[kind]);
}

uint32_t engine_collect(const struct fuzz_campaign *campaign)
{
	return campaign->options.engine == FUZZ_AFL ? afl_collect(&campaign->options) : 0;
}
