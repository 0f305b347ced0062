/* SPDX-License-Identifier: MIT */
/* `buddy corpus stats`: how much there is, of which kind, what it reaches and what nobody does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/corpus.h"

#define LINE_COLUMNS 78

struct range {
	uint32_t least, most;
};

struct stats {
	uint64_t nr_ops, nr_bytes, nr_executed, nr_texts, nr_stopped;
	uint64_t nr_versions[256];      /* files in bytes, by version byte */
	uint64_t ops_of[NR_OP_CODES];   /* how often */
	uint64_t files_of[NR_OP_CODES]; /* in how many files */
	uint64_t files_of_mark[NR_MARKS], files_of_rule[NR_RULES];
	struct range pages, cpus, nodes, pageblocks;
	uint64_t *machines; /* hashes, [capacity] */
	size_t nr_machines, capacity;
};

static const char *const mark_names[NR_MARKS] = {
#define MARK(name) #name,
#include "buddy/marks.def"
};

/* ---- taking in ---- */

static void range_take(struct range *range, uint32_t value)
{
	if (!range->most || value < range->least)
		range->least = value;
	if (value > range->most)
		range->most = value;
}

static void take_machine(struct stats *stats, const struct buddy_config *machine)
{
	range_take(&stats->pages, config_nr_pages(machine));
	range_take(&stats->cpus, machine->nr_cpus);
	range_take(&stats->nodes, machine->nr_nodes);
	range_take(&stats->pageblocks, machine->pageblock_order);
	if (stats->nr_machines == stats->capacity) {
		size_t capacity = stats->capacity ? stats->capacity * 2 : 256;
		uint64_t *grown = realloc(stats->machines, capacity * sizeof(*grown));

		if (!grown)
			return; /* one machine less in a count */
		stats->machines = grown;
		stats->capacity = capacity;
	}
	stats->machines[stats->nr_machines++] = corpus_hash(machine, sizeof(*machine));
}

static void take_ops(struct stats *stats, const struct program *program)
{
	struct op_set codes = { { 0 } };

	for (size_t i = 0; i < program->nr_ops; i++) {
		stats->ops_of[program->ops[i].code]++;
		op_set_add(&codes, program->ops[i].code);
	}
	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		stats->files_of[code] += op_set_has(&codes, (uint8_t)code);
}

static void take(void *context, const struct corpus_entry *entry, const struct program *program,
		 const struct reach *reach)
{
	struct stats *stats = context;

	stats->nr_ops += entry->nr_ops;
	stats->nr_bytes += entry->nr_bytes;
	stats->nr_executed += reach->nr_executed;
	stats->nr_texts += entry->is_text;
	stats->nr_stopped += !reach->ended;
	if (!entry->is_text)
		stats->nr_versions[entry->version]++;
	take_machine(stats, &program->machine);
	take_ops(stats, program);
	for (uint32_t mark = 0; mark < NR_MARKS; mark++)
		stats->files_of_mark[mark] += reach->marks[mark] > 0;
	for (uint32_t rule = 0; rule < NR_RULES; rule++)
		stats->files_of_rule[rule] += rule_set_has(&reach->rules, rule);
}

/* ---- printing ---- */

static int compare_u64(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

	return (first > second) - (first < second);
}

static size_t nr_different(uint64_t *values, size_t nr)
{
	size_t nr_kinds = 0;

	if (nr)
		qsort(values, nr, sizeof(*values), compare_u64);
	for (size_t i = 0; i < nr; i++)
		nr_kinds += !i || values[i] != values[i - 1];
	return nr_kinds;
}

static void print_machines(struct stats *stats)
{
	printf("machines    %zu different: %u to %u pages, %u to %u cpus, %u to %u nodes, "
	       "pageblock order %u to %u\n",
	       nr_different(stats->machines, stats->nr_machines), stats->pages.least,
	       stats->pages.most, stats->cpus.least, stats->cpus.most, stats->nodes.least,
	       stats->nodes.most, stats->pageblocks.least, stats->pageblocks.most);
}

static void print_form(const struct stats *stats, size_t nr_programs)
{
	uint64_t nr_bytes_files = nr_programs - stats->nr_texts;

	printf("form        %llu text, %llu bytes", (unsigned long long)stats->nr_texts,
	       (unsigned long long)nr_bytes_files);
	for (uint32_t version = 0; version < 256; version++)
		if (stats->nr_versions[version])
			printf(", version %u (%llu)", version,
			       (unsigned long long)stats->nr_versions[version]);
	putchar('\n');
}

/* "NAME (files)" side by side; of those that nobody reaches the names alone. */
static void print_names(const char *const *names, const uint64_t *nr_files, uint32_t nr,
			bool reached)
{
	int column = 0;

	for (uint32_t i = 0; i < nr; i++) {
		char text[80];
		int length;

		if (!names[i] || !!nr_files[i] != reached)
			continue;
		length = reached ? snprintf(text, sizeof(text), " %s (%llu)", names[i],
					    (unsigned long long)nr_files[i])
				 : snprintf(text, sizeof(text), " %s", names[i]);
		if (!column || column + length > LINE_COLUMNS)
			column = printf("%s ", column ? "\n" : "") - (column > 0);
		column += printf("%s", text);
	}
	if (column)
		putchar('\n');
}

static void print_unreached(const char *const *names, const uint64_t *nr_files, uint32_t nr)
{
	puts(" reached by no file:");
	print_names(names, nr_files, nr, false);
}

static void print_reached(const char *what, const char *const *names, const uint64_t *nr_files,
			  uint32_t nr)
{
	uint32_t nr_named = 0, nr_reached = 0;

	for (uint32_t i = 0; i < nr; i++) {
		nr_named += names[i] != NULL;
		nr_reached += names[i] && nr_files[i];
	}
	printf("%-11s %u of %u, by (files)\n", what, nr_reached, nr_named);
	print_names(names, nr_files, nr, true);
	if (nr_reached < nr_named)
		print_unreached(names, nr_files, nr);
}

static void print_ops(const struct stats *stats, const char *const *names)
{
	bool all = true;

	puts("operations            times  files");
	for (uint32_t code = 0; code < NR_OP_CODES; code++) {
		all = all && (!names[code] || stats->ops_of[code]);
		if (stats->ops_of[code])
			printf("  %-22s %5llu  %5llu\n", names[code],
			       (unsigned long long)stats->ops_of[code],
			       (unsigned long long)stats->files_of[code]);
	}
	if (!all)
		print_unreached(names, stats->files_of, NR_OP_CODES);
}

/* One figure for the whole set, so that two folders can be compared by eye. */
static void print_features(const struct corpus_scan *scan)
{
	static uint8_t reached[NR_FEATURES];
	size_t nr = 0;

	memset(reached, 0, sizeof(reached));
	for (size_t i = 0; i < scan->nr; i++)
		for (size_t j = 0; j < scan->entries[i].nr_ids; j++) {
			nr += !reached[scan->entries[i].ids[j]];
			reached[scan->entries[i].ids[j]] = 1;
		}
	printf("features    %zu, set %016llx\n", nr,
	       (unsigned long long)corpus_hash(reached, sizeof(reached)));
}

static void print_stats(struct stats *stats, const struct corpus_scan *scan)
{
	const char *op_names[NR_OP_CODES], *rule_names[NR_RULES];

	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		op_names[code] = op_table[code].name;
	for (uint32_t rule = 0; rule < NR_RULES; rule++)
		rule_names[rule] = rule_name((enum rule_id)rule);
	printf("programs    %zu, %llu operations (%llu executed), %llu bytes; %zu other files\n",
	       scan->nr, (unsigned long long)stats->nr_ops, (unsigned long long)stats->nr_executed,
	       (unsigned long long)stats->nr_bytes, scan->nr_others);
	print_form(stats, scan->nr);
	printf("cut short   %llu, by a misuse or a finding\n",
	       (unsigned long long)stats->nr_stopped);
	print_machines(stats);
	print_ops(stats, op_names);
	print_reached("marks", mark_names, stats->files_of_mark, NR_MARKS);
	print_reached("rules", rule_names, stats->files_of_rule, NR_RULES);
	print_features(scan);
}

int corpus_stats(const struct corpus_options *options)
{
	static struct stats stats;
	struct corpus_scan scan = { .nr = 0 };
	int status = EXIT_BAD_USAGE;

	if (!options->nr_paths)
		return corpus_error(options->command, "DIR...", "name at least one");
	if (corpus_scan(&scan, options->command, options->paths, options->nr_paths, take, &stats)) {
		status = corpus_scan_status(&scan, options->command);
		print_stats(&stats, &scan);
	}
	free(stats.machines);
	corpus_scan_free(&scan);
	return status;
}
