/* SPDX-License-Identifier: MIT */
/* Figures for people: the header of a run, and its rows one by one. */
#include <string.h>
#include <time.h>

#include "bench/clock.h"
#include "bench/table.h"

#define CPU_MODEL_MAX 128
#define HUGE_PAGES_PATH "/sys/kernel/mm/transparent_hugepage/enabled"

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

/* The word in brackets: what the host does with fresh memory is most of a boot. */
static void huge_pages(char *word, size_t size)
{
	FILE *in = fopen(HUGE_PAGES_PATH, "r");
	char line[64] = "", *open, *shut;

	if (in && !fgets(line, sizeof(line), in))
		line[0] = '\0';
	if (in)
		fclose(in);
	open = strchr(line, '[');
	shut = open ? strchr(open, ']') : NULL;
	if (shut)
		*shut = '\0';
	snprintf(word, size, "%s", shut ? open + 1 : "unknown");
}

void bench_print_header(FILE *out, uint32_t nr_rounds)
{
	char model[CPU_MODEL_MAX], word[32], date[32] = "";
	time_t now = time(NULL);
	struct tm day;

	cpu_model(model, sizeof(model));
	huge_pages(word, sizeof(word));
	if (localtime_r(&now, &day))
		strftime(date, sizeof(date), "%Y-%m-%d", &day);
	fprintf(out,
		"%s, %s, %u rounds, transparent huge pages: %s, a reading of the clock: %.0f ns",
		date, model, nr_rounds, word, bench_clock_ns());
}

const char *bench_format_ns(double ns, char *text, size_t size)
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

static void print_result(FILE *out, const struct bench_table *table, size_t nr_row, size_t i)
{
	const struct bench_result *result = &table->results[nr_row][i];
	const struct bench_ratio *ratio = &result->ratio;
	char median[16], min[16];

	if (!result->nr_slices)
		return;
	fprintf(out, "  %-11s %10s %10s %7u", table->subjects[i].name,
		bench_format_ns(result->median_ns, median, sizeof(median)),
		bench_format_ns(result->min_ns, min, sizeof(min)), result->nr_slices);
	if (i > 0 && result->compared)
		fprintf(out, " %8.2f x [%.2f %.2f] (%.2f..%.2f)", ratio->median,
			ratio->quartile_low, ratio->quartile_high, ratio->min, ratio->max);
	if (result->nr_failed > 0)
		fprintf(out, "  %.2g %% of requests failed",
			100.0 * (double)result->nr_failed / (double)result->nr_requests);
	fputc('\n', out);
}

void bench_print_row(FILE *out, const struct bench_table *table, size_t nr_row)
{
	const struct bench_row *row = table->rows[nr_row];
	bool measured = false;

	for (size_t i = 0; i < table->nr_subjects; i++)
		measured |= table->results[nr_row][i].nr_slices > 0;
	if (!measured)
		return;
	fprintf(out, "\n%s, per %s\n", row->name, row->unit);
	fprintf(out, "  %-11s %10s %10s %7s %10s\n", "", "median", "minimum", "slices", "to core");
	for (size_t i = 0; i < table->nr_subjects; i++)
		print_result(out, table, nr_row, i);
	fflush(out);
}
