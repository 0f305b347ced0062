/* SPDX-License-Identifier: MIT */
/*
 * How a row calls a subject: always through one pointer, which leads into the allocator itself,
 * with nothing computed on the way. A request is what the subject asks for, an order or a number of
 * bytes; who needs many makes them before the clock runs. Loops are written once, as functions that
 * are inlined into one caller for each kind, so that no kind is looked up inside a loop.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BENCH_PAGE_BYTES 4096u

/* Every caller gets a copy of its own. */
#define bench_inline static inline __attribute__((always_inline))

enum bench_kind {
	BENCH_PAGES, /* alloc(task, gfp, order), free(task, page, order) */
	BENCH_BYTES  /* alloc(alignment, bytes), free(block) */
};

struct bench_calls {
	enum bench_kind kind;
	void *(*alloc_pages)(void *task, uint32_t gfp, uint32_t order);
	void (*free_pages)(void *task, void *page, uint32_t order);
	void *(*alloc_bytes)(size_t alignment, size_t size_bytes);
	void (*free_bytes)(void *block);
	void *task;
	uint32_t gfp;
};

/* What a block of this order is asked for with. */
bench_inline size_t bench_request(enum bench_kind kind, uint32_t order)
{
	return kind == BENCH_PAGES ? order : (size_t)BENCH_PAGE_BYTES << order;
}

bench_inline void *bench_take(const struct bench_calls *calls, enum bench_kind kind, size_t request)
{
	return kind == BENCH_PAGES ? calls->alloc_pages(calls->task, calls->gfp, (uint32_t)request)
				   : calls->alloc_bytes(BENCH_PAGE_BYTES, request);
}

bench_inline void bench_give(const struct bench_calls *calls, enum bench_kind kind, void *block,
			     size_t request)
{
	if (kind == BENCH_PAGES)
		calls->free_pages(calls->task, block, (uint32_t)request);
	else
		calls->free_bytes(block);
}
