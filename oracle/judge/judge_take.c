/* SPDX-License-Identifier: MIT */
/*
 * The model takes the answer in. One function per op that changes whose a frame is; conflicts are
 * noted as witnesses for the rules, never acted on.
 */
#include <string.h>

#include "oracle/judge/rules.h"

/* ---- allocate ---- */

/* Why the pages may not be given. */
static void note_clash(struct judge *judge, pfn_t pfn, uint32_t nr_pages)
{
	pfn_t taken;

	judge_note(judge, WHEN_CLASH);
	if (!model_covers(&judge->model, pfn, nr_pages)) {
		judge->out_of_range = pfn;
		return;
	}
	taken = model_first_taken(&judge->model, pfn, nr_pages);
	judge->overlap_state = model_page(&judge->model, taken)->state;
	if (judge->overlap_state == MODEL_FOREIGN)
		judge->out_of_range = taken;
	else
		judge->overlap = taken;
}

bool judge_may_take(struct judge *judge, pfn_t pfn, uint32_t nr_pages)
{
	const struct model *model = &judge->model;

	judge_settle(judge, WHEN_CLASH);
	if (model_covers(model, pfn, nr_pages) &&
	    model_first_taken(model, pfn, nr_pages) == PFN_NONE)
		return true;
	note_clash(judge, pfn, nr_pages);
	return false;
}

/* An order beyond all is judged by the range that it would take. */
static bool may_take_block(struct judge *judge, pfn_t pfn, uint32_t order, uint32_t nr_pages)
{
	if (order > MAX_PAGE_ORDER) {
		judge_note(judge, WHEN_CLASH);
		judge->out_of_range = pfn;
		return false;
	}
	if (order)
		judge_settle(judge, WHEN_SKEW);
	if (pfn & ((1u << order) - 1) && !judge->any_alignment)
		judge_note(judge, WHEN_SKEW);
	return judge_may_take(judge, pfn, nr_pages);
}

/* Of a request that got something: the subject told whether what was to be zeroed is. */
static void settle_zeroed(struct judge *judge)
{
	if (judge->request->gfp & __GFP_ZERO)
		judge_settle(judge, WHEN_DIRTY);
}

/* Such a success may reserve the pageblock of its first page (FB-40). */
static void note_reserve(struct judge *judge, pfn_t pfn)
{
	if (judge->request->slow_flags & ALLOC_HIGHATOMIC)
		pageblock_note(judge, pfn);
}

static void take_alloc_pages(struct judge *judge)
{
	const struct call *call = judge->call;
	pfn_t pfn = judge->event->pfn;
	uint32_t order = call->code == OP_alloc_pages ? call->order : 0;
	bool compound = order && call->gfp & __GFP_COMP;

	if (pfn == PFN_NONE) {
		judge_note(judge, WHEN_FAILURE);
		return;
	}
	if (!may_take_block(judge, pfn, order, 1u << (order & 31)))
		return;
	model_hold(&judge->model, pfn, order, compound);
	settle_zeroed(judge);
	note_reserve(judge, pfn);
	touch_block(judge, pfn, order, compound);
}

static void take_alloc_pages_exact(struct judge *judge)
{
	uint32_t nr_pages =
		(uint32_t)(((uint64_t)judge->call->count + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE);
	pfn_t pfn = judge->event->pfn;

	judge_note(judge, WHEN_SPLIT);
	if (pfn == PFN_NONE) {
		judge_note(judge, WHEN_FAILURE);
		return;
	}
	if (!may_take_block(judge, pfn, judge->call->order, nr_pages))
		return;
	settle_zeroed(judge);
	note_reserve(judge, pfn);
	model_hold_singles(&judge->model, pfn, nr_pages);
	for (uint32_t i = 0; i < nr_pages; i++)
		touch_gained(judge, pfn + i);
}

static void take_bulk(struct judge *judge)
{
	const struct call *call = judge->call;
	const struct event *event = judge->event;
	bool array = call->code == OP_alloc_pages_bulk_array;

	judge_note(judge, WHEN_BULK);
	judge_note(judge, WHEN_FAILURE); /* of the pages that did not come */
	for (uint32_t i = 0; i < event->nr_pfns && i < call->count; i++) {
		pfn_t pfn = event->pfns[i];

		if (pfn == PFN_NONE || (array && call->pfns[i] != PFN_NONE))
			continue;
		if (!judge_may_take(judge, pfn, 1))
			return;
		settle_zeroed(judge);
		model_hold(&judge->model, pfn, 0, false);
		touch_gained(judge, pfn);
	}
}

/* ---- free and reference ---- */

/* The block is bad and withheld when a report named a page of it (FR-12.8). */
static void give_back(struct judge *judge, pfn_t pfn, uint32_t nr_pages)
{
	const struct event *event = judge->event;

	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++) {
		if (event->bad_pages[i].pfn - pfn < nr_pages) {
			model_lose(&judge->model, pfn, nr_pages);
			return;
		}
	}
	model_release(&judge->model, pfn, nr_pages);
}

static struct model_page *held_head(const struct judge *judge, pfn_t pfn)
{
	struct model_page *page = model_page(&judge->model, pfn);

	if (page && page->state == MODEL_TAIL)
		page = model_page(&judge->model, page->head);
	return page && page->state == MODEL_HELD ? page : NULL;
}

static void expect_refs(struct judge *judge, int32_t refs)
{
	judge->expected_refs = refs;
	judge_settle(judge, WHEN_ANSWER);
	if (judge->event->result != refs)
		judge_note(judge, WHEN_ANSWER);
}

/* One reference less; at none the whole block goes back. */
static void drop_from(struct judge *judge, struct model_page *head)
{
	pfn_t pfn = head->head;
	uint32_t order = head->order;
	bool compound = head->marks & MODEL_COMPOUND;

	if (!--head->refs)
		give_back(judge, pfn, 1u << order);
	touch_dropped(judge, head, pfn, order, compound);
}

static void drop_reference(struct judge *judge, pfn_t pfn)
{
	struct model_page *head = held_head(judge, pfn);

	if (head)
		drop_from(judge, head);
}

static void take_free_page(struct judge *judge)
{
	struct model_page *head = held_head(judge, judge->call->pfn);

	if (!head)
		return;
	drop_from(judge, head);
	expect_refs(judge, head->refs);
}

static void take_free_pages(struct judge *judge)
{
	struct model_page *head = held_head(judge, judge->call->pfn);
	pfn_t pfn = judge->call->pfn;
	uint32_t nr_tails;
	bool partial;

	if (!head)
		return;
	nr_tails = (1u << head->order) - 1;
	partial = head->refs > 1 && !(head->marks & MODEL_COMPOUND);
	drop_from(judge, head);
	expect_refs(judge, head->refs);
	if (!partial)
		return;
	model_shrink_to_head(&judge->model, pfn); /* FR-5 */
	model_release(&judge->model, pfn + 1, nr_tails);
}

static void take_free_pages_exact(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->call->count / BUDDY_PAGE_SIZE; i++)
		drop_reference(judge, judge->call->pfn + i);
}

static void take_release_pages(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->call->count; i++)
		drop_reference(judge, judge->call->pfns[i]);
}

static void take_get_page(struct judge *judge)
{
	struct model_page *head = held_head(judge, judge->call->pfn);

	if (!head)
		return;
	expect_refs(judge, ++head->refs);
	touch_page(judge, head->head, head->head, head->order, head->marks & MODEL_COMPOUND, false);
}

/*
 * FR-63: refused on a free page, and on every tail: this one looks at the very page it is given,
 * not at its head. The page may be any.
 */
static void take_get_page_unless_zero(struct judge *judge)
{
	struct model_page *page = model_page(&judge->model, judge->call->pfn);

	if (!page || page->marks & MODEL_TAINTED || page->state == MODEL_FOREIGN ||
	    page->state == MODEL_FRAG || page->state == MODEL_LOST)
		return;
	expect_refs(judge, page->state == MODEL_HELD ? page->refs + 1 : 0);
	if (page->state == MODEL_HELD)
		page->refs += judge->event->result > 0;
	touch_page(judge, judge->call->pfn, page->head, page->order, page->marks & MODEL_COMPOUND,
		   false);
}

static void take_split_page(struct judge *judge)
{
	struct model_page *head = held_head(judge, judge->call->pfn);
	pfn_t pfn = judge->call->pfn;
	int32_t refs;

	judge_note(judge, WHEN_SPLIT);
	if (!head)
		return;
	refs = head->refs;
	model_hold_singles(&judge->model, pfn, 1u << judge->call->order);
	model_page(&judge->model, pfn)->refs = refs;
	touch_singles(judge, pfn, 1u << judge->call->order);
}

/* ---- machine ---- */

static void take_set_pageblock_type(struct judge *judge)
{
	pfn_t end = judge->call->pfn + (1u << judge->call->order);
	uint32_t step = 1u << judge->machine.pageblock_order;

	for (pfn_t pfn = judge->call->pfn; judge->view && pfn < end; pfn += step) {
		uint32_t block = pageblock_of(judge, pfn);

		if (block >= judge->nr_pageblocks)
			return;
		judge->pageblock_type[block] = pageblock_read(judge, block);
		pageblock_note(judge, pfn);
	}
}

/* ---- misuse ---- */

/* FR-9: what is beyond the order is leaked, or the whole block when its neighbours stopped the
 * free. */
static void take_free_wrong_order(struct judge *judge)
{
	struct model *model = &judge->model;
	pfn_t pfn = judge->call->pfn;
	struct model_page *head = held_head(judge, pfn);
	uint32_t nr_held, nr_freed = 1u << judge->call->order;
	bool last;

	if (!head || judge->foresight.undefined)
		return;
	nr_held = 1u << head->order;
	last = head->refs == 1;
	head->refs--;
	if (!last && head->marks & MODEL_COMPOUND)
		return;
	if (nr_freed > nr_held) {
		model_lose(model, pfn, nr_held);
		return;
	}
	model_lose(model, pfn + nr_freed, nr_held - nr_freed);
	if (last) {
		give_back(judge, pfn, nr_freed);
		return;
	}
	model_shrink_to_head(model, pfn);
	model_release(model, pfn + 1, nr_freed - 1);
}

static void take_free_referenced(struct judge *judge)
{
	pfn_t pfn = judge->call->pfn;
	struct model_page *head = held_head(judge, pfn);

	if (!head)
		return;
	give_back(judge, pfn, 1u << head->order);
	model_taint(&judge->model, pfn);
}

static void take_drop_below_zero(struct judge *judge)
{
	if (model_page(&judge->model, judge->call->pfn) && !judge->foresight.undefined)
		model_taint(&judge->model, judge->call->pfn);
}

/* Which frames a later report may explain (FR-15: the block of a bad page is withheld). */
static void note_reports(struct judge *judge)
{
	const struct event *event = judge->event;

	judge->bad_pages_seen = true;
	excuses_take_reports(judge);
	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++)
		if (model_page(&judge->model, event->bad_pages[i].pfn))
			judge->withdrawn[region_of(judge, event->bad_pages[i].pfn)] = 1;
	if (event->nr_bad_pages > EVENT_MAX_BAD_PAGES)
		memset(judge->withdrawn, 1, nr_regions(judge));
}

void judge_take(struct judge *judge)
{
	judge->nr_touched = 0;
	judge->nr_gained = 0;
	judge->zone_gained = NO_ZONE;
	judge->occasions = 0;
	judge->expected_refs = -1;
	judge->out_of_range = PFN_NONE;
	judge->overlap = PFN_NONE;
	judge->overlap_fragment.end = 0;
	judge->fragment_astray = false;
	if (judge->event->nr_bad_pages)
		note_reports(judge);
	switch (judge->call->code) {
	case OP_alloc_pages:
	case OP_get_zeroed_page:
		take_alloc_pages(judge);
		break;
	case OP_alloc_pages_exact:
		take_alloc_pages_exact(judge);
		break;
	case OP_alloc_pages_bulk_array:
	case OP_alloc_pages_bulk_list:
		take_bulk(judge);
		break;
	case OP_page_frag_alloc:
		take_page_frag_alloc(judge);
		break;
	case OP_free_pages:
		take_free_pages(judge);
		break;
	case OP_free_pages_exact:
		take_free_pages_exact(judge);
		break;
	case OP_free_page:
	case OP_put_page:
		take_free_page(judge);
		break;
	case OP_get_page:
		take_get_page(judge);
		break;
	case OP_get_page_unless_zero:
		take_get_page_unless_zero(judge);
		break;
	case OP_split_page:
		take_split_page(judge);
		break;
	case OP_release_pages:
		take_release_pages(judge);
		break;
	case OP_page_frag_free:
		take_page_frag_free(judge);
		break;
	case OP_page_frag_cache_drain:
		take_page_frag_cache_drain(judge);
		break;
	case OP_set_pageblock_type:
		take_set_pageblock_type(judge);
		break;
	case OP_sysctl:
		excuses_take_sysctl(judge);
		break;
	case OP_task:
		judge->task[judge->call->cpu % BUDDY_MAX_CPUS] = judge->call->value;
		break;
	case OP_hook_answers:
		judge->hook_answers = judge->call->value;
		break;
	case OP_double_free:
	case OP_free_tail:
	case OP_free_foreign:
		take_drop_below_zero(judge);
		break;
	case OP_free_wrong_order:
		take_free_wrong_order(judge);
		break;
	case OP_free_referenced:
		take_free_referenced(judge);
		break;
	default:
		break;
	}
}
