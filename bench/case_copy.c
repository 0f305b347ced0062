/* SPDX-License-Identifier: MIT */
/*
 * Back to an earlier state: the whole image copied out (save) or back and attached (restore), and
 * buddy_rewind() behind 16 operations.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/clock.h"
#include "bench/random.h"

#define MIB_PAGES 256u
#define GIB_PAGES 262144u
#define REWOUND_OPS 16u
#define HELD_MAX 8u

static bool job_failed(struct bench_job *job, const char *problem)
{
	job->problem = problem;
	return false;
}

/* ---- whole images ---- */

static bool copy_once(struct bench_subject *subject, void *copy, size_t size_bytes, bool restore)
{
	if (!restore) {
		memcpy(copy, subject->image, size_bytes);
		return true;
	}
	memcpy(subject->image, copy, size_bytes);
	return subject->core->attach(subject->machine, subject->image);
}

/* Both sides are touched before the clock runs. */
static bool run_copy(struct bench_job *job, bool restore, struct bench_sample *sample)
{
	struct bench_subject *subject = job->subject;
	const size_t size_bytes = subject->core->image_bytes(subject->machine);
	void *copy = malloc(size_bytes);
	uint64_t start, elapsed, nr_copies = 0;
	bool ok = copy != NULL;

	if (!ok)
		return job_failed(job, "out of memory");
	memcpy(copy, subject->image, size_bytes);
	memcpy(subject->image, copy, size_bytes);
	start = bench_now_ns();
	do {
		ok = copy_once(subject, copy, size_bytes, restore) && ok;
		nr_copies++;
		elapsed = bench_now_ns() - start;
	} while (elapsed < job->slice_ns);
	sample->ns = (double)elapsed / (double)nr_copies;
	free(copy);
	return ok || job_failed(job, "the copy is no image");
}

static bool run_save(struct bench_job *job, struct bench_sample *sample)
{
	return run_copy(job, false, sample);
}

static bool run_restore(struct bench_job *job, struct bench_sample *sample)
{
	return run_copy(job, true, sample);
}

/* ---- rewind ---- */

/* Eight blocks of orders 0..4 are taken, then given back. */
static void operate(const struct bench_calls *calls, uint64_t *seed)
{
	void *held[HELD_MAX] = { 0 };
	uint32_t orders[HELD_MAX] = { 0 };

	for (uint32_t i = 0; i < REWOUND_OPS; i++) {
		uint32_t at = i % HELD_MAX;

		if (held[at]) {
			bench_give(calls, BENCH_PAGES, held[at], orders[at]);
			held[at] = NULL;
			continue;
		}
		orders[at] = (uint32_t)bench_below((uint32_t)bench_random(seed), 5);
		held[at] = bench_take(calls, BENCH_PAGES, orders[at]);
	}
}

static bool run_rewind(struct bench_job *job, struct bench_sample *sample)
{
	struct bench_subject *subject = job->subject;
	const struct bench_rewind *rewind = subject->core->rewind;
	uint64_t seed = BENCH_SEED, timed = 0, nr_rewinds = 0, start = bench_now_ns(), before;

	if (!rewind)
		return job_failed(job, "it has no buddy_rewind() as today's");
	if (!rewind->remember(subject->machine))
		return job_failed(job, "out of memory");
	do {
		operate(&subject->calls[0], &seed);
		before = bench_now_ns();
		rewind->rewind(subject->machine);
		timed += bench_now_ns() - before;
		nr_rewinds++;
	} while (bench_now_ns() - start < job->slice_ns);
	sample->ns = (double)timed / (double)nr_rewinds;
	return true;
}

#define ROW(title, what, pages, function)                                       \
	{                                                                       \
		.name = title, .unit = what, .scope = BENCH_CORES,              \
		.wish = { .nr_pages = pages, .nr_cpus = 1 }, .argument = pages, \
		.argument_quick = pages, .run = function                        \
	}

const struct bench_row *bench_copy_rows(size_t *nr)
{
	static const struct bench_row rows[] = {
		ROW("snapshot/64MiB-save", "copy", 64 * MIB_PAGES, run_save),
		ROW("snapshot/64MiB-restore", "copy", 64 * MIB_PAGES, run_restore),
		ROW("snapshot/1GiB-save", "copy", GIB_PAGES, run_save),
		ROW("snapshot/1GiB-restore", "copy", GIB_PAGES, run_restore),
		ROW("rewind/64MiB", "rewind of 16 operations", 64 * MIB_PAGES, run_rewind),
		ROW("rewind/1GiB", "rewind of 16 operations", GIB_PAGES, run_rewind),
	};

	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
