/* SPDX-License-Identifier: MIT */
/*
 * An allocator that is wrong on purpose: blocks of order 3 are not aligned, emptying the lists of
 * all CPUs while something is held kills the process, that of one CPU takes a tenth of a second.
 */
#include <buddyfuzz/plugin.h>
#include <stdlib.h>
#include <time.h>

struct faulty {
	uint64_t next_frame, end_frame;
	uint32_t nr_held;
};

static size_t faulty_bytes(const struct buddyfuzz_machine *machine)
{
	(void)machine;
	return sizeof(struct faulty);
}

static const char *faulty_reset(void *self, const struct buddyfuzz_machine *machine)
{
	struct faulty *faulty = self;

	faulty->next_frame = machine->ranges->start_frame;
	faulty->end_frame = machine->ranges->end_frame;
	faulty->nr_held = 0;
	return NULL;
}

static uint64_t faulty_alloc(void *self, uint32_t order, const struct buddyfuzz_request *request)
{
	struct faulty *faulty = self;
	uint64_t nr_pages = UINT64_C(1) << order;
	uint64_t frame = (faulty->next_frame + nr_pages - 1) & ~(nr_pages - 1);

	(void)request;
	if (frame + nr_pages > faulty->end_frame)
		return BUDDYFUZZ_NO_FRAME;
	faulty->next_frame = frame + nr_pages;
	faulty->nr_held++;
	return order == 3 ? frame + 1 : frame;
}

static void faulty_free(void *self, uint64_t frame, uint32_t order)
{
	(void)frame, (void)order;
	((struct faulty *)self)->nr_held--;
}

static void faulty_drain(void *self, uint32_t cpu)
{
	const struct timespec tenth = { 0, 100000000 };

	if (cpu != BUDDYFUZZ_ALL_CPUS)
		nanosleep(&tenth, NULL);
	else if (((struct faulty *)self)->nr_held)
		abort();
}

const struct buddyfuzz_plugin buddyfuzz_plugin = {
	.head = BUDDYFUZZ_HEAD,
	.name = "faulty",
	.knows = BUDDYFUZZ_KNOWS_RANGES, /* and uses the first */
	.self_bytes = faulty_bytes,
	.reset = faulty_reset,
	.alloc = faulty_alloc,
	.free = faulty_free,
	.drain = faulty_drain,
};
