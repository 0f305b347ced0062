/* SPDX-License-Identifier: MIT */
/*
 * An allocator that is wrong on purpose: blocks of order 3 are not aligned, a tick while something
 * is held kills the process, drain_local_pages takes a tenth of a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "diff/subjects/subject.h"

struct faulty {
	pfn_t start_pfn, next_pfn, end_pfn;
	uint32_t nr_held;
};

__attribute__((visibility("default"))) const struct subject_ops *buddy_subject(void);

static enum claim faulty_claims(uint8_t op_code)
{
	return op_code == OP_alloc_pages || op_code == OP_free_pages || op_code == OP_tick ||
			       op_code == OP_drain_local_pages || op_code == OP_drain_all_pages
		       ? CLAIM_SAFE
		       : CLAIM_NONE;
}

static void faulty_reset(void *self)
{
	struct faulty *faulty = self;

	faulty->next_pfn = faulty->start_pfn;
	faulty->nr_held = 0;
}

static void *faulty_create(const struct buddy_config *config, const struct snapshot *initial,
			   const struct env *env, char *error, size_t error_size)
{
	struct faulty *faulty = calloc(1, sizeof(*faulty));

	(void)initial;
	(void)env;
	if (!faulty) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	faulty->start_pfn = config->memory[0].start_pfn;
	faulty->end_pfn = config->memory[0].end_pfn;
	faulty_reset(faulty);
	return faulty;
}

static pfn_t faulty_alloc(struct faulty *faulty, uint32_t order)
{
	uint32_t nr_pages = 1u << order;
	pfn_t pfn = (faulty->next_pfn + nr_pages - 1) & ~(nr_pages - 1);

	if (order > MAX_PAGE_ORDER || pfn + nr_pages > faulty->end_pfn)
		return PFN_NONE;
	faulty->next_pfn = pfn + nr_pages;
	faulty->nr_held++;
	return order == 3 ? pfn + 1 : pfn;
}

static void faulty_apply(void *self, const struct call *call, struct event *event)
{
	const struct timespec tenth = { 0, 100000000 };
	struct faulty *faulty = self;

	event->status = EVENT_DONE;
	if (call->code == OP_alloc_pages)
		event->pfn = faulty_alloc(faulty, call->order);
	else if (call->code == OP_free_pages)
		faulty->nr_held--;
	else if (call->code == OP_tick && faulty->nr_held)
		abort();
	else if (call->code == OP_drain_local_pages)
		nanosleep(&tenth, NULL);
}

const struct subject_ops *buddy_subject(void)
{
	static const struct subject_ops ops = {
		.api_version = SUBJECT_API_VERSION,
		.name = "faulty",
		.claims = faulty_claims,
		.create = faulty_create,
		.destroy = free,
		.reset = faulty_reset,
		.apply = faulty_apply,
	};

	return &ops;
}
