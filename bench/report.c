/* SPDX-License-Identifier: MIT */
/* Figures for people (table, Markdown) and for programs (CSV). Ratios are to the core's median. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"

#define CPU_MODEL_MAX 128

static void cpu_model(char *model, size_t size)
{
	FILE *cpuinfo = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(model, size, "CPU unknown");
	while (cpuinfo && fgets(line, sizeof(line), cpuinfo)) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, "model name", 10) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(model, size, "%s", colon + 2);
		break;
	}
	if (cpuinfo)
		fclose(cpuinfo);
}

void bench_print_header(FILE *out, uint32_t nr_rounds)
{
	char model[CPU_MODEL_MAX], date[32] = "";
	time_t now = time(NULL);
	struct tm day;

	cpu_model(model, sizeof(model));
	if (localtime_r(&now, &day))
		strftime(date, sizeof(date), "%Y-%m-%d", &day);
	fprintf(out, "%s, %s, %" PRIu32 " interleaved rounds", date, model, nr_rounds);
}

/* Three figures and a unit: "12.3 ns", "4.56 us", "789 ms". */
static const char *format_ns(double ns, char *text, size_t size)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	size_t unit = 0;

	while (ns >= 999.5 && unit < 3) {
		ns /= 1000;
		unit++;
	}
	snprintf(text, size, "%.*f %s", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, units[unit]);
	return text;
}

static double ratio(const struct bench_result *result, const struct bench_result *core)
{
	return core->measured && core->median_ns > 0 ? result->median_ns / core->median_ns : 0;
}

static void print_failures(FILE *out, const struct bench_result *result)
{
	if (result->nr_failed > 0)
		fprintf(out, "  %" PRIu64 " of %" PRIu64 " requests failed", result->nr_failed,
			result->nr_requests);
}

static void print_result(FILE *out, const struct bench_table *table, size_t nr_case, size_t i)
{
	const struct bench_result *result = &table->results[nr_case][i];
	char median[16], min[16];

	if (!result->measured)
		return;
	fprintf(out, "  %-11s %10s %10s %11.3g", table->subjects[i].name,
		format_ns(result->median_ns, median, sizeof(median)),
		format_ns(result->min_ns, min, sizeof(min)), 1e9 / result->median_ns);
	if (i > 0)
		fprintf(out, " %8.2f x", ratio(result, &table->results[nr_case][0]));
	print_failures(out, result);
	fputc('\n', out);
}

void bench_print_case(FILE *out, const struct bench_table *table, size_t nr_case)
{
	const struct bench_case *what = &table->cases[nr_case];

	fprintf(out, "\n%s, per %s\n", what->name, what->unit);
	fprintf(out, "  %-11s %10s %10s %11s %10s\n", "", "median", "minimum", "per second",
		"to core");
	for (size_t i = 0; i < table->nr_subjects; i++)
		print_result(out, table, nr_case, i);
	fflush(out);
}

static void markdown_cell(FILE *out, const struct bench_table *table, size_t nr_case, size_t i)
{
	const struct bench_result *result = &table->results[nr_case][i];
	char median[16];

	if (!result->measured) {
		fputs(" – |", out);
		return;
	}
	fprintf(out, " %s", format_ns(result->median_ns, median, sizeof(median)));
	if (i > 0)
		fprintf(out, " (%.2f x)", ratio(result, &table->results[nr_case][0]));
	if (result->nr_failed > 0)
		fprintf(out, ", %.2g %% failed",
			100.0 * (double)result->nr_failed / (double)result->nr_requests);
	fputs(" |", out);
}

static bool any_measured(const struct bench_table *table, size_t nr_case)
{
	for (size_t i = 0; i < table->nr_subjects; i++) {
		if (table->results[nr_case][i].measured)
			return true;
	}
	return false;
}

void bench_print_markdown(FILE *out, const struct bench_table *table)
{
	fputs("Median of one run: ", out);
	bench_print_header(out, table->nr_rounds);
	fputs(". In brackets: times the core's.\n\n| case | time of |", out);
	for (size_t i = 0; i < table->nr_subjects; i++)
		fprintf(out, " %s |", table->subjects[i].name);
	fputs("\n|---|---|", out);
	for (size_t i = 0; i < table->nr_subjects; i++)
		fputs("---|", out);
	fputc('\n', out);
	for (size_t c = 0; c < table->nr_cases; c++) {
		if (!any_measured(table, c))
			continue;
		fprintf(out, "| %s | %s |", table->cases[c].name, table->cases[c].unit);
		for (size_t i = 0; i < table->nr_subjects; i++)
			markdown_cell(out, table, c, i);
		fputc('\n', out);
	}
}

static void csv_row(FILE *out, const struct bench_table *table, size_t c, size_t i)
{
	const struct bench_result *result = &table->results[c][i];

	if (!result->measured)
		return;
	fprintf(out, "%s,%s,%s,%.3f,%.3f,%.4f,%" PRIu64 ",%" PRIu64 "\n", table->cases[c].name,
		table->cases[c].unit, table->subjects[i].name, result->median_ns, result->min_ns,
		ratio(result, &table->results[c][0]), result->nr_failed, result->nr_requests);
}

bool bench_write_csv(const char *path, const struct bench_table *table)
{
	FILE *out = fopen(path, "w");
	bool ok;

	if (!out) {
		fprintf(stderr, "bench: cannot create %s: %s\n", path, strerror(errno));
		return false;
	}
	fputs("case,unit,subject,median_ns,minimum_ns,ratio_to_core,failed,requests\n", out);
	for (size_t c = 0; c < table->nr_cases; c++) {
		for (size_t i = 0; i < table->nr_subjects; i++)
			csv_row(out, table, c, i);
	}
	ok = !ferror(out);
	ok = fclose(out) == 0 && ok;
	if (!ok)
		fprintf(stderr, "bench: cannot write %s: %s\n", path, strerror(errno));
	return ok;
}
