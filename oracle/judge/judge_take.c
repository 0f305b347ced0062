/* SPDX-License-Identifier: MIT */
/*
 * The judge reads what came out when the ledger took the answer in: which rules have something to
 * ask, which pages they ask about, and what the view shows of it.
 */
#include <string.h>

#include "oracle/judge/rules.h"

static const uint8_t occasions[] = {
	[TAKEN_ANSWER] = WHEN_ANSWER, [TAKEN_FAILURE] = WHEN_FAILURE,
	[TAKEN_BULK] = WHEN_BULK,     [TAKEN_SKEW] = WHEN_SKEW,
	[TAKEN_CLASH] = WHEN_CLASH,   [TAKEN_FRAGMENT] = WHEN_FRAGMENT,
	[TAKEN_SPLIT] = WHEN_SPLIT,   [TAKEN_EFFECT] = WHEN_EFFECT,
};

/* Such a success may reserve the pageblock of its first page (FB-40). */
static void note_reserve(struct judge *judge, pfn_t pfn)
{
	if (judge->request->slow_flags & ALLOC_HIGHATOMIC)
		pageblock_note(judge, pfn);
}

/* What is judged of pages that came, whether or not a rule finds something to say no to. */
static void settle_gained(struct judge *judge, const struct touch *touch)
{
	judge_settle(judge, WHEN_CLASH);
	if (touch->order)
		judge_settle(judge, WHEN_SKEW);
	if (judge->request->gfp & __GFP_ZERO)
		judge_settle(judge, WHEN_DIRTY);
}

static void look_at_gained(struct judge *judge, const struct touch *touch)
{
	settle_gained(judge, touch);
	if (touch->kind != TOUCH_GAINED_ONE)
		note_reserve(judge, touch->pfn);
	if (touch->kind == TOUCH_GAINED)
		touch_block(judge, touch->pfn, touch->order, touch->compound);
	else
		for (uint32_t i = 0; i < touch->nr_pages; i++)
			touch_gained(judge, touch->pfn + i);
}

static void look_at(struct judge *judge, const struct touch *touch)
{
	const struct ledger_page *page;

	switch ((enum touch_kind)touch->kind) {
	case TOUCH_GAINED:
	case TOUCH_GAINED_SINGLES:
	case TOUCH_GAINED_ONE:
		look_at_gained(judge, touch);
		break;
	case TOUCH_ALONE:
		touch_singles(judge, touch->pfn, touch->nr_pages);
		break;
	case TOUCH_DROPPED:
		touch_dropped(judge, ledger_page(judge->ledger, touch->pfn), touch->pfn,
			      touch->order, touch->compound);
		break;
	case TOUCH_PAGE:
		page = ledger_page(judge->ledger, touch->pfn);
		touch_page(judge, touch->pfn, page->state == LEDGER_TAIL ? page->head : touch->pfn,
			   touch->order, touch->compound, false);
	}
}

static void note_types(struct judge *judge, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t step = 1u << judge->machine.pageblock_order;

	for (pfn_t end = pfn + nr_pages; judge->view && pfn < end; pfn += step) {
		uint32_t block = pageblock_of(judge, pfn);

		if (block >= judge->nr_pageblocks)
			return;
		judge->pageblock_type[block] = pageblock_read(judge, block);
		pageblock_note(judge, pfn);
	}
}

/* By the op itself, and by its effects. */
static void note_retyped(struct judge *judge)
{
	const struct event *event = judge->event;

	note_types(judge, judge->taken.retyped_pfn, judge->taken.nr_retyped);
	for (uint32_t i = 0; i < event->nr_effects; i++)
		if (event->effects[i].kind == EFFECT_TYPE)
			note_types(judge, event->effects[i].pfn, 1);
}

/* Which frames a later report may explain (FR-15: the block of a bad page is withheld). */
static void note_reports(struct judge *judge)
{
	const struct event *event = judge->event;

	judge->bad_pages_seen = true;
	excuses_take_reports(judge);
	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++)
		if (ledger_covers(judge->ledger, event->bad_pages[i].pfn, 1))
			judge->withdrawn[region_of(judge, event->bad_pages[i].pfn)] = 1;
	if (event->nr_bad_pages > EVENT_MAX_BAD_PAGES)
		memset(judge->withdrawn, 1, nr_regions(judge));
}

static void read_notes(struct judge *judge)
{
	uint32_t notes = judge->taken.notes;

	if (notes & 1u << TAKEN_TUNED)
		excuses_take_sysctl(judge);
	if (notes & 1u << TAKEN_RETYPED)
		note_retyped(judge);
	notes &= ~(1u << TAKEN_TUNED | 1u << TAKEN_RETYPED);
	if (judge->any_alignment)
		notes &= ~(1u << TAKEN_SKEW);
	for (; notes; notes &= notes - 1)
		judge_note(judge, (enum rule_when)occasions[__builtin_ctz(notes)]);
}

void judge_take(struct judge *judge)
{
	const struct taken *taken = &judge->taken;

	judge->nr_touched = 0;
	judge->nr_gained = 0;
	judge->zone_gained = NO_ZONE;
	judge->occasions = 0;
	if (judge->event->nr_bad_pages)
		note_reports(judge);
	if (taken->notes)
		read_notes(judge);
	if (taken->expected_refs >= 0)
		judge_settle(judge, WHEN_ANSWER);
	for (const struct touch *touch = taken->touches, *end = touch + taken->nr_touches;
	     touch < end; touch++)
		look_at(judge, touch);
}
