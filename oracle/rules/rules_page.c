/* SPDX-License-Identifier: MIT */
/* Rules about the fields of the pages that an op touched (FP-50..53, FR-13, FR-66). */
#include "oracle/judge/rules.h"
#include "oracle/ledger/holdings.h"

/* What a page is said to be in a report. */
static void fail_page(struct judge *judge, enum rule_id rule, const struct touched *page,
		      const char *what)
{
	const struct page_info *info = &page->info;

	judge_fail(
		judge, rule, page->pfn,
		"page frame %u, page %u of the order %u block at %u, %s (flags %#x, mapcount %d, "
		"mapping %#x, private %u, refcount %d, head %u).",
		page->pfn, page->pfn - page->head, page->order, page->head, what, info->flags,
		info->mapcount, info->mapping, info->private_value, info->refcount,
		info->compound_head);
}

static bool is_tail_of(const struct touched *page)
{
	return page->pfn != page->head;
}

void rule_split_result(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->nr_touched; i++) {
		const struct touched *page = &judge->touched[i];
		const struct ledger_page *model = ledger_page(judge->ledger, page->pfn);

		if (!page->known || page_is_tainted(judge, page->pfn))
			continue;
		rule_reached(judge, RULE_split_result);
		if (page->info.refcount != model->refs || page->info.tail ||
		    page->info.flags & 1u << PG_head)
			fail_page(judge, RULE_split_result, page,
				  "does not stand alone with its own reference");
	}
}

void rule_clean_at_handout(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->nr_touched; i++) {
		const struct touched *page = &judge->touched[i];
		uint32_t allowed = page->compound && !is_tail_of(page) ? 1u << PG_head : 0;

		if (!page->handed_out || page_is_tainted(judge, page->pfn))
			continue;
		rule_reached(judge, RULE_clean_at_handout);
		if (!page->known) {
			judge_fail(judge, RULE_clean_at_handout, page->pfn,
				   "page frame %u was handed out and has no struct page.",
				   page->pfn);
			return;
		}
		if (page->info.flags & ~allowed)
			fail_page(judge, RULE_clean_at_handout, page, "has flags set");
		else if (page->info.mapcount != -1 || page->info.buddy)
			fail_page(judge, RULE_clean_at_handout, page, "has a map count or type");
		else if (page->info.mapping && !(page->compound && is_tail_of(page)))
			fail_page(judge, RULE_clean_at_handout, page, "has a mapping");
		else if (page->info.private_value)
			fail_page(judge, RULE_clean_at_handout, page, "has private data");
	}
}

void rule_compound_layout(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->nr_touched; i++) {
		const struct touched *page = &judge->touched[i];
		bool is_head = page->info.flags & 1u << PG_head;
		bool tail = page->compound && is_tail_of(page);

		if (!page->handed_out || !page->known)
			continue;
		if (page->compound)
			rule_reached(judge, RULE_compound_layout);
		if (page->info.tail != tail)
			fail_page(judge, RULE_compound_layout, page,
				  tail ? "is not marked as a tail" : "is marked as a tail");
		else if (tail && page->info.compound_head != page->head)
			fail_page(judge, RULE_compound_layout, page, "names another head");
		else if (is_head != (page->compound && !tail))
			fail_page(judge, RULE_compound_layout, page,
				  is_head ? "is marked as a head" : "is not marked as the head");
		else if (is_head && page->info.compound_order != page->order)
			fail_page(judge, RULE_compound_layout, page, "records another order");
	}
}

void rule_pfmemalloc_mark(struct judge *judge)
{
	const struct request *request = judge->request;

	if (request->never_fails || request->memalloc_flags & ALLOC_NO_WATERMARKS)
		return;
	rule_reached(judge, RULE_pfmemalloc_mark);
	for (uint32_t i = 0; i < judge->nr_touched; i++) {
		const struct touched *page = &judge->touched[i];

		if (page->known && !is_tail_of(page) && page->info.pfmemalloc)
			fail_page(judge, RULE_pfmemalloc_mark, page,
				  "is marked as taken from the reserves");
	}
}

bool refcount_is_right(const struct judge *judge, pfn_t pfn, int32_t refcount)
{
	const struct ledger_page *page = ledger_page(judge->ledger, pfn);

	if (!page || page->marks & LEDGER_TAINTED)
		return true;
	switch (page->state) {
	case LEDGER_LOST:
	case LEDGER_FOREIGN:
		return true;
	case LEDGER_FRAG: /* the cache holds a bias of its own (FR-76) */
		return refcount >= page->refs;
	case LEDGER_FREE:
		return !refcount;
	default:
		return refcount == page->refs;
	}
}

/* Only a speculative reference is about pages that nobody was given: one may be the cache's. */
static bool may_be_hidden(const struct judge *judge, const struct touched *page)
{
	struct chunk chunk;

	return op_table[judge->call->code].traits & TRAIT_SPECULATIVE &&
	       ledger_chunk_is_hidden(judge->ledger) && page_heads_chunk(judge, page->pfn, &chunk);
}

void rule_refcount_shadow(struct judge *judge)
{
	char holders[LEDGER_HOLDERS_TEXT];

	rule_reached(judge, RULE_refcount_shadow);
	for (uint32_t i = 0; i < judge->nr_touched; i++) {
		const struct touched *page = &judge->touched[i];
		const struct ledger_page *model = ledger_page(judge->ledger, page->pfn);

		if (!page->known || refcount_is_right(judge, page->pfn, page->info.refcount) ||
		    (model->state == LEDGER_FREE && may_be_hidden(judge, page)))
			continue;
		judge_fail(
			judge, RULE_refcount_shadow, page->pfn,
			"after %s page frame %u has refcount %d, and %d references were taken (the "
			"page is %s, %s).",
			op_table[judge->call->code].name, page->pfn, page->info.refcount,
			model->refs, ledger_state_name(model->state),
			ledger_holders(judge->ledger, page->pfn, holders, sizeof(holders)));
	}
}

/* Frames that no op ever touched cannot have changed; their marks are the lists' rules' business.
 */
void rule_refcounts_at_rest(struct judge *judge)
{
	const struct odd_page *odd = judge->census.references.items;
	struct chunk hidden = find_hidden_chunk(judge);
	char holders[LEDGER_HOLDERS_TEXT];

	if (judge->ledger->nr_touched)
		rule_reached(judge, RULE_refcounts_at_rest);
	for (uint32_t i = 0; i < judge->census.references.nr; i++, odd++) {
		const struct ledger_page *page = ledger_page(judge->ledger, odd->pfn);

		if (odd->pfn != hidden.pfn && !refcount_is_right(judge, odd->pfn, odd->refcount))
			judge_fail(
				judge, RULE_refcounts_at_rest, odd->pfn,
				"page frame %u has refcount %d, and %d references were taken "
				"(the page is %s, %s).",
				odd->pfn, odd->refcount, page->refs, ledger_state_name(page->state),
				ledger_holders(judge->ledger, odd->pfn, holders, sizeof(holders)));
	}
}
