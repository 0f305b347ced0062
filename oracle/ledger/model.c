/* SPDX-License-Identifier: MIT */
/* The allocator-of-record. Plain arrays: every answer is one look at one frame. */
#include "oracle/ledger/model.h"

#include <stdlib.h>
#include <string.h>

static uint64_t *map_new(uint32_t nr_pages)
{
	return calloc(1, page_map_bytes(nr_pages) + 1);
}

bool model_init(struct model *model, pfn_t base_pfn, uint32_t nr_pages)
{
	memset(model, 0, sizeof(*model));
	model->base_pfn = base_pfn;
	model->nr_pages = nr_pages;
	model->cached_chunk = PFN_NONE;
	model->pages = calloc((size_t)nr_pages + 1, sizeof(*model->pages));
	model->touched = calloc((size_t)nr_pages + 1, sizeof(*model->touched));
	model->free_map = map_new(nr_pages);
	model->base_map = map_new(nr_pages);
	model->touched_map = map_new(nr_pages);
	if (!model->pages || !model->touched || !model->free_map || !model->base_map ||
	    !model->touched_map) {
		model_free(model);
		return false;
	}
	page_map_set(model->free_map, 0, nr_pages, true);
	page_map_set(model->base_map, 0, nr_pages, true);
	return true;
}

void model_free(struct model *model)
{
	free(model->pages);
	free(model->touched);
	free(model->free_map);
	free(model->base_map);
	free(model->touched_map);
	free(model->fragments);
	memset(model, 0, sizeof(*model));
}

static enum model_state base_state(bool is_free)
{
	return is_free ? MODEL_FREE : MODEL_FOREIGN;
}

/* What else its words say was touched, too, or is as at the start. */
static void reset_page(struct model *model, uint32_t offset)
{
	bool is_free = page_map_get(model->base_map, offset);

	model->pages[offset] = (struct model_page){ .state = (uint8_t)base_state(is_free) };
	model->free_map[offset / 64] = model->base_map[offset / 64];
	model->touched_map[offset / 64] = 0;
}

void model_reset(struct model *model)
{
	for (uint32_t i = 0; i < model->nr_touched; i++)
		reset_page(model, model->touched[i] - model->base_pfn);
	model->nr_touched = 0;
	model->pages_held = 0;
	model->peak_pages_held = 0;
	model->nr_fragments = 0;
	model->cached_chunk = PFN_NONE;
	model->hidden_chunk = false;
	model->any_taint = false;
}

void model_set_base(struct model *model, pfn_t pfn, bool is_free)
{
	struct model_page *page = model_page(model, pfn);

	if (!page)
		return;
	page->state = (uint8_t)base_state(is_free);
	page_map_set(model->free_map, pfn - model->base_pfn, 1, is_free);
	page_map_set(model->base_map, pfn - model->base_pfn, 1, is_free);
}

static uint32_t counts_as_held(uint8_t state)
{
	return (1u << MODEL_HELD | 1u << MODEL_TAIL | 1u << MODEL_FRAG) >> state & 1u;
}

/* Most were before. */
static inline void note_touched(struct model *model, uint32_t offset, uint32_t nr_pages)
{
	while (nr_pages) {
		uint32_t nr = page_map_in_word(offset, nr_pages);
		uint64_t *word = &model->touched_map[offset / 64];
		uint64_t fresh = page_map_mask(offset, nr) & ~*word;
		pfn_t pfn = model->base_pfn + offset / 64 * 64;

		*word |= fresh;
		for (; fresh; fresh &= fresh - 1)
			model->touched[model->nr_touched++] =
				pfn + (uint32_t)__builtin_ctzll(fresh);
		offset += nr;
		nr_pages -= nr;
	}
}

static void count_held(struct model *model, uint32_t nr_more, uint32_t nr_less)
{
	model->pages_held += nr_more - (uint64_t)nr_less;
	if (model->pages_held > model->peak_pages_held)
		model->peak_pages_held = model->pages_held;
}

static uint32_t nr_held_pages(const struct model_page *page, uint32_t nr_pages)
{
	uint32_t nr_held = 0;

	for (uint32_t i = 0; i < nr_pages; i++)
		nr_held += counts_as_held(page[i].state);
	return nr_held;
}

/* Hardly anybody looks at a tail, and blocks are large: so tails are written late, or never. */
static void spread(struct model_page *head)
{
	uint32_t nr_pages = 1u << head->order;

	head->marks |= MODEL_SPREAD;
	for (uint32_t i = 1; i < nr_pages; i++) {
		head[i].head = head->head;
		head[i].state = MODEL_TAIL;
	}
}

static bool is_unspread(const struct model_page *page)
{
	return page->state == MODEL_HELD && page->order && !(page->marks & MODEL_SPREAD);
}

void model_spread_around(const struct model *model, pfn_t pfn)
{
	for (uint32_t order = 1; order <= MAX_PAGE_ORDER; order++) {
		pfn_t head_pfn = pfn & ~((1u << order) - 1);
		struct model_page *head = &model->pages[head_pfn - model->base_pfn];

		if (head_pfn >= model->base_pfn && is_unspread(head) && head->order >= order) {
			spread(head);
			return;
		}
	}
}

/*
 * Frames [pfn, pfn + nr_pages) get this state and no references. Their head is head + i * step: one
 * for all, or each itself. A taint stays.
 */
static inline void change(struct model *model, pfn_t pfn, uint32_t nr_pages, enum model_state state,
			  pfn_t head, uint32_t step)
{
	uint32_t offset = pfn - model->base_pfn;
	struct model_page *page = &model->pages[offset];
	uint8_t marks_kept = model->any_taint ? MODEL_TAINTED : 0;

	for (uint32_t i = 0; i < nr_pages; i++) /* part of a block, perhaps */
		model_page(model, pfn + i);
	if (is_unspread(page))
		spread(page);
	note_touched(model, offset, nr_pages);
	count_held(model, counts_as_held((uint8_t)state) * nr_pages, nr_held_pages(page, nr_pages));
	page_map_set(model->free_map, offset, nr_pages, state == MODEL_FREE);
	for (uint32_t i = 0; i < nr_pages; i++, page++, head += step) {
		page->head = head;
		page->refs = 0;
		page->state = (uint8_t)state;
		page->order = 0;
		page->marks &= marks_kept;
	}
}

pfn_t model_first_taken(const struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t offset = pfn - model->base_pfn;
	uint32_t taken = page_map_find(model->free_map, offset, nr_pages, false);

	return taken < offset + nr_pages ? model->base_pfn + taken : PFN_NONE;
}

/* The allocator sets the count of a first page whatever it was (FR-16). */
static void hold_first(struct model_page *page)
{
	page->refs = 1;
	page->marks &= (uint8_t)~MODEL_TAINTED;
}

void model_hold(struct model *model, pfn_t pfn, uint32_t order, bool compound)
{
	struct model_page *head = model_page(model, pfn);
	uint32_t nr_pages = 1u << order;

	if (pfn & (nr_pages - 1) || model_first_taken(model, pfn, nr_pages) != PFN_NONE) {
		change(model, pfn, nr_pages, MODEL_TAIL, pfn, 0);
		head->marks |= MODEL_SPREAD;
	} else {
		note_touched(model, pfn - model->base_pfn, nr_pages);
		count_held(model, nr_pages, 0);
		page_map_set(model->free_map, pfn - model->base_pfn, nr_pages, false);
		*head = (struct model_page){ .head = pfn };
	}
	hold_first(head);
	head->state = MODEL_HELD;
	head->order = (uint8_t)order;
	if (compound)
		head->marks |= MODEL_COMPOUND;
}

void model_hold_singles(struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	struct model_page *page = model_page(model, pfn);

	change(model, pfn, nr_pages, MODEL_HELD, pfn, 1);
	for (uint32_t i = 0; i < nr_pages; i++)
		hold_first(&page[i]);
}

void model_hold_chunk(struct model *model, pfn_t pfn, uint32_t order)
{
	change(model, pfn, 1u << order, MODEL_FRAG, pfn, 0);
	model_page(model, pfn)->order = (uint8_t)order;
	model_page(model, pfn)->marks &= (uint8_t)~MODEL_TAINTED;
}

void model_release(struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	struct model_page *head = &model->pages[pfn - model->base_pfn];

	if (!is_unspread(head) || nr_pages != 1u << head->order) {
		change(model, pfn, nr_pages, MODEL_FREE, pfn, 1);
		return;
	}
	count_held(model, 0, nr_pages);
	page_map_set(model->free_map, pfn - model->base_pfn, nr_pages, true);
	*head = (struct model_page){ .head = pfn, .marks = head->marks & MODEL_TAINTED };
}

void model_lose(struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	change(model, pfn, nr_pages, MODEL_LOST, pfn, 1);
}

void model_taint(struct model *model, pfn_t pfn)
{
	struct model_page *page = model_page(model, pfn);

	note_touched(model, pfn - model->base_pfn, 1);
	page->marks |= MODEL_TAINTED;
	model->any_taint = true;
}

void model_add_refs(struct model *model, pfn_t head, int32_t nr)
{
	model_page(model, head)->refs += nr;
}

void model_shrink_to_head(struct model *model, pfn_t head)
{
	struct model_page *page = model_page(model, head);

	if (is_unspread(page))
		spread(page);
	page->order = 0;
}

const struct model_fragment *model_fragment_overlap(const struct model *model, uint64_t start,
						    uint64_t end)
{
	for (uint32_t i = 0; i < model->nr_fragments; i++)
		if (model->fragments[i].start < end && start < model->fragments[i].end)
			return &model->fragments[i];
	return NULL;
}

bool model_add_fragment(struct model *model, pfn_t chunk, uint64_t start, uint64_t end)
{
	if (model->nr_fragments == model->fragments_capacity) {
		uint32_t capacity = model->fragments_capacity ? model->fragments_capacity * 2 : 64;
		struct model_fragment *fragments =
			realloc(model->fragments, capacity * sizeof(*fragments));

		if (!fragments)
			return false;
		model->fragments = fragments;
		model->fragments_capacity = capacity;
	}
	model->fragments[model->nr_fragments++] =
		(struct model_fragment){ .start = start, .end = end, .chunk = chunk };
	return true;
}

pfn_t model_remove_fragment(struct model *model, uint64_t start, uint64_t end)
{
	for (uint32_t i = 0; i < model->nr_fragments; i++) {
		struct model_fragment *fragment = &model->fragments[i];
		pfn_t chunk = fragment->chunk;

		if (fragment->start != start || fragment->end != end)
			continue;
		*fragment = model->fragments[--model->nr_fragments];
		return chunk;
	}
	return PFN_NONE;
}

const char *model_state_name(uint8_t state)
{
	static const char *const names[] = {
		[MODEL_FREE] = "free",
		[MODEL_FOREIGN] = "not the allocator's to give (a hole, reserved or taken earlier)",
		[MODEL_HELD] = "held by the program",
		[MODEL_TAIL] = "held by the program (inside a larger block)",
		[MODEL_FRAG] = "in use by page fragments",
		[MODEL_LOST] = "withdrawn after a misuse",
	};

	return names[state];
}
