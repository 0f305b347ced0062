/* SPDX-License-Identifier: MIT */
/*
 * The real allocator of Linux 6.1, in User-Mode Linux, next to cores on the same machine. Its time
 * is that of a batch less that of a batch of nops, and still holds the module's look at whether the
 * program owns the page: the kernel itself is somewhat faster than this.
 */
#include <stdlib.h>

#include "bench/guest.h"
#include "bench/patterns.h"
#include "bench/subjects.h"
#include "buddy/types.h"
#include "diff/linux/linux_guest.h"

#define MACHINE_PAGES 16384u
#define GFP (GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)
#define ERROR_BYTES 4096
#define PAIRS (GUEST_CALLS / 2.0)
#define BATCHES_MIN 15u
#define BATCHES_MAX 64u

static const struct guest_pattern pair = { .order = 0, .nr_held = 1 };
static const struct guest_pattern burst = { .order = 0, .nr_held = BENCH_BURST_UNITS };

/* What one slice has seen: what is measured, and nops, in turn. */
struct batches {
	uint64_t ns[BATCHES_MAX], nops_ns[BATCHES_MAX];
	uint32_t nr;
};

/* NULL, or what is wrong. */
static const char *time_batches(enum guest_batch what, const struct guest_pattern *pattern,
				uint64_t slice_ns, struct batches *batches)
{
	static char error[ERROR_BYTES];
	uint64_t start;

	batches->nr = 0;
	if (!guest_prepare(MACHINE_PAGES, GFP, pattern, error, sizeof(error)))
		return error;
	start = bench_now_ns();
	do {
		const uint32_t i = batches->nr++;

		if (!guest_run(what, &batches->ns[i], error, sizeof(error)) ||
		    !guest_run(GUEST_NOPS, &batches->nops_ns[i], error, sizeof(error)))
			return error;
	} while (batches->nr < BATCHES_MIN ||
		 (batches->nr < BATCHES_MAX && bench_now_ns() - start < slice_ns));
	return NULL;
}

static int compare_times(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double median(uint64_t *times_ns, uint32_t nr)
{
	uint64_t middle;

	qsort(times_ns, nr, sizeof(*times_ns), compare_times);
	middle = times_ns[nr / 2];
	return (double)middle;
}

/*
 * Pairs less nops, or what was taken off for itself. Medians: the guest is another process, and
 * one lost time slice of its would drown a difference of means.
 */
static bool run_guest(struct bench_job *job, enum guest_batch what,
		      const struct guest_pattern *pattern, struct bench_sample *sample)
{
	static struct batches batches;

	job->problem = time_batches(what, pattern, job->slice_ns, &batches);
	if (job->problem)
		return false;
	sample->ns = median(batches.ns, batches.nr);
	if (what == GUEST_BATCH)
		sample->ns -= median(batches.nops_ns, batches.nr);
	if (what != GUEST_EMPTY)
		sample->ns /= PAIRS;
	sample->nr_requests = (uint64_t)batches.nr * (GUEST_CALLS / 2);
	return true;
}

static bool run_pair(struct bench_job *job, struct bench_sample *sample)
{
	if (!job->subject->core)
		return run_guest(job, GUEST_BATCH, &pair, sample);
	bench_time_rounds(&job->subject->calls[0], bench_pair_round, NULL, job, BENCH_PAIR_UNITS,
			  sample);
	return true;
}

static bool run_burst(struct bench_job *job, struct bench_sample *sample)
{
	struct bench_burst blocks;

	if (!job->subject->core)
		return run_guest(job, GUEST_BATCH, &burst, sample);
	bench_time_rounds(&job->subject->calls[0], bench_burst_round, &blocks, job,
			  BENCH_BURST_UNITS, sample);
	return true;
}

static bool run_nops(struct bench_job *job, struct bench_sample *sample)
{
	return run_guest(job, GUEST_NOPS, &pair, sample);
}

static bool run_empty(struct bench_job *job, struct bench_sample *sample)
{
	return run_guest(job, GUEST_EMPTY, &pair, sample);
}

#define ROW(title, what, group, function)                                                  \
	{                                                                                  \
		.name = "kernel/" title, .unit = what, .scope = group,                     \
		.wish = { .nr_pages = MACHINE_PAGES, .nr_cpus = 1, .profile = BENCH_UML }, \
		.run = function, .finish = guest_release                                   \
	}

const struct bench_row *bench_kernel_rows(size_t *nr)
{
	static const struct bench_row rows[] = {
		ROW("pair-order-0", "alloc + free", BENCH_KERNEL, run_pair),
		ROW("burst-256", "alloc + free", BENCH_KERNEL, run_burst),
		ROW("two-nops", "two nops of such a batch", BENCH_GUEST, run_nops),
		ROW("empty-batch", "reset and round trip", BENCH_GUEST, run_empty),
	};

	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

/* Is there anything to start? Told once, here, not by every row. */
static bool guest_open(struct bench_subject *subject, const struct bench_wish *wish,
		       const char **problem)
{
	static char error[ERROR_BYTES];
	static bool asked;

	(void)wish;
	if (asked)
		return true;
	asked = true;
	*problem = error;
	subject->absent = !linux_guest_start(error, sizeof(error));
	return !subject->absent;
}

void subject_make_kernel(struct bench_subject *subject)
{
	*subject = (struct bench_subject){
		.name = "linux",
		.scopes = BENCH_KERNEL | BENCH_GUEST,
		.open = guest_open,
	};
}
