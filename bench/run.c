/* SPDX-License-Identifier: MIT */
#include "bench/run.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

#include "bench/clock.h"
#include "bench/progress.h"
#include "bench/random.h"

#define NOT_RUN NAN
#define TRIES 4u
#define LONG_SLICES 10u

/* How one subject gets on in the row that is running. */
struct standing {
	bool out; /* it cannot, or has had its time */
	uint32_t nr_slices;
	uint64_t spent_ns;
};

struct running {
	struct bench_table *table;
	size_t nr_row;
	const struct bench_pace *pace;
	struct bench_slices slices;
	struct standing standings[BENCH_MAX_SUBJECTS];
	uint64_t seed; /* of the order within a round */
};

static void tell_left_out(const struct bench_row *row, const struct bench_subject *subject,
			  const char *problem)
{
	progress_clear();
	if (subject->absent)
		fprintf(stderr, "bench: %s is left out: %s\n", subject->name, problem);
	else
		fprintf(stderr, "bench: %s on %s is left out: %s\n", row->name, subject->name,
			problem);
}

/* One slice, machine and all. false: it cannot be done, and it was said. */
static bool run_slice(const struct running *running, struct bench_subject *subject,
		      struct bench_sample *sample)
{
	const struct bench_row *row = running->table->rows[running->nr_row];
	struct bench_job job = {
		.row = row,
		.subject = subject,
		.argument = running->pace->quick ? row->argument_quick : row->argument,
		.slice_ns = running->pace->slice_ns,
	};
	const bool opened = row->wish.nr_pages && subject->open;
	bool ok = !opened || subject->open(subject, &row->wish, &job.problem);

	if (!ok) {
		tell_left_out(row, subject, job.problem);
		return false;
	}
	ok = row->run(&job, sample);
	if (opened && subject->close)
		subject->close(subject);
	if (!ok)
		tell_left_out(row, subject, job.problem);
	return ok;
}

/* Times that the host has taken the CPU away from one of our threads. */
static long nr_preemptions(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_nivcsw : 0;
}

/*
 * Somebody else ran in the middle: a short slice says nothing about the subject then, and is taken
 * again. A long one holds some of that anyway.
 */
static bool run_undisturbed(const struct running *running, struct bench_subject *subject,
			    struct bench_sample *sample)
{
	for (uint32_t tries = 1;; tries++) {
		const uint64_t start = bench_now_ns();
		const long before = nr_preemptions();

		*sample = (struct bench_sample){ 0 };
		if (!run_slice(running, subject, sample))
			return false;
		if (nr_preemptions() == before || tries == TRIES || progress_stopped() ||
		    bench_now_ns() - start > LONG_SLICES * running->pace->slice_ns)
			return true;
	}
}

static void take_turn(struct running *running, size_t i, uint32_t round)
{
	struct bench_result *result = &running->table->results[running->nr_row][i];
	struct standing *standing = &running->standings[i];
	struct bench_sample sample;
	const uint64_t start = bench_now_ns();

	running->slices.ns[i][round] = NOT_RUN;
	if (standing->out)
		return;
	if (!run_undisturbed(running, &running->table->subjects[i], &sample)) {
		standing->out = true;
		return;
	}
	running->slices.ns[i][round] = sample.ns;
	result->nr_failed += sample.nr_failed;
	result->nr_requests += sample.nr_requests;
	standing->nr_slices++;
	standing->spent_ns += bench_now_ns() - start;
	standing->out = standing->spent_ns > running->pace->budget_ns &&
			standing->nr_slices >= running->pace->min_slices;
}

/* Today's core takes part and cannot: then there is nothing to compare with. */
static bool is_pointless(const struct running *running)
{
	const struct bench_table *table = running->table;

	return table->subjects[0].scopes & table->rows[running->nr_row]->scope &&
	       running->standings[0].out && running->standings[0].nr_slices == 0;
}

/*
 * Who begins goes round, today's core first: then it is seen whether the row can run at all. The
 * others come in another random order each round, so that who comes behind whom changes.
 */
static void order_round(size_t *order, size_t nr, uint32_t round, uint64_t *seed)
{
	for (size_t i = 0; i < nr; i++)
		order[i] = (i + round) % nr;
	for (size_t i = nr; i-- > 2;) {
		size_t k = 1 + bench_below((uint32_t)(bench_random(seed) >> 32), i);
		size_t swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
}

/* false: the row is over. */
static bool run_round(struct running *running, uint32_t round)
{
	const size_t nr = running->table->nr_subjects;
	size_t order[BENCH_MAX_SUBJECTS];

	for (size_t i = 0; i < nr; i++)
		running->slices.ns[i][round] = NOT_RUN;
	running->slices.nr_rounds = round + 1;
	order_round(order, nr, round, &running->seed);
	for (size_t k = 0; k < nr && !progress_stopped(); k++) {
		take_turn(running, order[k], round);
		if (is_pointless(running))
			return false;
	}
	return true;
}

static void begin_row(struct running *running)
{
	const struct bench_row *row = running->table->rows[running->nr_row];

	for (size_t i = 0; i < running->table->nr_subjects; i++) {
		const struct bench_subject *subject = &running->table->subjects[i];

		running->standings[i] = (struct standing){ .out = subject->absent ||
								  !(subject->scopes & row->scope) };
	}
}

void bench_run_row(struct bench_table *table, size_t nr_row, const struct bench_pace *pace)
{
	static struct running running;

	running.table = table;
	running.nr_row = nr_row;
	running.pace = pace;
	running.slices.nr_rounds = 0;
	running.seed = BENCH_SEED;
	begin_row(&running);
	for (uint32_t round = 0; round < table->nr_rounds && !progress_stopped(); round++)
		if (!run_round(&running, round))
			break;
	if (table->rows[nr_row]->finish)
		table->rows[nr_row]->finish();
	bench_evaluate(&running.slices, table->nr_subjects, table->results[nr_row]);
}
