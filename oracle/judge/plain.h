/* SPDX-License-Identifier: MIT */
/*
 * Plain is what no rule can say no to. Nearly everything is, so it is looked for in bulk, and only
 * the rest is shown to rules:
 *
 *   what is plain                      and cannot break
 *   a first page just handed out       clean_at_handout, compound_layout, pfmemalloc_mark,
 *   a tail of such a block               refcount_shadow
 *   the zone that served a request     zone_allowed, node_allowed, watermark_decision
 *   a block on a free list             free_list_integrity
 *   a block on a per-CPU list          pcp_list_fields
 *
 * This is the only place that says so. A rule that asks more of a page, a block or a zone asks it
 * here as well, or else it does not see what it could say no to.
 */
#pragma once

#include "oracle/eyes/view.h"
#include "oracle/judge/rule_set.h"
#include "oracle/judge/watermark.h"
#include "oracle/lang/event.h"

/* Zero for a page without type, map count and unexpected flags, as all pages are that nobody uses.
 */
static inline uint32_t oddity_of_unused(const struct page_info *page, uint32_t flags)
{
	return (page->flags ^ flags) | (uint32_t)~page->mapcount | page->buddy;
}

/* FP-50..52: the first page of a block of this order just handed out, of whatever zone. */
static inline bool first_is_plain(const struct page_info *page, bool compound, uint32_t order)
{
	uint32_t odd = oddity_of_unused(page, compound ? 1u << PG_head : 0);

	odd |= (uint32_t)(page->refcount ^ 1) | page->private_value | page->mapping;
	odd |= page->tail | page->pfmemalloc | (page->compound_order ^ (compound ? order : 0));
	return !odd;
}

/* FP-52, FP-53: a tail of the block at first, whose first page is of this zone. */
static inline bool tail_is_plain(const struct page_info *page, bool compound, pfn_t first,
				 uint32_t zone)
{
	uint32_t odd = oddity_of_unused(page, 0);

	odd |= (uint32_t)page->refcount | page->private_value | (page->zone ^ zone);
	odd |= (uint32_t)(page->tail ^ compound);
	odd |= compound ? page->compound_head ^ first : page->mapping;
	return !odd;
}

/* What every list asks of an entry. */
static inline bool entry_is_in_order(const struct list_entry *entry, uint32_t zone, uint32_t order)
{
	uint32_t odd = !entry->known | !entry->links_ok | entry->marked_inside;

	odd |= entry->page.flags | (uint32_t)entry->page.refcount | entry->page.tail;
	odd |= (entry->page.zone ^ zone) | (entry->pfn & ((1u << order) - 1));
	return !odd;
}

/* BU-10..12: a block on a free list. */
static inline bool free_block_is_plain(const struct list_entry *entry, uint32_t zone,
				       uint32_t order)
{
	return entry_is_in_order(entry, zone, order) && entry->page.buddy &&
	       entry->page.private_value == order;
}

/* FP-40: a block on a per-CPU list. The other types that a list may hold are left to the rule. */
static inline bool pcp_block_is_plain(const struct list_entry *entry, uint32_t zone, uint32_t order)
{
	uint32_t type = entry->list % MIGRATE_PCPTYPES;

	if (entry->list >= NR_PCP_LOW_LISTS)
		type = entry->list == NR_PCP_LOW_LISTS ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
	return entry_is_in_order(entry, zone, order) && !entry->page.buddy &&
	       entry->page.index == type;
}

/*
 * FP-21: is the mark of the first attempt met, with nothing that is set aside counted? Then it is
 * for every request, whatever else its flags allow: most zones have pages in plenty.
 */
static inline bool plain_zone(const struct zone_info *zone, const struct zone_blocks *blocks,
			      uint32_t order, uint32_t highest_zoneidx)
{
	int64_t mark = (int64_t)zone->watermark[WMARK_LOW] + zone->watermark_boost +
		       zone->lowmem_reserve[highest_zoneidx];
	int64_t cma = zone->nr_free_cma_pages > 0 ? zone->nr_free_cma_pages : 0;
	int64_t free = zone->nr_free_pages - zone->nr_reserved_highatomic - cma;

	return free - ((int64_t)1 << order) >= mark &&
	       (!order || zone_blocks_ordinary(blocks) >> order);
}

/*
 * The rules that a block for this call gives something to judge when it is plain, from a plain zone
 * that it may come from: they hold. one_node: it is bound to a node.
 */
struct rule_set plain_settles(const struct call *call, bool one_node);
