/* SPDX-License-Identifier: MIT */
/*
 * `buddy corpus merge` and `buddy corpus minimize`: both look at sets of features. Merging goes
 * from small programs to large ones and takes what adds something; minimising chooses among all at
 * once.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/corpus.h"
#include "cli/out_folder.h"
#include "cli/interrupt.h"
#include "fuzz/reach/cover.h"

/* ---- sets ---- */

static uint8_t reached[NR_FEATURES / 8];
static size_t nr_reached;

/* How many of them were not reached before; now they are. */
static size_t reach_all(const struct corpus_entry *entry)
{
	size_t before = nr_reached;

	for (size_t i = 0; i < entry->nr_ids; i++) {
		uint32_t id = entry->ids[i];

		nr_reached += !(reached[id / 8] >> (id % 8) & 1);
		reached[id / 8] |= (uint8_t)(1u << (id % 8));
	}
	return nr_reached - before;
}

/* The program again: entries do not keep it. */
static bool write_entry(const struct corpus_options *options, const struct corpus_entry *entry,
			bool *is_new)
{
	struct corpus_file file;
	struct program program;
	char error[CORPUS_ERROR_MAX];
	bool done;

	program_init(&program);
	done = corpus_file_read(entry->path, &file, &program, error, sizeof(error));
	if (!done)
		fprintf(stderr, "buddy corpus %s: %s\n", options->command, error);
	else
		corpus_file_free(&file);
	done = done && corpus_write(options, &program, is_new);
	program_free(&program);
	return done;
}

/* ---- merge ---- */

static bool merge_entries(const struct corpus_options *options, const struct corpus_scan *in,
			  size_t *nr_added)
{
	bool all = true, is_new;

	for (size_t i = 0; i < in->nr && !interrupt_wanted; i++) {
		const struct corpus_entry *entry = &in->entries[i];

		if (entry->state != CORPUS_CLEAN || !reach_all(entry))
			continue;
		if (write_entry(options, entry, &is_new))
			*nr_added += is_new;
		else
			all = false;
	}
	return all && !interrupt_wanted;
}

static int merge_scanned(const struct corpus_options *options, const struct corpus_scan *out,
			 struct corpus_scan *in)
{
	size_t nr_added = 0, nr_before;
	int status = corpus_scan_status(in, options->command);

	if (in->interrupted || out->interrupted)
		return EXIT_BAD_USAGE;
	for (size_t i = 0; i < out->nr; i++)
		reach_all(&out->entries[i]);
	nr_before = nr_reached;
	corpus_scan_sort(in);
	if (!merge_entries(options, in, &nr_added))
		status = status ? status : EXIT_BAD_USAGE;
	printf("%s: %zu of %zu programs added to %zu; %zu features, %zu of them new\n",
	       options->out, nr_added, in->nr, out->nr, nr_reached, nr_reached - nr_before);
	return status;
}

int corpus_merge(const struct corpus_options *arguments)
{
	struct corpus_options options = *arguments;
	struct corpus_scan out = { .nr = 0 }, in = { .nr = 0 };
	int status = EXIT_BAD_USAGE;

	if (options.nr_paths < 2)
		return corpus_error(options.command, "OUT IN...", "name both");
	options.out = options.paths[0];
	if (corpus_paths_exist(&options, 1) && corpus_folder_create(options.command, options.out) &&
	    corpus_scan(&out, options.command, options.paths, 1, NULL, NULL) &&
	    corpus_scan(&in, options.command, options.paths + 1, options.nr_paths - 1, NULL, NULL))
		status = merge_scanned(&options, &out, &in);
	corpus_scan_free(&out);
	corpus_scan_free(&in);
	return status;
}

/* ---- minimize ---- */

static bool is_below_regressions(const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) && corpus_path_has(real, "regressions");
}

static bool holds_regressions(const struct corpus_options *options)
{
	struct file_list files = { .nr = 0 };
	bool found = is_below_regressions(options->paths[0]);
	size_t nr_others;

	if (!found && corpus_list(&files, NULL, options->paths, 1, &nr_others))
		for (size_t i = 0; i < files.nr; i++)
			found = found || is_below_regressions(files.paths[i]);
	file_list_free(&files);
	return found;
}

static bool choose(struct corpus_scan *scan)
{
	struct cover_file *files = calloc(scan->nr + 1, sizeof(*files));
	bool done = false;

	for (size_t i = 0; files && i < scan->nr; i++) {
		files[i].ids = scan->entries[i].ids;
		files[i].nr_ids = scan->entries[i].nr_ids;
	}
	if (files)
		done = cover_choose(files, scan->nr, NR_FEATURES);
	for (size_t i = 0; done && i < scan->nr; i++)
		if (scan->entries[i].state == CORPUS_CLEAN)
			scan->entries[i].kept = files[i].kept;
	free(files);
	return done;
}

static bool remove_entry(const struct corpus_options *options, const struct corpus_entry *entry)
{
	if (options->dry_run) {
		printf("%s would go\n", entry->path);
		return true;
	}
	if (!unlink(entry->path))
		return true;
	corpus_error(options->command, entry->path, "cannot be removed");
	return false;
}

/* Writes what is kept elsewhere, or removes here what is not. */
static bool carry_out(const struct corpus_options *options, const struct corpus_scan *scan)
{
	bool all = true, is_new;

	for (size_t i = 0; i < scan->nr && !interrupt_wanted; i++) {
		const struct corpus_entry *entry = &scan->entries[i];

		if (entry->state != CORPUS_CLEAN)
			continue;
		if (options->out && entry->kept && !options->dry_run)
			all = write_entry(options, entry, &is_new) && all;
		else if (!options->out && !entry->kept)
			all = remove_entry(options, entry) && all;
	}
	return all && !interrupt_wanted;
}

static int minimize_scanned(const struct corpus_options *options, struct corpus_scan *scan)
{
	int status = corpus_scan_status(scan, options->command);
	size_t nr_kept = 0, nr_ops = 0, nr_ops_kept = 0;

	if (scan->interrupted)
		return EXIT_BAD_USAGE;
	corpus_scan_sort(scan);
	if (!choose(scan))
		return corpus_error(options->command, options->paths[0], "out of memory");
	for (size_t i = 0; i < scan->nr; i++) {
		const struct corpus_entry *entry = &scan->entries[i];
		bool stays = entry->kept || (entry->state != CORPUS_CLEAN && !options->out);

		reach_all(entry);
		nr_kept += stays;
		nr_ops += entry->nr_ops;
		nr_ops_kept += stays ? entry->nr_ops : 0;
	}
	if (!carry_out(options, scan))
		status = status ? status : EXIT_BAD_USAGE;
	printf("%s: %zu of %zu programs kept, %zu of %zu operations, for %zu features\n",
	       options->out ? options->out : options->paths[0], nr_kept, scan->nr, nr_ops_kept,
	       nr_ops, nr_reached);
	return status;
}

int corpus_minimize(const struct corpus_options *options)
{
	struct corpus_scan scan = { .nr = 0 };
	int status = EXIT_BAD_USAGE;

	if (options->nr_paths != 1)
		return corpus_error(options->command, "DIR", "name one folder");
	if (!corpus_paths_exist(options, 0))
		return EXIT_BAD_USAGE;
	if (holds_regressions(options))
		return corpus_error(options->command, options->paths[0],
				    "holds regressions, which are never pruned: name another");
	if (options->out && out_folder_is_in(options->paths[0], options->out))
		return corpus_error(options->command, options->out,
				    "lies in the folder that is minimized: name another, or leave "
				    "out -o");
	if ((!options->out || corpus_folder_create(options->command, options->out)) &&
	    corpus_scan(&scan, options->command, options->paths, 1, NULL, NULL))
		status = minimize_scanned(options, &scan);
	corpus_scan_free(&scan);
	return status;
}
