/* SPDX-License-Identifier: MIT */
/* Scenes of one op: its answer and the pages it touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/oracle/rule_cases.h"

/* ---- the answer itself ---- */

static bool play_trap(struct scene *scene, bool forged)
{
	struct event *event = scene_alloc(scene, GFP_KERNEL, 0, 16);

	if (forged) {
		event->status = EVENT_TRAPPED;
		event->bug_condition = "list is corrupt";
	}
	return scene_after(scene);
}

static bool play_bad_page(struct scene *scene, bool forged)
{
	struct event *event = scene_alloc(scene, GFP_KERNEL, 0, 16);

	event->nr_bad_pages = forged;
	event->bad_pages[0].pfn = 20;
	event->bad_pages[0].reason = BAD_PAGE_REFCOUNT;
	return scene_after(scene);
}

/* A block of order 1 is freed as order 2 although page 18 behind it is in use. */
static bool play_misuse(struct scene *scene, bool forged)
{
	struct event *event;

	scene_alloc(scene, GFP_KERNEL, 1, 16);
	assert_true(scene_after(scene));
	scene_alloc(scene, GFP_KERNEL, 0, 18);
	assert_true(scene_after(scene));
	scene_call(scene, OP_free_wrong_order)->pfn = 16;
	scene->call.order = 2;
	event = scene_before(scene);
	scene->fake.pages[16].refcount = 0;
	event->nr_bad_pages = !forged;
	event->bad_pages[0].pfn = 18;
	event->bad_pages[0].reason = BAD_PAGE_REFCOUNT;
	scene_after(scene); /* over: page 19 lost its mark as a free block */
	return !judge_verdict(scene->judge)->broken;
}

static bool play_misuse_strict(struct scene *scene, bool forged)
{
	struct event *event;

	scene->fake.machine.features |= BUDDY_DEBUG_VM;
	scene->fake.config.features |= BUDDY_DEBUG_VM;
	scene_reopen(scene, true, NULL);
	scene_call(scene, OP_double_free)->pfn = 20;
	event = scene_before(scene);
	event->status = forged ? EVENT_DONE : EVENT_TRAPPED;
	scene_after(scene);
	return !judge_verdict(scene->judge)->broken;
}

static bool play_range(struct scene *scene, bool forged)
{
	struct event *event = scene_alloc(scene, GFP_KERNEL, 0, 16);

	if (forged)
		event->pfn = FAKE_PAGES;
	return scene_after(scene);
}

/* Page 5 is reserved: nobody may get it, view or not. */
static bool play_reserved(struct scene *scene, bool forged)
{
	struct event *event;

	scene->fake.config.nr_reserved = 1;
	scene->fake.config.reserved[0] = (struct buddy_range){ .start_pfn = 5, .end_pfn = 6 };
	scene_reopen(scene, false, NULL);
	event = scene_alloc(scene, GFP_KERNEL, 0, 16);
	event->pfn = forged ? 5 : 6;
	return scene_after(scene);
}

static bool play_alignment(struct scene *scene, bool forged)
{
	struct event *event = scene_alloc(scene, GFP_KERNEL, 1, 16);

	event->pfn += forged;
	return scene_after(scene);
}

static bool play_overlap(struct scene *scene, bool forged)
{
	struct event *event;

	scene_alloc(scene, GFP_KERNEL, 1, 16);
	assert_true(scene_after(scene));
	event = scene_alloc(scene, GFP_KERNEL, 0, 18);
	event->pfn -= forged;
	return scene_after(scene);
}

static bool play_zone(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL | GFP_DMA, 0, forged ? 16 : 0);
	return scene_after(scene);
}

static bool play_block_over_zones(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 3, 16);
	if (forged)
		scene->fake.pages[20].zone = 2;
	scene_call(scene, OP_alloc_pages)->gfp = GFP_KERNEL;
	scene->call.order = 3;
	scene_before(scene)->pfn = 16;
	return scene_after(scene);
}

/* Node 0 or node 1 is outside the cpuset; the zone of page 16 has pages in plenty. */
static bool play_cpuset(struct scene *scene, bool forged)
{
	scene_call(scene, OP_hook_answers)->value = (forged ? 1u : 2u) << 13;
	scene_before(scene);
	assert_true(scene_after(scene));
	scene_alloc(scene, GFP_KERNEL, 0, 16);
	return scene_after(scene);
}

static bool play_node(struct scene *scene, bool forged)
{
	/* The subject's own zonelist is wrong too: only the page's node tells. */
	if (forged)
		scene->fake.machine.zonelist[0][1][0] = 2;
	scene_reopen(scene, true, NULL);
	scene_alloc(scene, GFP_KERNEL | __GFP_THISNODE, 0, forged ? 48 : 16);
	return scene_after(scene);
}

/* Low watermark 6: with 7 free pages the fast path passes, and an atomic one still below that. */
static bool play_watermark(struct scene *scene, bool forged)
{
	scene->fake.zones[1].nr_free_pages = forged ? 4 : 7;
	scene_alloc(scene, GFP_KERNEL, 0, 16);
	return scene_after(scene);
}

static bool play_watermark_reserve(struct scene *scene, bool forged)
{
	scene->fake.zones[1].nr_free_pages = 3;
	scene_alloc(scene, forged ? GFP_NOWAIT : GFP_ATOMIC, 0, 16);
	return scene_after(scene);
}

static bool play_watermark_lowmem(struct scene *scene, bool forged)
{
	scene->fake.zones[0].lowmem_reserve[ZONE_NORMAL] = 10;
	scene->fake.zones[0].nr_free_pages = forged ? 14 : 15;
	scene_alloc(scene, GFP_KERNEL, 0, 0);
	return scene_after(scene);
}

/* Order 2 is free in the high-order atomic reserve alone, and pages enough are free elsewhere. */
static bool play_watermark_block(struct scene *scene, bool forged)
{
	struct call *call = scene_call(scene, OP_alloc_pages);
	struct fake *fake = &scene->fake;

	fake_remove_free(fake, 16);
	fake_remove_free(fake, 32);
	fake_add_free(fake, 16, 3, MIGRATE_HIGHATOMIC);
	for (pfn_t pfn = 32; pfn < 48; pfn += 2)
		fake_add_free(fake, pfn, 1, MIGRATE_MOVABLE);
	call->gfp = forged ? GFP_NOWAIT : GFP_ATOMIC;
	call->order = 2;
	scene_before(scene)->pfn = 16;
	fake_add_free(fake, 16, 3, MIGRATE_MOVABLE);
	fake_take(fake, 16, 2, false);
	return scene_after(scene);
}

static bool play_bulk_watermark(struct scene *scene, bool forged)
{
	struct call *call = scene_call(scene, OP_alloc_pages_bulk_list);
	struct event *event;

	call->gfp = GFP_KERNEL;
	call->count = forged ? 30 : 20;
	event = scene_before(scene);
	event->result = 2;
	event->nr_pfns = 2;
	for (uint32_t i = 0; i < 2; i++) {
		event->pfns[i] = 16 + i;
		fake_take(&scene->fake, 16 + i, 0, false);
	}
	return scene_after(scene);
}

/* The second page of a bulk: the first is looked at in any case. */
static struct page_info *second_of_bulk(struct scene *scene)
{
	struct call *call = scene_call(scene, OP_alloc_pages_bulk_list);
	struct event *event;

	call->gfp = GFP_KERNEL | __GFP_THISNODE;
	call->count = 2;
	event = scene_before(scene);
	event->result = 2;
	event->nr_pfns = 2;
	for (uint32_t i = 0; i < 2; i++) {
		event->pfns[i] = 16 + i;
		fake_take(&scene->fake, 16 + i, 0, false);
	}
	return &scene->fake.pages[17];
}

#define SECOND_OF_BULK(what, field, value)                               \
	static bool play_second_##what(struct scene *scene, bool forged) \
	{                                                                \
		struct page_info *page = second_of_bulk(scene);          \
                                                                         \
		if (forged)                                              \
			page->field = value;                             \
		return scene_after(scene);                               \
	}
SECOND_OF_BULK(flags, flags, 1u << PG_dirty)
SECOND_OF_BULK(mapcount, mapcount, 0)
SECOND_OF_BULK(type, buddy, true)
SECOND_OF_BULK(mapping, mapping, 8)
SECOND_OF_BULK(private, private_value, 1)
SECOND_OF_BULK(tail, tail, true)
SECOND_OF_BULK(pfmemalloc, pfmemalloc, true)
SECOND_OF_BULK(refcount, refcount, 2)
SECOND_OF_BULK(zone, zone, 2)

/* The first page of a block from a zone with pages in plenty. */
#define FIRST_OF_BLOCK(what, gfp, order, field, value)                  \
	static bool play_first_##what(struct scene *scene, bool forged) \
	{                                                               \
		scene_alloc(scene, GFP_KERNEL | (gfp), order, 16);      \
		if (forged)                                             \
			scene->fake.pages[16].field = value;            \
		return scene_after(scene);                              \
	}
FIRST_OF_BLOCK(mapcount, 0, 0, mapcount, 0)
FIRST_OF_BLOCK(head_flag, 0, 1, flags, 1u << PG_head)
FIRST_OF_BLOCK(compound_flag, __GFP_COMP, 1, flags, 1u << PG_head | 1u << PG_dirty)
FIRST_OF_BLOCK(no_head, __GFP_COMP, 1, flags, 0)
FIRST_OF_BLOCK(tail, 0, 0, tail, true)
FIRST_OF_BLOCK(pfmemalloc, 0, 2, pfmemalloc, true)
FIRST_OF_BLOCK(refcount, 0, 0, refcount, 2)
FIRST_OF_BLOCK(zone, __GFP_THISNODE, 0, zone, 2)

static bool play_failure(struct scene *scene, bool forged)
{
	for (uint32_t z = 0; z < FAKE_ZONES && !forged; z++)
		scene->fake.zones[z].nr_free_pages = 4;
	scene_alloc(scene, GFP_KERNEL, 0, PFN_NONE);
	return scene_after(scene);
}

/* Plenty is free, but too small: failing is right until one block of the order exists. */
static bool play_failure_order(struct scene *scene, bool forged)
{
	struct fake *fake = &scene->fake;

	for (pfn_t pfn = 0; pfn < FAKE_PAGES; pfn += 16) {
		fake_remove_free(fake, pfn);
		fake_add_free(fake, pfn, 2, MIGRATE_MOVABLE);
		fake_add_free(fake, pfn + 8, 2, MIGRATE_MOVABLE);
		fake->zones[fake_zone_of(pfn)].nr_free_pages = 16;
	}
	if (forged) {
		fake_remove_free(fake, 24);
		fake_add_free(fake, 24, 3, MIGRATE_RECLAIMABLE);
	}
	scene_alloc(scene, GFP_KERNEL, 3, PFN_NONE);
	return scene_after(scene);
}

static bool play_nofail(struct scene *scene, bool forged)
{
	struct event *event;

	for (uint32_t z = 0; z < FAKE_ZONES; z++)
		scene->fake.zones[z].nr_free_pages = 0;
	event = scene_alloc(scene, GFP_KERNEL | __GFP_NOFAIL, 0, PFN_NONE);
	event->status = forged ? EVENT_DONE : EVENT_STALLED;
	return scene_after(scene);
}

/* Three places, the middle one filled before: 2 is right when only the first could be filled. */
static bool play_bulk_array(struct scene *scene, bool forged)
{
	struct call *call;
	struct event *event;

	scene_alloc(scene, GFP_KERNEL, 0, 16);
	assert_true(scene_after(scene));
	call = scene_call(scene, OP_alloc_pages_bulk_array);
	call->gfp = GFP_KERNEL;
	call->count = 3;
	call->pfns[0] = PFN_NONE;
	call->pfns[1] = 16;
	call->pfns[2] = PFN_NONE;
	event = scene_before(scene);
	fake_take(&scene->fake, 17, 0, false);
	event->nr_pfns = 3;
	event->pfns[0] = 17;
	event->pfns[1] = 16;
	event->pfns[2] = PFN_NONE;
	event->result = forged ? 3 : 2;
	return scene_after(scene);
}

static bool play_bulk_list(struct scene *scene, bool forged)
{
	struct call *call = scene_call(scene, OP_alloc_pages_bulk_list);
	struct event *event;

	call->gfp = GFP_KERNEL;
	call->count = 3;
	event = scene_before(scene);
	fake_take(&scene->fake, 17, 0, false);
	event->nr_pfns = 1;
	event->pfns[0] = 17;
	event->result = forged ? 2 : 1;
	return scene_after(scene);
}

static struct event *frag_alloc(struct scene *scene, uint32_t bytes, pfn_t pfn, uint32_t offset)
{
	struct call *call = scene_call(scene, OP_page_frag_alloc);
	struct event *event;

	call->gfp = GFP_KERNEL;
	call->count = bytes;
	event = scene_before(scene);
	event->pfn = pfn;
	event->offset_bytes = offset;
	event->result = 1;
	return event;
}

static bool play_frag(struct scene *scene, bool forged)
{
	fake_take(&scene->fake, 16, 3, true);
	scene->fake.pages[16].refcount = 32769;
	frag_alloc(scene, 100, 16, 32668);
	assert_true(scene_after(scene));
	frag_alloc(scene, 100, 16, forged ? 32569 : 32568);
	return scene_after(scene);
}

static bool play_frag_beyond(struct scene *scene, bool forged)
{
	fake_take(&scene->fake, 16, 0, false);
	fake_take(&scene->fake, 17, 0, false);
	scene->fake.pages[16].refcount = 32769;
	frag_alloc(scene, 100, 16, forged ? 4000 : 3996);
	return scene_after(scene);
}

/* The cache drains its chunk, which goes back; a fragment in it is live, or is not any more. */
static bool play_effect(struct scene *scene, bool forged)
{
	struct call *call;

	frag_alloc(scene, 100, 16, 3996);
	fake_take(&scene->fake, 16, 0, false);
	scene->fake.pages[16].refcount = 32769;
	event_add_effect(
		&scene->event,
		(struct effect){ .kind = EFFECT_TAKE, .holder = HOLDER_fragment_cache, .pfn = 16 });
	assert_true(scene_after(scene));
	if (!forged) {
		call = scene_call(scene, OP_page_frag_free);
		call->pfn = 16;
		call->value = 3996;
		scene_before(scene);
		assert_true(scene_after(scene));
	}
	scene_call(scene, OP_page_frag_cache_drain);
	event_add_effect(scene_before(scene), (struct effect){ .kind = EFFECT_GIVE, .pfn = 16 });
	fake_drop(&scene->fake, 16, 0);
	return scene_after(scene);
}

static bool play_answered_refs(struct scene *scene, bool forged)
{
	struct event *event;

	scene_alloc(scene, GFP_KERNEL, 0, 16);
	assert_true(scene_after(scene));
	scene_call(scene, OP_get_page)->pfn = 16;
	event = scene_before(scene);
	scene->fake.pages[16].refcount = 2;
	event->result = forged ? 1 : 2;
	return scene_after(scene);
}

static bool play_speculative(struct scene *scene, bool forged)
{
	scene_call(scene, OP_get_page_unless_zero)->pfn = 20;
	scene_before(scene)->result = forged;
	return scene_after(scene);
}

static bool play_zeroed(struct scene *scene, bool forged)
{
	struct event *event = scene_alloc(scene, GFP_KERNEL | __GFP_ZERO, 1, 16);

	if (forged)
		event->unzeroed_pfn = 17;
	return scene_after(scene);
}

/* Two pages wait on the list of CPU 0. */
static bool play_line_of_cpu(struct scene *scene, bool forged)
{
	struct fake *fake = &scene->fake;

	for (pfn_t pfn = 16; pfn < 18; pfn++) {
		fake_take(fake, pfn, 0, false);
		fake_drop(fake, pfn, 0);
		fake_add_pcp(fake, 0, MIGRATE_UNMOVABLE, pfn, 0, MIGRATE_UNMOVABLE);
	}
	scene_call(scene, OP_alloc_pages)->gfp = GFP_KERNEL;
	scene_before(scene)->pfn = 16 + forged;
	fake->pages[16 + forged].refcount = 1;
	return scene_after(scene);
}

static bool play_free_factor(struct scene *scene, bool forged)
{
	struct fake *fake = &scene->fake;

	fake_take(fake, 16, 0, false);
	fake_drop(fake, 16, 0);
	fake_add_pcp(fake, 0, MIGRATE_UNMOVABLE, 16, 0, MIGRATE_UNMOVABLE);
	fake->pcps[1][0].free_factor = 3;
	scene_call(scene, OP_alloc_pages)->gfp = GFP_KERNEL;
	scene_before(scene)->pfn = 16;
	fake->pages[16].refcount = 1;
	fake->pcps[1][0].free_factor = forged ? 2 : 1;
	return scene_after(scene);
}

/* Two blocks of an order without per-CPU lists are free. */
static bool play_line_of_zone(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL | __GFP_MOVABLE, 4, forged ? 32 : 16);
	return scene_after(scene);
}

/* ---- the pages ---- */

static bool play_split(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 1, 16);
	assert_true(scene_after(scene));
	scene_call(scene, OP_split_page)->pfn = 16;
	scene->call.order = 1;
	scene_before(scene)->result = 1;
	scene->fake.pages[17].refcount = !forged;
	return scene_after(scene);
}

static bool play_clean(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 1, 16);
	if (forged)
		scene->fake.pages[17].flags = 1u << PG_dirty;
	return scene_after(scene);
}

static bool play_clean_mapping(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 1, 16);
	scene->fake.pages[17].mapping = forged ? 0x1000 : 0;
	return scene_after(scene);
}

static bool play_clean_type(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 1, 16);
	scene->fake.pages[17].buddy = forged;
	return scene_after(scene);
}

static bool play_clean_private(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 0, 16);
	scene->fake.pages[16].private_value = forged;
	return scene_after(scene);
}

static bool play_compound(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL | __GFP_COMP, 2, 16);
	if (forged)
		scene->fake.pages[18].compound_head = 17;
	return scene_after(scene);
}

static bool play_compound_order(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL | __GFP_COMP, 2, 16);
	scene->fake.pages[16].compound_order += forged;
	return scene_after(scene);
}

static bool play_stale_tail(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 1, 16);
	scene->fake.pages[17].tail = forged;
	return scene_after(scene);
}

static bool play_pfmemalloc(struct scene *scene, bool forged)
{
	scene_alloc(scene, forged ? GFP_KERNEL : GFP_KERNEL | __GFP_MEMALLOC, 0, 16);
	scene->fake.pages[16].pfmemalloc = true;
	return scene_after(scene);
}

static bool play_refcount(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 1, 16);
	scene->fake.pages[17].refcount = forged;
	return scene_after(scene);
}

static bool play_refcount_freed(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 1, 16);
	assert_true(scene_after(scene));
	scene_free(scene, 16, 1);
	scene->fake.pages[16].refcount = forged;
	return scene_after(scene);
}

const struct rule_case rule_cases_op[] = {
	{ RULE_no_trap, "an assertion fires", play_trap, false },
	{ RULE_bad_page_only_after_misuse, "a report out of the blue", play_bad_page, false },
	{ RULE_misuse_detected, "a page in use is freed unseen", play_misuse, false },
	{ RULE_misuse_detected, "DEBUG_VM lets a double free pass", play_misuse_strict, false },
	{ RULE_in_range, "a frame beyond the machine", play_range, false },
	{ RULE_in_range, "a frame beyond the machine, seen blind", play_range, true },
	{ RULE_in_range, "a reserved frame", play_reserved, false },
	{ RULE_alignment, "an odd block", play_alignment, false },
	{ RULE_alignment, "an odd block, seen blind", play_alignment, true },
	{ RULE_no_overlap, "a frame is given twice", play_overlap, false },
	{ RULE_no_overlap, "a frame is given twice, seen blind", play_overlap, true },
	{ RULE_zone_allowed, "DMA was asked for", play_zone, false },
	{ RULE_zone_allowed, "a block in two zones", play_block_over_zones, false },
	{ RULE_zone_allowed, "another node's page in a bulk", play_second_zone, false },
	{ RULE_node_allowed, "another node's page", play_node, false },
	{ RULE_watermark_decision, "below min", play_watermark, false },
	{ RULE_watermark_decision, "reserves for a request without __GFP_HIGH",
	  play_watermark_reserve, false },
	{ RULE_watermark_decision, "a reserved block for any request", play_watermark_block,
	  false },
	{ RULE_watermark_decision, "into the lowmem reserve", play_watermark_lowmem, false },
	{ RULE_watermark_decision, "a bulk larger than what is above low", play_bulk_watermark,
	  false },
	{ RULE_failure_justified, "memory is plenty", play_failure, false },
	{ RULE_failure_justified, "a block of another type would do", play_failure_order, false },
	{ RULE_failure_justified, "__GFP_NOFAIL fails", play_nofail, false },
	{ RULE_bulk_result, "an empty place is counted", play_bulk_array, false },
	{ RULE_bulk_result, "a page more is counted", play_bulk_list, true },
	{ RULE_effects_possible, "a chunk goes back under a live fragment", play_effect, false },
	{ RULE_frag_bounds, "two fragments share a byte", play_frag, false },
	{ RULE_frag_bounds, "two fragments share a byte, seen blind", play_frag, true },
	{ RULE_frag_bounds, "a fragment ends in another chunk", play_frag_beyond, false },
	{ RULE_refcount_answer, "get_page answers the old count", play_answered_refs, false },
	{ RULE_refcount_answer, "get_page answers the old count, seen blind", play_answered_refs,
	  true },
	{ RULE_refcount_answer, "a reference on a free page", play_speculative, true },
	{ RULE_zeroed, "a page was left dirty", play_zeroed, true },
	{ RULE_first_in_line, "the second page of a per-CPU list", play_line_of_cpu, false },
	{ RULE_first_in_line, "the second block of a free list", play_line_of_zone, false },
	{ RULE_free_factor_halved, "one less", play_free_factor, false },
	{ RULE_split_result, "a page of the split has no reference", play_split, false },
	{ RULE_clean_at_handout, "PG_dirty", play_clean, false },
	{ RULE_clean_at_handout, "a mapping", play_clean_mapping, false },
	{ RULE_clean_at_handout, "PageBuddy", play_clean_type, false },
	{ RULE_clean_at_handout, "private", play_clean_private, false },
	{ RULE_clean_at_handout, "a map count", play_first_mapcount, false },
	{ RULE_clean_at_handout, "PG_head of a plain block", play_first_head_flag, false },
	{ RULE_clean_at_handout, "PG_dirty beside PG_head", play_first_compound_flag, false },
	{ RULE_compound_layout, "no PG_head", play_first_no_head, false },
	{ RULE_compound_layout, "a page is a tail", play_first_tail, false },
	{ RULE_pfmemalloc_mark, "a block is marked", play_first_pfmemalloc, false },
	{ RULE_refcount_shadow, "a page has two references", play_first_refcount, false },
	{ RULE_zone_allowed, "a node outside the cpuset", play_cpuset, false },
	{ RULE_zone_allowed, "another node's page", play_first_zone, false },
	{ RULE_clean_at_handout, "PG_dirty in a bulk", play_second_flags, false },
	{ RULE_clean_at_handout, "a map count in a bulk", play_second_mapcount, false },
	{ RULE_clean_at_handout, "PageBuddy in a bulk", play_second_type, false },
	{ RULE_clean_at_handout, "a mapping in a bulk", play_second_mapping, false },
	{ RULE_clean_at_handout, "private in a bulk", play_second_private, false },
	{ RULE_compound_layout, "a tail in a bulk", play_second_tail, false },
	{ RULE_compound_layout, "a tail names a tail", play_compound, false },
	{ RULE_compound_layout, "the order is wrong", play_compound_order, false },
	{ RULE_compound_layout, "a tail mark is left", play_stale_tail, false },
	{ RULE_pfmemalloc_mark, "an ordinary request is marked", play_pfmemalloc, false },
	{ RULE_refcount_shadow, "a tail has a reference", play_refcount, false },
	{ RULE_pfmemalloc_mark, "a page of a bulk is marked", play_second_pfmemalloc, false },
	{ RULE_refcount_shadow, "a page of a bulk has two references", play_second_refcount,
	  false },
	{ RULE_refcount_shadow, "a freed page has a reference", play_refcount_freed, false },
};

const size_t nr_rule_cases_op = sizeof(rule_cases_op) / sizeof(rule_cases_op[0]);
