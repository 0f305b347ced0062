/* SPDX-License-Identifier: MIT */
/*
 * The pages that the op at hand touched, with what the view shows, but for those that every rule
 * would be content with.
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

/*
 * Every rule about pages is content with a plain tail, so only the others reach the rules; and with
 * a block that is plain throughout, if its zone is beyond doubt, too.
 */
void touch_block(struct judge *judge, pfn_t pfn, uint32_t order, bool compound)
{
	pfn_t end = pfn + (1u << order);
	struct block_head head = { .pfn = pfn, .compound = compound };

	judge->nr_gained++;
	if (!judge->view ||
	    (view_plain_block(judge->view, &head, order) && zone_is_beyond_doubt(judge, head.zone)))
		return;
	touch_page(judge, pfn, pfn, order, compound, true);
	if (!order)
		return;
	head.zone = judge->touched[0].info.zone;
	for (pfn_t tail = pfn + 1;; tail++) {
		tail += view_plain_tails(judge->view, &head, tail, end - tail);
		if (tail == end)
			return;
		touch_page(judge, tail, pfn, order, compound, true);
	}
}

void touch_singles(struct judge *judge, pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++)
		touch_page(judge, pfn + i, pfn + i, 0, false, false);
}

/* ... and with a single page that looks like an untouched one of the zone of the first. */
static bool single_is_plain(const struct touched *first, const struct page_info *info)
{
	return !info->flags && info->mapcount == -1 && !info->buddy && !info->tail &&
	       !info->pfmemalloc && !info->mapping && !info->private_value && info->refcount == 1 &&
	       first->known && info->zone == first->info.zone;
}

void touch_gained(struct judge *judge, pfn_t pfn)
{
	const struct view *view = judge->view;
	struct page_info info;

	judge->nr_gained++;
	if (!judge->nr_touched || !view->page(view->self, pfn, &info) ||
	    !single_is_plain(judge->touched, &info))
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

	if (judge->view && view_read_refcount(judge->view, pfn, &refcount) &&
	    refcount != page->refs && !refcount_is_right(judge, pfn, refcount))
		touch_page(judge, pfn, pfn, order, compound, false);
}
