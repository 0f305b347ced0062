/* SPDX-License-Identifier: MIT */
/*
 * What differs between the two engines: command line, environment, where the figures and the
 * failing inputs are. Logs stay out of the corpus folder, or libFuzzer would take them for inputs.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fuzz.h"
#include "fuzz/fuzz_stats.h"

#define TAIL_BYTES 16384

static const char *const artifact_kinds[] = { "crash-", "timeout-", "oom-", "leak-" };
static const char *const afl_kinds[] = { "crashes", "hangs" };

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
	command_add(command, "%s", options->corpus);
	command_add(command, "%s/seeds", options->work);
}

static void afl_command(const struct fuzz_campaign *campaign, uint32_t worker,
			struct command_line *command)
{
	const struct fuzz_options *options = &campaign->options;

	command_add(command, "afl-fuzz");
	command_add(command, "-m");
	command_add(command, "none");
	command_add(command, "-t");
	command_add(command, "5000+");
	command_add(command, "-G");
	command_add(command, "%u", options->max_len_bytes);
	command_add(command, "-s");
	command_add(command, "%llu", (unsigned long long)(options->seed + worker));
	command_add(command, "-i");
	command_add(command, "%s/seeds", options->work);
	command_add(command, "-o");
	command_add(command, "%s/afl", options->work);
	command_add(command, worker == 0 ? "-M" : "-S");
	command_add(command, "w%u", worker);
	command_add(command, "--");
	command_add(command, "%s", options->binary);
}

void engine_command(const struct fuzz_campaign *campaign, uint32_t worker,
		    struct command_line *command)
{
	if (campaign->options.engine == FUZZ_AFL)
		afl_command(campaign, worker, command);
	else
		libfuzzer_command(campaign, worker, command);
}

void engine_environment(const struct fuzz_campaign *campaign)
{
	static const char *const afl_on[] = {
		"AFL_NO_UI",
		"AFL_SKIP_CPUFREQ",
		"AFL_NO_AFFINITY",
		"AFL_FAST_CAL",
		"AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES",
		"AFL_NO_WARN_INSTABILITY",
		"AFL_CUSTOM_MUTATOR_ONLY",
		"AFL_IGNORE_SEED_PROBLEMS",
	};
	char stats[FUZZ_PATH_MAX];
	size_t i;

	path_format(stats, "%s/stats", campaign->options.work);
	setenv("BUDDY_FUZZ_STATS", stats, 1);
	if (campaign->options.engine != FUZZ_AFL)
		return;
	for (i = 0; i < sizeof(afl_on) / sizeof(afl_on[0]); i++)
		setenv(afl_on[i], "1", 1);
	setenv("AFL_FORKSRV_INIT_TMOUT", "30000", 1);
	setenv("AFL_CUSTOM_MUTATOR_LIBRARY", campaign->options.mutator, 1);
	setenv("TERM", "dumb", 1);
}

static uint64_t number_after(const char *line, const char *word)
{
	const char *at = strstr(line, word);

	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

static void keep_larger(uint64_t *figure, uint64_t candidate)
{
	if (candidate > *figure)
		*figure = candidate;
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
	keep_larger(&figures->nr_edges, number_after(last, " cov: "));
	keep_larger(&figures->nr_features, number_after(last, " ft: "));
	keep_larger(&figures->nr_corpus, number_after(last, " corp: "));
}

/* The last line of plot_data; AFL++ rewrites fuzzer_stats only once a minute. */
static void afl_figures(struct fuzz_figures *figures, const char *work, uint32_t worker)
{
	static char tail[TAIL_BYTES];
	unsigned long long corpus, edges;
	char path[FUZZ_PATH_MAX];
	char *line;

	path_format(path, "%s/afl/w%u/plot_data", work, worker);
	file_tail(path, tail, sizeof(tail));
	if (tail[0] == '\0')
		return;
	tail[strlen(tail) - 1] = '\0';
	line = strrchr(tail, '\n');
	line = line ? line + 1 : tail;
	if (sscanf(line, "%*u, %*u, %*u, %llu, %*u, %*u, %*[^,], %*u, %*u, %*u, %*[^,], %*u, %llu",
		   &corpus, &edges) != 2)
		return;
	keep_larger(&figures->nr_corpus, corpus);
	keep_larger(&figures->nr_edges, edges);
}

void engine_figures(struct fuzz_campaign *campaign)
{
	const struct fuzz_options *options = &campaign->options;
	struct fuzz_figures *figures = &campaign->now;
	struct name_list artifacts;
	char path[FUZZ_PATH_MAX];
	uint32_t i;

	for (i = 0; i < options->nr_workers; i++) {
		if (options->engine == FUZZ_AFL)
			afl_figures(figures, options->work, i);
		else
			libfuzzer_figures(figures, campaign->workers[i].log);
	}
	path_format(path, "%s/stats", options->work);
	fuzz_stats_total(path, &figures->nr_executions, &figures->nr_judged_ops);
	engine_artifacts(campaign, &artifacts);
	figures->nr_artifacts = artifacts.nr;
	name_list_free(&artifacts);
}

bool engine_ended_by_finding(const struct fuzz_campaign *campaign, uint32_t worker)
{
	static char tail[TAIL_BYTES];

	if (campaign->options.engine == FUZZ_AFL)
		return campaign->now.nr_artifacts > 0;
	file_tail(campaign->workers[worker].log, tail, sizeof(tail));
	return strstr(tail, "Test unit written to") != NULL;
}

static void add_paths(struct name_list *list, const char *folder, const char *prefix)
{
	char path[FUZZ_PATH_MAX];
	struct name_list found;
	size_t i;

	name_list_read(&found, folder, prefix);
	for (i = 0; i < found.nr; i++) {
		path_format(path, "%s/%s", folder, found.names[i]);
		name_list_append(list, path);
	}
	name_list_free(&found);
}

void engine_artifacts(const struct fuzz_campaign *campaign, struct name_list *list)
{
	const struct fuzz_options *options = &campaign->options;
	char folder[FUZZ_PATH_MAX];
	uint32_t i, kind;

	list->names = NULL;
	list->nr = 0;
	if (options->engine == FUZZ_LIBFUZZER) {
		path_format(folder, "%s/artifacts", options->work);
		for (kind = 0; kind < 4; kind++)
			add_paths(list, folder, artifact_kinds[kind]);
		return;
	}
	for (i = 0; i < options->nr_workers; i++) {
		for (kind = 0; kind < 2; kind++) {
			path_format(folder, "%s/afl/w%u/%s", options->work, i, afl_kinds[kind]);
			add_paths(list, folder, "id:");
		}
	}
}

/* AFL++ keeps a queue of its own: its new entries join the shared corpus, named by their contents.
 */
static void collect_queue(const struct fuzz_options *options, const char *queue)
{
	char from[FUZZ_PATH_MAX], to[FUZZ_PATH_MAX];
	struct name_list found;
	size_t i;

	name_list_read(&found, queue, "id:");
	for (i = 0; i < found.nr; i++) {
		if (strstr(found.names[i], ",orig:") || strstr(found.names[i], ",sync:"))
			continue;
		path_format(from, "%s/%s", queue, found.names[i]);
		path_format(to, "%s/%016llx", options->corpus, (unsigned long long)file_hash(from));
		if (!file_exists(to))
			file_copy(from, to);
	}
	name_list_free(&found);
}

void engine_collect(const struct fuzz_campaign *campaign)
{
	char queue[FUZZ_PATH_MAX];
	uint32_t i;

	if (campaign->options.engine != FUZZ_AFL)
		return;
	for (i = 0; i < campaign->options.nr_workers; i++) {
		path_format(queue, "%s/afl/w%u/queue", campaign->options.work, i);
		collect_queue(&campaign->options, queue);
	}
}
