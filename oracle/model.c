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
	model->free_map = calloc((size_t)nr_pages + 1, 1);
	model->base_map = calloc((size_t)nr_pages + 1, 1);
	if (model->free_map && model->base_map) {
		memset(model->free_map, 1, nr_pages);
		memset(model->base_map, 1, nr_pages);
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
		struct model_page *page = model_page(model, model->touched[i]);

		page->state = page->base;
		model->free_map[model->touched[i] - model->base_pfn] = page->base == MODEL_FREE;
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

struct model_page *model_page(const struct model *model, pfn_t pfn)
{
	uint32_t offset = pfn - model->base_pfn;

	return pfn >= model->base_pfn && offset < model->nr_pages ? &model->pages[offset] : NULL;
}

bool model_covers(const struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t offset = pfn - model->base_pfn;

	return pfn >= model->base_pfn && offset < model->nr_pages &&
	       nr_pages <= model->nr_pages - offset;
}

void model_set_base(struct model *model, pfn_t pfn, enum model_state state)
{
	struct model_page *page = model_page(model, pfn);

	if (!page)
		return;
	page->base = (uint8_t)state;
	page->state = (uint8_t)state;
	model->free_map[pfn - model->base_pfn] = state == MODEL_FREE;
	model->base_map[pfn - model->base_pfn] = state == MODEL_FREE;
}

static bool counts_as_held(uint8_t state)
{
	return state == MODEL_HELD || state == MODEL_TAIL || state == MODEL_FRAG;
}

static struct model_page *change(struct model *model, pfn_t pfn, enum model_state state, pfn_t head,
				 int32_t refs)
{
	struct model_page *page = model_page(model, pfn);

	if (!(page->marks & MODEL_TOUCHED)) {
		page->marks |= MODEL_TOUCHED;
		model->touched[model->nr_touched++] = pfn;
	}
	model->pages_held -= counts_as_held(page->state);
	model->pages_held += counts_as_held((uint8_t)state);
	if (model->pages_held > model->peak_pages_held)
		model->peak_pages_held = model->pages_held;
	page->state = (uint8_t)state;
	model->free_map[pfn - model->base_pfn] = state == MODEL_FREE;
	page->head = head;
	page->refs = refs;
	page->order = 0;
	page->marks &= (uint8_t)~MODEL_COMPOUND;
	return page;
}

pfn_t model_first_taken(const struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++)
		if (model_page(model, pfn + i)->state != MODEL_FREE)
			return pfn + i;
	return PFN_NONE;
}

void model_hold(struct model *model, pfn_t pfn, uint32_t order, bool compound)
{
	struct model_page *head = change(model, pfn, MODEL_HELD, pfn, 1);

	head->order = (uint8_t)order;
	/* The allocator sets the count of the first page whatever it was (FR-16). */
	head->marks &= (uint8_t)~MODEL_TAINTED;
	if (compound)
		head->marks |= MODEL_COMPOUND;
	for (uint32_t i = 1; i < 1u << order; i++)
		change(model, pfn + i, MODEL_TAIL, pfn, 0);
}

void model_hold_singles(struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++)
		model_hold(model, pfn + i, 0, false);
}

void model_hold_chunk(struct model *model, pfn_t pfn, uint32_t order)
{
	for (uint32_t i = 0; i < 1u << order; i++)
		change(model, pfn + i, MODEL_FRAG, pfn, 0);
	model_page(model, pfn)->order = (uint8_t)order;
	model_page(model, pfn)->marks &= (uint8_t)~MODEL_TAINTED;
}

void model_release(struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++)
		change(model, pfn + i, MODEL_FREE, pfn + i, 0);
}

void model_lose(struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++)
		change(model, pfn + i, MODEL_LOST, pfn + i, 0);
}

void model_taint(struct model *model, pfn_t pfn)
{
	struct model_page *page = model_page(model, pfn);

	if (!(page->marks & MODEL_TOUCHED)) {
		page->marks |= MODEL_TOUCHED;
		model->touched[model->nr_touched++] = pfn;
	}
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
