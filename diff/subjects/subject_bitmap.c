/* SPDX-License-Identifier: MIT */
/*
 * A plain first-fit allocator: one bit a page, set while the page is not available. No lists, no
 * watermarks, no per-CPU pages; it shares no idea with the core, so both can hardly be wrong in the
 * same way. Bit numbers are frame numbers from an aligned base, so an aligned run of bits is an
 * aligned block.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buddy/gfp.h"
#include "diff/subjects/subject.h"

#define BASE_ALIGNMENT (1u << MAX_PAGE_ORDER)

struct bitmap {
	struct buddy_config config;
	pfn_t base_pfn;
	uint32_t nr_pages; /* bits, a multiple of BASE_ALIGNMENT */
	uint64_t *busy, *busy_at_start;
	int32_t *refs;     /* by frame: of a block's first page */
	uint8_t *compound; /* by frame: order of the compound block that starts here */
	pfn_t frag_pfn;    /* page that fragments are cut from, or PFN_NONE */
	uint32_t frag_used_bytes;
};

static uint32_t bit_of(const struct bitmap *bitmap, pfn_t pfn)
{
	return pfn - bitmap->base_pfn;
}

static void mark(uint64_t *words, uint32_t first, uint32_t nr, bool busy)
{
	for (uint32_t i = first; i < first + nr; i++) {
		if (busy)
			words[i / 64] |= 1ull << i % 64;
		else
			words[i / 64] &= ~(1ull << i % 64);
	}
}

/* ---- first fit ---- */

/* Bits at which an aligned free run of 2^order <= 32 starts inside one word. */
static uint64_t run_starts(uint64_t busy, uint32_t order)
{
	static const uint64_t aligned[6] = {
		~0ull,
		0x5555555555555555ull,
		0x1111111111111111ull,
		0x0101010101010101ull,
		0x0001000100010001ull,
		0x0000000100000001ull,
	};
	uint64_t free_bits = ~busy;

	for (uint32_t k = 0; k < order; k++)
		free_bits &= free_bits >> (1u << k);
	return free_bits & aligned[order];
}

static uint32_t lowest_bit(uint64_t word)
{
	uint32_t bit = 0;

	while (!(word >> bit & 1))
		bit++;
	return bit;
}

static bool words_free(const uint64_t *words, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		if (words[i])
			return false;
	return true;
}

/* First aligned free run below bit end, or nr_pages. */
static uint32_t find_run(const struct bitmap *bitmap, uint32_t order, uint32_t end)
{
	uint32_t nr_words = end / 64 + (end % 64 != 0);
	uint32_t stride = order < 6 ? 1 : 1u << (order - 6);

	for (uint32_t w = 0; w + stride <= nr_words; w += stride) {
		uint64_t starts = order < 6 ? run_starts(bitmap->busy[w], order)
					    : words_free(bitmap->busy + w, stride);

		if (starts && w * 64 + lowest_bit(starts) + (1u << order) <= end)
			return w * 64 + lowest_bit(starts);
	}
	return bitmap->nr_pages;
}

/* One past the last bit a request may use: DMA and DMA32 ask for low memory (GF-4). */
static uint32_t limit_of(const struct bitmap *bitmap, gfp_t gfp)
{
	pfn_t limit = bitmap->base_pfn + bitmap->nr_pages;

	if (gfp & __GFP_DMA && bitmap->config.zones & 1u << ZONE_DMA)
		limit = bitmap->config.zone_end_pfn[ZONE_DMA];
	else if (gfp & __GFP_DMA32 && bitmap->config.zones & 1u << ZONE_DMA32)
		limit = bitmap->config.zone_end_pfn[ZONE_DMA32];
	if (limit <= bitmap->base_pfn)
		return 0;
	limit -= bitmap->base_pfn;
	return limit < bitmap->nr_pages ? limit : bitmap->nr_pages;
}

static pfn_t allocate(struct bitmap *bitmap, gfp_t gfp, uint32_t order)
{
	uint32_t bit;

	if (order > MAX_PAGE_ORDER || !gfp_is_legal(gfp))
		return PFN_NONE;
	bit = find_run(bitmap, order, limit_of(bitmap, gfp));
	if (bit == bitmap->nr_pages)
		return PFN_NONE;
	mark(bitmap->busy, bit, 1u << order, true);
	bitmap->refs[bit] = 1;
	bitmap->compound[bit] = (uint8_t)(gfp & __GFP_COMP ? order : 0);
	return bitmap->base_pfn + bit;
}

/* ---- operations ---- */

static void answer_block(struct event *event, pfn_t pfn)
{
	event->pfn = pfn;
	event->result = pfn != PFN_NONE;
}

static void alloc_exact(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	uint32_t nr_pages = pages_of_bytes(call->count);
	pfn_t pfn = call->count ? allocate(bitmap, call->gfp & ~__GFP_COMP, call->order) : PFN_NONE;

	answer_block(event, pfn);
	if (pfn == PFN_NONE)
		return;
	mark(bitmap->busy, bit_of(bitmap, pfn) + nr_pages, (1u << call->order) - nr_pages, false);
	for (uint32_t i = 0; i < nr_pages; i++) {
		bitmap->refs[bit_of(bitmap, pfn) + i] = 1;
		bitmap->compound[bit_of(bitmap, pfn) + i] = 0;
	}
}

/* Both forms: the array names the pages that are there already, the list starts empty. */
static void alloc_bulk(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	bool array = call->code == OP_alloc_pages_bulk_array;

	for (uint32_t i = 0; i < call->count; i++) {
		pfn_t pfn = array ? call->pfns[i] : PFN_NONE;

		if (pfn == PFN_NONE)
			pfn = allocate(bitmap, call->gfp & ~__GFP_COMP, 0);
		event->pfns[event->nr_pfns++] = pfn;
		if (pfn == PFN_NONE)
			break;
		event->result++;
	}
	if (!array && event->nr_pfns > (uint64_t)event->result)
		event->nr_pfns--;
	for (uint32_t i = event->nr_pfns; array && i < call->count; i++)
		event->pfns[event->nr_pfns++] = call->pfns[i];
}

static void free_block(struct bitmap *bitmap, uint32_t bit, uint32_t order)
{
	mark(bitmap->busy, bit, 1u << order, false);
}

/* __free_pages: with references left, a plain block keeps its first page only (FR-5). */
static void free_pages(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	uint32_t bit = bit_of(bitmap, call->pfn);

	event->result = --bitmap->refs[bit];
	if (!bitmap->refs[bit])
		free_block(bitmap, bit, call->order);
	else if (!bitmap->compound[bit])
		mark(bitmap->busy, bit + 1, (1u << call->order) - 1, false);
}

/* Bit of the page that holds a page's references: the head of its compound block, or itself. */
static uint32_t reference_bit(const struct bitmap *bitmap, const struct call *call)
{
	uint32_t bit = bit_of(bitmap, call->pfn);

	for (uint32_t order = MAX_PAGE_ORDER; order > 0; order--) {
		uint32_t head = bit & ~((1u << order) - 1);

		if (bitmap->refs[head] > 0 && bitmap->compound[head] == order)
			return head;
	}
	return bit;
}

static void get_page(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	event->result = ++bitmap->refs[reference_bit(bitmap, call)];
}

/* Looks at the very page: a compound tail has no count of its own. */
static void get_page_unless_zero(struct bitmap *bitmap, const struct call *call,
				 struct event *event)
{
	int32_t *refs = &bitmap->refs[bit_of(bitmap, call->pfn)];

	if (*refs > 0)
		event->result = ++*refs;
}

static void drop_reference(struct bitmap *bitmap, uint32_t bit, struct event *event)
{
	event->result = --bitmap->refs[bit];
	if (!bitmap->refs[bit])
		free_block(bitmap, bit, bitmap->compound[bit]);
}

static void put_page(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	drop_reference(bitmap, reference_bit(bitmap, call), event);
}

static void free_exact(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	for (uint32_t i = 0; i < call->count >> BUDDY_PAGE_SHIFT; i++)
		drop_reference(bitmap, bit_of(bitmap, call->pfn) + i, event);
	event->result = 1;
}

static void release_pages(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	for (uint32_t i = 0; i < call->count; i++)
		drop_reference(bitmap, bit_of(bitmap, call->pfns[i]), event);
	event->result = 1;
}

static void split_page(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	uint32_t bit = bit_of(bitmap, call->pfn);

	for (uint32_t i = 1; i < 1u << call->order; i++) {
		bitmap->refs[bit + i] = 1;
		bitmap->compound[bit + i] = 0;
	}
	event->result = 1;
}

static void frag_drain(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	(void)call;
	if (bitmap->frag_pfn != PFN_NONE)
		drop_reference(bitmap, bit_of(bitmap, bitmap->frag_pfn), event);
	bitmap->frag_pfn = PFN_NONE;
	event->result = 1;
}

/* Fragments are cut from one page after the other; the cache and each fragment hold a reference. */
static void frag_alloc(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	struct event ignored;

	if (call->count > BUDDY_PAGE_SIZE)
		return;
	if (bitmap->frag_pfn == PFN_NONE ||
	    bitmap->frag_used_bytes + call->count > BUDDY_PAGE_SIZE) {
		frag_drain(bitmap, call, &ignored);
		bitmap->frag_pfn = allocate(bitmap, call->gfp & ~__GFP_COMP, 0);
		bitmap->frag_used_bytes = 0;
	}
	if (bitmap->frag_pfn == PFN_NONE)
		return;
	answer_block(event, bitmap->frag_pfn);
	event->offset_bytes = bitmap->frag_used_bytes;
	bitmap->frag_used_bytes += call->count;
	bitmap->refs[bit_of(bitmap, bitmap->frag_pfn)]++;
}

static void do_nothing(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	(void)bitmap;
	event->result = call->code == OP_sysctl ? 0 : 1;
}

static void alloc_pages(struct bitmap *bitmap, const struct call *call, struct event *event)
{
	answer_block(event, allocate(bitmap, call->gfp, call->order));
}

typedef void (*bitmap_op)(struct bitmap *bitmap, const struct call *call, struct event *event);

static const bitmap_op bitmap_ops[NR_OP_CODES] = {
	[OP_alloc_pages] = alloc_pages,
	[OP_get_zeroed_page] = alloc_pages,
	[OP_alloc_pages_exact] = alloc_exact,
	[OP_alloc_pages_bulk_array] = alloc_bulk,
	[OP_alloc_pages_bulk_list] = alloc_bulk,
	[OP_page_frag_alloc] = frag_alloc,
	[OP_free_pages] = free_pages,
	[OP_free_pages_exact] = free_exact,
	[OP_free_page] = put_page,
	[OP_get_page] = get_page,
	[OP_put_page] = put_page,
	[OP_get_page_unless_zero] = get_page_unless_zero,
	[OP_split_page] = split_page,
	[OP_release_pages] = release_pages,
	[OP_page_frag_free] = put_page,
	[OP_page_frag_cache_drain] = frag_drain,
	[OP_set_lru] = do_nothing,
	[OP_drain_local_pages] = do_nothing,
	[OP_drain_all_pages] = do_nothing,
	[OP_set_pageblock_type] = do_nothing,
	[OP_sysctl] = do_nothing,
	[OP_cpu] = do_nothing,
	[OP_tick] = do_nothing,
	[OP_task] = do_nothing,
	[OP_hook_answers] = do_nothing,
};

static enum claim bitmap_claims(const struct subject_ops *ops, uint8_t op_code)
{
	(void)ops;
	return bitmap_ops[op_code] ? CLAIM_SAFE : CLAIM_NONE;
}

static void bitmap_apply(void *self, const struct call *call, struct event *event)
{
	if (!bitmap_ops[call->code]) {
		event->status = EVENT_UNSUPPORTED;
		return;
	}
	event->status = EVENT_DONE;
	bitmap_ops[call->code](self, call, event);
}

/* ---- life ---- */

static void bitmap_reset(void *self)
{
	struct bitmap *bitmap = self;

	memcpy(bitmap->busy, bitmap->busy_at_start, bitmap->nr_pages / 8);
	memset(bitmap->refs, 0, bitmap->nr_pages * sizeof(*bitmap->refs));
	memset(bitmap->compound, 0, bitmap->nr_pages);
	bitmap->frag_pfn = PFN_NONE;
}

static void bitmap_destroy(void *self)
{
	struct bitmap *bitmap = self;

	free(bitmap->busy);
	free(bitmap->busy_at_start);
	free(bitmap->refs);
	free(bitmap->compound);
	free(bitmap);
}

static void mark_ranges(struct bitmap *bitmap, const struct buddy_range *ranges, uint32_t nr,
			bool busy)
{
	pfn_t end = bitmap->base_pfn + bitmap->nr_pages;

	for (uint32_t i = 0; i < nr; i++) {
		pfn_t from = ranges[i].start_pfn < bitmap->base_pfn ? bitmap->base_pfn
								    : ranges[i].start_pfn;
		pfn_t to = ranges[i].end_pfn > end ? end : ranges[i].end_pfn;

		if (from < to)
			mark(bitmap->busy_at_start, bit_of(bitmap, from), to - from, busy);
	}
}

static void mark_free(void *context, pfn_t pfn, uint32_t order)
{
	struct bitmap *bitmap = context;
	uint32_t bit = bit_of(bitmap, pfn), nr_pages = 1u << order;

	if (pfn >= bitmap->base_pfn && bit + nr_pages <= bitmap->nr_pages)
		mark(bitmap->busy_at_start, bit, nr_pages, false);
}

static void *bitmap_create(const struct buddy_config *config, const struct snapshot *initial,
			   const struct env *env, char *error, size_t error_size)
{
	struct bitmap *bitmap = calloc(1, sizeof(*bitmap));
	pfn_t end;

	(void)env;
	if (!bitmap || !config->nr_memory) {
		snprintf(error, error_size, "%s",
			 bitmap ? "it needs a machine with memory" : "out of memory");
		free(bitmap);
		return NULL;
	}
	end = config->memory[config->nr_memory - 1].end_pfn;
	bitmap->config = *config;
	bitmap->base_pfn = config->memory[0].start_pfn & ~(BASE_ALIGNMENT - 1);
	bitmap->nr_pages = (end - bitmap->base_pfn + BASE_ALIGNMENT - 1) & ~(BASE_ALIGNMENT - 1);
	bitmap->busy = malloc(bitmap->nr_pages / 8);
	bitmap->busy_at_start = malloc(bitmap->nr_pages / 8);
	bitmap->refs = malloc(bitmap->nr_pages * sizeof(*bitmap->refs));
	bitmap->compound = malloc(bitmap->nr_pages);
	if (!bitmap->busy || !bitmap->busy_at_start || !bitmap->refs || !bitmap->compound) {
		snprintf(error, error_size, "out of memory");
		bitmap_destroy(bitmap);
		return NULL;
	}
	memset(bitmap->busy_at_start, 0xff, bitmap->nr_pages / 8);
	if (initial) {
		snapshot_each_free(initial, mark_free, bitmap);
	} else {
		mark_ranges(bitmap, config->memory, config->nr_memory, false);
		mark_ranges(bitmap, config->reserved, config->nr_reserved, true);
	}
	bitmap_reset(bitmap);
	return bitmap;
}

const struct subject_ops *subject_bitmap(void)
{
	static const struct subject_ops ops = {
		.name = "bitmap",
		.claims = bitmap_claims,
		.create = bitmap_create,
		.destroy = bitmap_destroy,
		.reset = bitmap_reset,
		.apply = bitmap_apply,
	};

	return &ops;
}
