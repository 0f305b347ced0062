/* SPDX-License-Identifier: MIT */
#include "bench/workers.h"

#include <pthread.h>
#include <stdatomic.h>

struct order {
	const struct bench_calls *calls;
	bench_round *round;
	void *const *states;
	const struct bench_job *job;
	uint64_t nr_units;
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool started;
	struct order order;
	uint64_t nr_given;          /* slices given out */
	uint32_t nr_busy;           /* threads that are at the last one */
	atomic_uint nr_at_the_line; /* all wait for each other before they begin */
	struct bench_sample samples[BENCH_THREADS];
} pool = { .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

/* Busily: a thread that has to be woken begins late. */
static void line_up(void)
{
	atomic_fetch_add(&pool.nr_at_the_line, 1);
	while (atomic_load(&pool.nr_at_the_line) < BENCH_THREADS)
		;
}

static void do_slice(uint32_t thread, const struct order *order)
{
	struct bench_sample sample = { 0 };

	line_up();
	bench_time_rounds(&order->calls[thread], order->round, order->states[thread], order->job,
			  order->nr_units, &sample);
	pool.samples[thread] = sample;
}

static void *worker(void *argument)
{
	const uint32_t thread = *(const uint32_t *)argument;
	uint64_t nr_done = 0;

	pthread_mutex_lock(&pool.mutex);
	for (;;) {
		struct order order;

		while (pool.nr_given == nr_done)
			pthread_cond_wait(&pool.changed, &pool.mutex);
		order = pool.order;
		nr_done = pool.nr_given;
		pthread_mutex_unlock(&pool.mutex);
		do_slice(thread, &order);
		pthread_mutex_lock(&pool.mutex);
		pool.nr_busy--;
		pthread_cond_broadcast(&pool.changed);
	}
	return NULL;
}

/* They are never ended: the program does that. */
static bool pool_start(void)
{
	static const uint32_t numbers[BENCH_THREADS] = { 0, 1 };

	for (uint32_t i = 0; i < BENCH_THREADS && !pool.started; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, worker, (void *)(uintptr_t)&numbers[i]))
			return false;
		pthread_detach(thread);
	}
	pool.started = true;
	return true;
}

bool workers_time_rounds(const struct bench_calls *calls, bench_round *round, void *const *states,
			 const struct bench_job *job, uint64_t nr_units,
			 struct bench_sample *sample)
{
	if (!pool_start())
		return false;
	pthread_mutex_lock(&pool.mutex);
	pool.order = (struct order){ calls, round, states, job, nr_units };
	pool.nr_busy = BENCH_THREADS;
	atomic_store(&pool.nr_at_the_line, 0);
	pool.nr_given++;
	pthread_cond_broadcast(&pool.changed);
	while (pool.nr_busy > 0)
		pthread_cond_wait(&pool.changed, &pool.mutex);
	pthread_mutex_unlock(&pool.mutex);
	for (uint32_t i = 0; i < BENCH_THREADS; i++) {
		sample->ns += pool.samples[i].ns / BENCH_THREADS;
		sample->nr_failed += pool.samples[i].nr_failed;
		sample->nr_requests += pool.samples[i].nr_requests;
	}
	return true;
}
