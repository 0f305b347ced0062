/* SPDX-License-Identifier: MIT */
/* The program: who and what is measured, and where the figures go. No figure fails a run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/clock.h"
#include "bench/options.h"
#include "bench/progress.h"
#include "bench/run.h"
#include "bench/subjects.h"

#define PATH_BYTES 4096
#define ROW_BUDGET_NS UINT64_C(20000000000)
#define ROW_BUDGET_QUICK_NS UINT64_C(1500000000)
#define MIN_SLICES 5u
#define MIN_SLICES_QUICK 2u

/* jemalloc's thread-local data is larger than what glibc keeps for late libraries. */
#define TLS_TUNABLE "glibc.rtld.optional_static_tls=16384"

/* Starts the program anew with room for late thread-local data; goes on without when that fails. */
static void reserve_static_tls(char **argv)
{
	const char *tunables = getenv("GLIBC_TUNABLES");
	char value[512];

	if (tunables && strstr(tunables, "optional_static_tls"))
		return;
	snprintf(value, sizeof(value), "%s%s" TLS_TUNABLE, tunables ? tunables : "",
		 tunables ? ":" : "");
	if (setenv("GLIBC_TUNABLES", value, 1) == 0)
		execv("/proc/self/exe", argv);
}

/* ---- rows ---- */

static bool row_is_wanted(const struct bench_row *row, const struct bench_options *options)
{
	return !(options->filter && !strstr(row->name, options->filter)) &&
	       !(options->quick && row->slow);
}

static void select_rows(struct bench_table *table, const struct bench_options *options)
{
	const struct bench_row *(*const groups[])(size_t * nr) = {
		bench_pair_rows, bench_bulk_rows,     bench_mix_rows,    bench_boot_rows,
		bench_copy_rows, bench_lockstep_rows, bench_thread_rows, bench_kernel_rows,
	};

	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		size_t nr;
		const struct bench_row *rows = groups[g](&nr);

		for (size_t i = 0; i < nr && table->nr_rows < BENCH_MAX_ROWS; i++)
			if (row_is_wanted(&rows[i], options))
				table->rows[table->nr_rows++] = &rows[i];
	}
}

/* ---- subjects ---- */

static const char *core_beside_program(void)
{
	static char path[PATH_BYTES];
	char folder[PATH_BYTES - sizeof("/bench_core.so")];
	ssize_t length = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	char *slash;

	folder[length > 0 ? length : 0] = '\0';
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	snprintf(path, sizeof(path), "%s/bench_core.so", folder);
	return path;
}

static bool add_core(struct bench_table *table, const char *path)
{
	char error[PATH_BYTES + 512];

	if (subject_load_core(&table->subjects[table->nr_subjects], path, error, sizeof(error))) {
		table->nr_subjects++;
		return true;
	}
	fprintf(stderr, "bench: %s\n", error);
	return false;
}

static bool is_named(const struct bench_options *options, const char *name)
{
	for (size_t i = 0; i < options->nr_subjects; i++)
		if (strcmp(options->subjects[i], name) == 0)
			return true;
	return options->nr_subjects == 0;
}

/* Today's core stays, ratios are to it, and whoever loads another one wants to see it. */
static void keep_named(struct bench_table *table, const struct bench_options *options)
{
	size_t nr = 0;

	for (size_t i = 0; i < table->nr_subjects; i++)
		if (table->subjects[i].core || is_named(options, table->subjects[i].name))
			table->subjects[nr++] = table->subjects[i];
	table->nr_subjects = nr;
}

static bool name_is_known(const struct bench_table *table, const char *name)
{
	for (size_t i = 0; i < table->nr_subjects; i++)
		if (strcmp(table->subjects[i].name, name) == 0)
			return true;
	fprintf(stderr, "bench: there is no subject '%s'; there are:", name);
	for (size_t i = 0; i < table->nr_subjects; i++)
		fprintf(stderr, " '%s'", table->subjects[i].name);
	fputc('\n', stderr);
	return false;
}

static bool gather_subjects(struct bench_table *table, const struct bench_options *options)
{
	if (!add_core(table, options->core_path ? options->core_path : core_beside_program()))
		return false;
	for (size_t i = 0; i < options->nr_against; i++)
		if (!add_core(table, options->against[i]))
			return false;
	table->nr_subjects += subject_list_peers(&table->subjects[table->nr_subjects],
						 BENCH_MAX_SUBJECTS - table->nr_subjects - 1);
	subject_make_kernel(&table->subjects[table->nr_subjects++]);
	for (size_t i = 0; i < options->nr_subjects; i++)
		if (!name_is_known(table, options->subjects[i]))
			return false;
	keep_named(table, options);
	return true;
}

/* ---- output ---- */

typedef void print_table(FILE *out, const struct bench_table *table);

static bool write_file(const char *path, print_table *print, const struct bench_table *table)
{
	FILE *out = fopen(path, "w");
	bool ok;

	if (!out) {
		fprintf(stderr, "bench: cannot create %s: %s\n", path, strerror(errno));
		return false;
	}
	print(out, table);
	ok = !ferror(out);
	ok = fclose(out) == 0 && ok;
	if (!ok)
		fprintf(stderr, "bench: cannot write %s: %s\n", path, strerror(errno));
	return ok;
}

/* Who is missing, or NULL: the kernel is built by who wants it, peers by the package manager. */
static const char *missing_peer(const struct bench_table *table)
{
	for (size_t i = 0; i < table->nr_subjects; i++)
		if (table->subjects[i].absent && table->subjects[i].library)
			return table->subjects[i].name;
	return NULL;
}

static bool publish(const struct bench_table *table, const struct bench_options *options)
{
	const char *missing = missing_peer(table);
	char path[PATH_BYTES];

	if (!bench_options_complete(options) || progress_stopped() || missing) {
		fprintf(stderr, "bench: %s%s: nothing is published\n",
			missing ? missing : "not a complete run", missing ? " is missing" : "");
		return true;
	}
	snprintf(path, sizeof(path), "%s/table.md", options->publish_path);
	if (!write_file(path, bench_print_markdown, table))
		return false;
	snprintf(path, sizeof(path), "%s/ratios.csv", options->publish_path);
	return write_file(path, bench_print_csv, table);
}

static bool put_out(const struct bench_table *table, const struct bench_options *options)
{
	if (options->markdown)
		bench_print_markdown(stdout, table);
	if (options->csv_path && !write_file(options->csv_path, bench_print_csv, table))
		return false;
	return !options->publish_path || publish(table, options);
}

/* ---- the run ---- */

static void run_all(struct bench_table *table, const struct bench_options *options)
{
	const struct bench_pace pace = {
		.slice_ns = options->quick ? BENCH_SLICE_QUICK_NS : BENCH_SLICE_NS,
		.budget_ns = options->quick ? ROW_BUDGET_QUICK_NS : ROW_BUDGET_NS,
		.min_slices = options->quick ? MIN_SLICES_QUICK : MIN_SLICES,
		.quick = options->quick,
	};

	progress_begin();
	if (!options->markdown) {
		bench_print_header(stdout, table->nr_rounds);
		fputc('\n', stdout);
	}
	for (size_t i = 0; i < table->nr_rows && !progress_stopped(); i++) {
		progress_row(table->rows[i]->name, i + 1, table->nr_rows);
		bench_run_row(table, i, &pace);
		progress_clear();
		if (!options->markdown)
			bench_print_row(stdout, table, i);
	}
	progress_clear();
}

static int list_rows(const struct bench_table *table)
{
	for (size_t i = 0; i < table->nr_rows; i++)
		puts(table->rows[i]->name);
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench_table table;
	struct bench_options options = { 0 };
	int status = bench_parse_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (!options.nr_rounds)
		options.nr_rounds = options.quick ? BENCH_ROUNDS_QUICK : BENCH_ROUNDS;
	table.nr_rounds = options.nr_rounds;
	select_rows(&table, &options);
	if (table.nr_rows == 0) {
		fprintf(stderr, "bench: no row is called like %s; see --list\n", options.filter);
		return BENCH_EXIT_BAD_USAGE;
	}
	if (options.list)
		return list_rows(&table);
	reserve_static_tls(argv);
	/* Empty at first: a path that cannot be written is told before the wait. */
	if (!gather_subjects(&table, &options) ||
	    (options.csv_path && !write_file(options.csv_path, bench_print_csv, &table)))
		return BENCH_EXIT_BAD_USAGE;
	run_all(&table, &options);
	if (!put_out(&table, &options))
		return BENCH_EXIT_BAD_USAGE;
	return progress_stopped() ? BENCH_EXIT_STOPPED : 0;
}
