/* SPDX-License-Identifier: MIT */
/*
 * What explains a state that a rule would otherwise say no to, and how much of it: a boost from
 * before the factor was lowered, CMA pages that were found bad, the chunk that nobody was told of.
 */
#include "oracle/judge/rules.h"

/* ---- the boost ---- */

void excuses_reset(struct judge *judge)
{
	struct excuses *excuses = &judge->excuses;

	excuses->boost_factor = judge->machine.boost_factor;
	excuses->highest_boost_factor = judge->machine.boost_factor;
	if (excuses->any_cma_lost)
		memset(excuses->cma_lost_pages, 0, sizeof(excuses->cma_lost_pages));
	excuses->any_cma_lost = false;
}

/* MM-66: writing the factor recomputes nothing; MM-63: new marks take every boost away. */
void excuses_take_sysctl(struct judge *judge)
{
	struct excuses *excuses = &judge->excuses;

	if (judge->event->result)
		return;
	switch (judge->call->type) {
	case OP_SYSCTL_WATERMARK_BOOST_FACTOR:
		excuses->boost_factor = judge->call->value;
		if (excuses->boost_factor > excuses->highest_boost_factor)
			excuses->highest_boost_factor = excuses->boost_factor;
		break;
	case OP_SYSCTL_MIN_FREE_KBYTES:
	case OP_SYSCTL_WATERMARK_SCALE_FACTOR:
		excuses->highest_boost_factor = excuses->boost_factor;
		break;
	default:
		break;
	}
}

/* ---- CMA pages ---- */

static void excuse_cma(struct judge *judge, uint32_t zone, uint64_t nr_pages)
{
	judge->excuses.cma_lost_pages[zone] += nr_pages;
	judge->excuses.any_cma_lost = true;
}

/* The largest order in which the op at hand refills a per-CPU list. */
static uint32_t refill_order(const struct judge *judge)
{
	return op_carves(judge->call->code) ? PAGE_ALLOC_COSTLY_ORDER : judge->request->order;
}

/*
 * FP-43, BU-41: a block from a CMA list that a refill finds bad is lost, and stays counted as CMA.
 * With DEBUG_VM a refill does not look. Of reports that were not kept the zone is not known.
 */
void excuses_take_reports(struct judge *judge)
{
	const struct event *event = judge->event;
	uint32_t nr_kept = event->nr_bad_pages;

	if (!op_allocates(judge->call->code) || !judge->request->legal || !judge->view ||
	    judge->machine.features & BUDDY_DEBUG_VM)
		return;
	if (nr_kept > EVENT_MAX_BAD_PAGES)
		nr_kept = EVENT_MAX_BAD_PAGES;
	for (uint32_t i = 0; i < nr_kept; i++) {
		pfn_t pfn = event->bad_pages[i].pfn;
		uint32_t block = pageblock_of(judge, pfn);
		struct page_info page;

		if (block < judge->nr_pageblocks &&
		    judge->pageblock_seen[block] & 1u << MIGRATE_CMA &&
		    judge->view->page(judge->view->self, pfn, &page))
			excuse_cma(judge, page.zone, 1u << refill_order(judge));
	}
	for (uint32_t z = 0; z < judge->census.nr_zones && event->nr_bad_pages > nr_kept; z++)
		excuse_cma(judge, z,
			   (uint64_t)(event->nr_bad_pages - nr_kept) << refill_order(judge));
}

/* ---- the chunk ---- */

bool page_heads_chunk(const struct judge *judge, pfn_t pfn, struct chunk *chunk)
{
	struct page_info page;
	uint32_t order;

	if (!judge->view->page(judge->view->self, pfn, &page) || page.tail || page.buddy ||
	    page.refcount <= 0)
		return false;
	order = page.flags & 1u << PG_head ? page.compound_order : 0;
	if (order > PAGE_ALLOC_COSTLY_ORDER || pfn & ((1u << order) - 1))
		return false;
	*chunk = (struct chunk){ .pfn = pfn, .nr_pages = 1u << order, .refs = page.refcount };
	return true;
}

/* Nobody's by the books, and on no list. */
static bool is_missing(const struct judge *judge, uint32_t offset)
{
	return page_map_get(judge->ledger->free_map, offset) &&
	       !page_map_get(judge->census.listed, offset);
}

/* FR-76: the cache's references are far more than those of any other page that is missing. */
struct chunk find_hidden_chunk(const struct judge *judge)
{
	struct chunk found = { .pfn = PFN_NONE }, chunk;

	for (uint32_t i = 0; ledger_chunk_is_hidden(judge->ledger) && i < judge->ledger->nr_pages;
	     i++)
		if (is_missing(judge, i) &&
		    page_heads_chunk(judge, judge->ledger->base_pfn + i, &chunk) &&
		    chunk.refs > found.refs)
			found = chunk;
	return found;
}
