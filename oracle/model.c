/* SPDX-License-Identifier: MIT */
/* The allocator-of-record. Plain arrays: every answer is one look at one frame. */
#include "oracle/model.h"

#include <stdlib.h>
#include <string.h>

bool model_init(struct model *model, pfn_t base_pfn, uint32_t nr_pages)
{
	memset(model, 0, sizeof(*model));
	model->base_pfn = base_pfn;
	model->nr_pages = nr_pages;
	model->cached_chunk = PFN_NONE;
	model->pages = calloc((size_t)nr_pages + 1, sizeof(*model->pages));
	model->touched = calloc((size_t)nr_pages + 1, sizeof(*model->touched));
	model->free_map = calloc(1, page_map_bytes(nr_pages) + 1);
	model->base_map = calloc(1, page_map_bytes(nr_pages) + 1);
	if (model->free_map && model->base_map) {
		page_map_set(model->free_map, 0, nr_pages, true);
		page_map_set(model->base_map, 0, nr_pages, true);
	}
	if (model->pages && model->touched && model->free_map && model->base_map)
		return true;
	model_free(model);
	return false;
}

void model_free(struct model *model)
{
	free(model->pages);
	free(model->touched);
	free(model->free_map);
	free(model->base_map);
	free(model->fragments);
	memset(model, 0, sizeof(*model));
}

void model_reset(struct model *model)
{
	for (uint32_t i = 0; i < model->nr_touched; i++) {
		uint32_t offset = model->touched[i] - model->base_pfn;
		struct model_page *page = &model->pages[offset];

		page->state = page->base;
		page_map_set(model->free_map, offset, 1, page->base == MODEL_FREE);
		page->refs = 0;
		page->order = 0;
		page->marks = 0;
	}
	model->nr_touched = 0;
	model->pages_held = 0;
	model->peak_pages_held = 0;
	model->nr_fragments = 0;
	model->cached_chunk = PFN_NONE;
	model->hidden_chunk = false;
	model->any_taint = false;
}

void model_set_base(struct model *model, pfn_t pfn, enum model_state state)
{
	struct model_page *page = model_page(model, pfn);

	if (!page)
		return;
	page->base = (uint8_t)state;
	page->state = (uint8_t)state;
	page_map_set(model->free_map, pfn - model->base_pfn, 1, state == MODEL_FREE);
	page_map_set(model->base_map, pfn - model->base_pfn, 1, state == MODEL_FREE);
}

static uint32_t counts_as_held(uint8_t state)
{
	return (1u << MODEL_HELD | 1u << MODEL_TAIL | 1u << MODEL_FRAG) >> state & 1u;
}

static void note_touched(struct model *model, struct model_page *page, pfn_t pfn)
{
	if (page->marks & MODEL_TOUCHED)
		return;
	page->marks |= MODEL_TOUCHED;
	model->touched[model->nr_touched++] = pfn;
}

static inline void count_held(struct model *model, uint32_t nr_more, uint32_t nr_less)
{
	model->pages_held += nr_more - (uint64_t)nr_less;
	if (model->pages_held > model->peak_pages_held)
		model->peak_pages_held = model->pages_held;
}

/* As change for one frame that is its own head. */
static inline void change_one(struct model *model, pfn_t pfn, enum model_state state)
{
	struct model_page *page = &model->pages[pfn - model->base_pfn];

	note_touched(model, page, pfn);
	count_held(model, counts_as_held((uint8_t)state), counts_as_held(page->state));
	page->head = pfn;
	page->refs = 0;
	page->state = (uint8_t)state;
	page->order = 0;
	page->marks &= (uint8_t)~MODEL_COMPOUND;
	page_map_set(model->free_map, pfn - model->base_pfn, 1, state == MODEL_FREE);
}

/*
 * Frames [pfn, pfn + nr_pages) get this state and no references. Their head is head + i * step: one
 * for all, or each itself.
 */
static void change(struct model *model, pfn_t pfn, uint32_t nr_pages, enum model_state state,
		   pfn_t head, uint32_t step)
{
	uint32_t offset = pfn - model->base_pfn, nr_held = 0;
	struct model_page *page = &model->pages[offset];
	pfn_t *touched = &model->touched[model->nr_touched];

	for (uint32_t i = 0; i < nr_pages; i++, page++, head += step) {
		*touched = pfn + i; /* there is room for one more */
		touched += !(page->marks & MODEL_TOUCHED);
		nr_held += counts_as_held(page->state);
		page->head = head;
		page->refs = 0;
		page->state = (uint8_t)state;
		page->order = 0;
		page->marks = (uint8_t)((page->marks & ~MODEL_COMPOUND) | MODEL_TOUCHED);
	}
	page_map_set(model->free_map, offset, nr_pages, state == MODEL_FREE);
	model->nr_touched = (uint32_t)(touched - model->touched);
	count_held(model, counts_as_held((uint8_t)state) * nr_pages, nr_held);
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

	change_one(model, pfn, MODEL_HELD);
	hold_first(head);
	head->order = (uint8_t)order;
	if (compound)
		head->marks |= MODEL_COMPOUND;
	if (order)
		change(model, pfn + 1, (1u << order) - 1, MODEL_TAIL, pfn, 0);
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
	if (nr_pages == 1)
		change_one(model, pfn, MODEL_FREE);
	else
		change(model, pfn, nr_pages, MODEL_FREE, pfn, 1);
}

void model_lose(struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	change(model, pfn, nr_pages, MODEL_LOST, pfn, 1);
}

void model_taint(struct model *model, pfn_t pfn)
{
	struct model_page *page = model_page(model, pfn);

	note_touched(model, page, pfn);
	page->marks |= MODEL_TAINTED;
	model->any_taint = true;
}

void model_add_refs(struct model *model, pfn_t head, int32_t nr)
{
	model_page(model, head)->refs += nr;
}

void model_shrink_to_head(struct model *model, pfn_t head)
{
	model_page(model, head)->order = 0;
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
