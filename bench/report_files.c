/* SPDX-License-Identifier: MIT */
/* Figures for documents (Markdown) and for programs (CSV): nanoseconds and ratios. */
#include <inttypes.h>

#include "bench/table.h"

static bool any_measured(const struct bench_table *table, size_t nr_row)
{
	for (size_t i = 0; i < table->nr_subjects; i++)
		if (table->results[nr_row][i].nr_slices)
			return true;
	return false;
}

/* Subjects that no row has measured get no column. */
static bool is_measured(const struct bench_table *table, size_t i)
{
	for (size_t nr_row = 0; nr_row < table->nr_rows; nr_row++)
		if (table->results[nr_row][i].nr_slices)
			return true;
	return false;
}

static void markdown_cell(FILE *out, const struct bench_table *table, size_t nr_row, size_t i)
{
	const struct bench_result *result = &table->results[nr_row][i];
	char median[16], min[16];

	if (!result->nr_slices) {
		fputs(" – |", out);
		return;
	}
	fprintf(out, " %s, min %s", bench_format_ns(result->median_ns, median, sizeof(median)),
		bench_format_ns(result->min_ns, min, sizeof(min)));
	if (i > 0 && result->compared)
		fprintf(out, "; %.2f x [%.2f %.2f]", result->ratio.median,
			result->ratio.quartile_low, result->ratio.quartile_high);
	if (result->nr_slices < table->nr_rounds)
		fprintf(out, "; %u slices", result->nr_slices);
	if (result->nr_failed > 0)
		fprintf(out, "; %.2g %% failed",
			100.0 * (double)result->nr_failed / (double)result->nr_requests);
	fputs(" |", out);
}

static void markdown_row(FILE *out, const struct bench_table *table, size_t nr_row)
{
	fprintf(out, "| %s | %s |", table->rows[nr_row]->name, table->rows[nr_row]->unit);
	for (size_t i = 0; i < table->nr_subjects; i++)
		if (is_measured(table, i))
			markdown_cell(out, table, nr_row, i);
	fputc('\n', out);
}

void bench_print_markdown(FILE *out, const struct bench_table *table)
{
	bench_print_header(out, table->nr_rounds);
	fputs(".\n\n| row | time of |", out);
	for (size_t i = 0; i < table->nr_subjects; i++)
		if (is_measured(table, i))
			fprintf(out, " %s |", table->subjects[i].name);
	fputs("\n|---|---|", out);
	for (size_t i = 0; i < table->nr_subjects; i++)
		if (is_measured(table, i))
			fputs("---|", out);
	fputc('\n', out);
	for (size_t nr_row = 0; nr_row < table->nr_rows; nr_row++)
		if (any_measured(table, nr_row))
			markdown_row(out, table, nr_row);
}

static void csv_row(FILE *out, const struct bench_table *table, size_t nr_row, size_t i)
{
	const struct bench_result *result = &table->results[nr_row][i];
	const struct bench_ratio *ratio = &result->ratio;

	if (!result->nr_slices)
		return;
	fprintf(out, "%s,%s,%s,%u,%.3f,%.3f,", table->rows[nr_row]->name, table->rows[nr_row]->unit,
		table->subjects[i].name, result->nr_slices, result->median_ns, result->min_ns);
	if (result->compared)
		fprintf(out, "%.4f,%.4f,%.4f,%.4f,%.4f", ratio->median, ratio->quartile_low,
			ratio->quartile_high, ratio->min, ratio->max);
	else
		fputs(",,,,", out);
	fprintf(out, ",%" PRIu64 ",%" PRIu64 "\n", result->nr_failed, result->nr_requests);
}

void bench_print_csv(FILE *out, const struct bench_table *table)
{
	fputs("row,unit,subject,slices,median_ns,minimum_ns,ratio,ratio_quartile_low,"
	      "ratio_quartile_high,ratio_min,ratio_max,failed,requests\n",
	      out);
	for (size_t nr_row = 0; nr_row < table->nr_rows; nr_row++)
		for (size_t i = 0; i < table->nr_subjects; i++)
			csv_row(out, table, nr_row, i);
}
