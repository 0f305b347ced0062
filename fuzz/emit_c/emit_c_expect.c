/* SPDX-License-Identifier: MIT */
/* What a call must answer, as statements behind it. */
#include "fuzz/emit_c/emission.h"

static void expect_number(struct emission *emission, const char *what, int64_t number)
{
	emission_need(emission, NEED_EXPECT);
	SAY(emission, "expect(%s, %lld);", what, (long long)number);
	emit_c_print_statement(emission, 1);
}

static void expect_pfn(struct emission *emission, uint32_t slot, pfn_t pfn)
{
	char what[32];

	emission_need(emission, NEED_PFN);
	snprintf(what, sizeof(what), "pfn(r[%u])", slot);
	if (pfn != PFN_NONE) {
		expect_number(emission, what, pfn);
		return;
	}
	emission_need(emission, NEED_EXPECT);
	SAY(emission, "expect(%s, NONE);", what);
	emit_c_print_statement(emission, 1);
}

static void put_pfn_list(struct emission *emission, const pfn_t *pfns, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		if (pfns[i] == PFN_NONE)
			line_put(&emission->statement, "PFN_NONE");
		else
			line_put(&emission->statement, "%u", pfns[i]);
		line_put(&emission->statement, "%s", i + 1 < nr ? ", " : "");
	}
}

static void expect_pfns(struct emission *emission, const struct emit_c_step *step)
{
	const struct event *event = &step->event;

	if (!event->nr_pfns)
		return;
	emission_need(emission, NEED_PFNS);
	SAY(emission, "expect_pfns(&r[%u], %u, (const pfn_t[]){ ", step->op.slot, event->nr_pfns);
	put_pfn_list(emission, event->pfns, event->nr_pfns);
	line_put(&emission->statement, " });");
	emit_c_print_statement(emission, 1);
}

static bool is_new(const struct emit_c_step *step, uint32_t i)
{
	return i < step->event.nr_pfns && step->event.pfns[i] != PFN_NONE &&
	       (step->op.code != OP_alloc_pages_bulk_array || step->call.pfns[i] == PFN_NONE);
}

/* Runs of slots that the bulk request has filled. */
static void expect_each_zeroed(struct emission *emission, const struct emit_c_step *step)
{
	for (uint32_t i = 0, nr = 0; i < step->event.nr_pfns; i += nr + 1) {
		for (nr = 0; is_new(step, i + nr);)
			nr++;
		if (!nr)
			continue;
		emission_need(emission, NEED_ZEROED);
		emission_need(emission, NEED_EACH_ZEROED);
		SAY(emission, "expect_each_zeroed(&r[%u], %u);", step->op.slot + i, nr);
		emit_c_print_statement(emission, 1);
	}
}

static void expect_zeroed(struct emission *emission, const struct emit_c_step *step)
{
	const struct call *call = &step->call;
	uint64_t exact = ((uint64_t)call->count + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE;

	if (!(call->gfp & __GFP_ZERO) || step->event.pfn == PFN_NONE)
		return;
	emission_need(emission, NEED_ZEROED);
	SAY(emission, "expect_zeroed(r[%u], %u);", step->op.slot,
	    call->code == OP_alloc_pages_exact ? (uint32_t)exact : 1u << call->order);
	emit_c_print_statement(emission, 1);
}

static void expect_reports(struct emission *emission, const struct event *event)
{
	static const char *const reasons[NR_BAD_PAGE_REASONS] = {
		"BAD_PAGE_NONE",     "BAD_PAGE_MAPCOUNT",      "BAD_PAGE_MAPPING",
		"BAD_PAGE_REFCOUNT", "BAD_PAGE_FLAGS_AT_FREE", "BAD_PAGE_FLAGS_AT_PREP"
	};

	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++) {
		SAY(emission, "expect_bad_page(%u, %s);", event->bad_pages[i].pfn,
		    reasons[event->bad_pages[i].reason % NR_BAD_PAGE_REASONS]);
		emit_c_print_statement(emission, 1);
	}
	if (!event->nr_bad_pages)
		return;
	emission_need(emission, NEED_REPORTS);
	if (event->nr_bad_pages > EVENT_MAX_BAD_PAGES)
		expect_number(emission, "nr_bad_pages", event->nr_bad_pages);
}

void emit_c_expect_answer(struct emission *emission, const struct emit_c_step *step,
			  enum answer_kind kind)
{
	switch (kind) {
	case ANSWERS_PAGE:
		expect_pfn(emission, step->op.slot, step->event.pfn);
		expect_zeroed(emission, step);
		break;
	case ANSWERS_FRAGMENT:
		expect_pfn(emission, step->op.slot, step->event.pfn);
		if (step->event.pfn != PFN_NONE)
			expect_number(emission, "frag_offset", step->event.offset_bytes);
		break;
	case ANSWERS_PAGES:
		expect_number(emission, "result", step->event.result);
		expect_pfns(emission, step);
		if (step->call.gfp & __GFP_ZERO)
			expect_each_zeroed(emission, step);
		break;
	case ANSWERS_REFS:
		expect_number(emission, emission->about_text, step->event.result);
		break;
	case ANSWERS_RESULT:
		expect_number(emission, "result", step->event.result);
		break;
	case ANSWERS_NOTHING:
		break;
	}
	expect_reports(emission, &step->event);
}

void emit_c_expect_zones(struct emission *emission)
{
	const struct emit_c_recording *recording = emission->recording;

	for (uint32_t z = 0; z < recording->nr_zones; z++) {
		const struct emit_c_zone *zone = &recording->zones[z];

		emission_need(emission, NEED_ZONE);
		SAY(emission, "expect_free_blocks(%u, (const uint32_t[]){ ", z);
		put_pfn_list(emission, zone->nr_free, NR_PAGE_ORDERS);
		line_put(&emission->statement, " });");
		emit_c_print_statement(emission, 1);
	}
}
