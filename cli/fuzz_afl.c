/* SPDX-License-Identifier: MIT */
/*
 * AFL++: one main instance, the others secondary, over one output folder. The second solves
 * comparisons (CMPLOG, a binary of its own), the third runs the build with sanitizers, further
 * ones differ by their power schedule. Figures come from the queue and from plot_data, which begins
 * after a minute.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fuzz_afl.h"
#include "fuzz/engines/engine_ops.h"
#include "fuzz/targets/target.h"

#define TAIL_BYTES 16384

enum afl_role { AFL_MAIN, AFL_CMPLOG, AFL_SANITIZED, AFL_PLAIN };

static const char *const afl_kinds[] = { "crashes", "hangs" };

static enum afl_role role_of(const struct fuzz_options *options, uint32_t worker)
{
	if (worker == 0)
		return AFL_MAIN;
	if (worker == 1 && options->cmplog[0] != '\0')
		return AFL_CMPLOG;
	if (worker == 2 && options->fast[0] != '\0')
		return AFL_SANITIZED;
	return AFL_PLAIN;
}

static void add_schedule(const struct fuzz_campaign *campaign, uint32_t worker,
			 struct command_line *command)
{
	static const char *const schedules[] = { "explore", "coe", "rare", "lin", "quad" };

	command_add(command, "-p");
	command_add(command, "%s", schedules[(worker + campaign->options.seed) % 5]);
}

static void add_role(const struct fuzz_campaign *campaign, uint32_t worker,
		     struct command_line *command)
{
	const struct fuzz_options *options = &campaign->options;
	enum afl_role role = role_of(options, worker);

	command_add(command, role == AFL_MAIN ? "-M" : "-S");
	command_add(command, "w%u", worker);
	if (role == AFL_CMPLOG) {
		command_add(command, "-c");
		command_add(command, "%s", options->cmplog);
	}
	if (role == AFL_PLAIN)
		add_schedule(campaign, worker, command);
	if (options->words[0] != '\0') {
		command_add(command, "-x");
		command_add(command, "%s", options->words);
	}
	command_add(command, "--");
	command_add(command, "%s",
		    role == AFL_SANITIZED || options->fast[0] == '\0' ? options->binary
								      : options->fast);
}

void afl_command(const struct fuzz_campaign *campaign, uint32_t worker,
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
	add_role(campaign, worker, command);
}

/* afl-fuzz and its target take turns: on two cores each turn has to wake one that sleeps. */
static void stay_on_a_core(const struct fuzz_campaign *campaign, uint32_t worker)
{
	cpu_set_t all, one;
	uint32_t core, skip;

	if (sched_getaffinity(0, sizeof(all), &all) != 0)
		return;
	skip = (campaign->first_core + worker) % (uint32_t)CPU_COUNT(&all);
	for (core = 0; !CPU_ISSET(core, &all) || skip--; core++)
		;
	CPU_ZERO(&one);
	CPU_SET(core, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

void afl_environment(const struct fuzz_campaign *campaign, uint32_t worker)
{
	/* Names that a version does not know are ignored: they save time where they are known. */
	static const char *const on[] = {
		"AFL_NO_UI",
		"AFL_SKIP_CPUFREQ",
		"AFL_NO_AFFINITY", /* it would give up when it finds no free core */
		"AFL_FAST_CAL",
		"AFL_CMPLOG_ONLY_NEW",
		"AFL_FINAL_SYNC",
		"AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES",
		"AFL_NO_WARN_INSTABILITY",
		"AFL_IGNORE_SEED_PROBLEMS",
		"AFL_IGNORE_UNKNOWN_ENVS",
	};
	/* afl-fuzz refuses those that are not its own. */
	static const char *const off[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS", "MSAN_OPTIONS" };
	const struct fuzz_options *options = &campaign->options;
	const char *subject = getenv(TARGET_SUBJECT_ENV);
	size_t i;

	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		unsetenv(off[i]);
	for (i = 0; i < sizeof(on) / sizeof(on[0]); i++)
		setenv(on[i], "1", 1);
	/* Solved comparisons are bytes, and so is text: those also need the engine's mutations. */
	if (options->words[0] == '\0' && role_of(options, worker) != AFL_CMPLOG)
		setenv("AFL_CUSTOM_MUTATOR_ONLY", "1", 1);
	setenv("AFL_FORKSRV_INIT_TMOUT", "30000", 1);
	setenv("AFL_SYNC_TIME", "1", 1);
	setenv("AFL_CUSTOM_MUTATOR_LIBRARY", options->mutator, 1);
	/* Its runtime wants instrumented libraries to be there before the target begins. */
	if (subject && strchr(subject, '/'))
		setenv("AFL_PRELOAD", subject, 1);
	setenv(FUZZ_OPS_ENV, options->ops, 1);
	setenv("TERM", "dumb", 1);
	stay_on_a_core(campaign, worker);
}

static uint64_t queue_length(const char *work, uint32_t worker)
{
	char folder[FUZZ_PATH_MAX];
	struct name_list queue;
	uint64_t nr;

	path_format(folder, "%s/afl/w%u/queue", work, worker);
	name_list_read(&queue, folder, "id:");
	nr = queue.nr;
	name_list_free(&queue);
	return nr;
}

static void instance_figures(struct fuzz_figures *figures, const char *work, uint32_t worker)
{
	static char tail[TAIL_BYTES];
	unsigned long long corpus, edges;
	char path[FUZZ_PATH_MAX];
	char *line;

	figure_raise(&figures->nr_corpus, queue_length(work, worker));
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
	figure_raise(&figures->nr_corpus, corpus);
	figure_raise(&figures->nr_edges, edges);
}

void afl_figures(const struct fuzz_options *options, struct fuzz_figures *figures)
{
	uint32_t i;

	for (i = 0; i < options->nr_workers; i++)
		instance_figures(figures, options->work, i);
}

void afl_artifacts(const struct fuzz_options *options, struct name_list *list)
{
	char folder[FUZZ_PATH_MAX];
	uint32_t i, kind;

	for (i = 0; i < FUZZ_MAX_WORKERS; i++) { /* an earlier campaign may have had more */
		for (kind = 0; kind < 2; kind++) {
			path_format(folder, "%s/afl/w%u/%s", options->work, i, afl_kinds[kind]);
			name_list_append_paths(list, folder, "id:");
		}
	}
}

/* Named by their contents, so that the same input found twice is one file. */
static uint32_t collect_queue(const struct fuzz_options *options, const char *queue)
{
	char from[FUZZ_PATH_MAX], to[FUZZ_PATH_MAX];
	struct name_list found;
	uint32_t nr_unsaved = 0;
	size_t i;

	name_list_read(&found, queue, "id:");
	for (i = 0; i < found.nr; i++) {
		if (strstr(found.names[i], ",orig:") || strstr(found.names[i], ",sync:"))
			continue;
		path_format(from, "%s/%s", queue, found.names[i]);
		path_format(to, "%s/%016llx", options->corpus, (unsigned long long)file_hash(from));
		if (file_size_bytes(from) > 0 && !file_exists(to))
			nr_unsaved += !file_copy(from, to);
	}
	name_list_free(&found);
	return nr_unsaved;
}

uint32_t afl_collect(const struct fuzz_options *options)
{
	char queue[FUZZ_PATH_MAX];
	uint32_t i, nr_unsaved = 0;

	for (i = 0; i < FUZZ_MAX_WORKERS; i++) {
		path_format(queue, "%s/afl/w%u/queue", options->work, i);
		nr_unsaved += collect_queue(options, queue);
	}
	return nr_unsaved;
}
