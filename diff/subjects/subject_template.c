/* SPDX-License-Identifier: MIT */
/*
 * The smallest useful subject: a toy that knows one range of memory and hands out aligned blocks,
 * first fit, one byte a page. Copy this file, put your allocator behind create, reset and apply,
 * and claim what it can promise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/subjects/subject.h"

struct toy {
	pfn_t start_pfn;
	uint32_t nr_pages;
	bool used[]; /* by frame */
};

/* What it can do, and how far its answers must agree with another's: legal by themselves. */
static enum claim toy_claims(uint8_t op_code)
{
	switch (op_code) {
	case OP_alloc_pages:
	case OP_free_pages:
	case OP_drain_all_pages:
		return CLAIM_SAFE;
	default:
		return CLAIM_NONE;
	}
}

static void toy_reset(void *self)
{
	struct toy *toy = self;

	memset(toy->used, 0, toy->nr_pages * sizeof(toy->used[0]));
}

static void *toy_create(const struct buddy_config *config, const struct snapshot *initial,
			const struct env *env, char *error, size_t error_size)
{
	const struct buddy_range *memory = &config->memory[0];
	uint32_t nr_pages = memory->end_pfn - memory->start_pfn;
	struct toy *toy;

	(void)env;
	if (initial || config->nr_memory != 1 || config->nr_reserved) {
		snprintf(error, error_size, "it knows booted machines of one plain range only");
		return NULL;
	}
	toy = calloc(1, sizeof(*toy) + nr_pages * sizeof(toy->used[0]));
	if (!toy) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	toy->start_pfn = memory->start_pfn;
	toy->nr_pages = nr_pages;
	return toy;
}

/* The first aligned block of free pages, or PFN_NONE. */
static pfn_t toy_alloc(struct toy *toy, uint32_t order)
{
	uint32_t block = 1u << order, first = (0u - toy->start_pfn) & (block - 1);

	for (uint32_t i = first; i + block <= toy->nr_pages; i += block) {
		if (memchr(&toy->used[i], true, block))
			continue;
		memset(&toy->used[i], true, block);
		return toy->start_pfn + i;
	}
	return PFN_NONE;
}

/* The call has frames where the program has slots; event arrives cleared. */
static void toy_apply(void *self, const struct call *call, struct event *event)
{
	struct toy *toy = self;

	event->status = EVENT_DONE;
	if (call->code == OP_alloc_pages && call->order <= MAX_PAGE_ORDER)
		event->pfn = toy_alloc(toy, call->order);
	else if (call->code == OP_free_pages)
		memset(&toy->used[call->pfn - toy->start_pfn], false, 1u << call->order);
	else if (call->code != OP_alloc_pages && call->code != OP_drain_all_pages)
		event->status = EVENT_UNSUPPORTED;
}

const struct subject_ops *subject_template(void)
{
	static const struct subject_ops ops = {
		.api_version = SUBJECT_API_VERSION,
		.name = "template",
		.claims = toy_claims,
		.create = toy_create,
		.destroy = free,
		.reset = toy_reset,
		.apply = toy_apply,
	};

	return &ops;
}
