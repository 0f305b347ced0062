/* SPDX-License-Identifier: MIT */
/*
 * Each way to give a block back. Order matters: per-CPU lists and merging see whole runs of frames,
 * upwards, downwards or in no order.
 */
#include <stdlib.h>

#include "buddy/types.h"
#include "program.h"

#define MAX_REFS 4u

/* Reclaim would have taken the page off its lists before it was freed. */
static void unmark_lru(struct program *program, struct block *block)
{
	struct shim_op *op = op_begin(program, SHIM_CALL_buddy_set_lru);

	op->pfn = block->pfn;
	op->order = block->order;
	op_apply(program);
	block->lru = false;
}

static void call_with(struct program *program, enum shim_call call, uint32_t pfn, uint32_t order,
		      uint32_t count)
{
	struct shim_op *op = op_begin(program, call);

	op->pfn = pfn;
	op->order = order;
	op->count = count;
	op_apply(program);
}

static struct block single_page(uint32_t pfn)
{
	return (struct block){ .pfn = pfn, .nr_pages = 1, .kind = BLOCK_PLAIN, .nr_refs = 1 };
}

/* What is left when one reference of several is dropped. */
static void keep_rest(struct program *program, struct block block)
{
	block.nr_refs--;
	if (block.kind == BLOCK_PLAIN) { /* its other pages are free now */
		block.order = 0;
		block.nr_pages = 1;
	}
	if (block.nr_refs)
		held_add(&program->held, block);
}

/* put_page() frees by the order that the page tells, so plain blocks must not come here. */
static void put(struct program *program, struct block block)
{
	uint32_t pfn = block.pfn + random_below(&program->random, block.nr_pages);

	if (random_once_in(&program->random, 4)) {
		struct shim_op *op = op_begin(program, SHIM_CALL_release_pages);

		op->nr_pfns = 1;
		program->pfns[0] = pfn;
		op_apply(program);
	} else {
		call_with(program, SHIM_CALL_put_page, pfn, 0, 0);
	}
	keep_rest(program, block);
}

static void give_whole(struct program *program, struct block block)
{
	bool singular = block.kind == BLOCK_COMPOUND || !block.order;

	if (singular && random_once_in(&program->random, 3)) {
		put(program, block);
		return;
	}
	if (block.lru)
		unmark_lru(program, &block);
	call_with(program, SHIM_CALL_free_pages, block.pfn, block.order, 0);
	keep_rest(program, block);
}

static void give_pages(struct program *program, const struct block *range)
{
	bool down = random_once_in(&program->random, 2);

	for (uint32_t i = 0; i < range->nr_pages; i++)
		call_with(program, SHIM_CALL_free_pages,
			  range->pfn + (down ? range->nr_pages - 1 - i : i), 0, 0);
}

static void give_range(struct program *program, const struct block *range)
{
	switch (random_below(&program->random, 4)) {
	case 0:
		call_with(program, SHIM_CALL_free_contig_range, range->pfn, 0, range->nr_pages);
		break;
	case 1:
		for (uint32_t i = 0; i < range->nr_pages && !held_is_full(&program->held); i++)
			held_add(&program->held, single_page(range->pfn + i));
		break;
	case 2:
		if (range->nr_pages <= 64) {
			give_pages(program, range);
			break;
		}
		/* fall through */
	default:
		call_with(program, SHIM_CALL_free_pages_exact, range->pfn, 0,
			  range->nr_pages << BUDDY_PAGE_SHIFT);
	}
}

static void split(struct program *program, struct block block)
{
	if (block.lru)
		unmark_lru(program, &block);
	call_with(program, SHIM_CALL_split_page, block.pfn, block.order, 0);
	block.kind = BLOCK_RANGE;
	block.order = 0;
	if (random_once_in(&program->random, 2))
		give_range(program, &block);
	else
		held_add(&program->held, block);
}

void give(struct program *program, struct block block)
{
	if (program->sins && block.kind <= BLOCK_COMPOUND && random_once_in(&program->random, 32)) {
		call_with(program, SHIM_CALL_free_the_page, block.pfn, block.order, 0);
		return;
	}
	switch (block.kind) {
	case BLOCK_RANGE:
		give_range(program, &block);
		break;
	case BLOCK_FRAGMENT:
		call_with(program, SHIM_CALL_page_frag_free, block.pfn, 0, 0);
		break;
	case BLOCK_PLAIN:
		if (block.order && block.nr_refs == 1 && random_once_in(&program->random, 5)) {
			split(program, block);
			break;
		}
		/* fall through */
	default:
		give_whole(program, block);
	}
}

void give_any(struct program *program)
{
	struct held *held = &program->held;

	if (held->nr)
		give(program, held_remove(held, random_below(&program->random, held->nr)));
}

/* ---- many at once ---- */

static int by_pfn(const void *one, const void *other)
{
	uint32_t a = ((const struct block *)one)->pfn, b = ((const struct block *)other)->pfn;

	return a < b ? -1 : a > b;
}

static void reverse(struct block *blocks, uint32_t nr)
{
	for (uint32_t low = 0, high = nr; low + 1 < high; low++) {
		struct block block = blocks[low];

		blocks[low] = blocks[--high];
		blocks[high] = block;
	}
}

static void shuffle(struct random *random, struct block *blocks, uint32_t nr)
{
	for (; nr > 1; nr--) {
		uint32_t n = random_below(random, nr);
		struct block block = blocks[n];

		blocks[n] = blocks[nr - 1];
		blocks[nr - 1] = block;
	}
}

/* As they came, upwards or downwards, each of these also backwards, or in no order. */
static void arrange(struct random *random, struct block *blocks, uint32_t nr)
{
	if (random_once_in(random, 2))
		qsort(blocks, nr, sizeof(*blocks), by_pfn);
	if (random_once_in(random, 2))
		reverse(blocks, nr);
	if (random_once_in(random, 5))
		shuffle(random, blocks, nr);
}

static bool may_be_released(const struct block *block)
{
	return block->nr_refs == 1 &&
	       (block->kind == BLOCK_COMPOUND || (block->kind == BLOCK_PLAIN && !block->order));
}

/* One call for as many as can go together. Returns their number. */
static uint32_t release_some(struct program *program, const struct block *blocks, uint32_t nr)
{
	struct shim_op *op = op_begin(program, SHIM_CALL_release_pages);
	uint32_t n = 0;

	while (n < nr && n < SHIM_MAX_PFNS && may_be_released(&blocks[n])) {
		program->pfns[n] = blocks[n].pfn;
		n++;
	}
	op->nr_pfns = n;
	if (n)
		op_apply(program);
	return n;
}

void give_from(struct program *program, uint32_t first)
{
	uint32_t nr = program->held.nr - first, n = 0;
	bool release = random_once_in(&program->random, 4) || nr > 4096;
	struct block *blocks = malloc((nr + 1) * sizeof(*blocks));

	if (!blocks)
		abort();
	for (uint32_t i = 0; i < nr; i++)
		blocks[i] = program->held.blocks[first + i];
	program->held.nr = first;
	arrange(&program->random, blocks, nr);
	while (n < nr && !program->pair->different && !program->pair->trapped) {
		uint32_t nr_released = release ? release_some(program, blocks + n, nr - n) : 0;

		n += nr_released;
		if (!nr_released)
			give(program, blocks[n++]);
	}
	free(blocks);
}

/* ---- references and marks ---- */

static struct block *any_block(struct program *program)
{
	struct held *held = &program->held;

	return held->nr ? &held->blocks[random_below(&program->random, held->nr)] : NULL;
}

void refer(struct program *program)
{
	struct block *block = any_block(program);
	const struct shim_answer *answer;
	struct shim_op *op;
	bool get;

	if (!block || block->kind > BLOCK_COMPOUND || block->nr_refs == MAX_REFS)
		return;
	get = random_once_in(&program->random, 2);
	op = op_begin(program, get ? SHIM_CALL_get_page : SHIM_CALL_get_page_unless_zero);
	op->pfn = block->pfn;
	if (block->kind == BLOCK_COMPOUND)
		op->pfn += random_below(&program->random, block->nr_pages);
	answer = op_apply(program);
	if (answer && (get || answer->result))
		block->nr_refs++;
}

void mark_lru(struct program *program)
{
	struct block *block = any_block(program);
	struct shim_op *op;

	if (!block || block->kind > BLOCK_COMPOUND || block->lru || block->nr_refs > 1)
		return;
	op = op_begin(program, SHIM_CALL_buddy_set_lru);
	op->pfn = block->pfn;
	op->order = block->order;
	op->count = 1;
	op_apply(program);
	block->lru = true;
}
