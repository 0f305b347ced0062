/* SPDX-License-Identifier: MIT */
/*
 * The pages that the op at hand touched, with what the view shows, but for the plain ones
 * (plain.h).
 */
#include "oracle/judge/rules.h"

void touch_page(struct judge *judge, pfn_t pfn, pfn_t head, uint32_t order, bool compound,
		bool handed_out)
{
	struct touched *touched;

	if (judge->nr_touched == CALL_MAX_PFNS || !judge->view)
		return;
	judge_note(judge, WHEN_PAGES);
	if (handed_out)
		judge_note(judge, WHEN_GAIN);
	touched = &judge->touched[judge->nr_touched++];
	touched->pfn = pfn;
	touched->head = head;
	touched->order = (uint8_t)order;
	touched->compound = compound;
	touched->handed_out = handed_out;
	touched->known = judge->view->page(judge->view->self, pfn, &touched->info);
}

/* The tails of a block from this one on that are not plain. */
static void touch_tails(struct judge *judge, pfn_t pfn, uint32_t order, bool compound, pfn_t tail)
{
	uint32_t zone = judge->touched[0].info.zone;
	pfn_t end = pfn + (1u << order);

	while (tail < end) {
		struct page_row row;
		uint32_t nr_rows = view_read_rows(judge->view, tail, end - tail, &row, 1);

		if (nr_rows && tail_is_plain(&row.page, compound, pfn, zone))
			tail += row.nr_pages;
		else
			touch_page(judge, tail++, pfn, order, compound, true);
	}
}

/* Nearly every block is two rows: its first page and its tails. */
static inline bool block_is_plain(const struct page_row rows[2], uint32_t nr_rows, pfn_t pfn,
				  uint32_t order, bool compound)
{
	if (!nr_rows || !first_is_plain(&rows[0].page, compound, order))
		return false;
	return !order || (nr_rows == 2 && rows[1].nr_pages == (1u << order) - 1 &&
			  tail_is_plain(&rows[1].page, compound, pfn, rows[0].page.zone));
}

/* A block of plain pages from a zone beyond doubt reaches no rule. */
void touch_block(struct judge *judge, pfn_t pfn, uint32_t order, bool compound)
{
	struct page_row rows[2];
	uint32_t nr_rows;

	judge->nr_gained++;
	if (!judge->view)
		return;
	nr_rows = view_read_rows(judge->view, pfn, 1u << order, rows, 2);
	judge->zone_gained = nr_rows ? rows[0].page.zone : NO_ZONE;
	if (block_is_plain(rows, nr_rows, pfn, order, compound) &&
	    zone_is_beyond_doubt(judge, rows[0].page.zone)) {
		rule_set_join(&judge->reached, &judge->asked->settled);
		return;
	}
	touch_page(judge, pfn, pfn, order, compound, true);
	touch_tails(judge, pfn, order, compound, pfn + 1);
}

void touch_singles(struct judge *judge, pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++)
		touch_page(judge, pfn + i, pfn + i, 0, false, false);
}

/* Of several single pages all are asked for alike: one that is plain, of the zone of the first. */
void touch_gained(struct judge *judge, pfn_t pfn)
{
	const struct touched *one = judge->touched;
	struct page_info info;

	judge->nr_gained++;
	if (!judge->nr_touched || !judge->view->page(judge->view->self, pfn, &info) ||
	    !first_is_plain(&info, false, 0) || !one->known || info.zone != one->info.zone)
		touch_page(judge, pfn, pfn, 0, false, true);
}

/*
 * All that is asked of a page that lost a reference is how many it has left. As many as the ledger
 * tells is right in every state.
 */
void touch_dropped(struct judge *judge, const struct ledger_page *page, pfn_t pfn, uint32_t order,
		   bool compound)
{
	int32_t refcount;

	if (!judge->view || !view_read_refcount(judge->view, pfn, &refcount))
		return;
	judge_settle(judge, WHEN_PAGES);
	if (refcount != page->refs && !refcount_is_right(judge, pfn, refcount))
		touch_page(judge, pfn, pfn, order, compound, false);
}
