/* SPDX-License-Identifier: MIT */
/*
 * The real allocator of Linux 6.1, in User-Mode Linux, next to cores on the same machine. Its time
 * is that of a batch less that of a batch of nops, and still holds the module's look at whether the
 * program owns the page: the kernel itself is somewhat faster than this.
 */
#include "bench/guest.h"
#include "bench/patterns.h"
#include "bench/subjects.h"
#include "buddy/types.h"
#include "diff/linux_guest.h"

#define MACHINE_PAGES 16384u
#define GFP (GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)
#define ERROR_BYTES 4096

static const struct guest_pattern pair = { .order = 0, .nr_held = 1 };
static const struct guest_pattern burst = { .order = 0, .nr_held = BENCH_BURST_UNITS };

/* Batches and nops in turn until the slice is over; NULL, or what is wrong. */
static const char *time_batches(const struct guest_pattern *pattern, uint64_t slice_ns,
				int64_t *batches_ns, uint64_t *nops_ns, uint64_t *nr_batches)
{
	static char error[ERROR_BYTES];
	const uint64_t start = bench_now_ns();
	uint64_t batch_ns, nop_ns;

	if (!guest_prepare(MACHINE_PAGES, GFP, pattern, error, sizeof(error)))
		return error;
	do {
		if (!guest_run_batch(false, &batch_ns, error, sizeof(error)) ||
		    !guest_run_batch(true, &nop_ns, error, sizeof(error)))
			return error;
		*batches_ns += (int64_t)(batch_ns - nop_ns);
		*nops_ns += nop_ns;
		++*nr_batches;
	} while (bench_now_ns() - start < slice_ns);
	return NULL;
}

static bool run_guest(struct bench_job *job, const struct guest_pattern *pattern, bool nops,
		      struct bench_sample *sample)
{
	int64_t batches_ns = 0;
	uint64_t nops_ns = 0, nr_batches = 0;
	double nr_pairs;

	job->problem = time_batches(pattern, job->slice_ns, &batches_ns, &nops_ns, &nr_batches);
	if (job->problem)
		return false;
	nr_pairs = (double)nr_batches * GUEST_CALLS / 2;
	sample->ns = (nops ? (double)nops_ns : (double)batches_ns) / nr_pairs;
	sample->nr_requests = nr_batches * GUEST_CALLS / 2;
	return true;
}

static bool run_pair(struct bench_job *job, struct bench_sample *sample)
{
	if (!job->subject->core)
		return run_guest(job, &pair, false, sample);
	bench_time_rounds(&job->subject->calls[0], bench_pair_round, NULL, job, BENCH_PAIR_UNITS,
			  sample);
	return true;
}

static bool run_burst(struct bench_job *job, struct bench_sample *sample)
{
	struct bench_burst blocks;

	if (!job->subject->core)
		return run_guest(job, &burst, false, sample);
	bench_time_rounds(&job->subject->calls[0], bench_burst_round, &blocks, job,
			  BENCH_BURST_UNITS, sample);
	return true;
}

static bool run_nops(struct bench_job *job, struct bench_sample *sample)
{
	return run_guest(job, &pair, true, sample);
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
		ROW("two-nops", "two nops, round trip and reset, taken off above", BENCH_GUEST,
		    run_nops),
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
