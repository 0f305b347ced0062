/* SPDX-License-Identifier: MIT */
/*
 * The allocator-of-record: for every frame who has it and how many references are on it. It
 * allocates nothing; it is told what a subject answered and knows what that makes of the frames. A
 * frame is touched when its state was ever changed; a reset undoes the touched ones only.
 */
#pragma once

#include <stddef.h>

#include "buddy/types.h"
#include "oracle/ledger/page_map.h"

enum model_state {
	MODEL_FREE,    /* the allocator's */
	MODEL_FOREIGN, /* nobody's we know: hole, reserved, or taken before we looked */
	MODEL_HELD,    /* first page of a block of the program */
	MODEL_TAIL,    /* another page of it: references count on head when compound */
	MODEL_FRAG,    /* of a page_frag chunk; refs of the head: live fragments */
	MODEL_LOST     /* withheld for ever after a misuse */
};

enum model_mark {
	MODEL_COMPOUND = 1u << 0,
	MODEL_TAINTED = 1u << 1, /* misused: its reference count is not ours to tell */
	MODEL_SPREAD = 1u << 2   /* of a HELD head: the entries of its tails are written, too */
};

struct model_page {
	pfn_t head;
	int32_t refs;
	uint8_t state;
	uint8_t order; /* of a HELD head, or of a FRAG head */
	uint8_t marks;
};

/* One live fragment, in bytes from frame 0. */
struct model_fragment {
	uint64_t start, end;
	pfn_t chunk;
};

struct model {
	struct model_page *pages; /* [nr_pages], from base_pfn */
	uint64_t *free_map;       /* by page (page_map.h): MODEL_FREE */
	uint64_t *base_map;       /* the same at the start; the others were MODEL_FOREIGN */
	uint64_t *touched_map;    /* those in touched */
	pfn_t base_pfn;
	uint32_t nr_pages;
	pfn_t *touched; /* [nr_pages], each frame once */
	uint32_t nr_touched;
	uint64_t pages_held, peak_pages_held;
	struct model_fragment *fragments;
	uint32_t nr_fragments, fragments_capacity;
	pfn_t cached_chunk; /* the chunk that the page_frag cache carves from, or PFN_NONE */
	bool hidden_chunk;  /* the cache may hold a chunk that was never named to us */
	bool any_taint;
};

bool model_init(struct model *model, pfn_t base_pfn, uint32_t nr_pages);
void model_free(struct model *model);
void model_reset(struct model *model);
/* Writes the tails of the block around a frame that is neither free nor written. */
void model_spread_around(const struct model *model, pfn_t pfn);
/* NULL outside the machine. The tails of a block are written when somebody looks at one. */
static inline struct model_page *model_page(const struct model *model, pfn_t pfn)
{
	uint32_t offset = pfn - model->base_pfn;
	struct model_page *page;

	if (pfn < model->base_pfn || offset >= model->nr_pages)
		return NULL;
	page = &model->pages[offset];
	if (page->state == MODEL_FREE && !page_map_get(model->free_map, offset))
		model_spread_around(model, pfn);
	return page;
}

static inline bool model_covers(const struct model *model, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t offset = pfn - model->base_pfn;

	return pfn >= model->base_pfn && offset < model->nr_pages &&
	       nr_pages <= model->nr_pages - offset;
}

/* State at the start and after each reset: MODEL_FREE or not. Before any other change. */
void model_set_base(struct model *model, pfn_t pfn, bool is_free);

/* The first frame of the range that is not free, or PFN_NONE. */
pfn_t model_first_taken(const struct model *model, pfn_t pfn, uint32_t nr_pages);
/* All ranges from here on are covered ones. */
void model_hold(struct model *model, pfn_t pfn, uint32_t order, bool compound);
/* nr_pages blocks of order 0 (split, exact, bulk). */
void model_hold_singles(struct model *model, pfn_t pfn, uint32_t nr_pages);
void model_hold_chunk(struct model *model, pfn_t pfn, uint32_t order);
void model_release(struct model *model, pfn_t pfn, uint32_t nr_pages);
void model_lose(struct model *model, pfn_t pfn, uint32_t nr_pages);
void model_taint(struct model *model, pfn_t pfn);
void model_add_refs(struct model *model, pfn_t head, int32_t nr);
/* The head keeps its references and becomes a block of order 0; its tails are left to the caller.
 */
void model_shrink_to_head(struct model *model, pfn_t head);

/* A fragment alive that overlaps [start, end), or NULL. */
const struct model_fragment *model_fragment_overlap(const struct model *model, uint64_t start,
						    uint64_t end);
/* The caller counts it on the pages of its chunk. false: out of memory. */
bool model_add_fragment(struct model *model, pfn_t chunk, uint64_t start, uint64_t end);
/* Returns its chunk, or PFN_NONE when no such fragment is alive. */
pfn_t model_remove_fragment(struct model *model, uint64_t start, uint64_t end);

const char *model_state_name(uint8_t state);
