/* SPDX-License-Identifier: MIT */
/* Scenes of the whole machine: lists, numbers, and the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/oracle/rule_cases.h"

/* ---- the lists ---- */

static bool walk(struct scene *scene)
{
	return judge_walk(scene->judge, scene->op_index);
}

static bool play_list_order(struct scene *scene, bool forged)
{
	scene->fake.pages[16].private_value -= forged;
	return walk(scene);
}

static bool play_list_mark(struct scene *scene, bool forged)
{
	scene->fake.pages[16].buddy = !forged;
	return walk(scene);
}

static bool play_list_links(struct scene *scene, bool forged)
{
	scene->fake.links_bad[16] = forged;
	return walk(scene);
}

static bool play_list_refcount(struct scene *scene, bool forged)
{
	scene->fake.pages[16].refcount = forged;
	return walk(scene);
}

static bool play_list_zone(struct scene *scene, bool forged)
{
	scene->fake.pages[16].zone += forged;
	return walk(scene);
}

static bool play_list_hole(struct scene *scene, bool forged)
{
	scene->fake.hole[16] = forged;
	return walk(scene);
}

static bool play_list_twice(struct scene *scene, bool forged)
{
	struct fake_list *list = &scene->fake.free[1][0][MIGRATE_UNMOVABLE];

	list->pfns[0] = 20; /* inside the free block at 16 */
	list->nr = forged;
	return walk(scene);
}

static bool play_list_circle(struct scene *scene, bool forged)
{
	struct fake_list *list = &scene->fake.free[1][4][MIGRATE_MOVABLE];

	list->pfns[list->nr] = list->pfns[0];
	list->nr += forged;
	return walk(scene);
}

static bool play_list_astray(struct scene *scene, bool forged)
{
	struct fake_list *list = &scene->fake.free[2][4][MIGRATE_MOVABLE];

	if (forged)
		list->pfns[0] = 60; /* its end is outside the machine */
	return walk(scene);
}

static bool play_stale_mark(struct scene *scene, bool forged)
{
	scene->fake.pages[16 + 4].buddy = forged;
	return walk(scene);
}

/* One page waits on a per-CPU list and the halves around it are free. */
static void put_on_pcp(struct scene *scene, pfn_t pfn, uint32_t pindex, enum migratetype type)
{
	fake_take(&scene->fake, pfn, 0, false);
	fake_drop(&scene->fake, pfn, 0);
	fake_add_pcp(&scene->fake, 0, pindex, pfn, 0, type);
}

static bool play_pcp_type(struct scene *scene, bool forged)
{
	put_on_pcp(scene, 16, 0, forged ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE);
	return walk(scene);
}

static bool play_pcp_refcount(struct scene *scene, bool forged)
{
	put_on_pcp(scene, 16, 1, MIGRATE_CMA);
	scene->fake.pages[16].refcount = forged;
	return walk(scene);
}

static bool play_pcp_twice(struct scene *scene, bool forged)
{
	put_on_pcp(scene, 16, 1, MIGRATE_MOVABLE);
	if (forged)
		fake_add_pcp(&scene->fake, 1, 1, 16, 0, MIGRATE_MOVABLE);
	return walk(scene);
}

static bool play_buddies(struct scene *scene, bool forged)
{
	struct fake *fake = &scene->fake;

	if (forged) {
		fake_remove_free(fake, 16);
		fake_add_free(fake, 16, 3, MIGRATE_MOVABLE);
		fake_add_free(fake, 24, 3, MIGRATE_MOVABLE);
	}
	return walk(scene);
}

/* Pageblocks of different types: apart is right when one of them is CMA, wrong when both are
 * ordinary. */
static bool play_buddies_types(struct scene *scene, bool forged)
{
	struct fake *fake = &scene->fake;

	fake->pageblocks[3] = forged ? MIGRATE_RECLAIMABLE : MIGRATE_CMA;
	fake_remove_free(fake, 16);
	fake_add_free(fake, 16, 3, MIGRATE_MOVABLE);
	fake_add_free(fake, 24, 3, fake->pageblocks[3]);
	scene_reopen(scene, true, NULL);
	return walk(scene);
}

static bool play_lost(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 4, 16);
	assert_true(scene_after(scene));
	scene_free(scene, 16, 4);
	assert_true(scene_after(scene));
	if (forged)
		fake_remove_free(&scene->fake, 16);
	return walk(scene);
}

static bool play_listed_and_held(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 4, 16);
	assert_true(scene_after(scene));
	if (forged) {
		fake_drop(&scene->fake, 16, 4);
		fake_add_free(&scene->fake, 16, 4, MIGRATE_MOVABLE);
	}
	return walk(scene);
}

static bool play_refs_at_rest(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 0, 16);
	assert_true(scene_after(scene));
	scene->fake.pages[16].refcount += forged;
	return walk(scene);
}

/* ---- the numbers ---- */

static bool play_nr_free(struct scene *scene, bool forged)
{
	scene->fake.zones[1].nr_free[4] += forged;
	return walk(scene);
}

static bool play_free_pages(struct scene *scene, bool forged)
{
	scene->fake.zones[1].nr_free_pages -= 2;
	scene->fake.pcps[1][1].diff_free = forged ? 1 : 2;
	return walk(scene);
}

static bool play_cma(struct scene *scene, bool forged)
{
	scene->fake.zones[1].nr_free_cma_pages = 3;
	scene->fake.pcps[1][0].diff_cma = forged ? 0 : -3;
	return walk(scene);
}

static bool play_pcp_count(struct scene *scene, bool forged)
{
	put_on_pcp(scene, 16, 1, MIGRATE_MOVABLE);
	scene->fake.pcps[1][0].count += forged;
	return walk(scene);
}

static bool play_marks(struct scene *scene, bool forged)
{
	if (forged)
		scene->fake.zones[1].watermark[WMARK_LOW] = 3;
	return walk(scene);
}

/* The limit: one and a half times the high mark of 8, not less than a pageblock. */
static bool play_boost(struct scene *scene, bool forged)
{
	scene->fake.zones[1].watermark_boost = forged ? 13 : 12;
	return walk(scene);
}

static bool play_reserve(struct scene *scene, bool forged)
{
	scene->fake.zones[1].nr_reserved_highatomic = forged ? 16 : 8;
	return walk(scene);
}

static bool play_reserve_part(struct scene *scene, bool forged)
{
	scene->fake.zones[1].nr_reserved_highatomic = forged ? 4 : 0;
	return walk(scene);
}

static bool play_type_illegal(struct scene *scene, bool forged)
{
	scene->fake.pageblocks[1] = forged ? MIGRATE_TYPES : MIGRATE_UNMOVABLE;
	return walk(scene);
}

static bool play_type_cma(struct scene *scene, bool forged)
{
	scene->fake.pageblocks[1] = forged ? MIGRATE_CMA : MIGRATE_HIGHATOMIC;
	return walk(scene);
}

/* ---- the end ---- */

static bool play_end_held(struct scene *scene, bool forged)
{
	scene_alloc(scene, GFP_KERNEL, 4, 16);
	assert_true(scene_after(scene));
	if (!forged) {
		scene_free(scene, 16, 4);
		assert_true(scene_after(scene));
	}
	return judge_end(scene->judge, scene->op_index);
}

static bool play_end_pcp(struct scene *scene, bool forged)
{
	if (forged)
		put_on_pcp(scene, 16, 1, MIGRATE_MOVABLE);
	return judge_end(scene->judge, scene->op_index);
}

const struct rule_case rule_cases_walk[] = {
	{ RULE_free_list_integrity, "another order is recorded", play_list_order, false },
	{ RULE_free_list_integrity, "no mark", play_list_mark, false },
	{ RULE_free_list_integrity, "a link leads away", play_list_links, false },
	{ RULE_free_list_integrity, "a reference", play_list_refcount, false },
	{ RULE_free_list_integrity, "another zone's page", play_list_zone, false },
	{ RULE_free_list_integrity, "no struct page", play_list_hole, false },
	{ RULE_free_list_integrity, "a page on two lists", play_list_twice, false },
	{ RULE_free_list_integrity, "a circle", play_list_circle, false },
	{ RULE_free_list_integrity, "a block beyond the machine", play_list_astray, false },
	{ RULE_free_list_integrity, "a mark was left by a merge", play_stale_mark, false },
	{ RULE_pcp_list_fields, "another type is recorded", play_pcp_type, false },
	{ RULE_pcp_list_fields, "a reference", play_pcp_refcount, false },
	{ RULE_pcp_list_fields, "a page on two lists", play_pcp_twice, false },
	{ RULE_buddies_merged, "two halves", play_buddies, false },
	{ RULE_buddies_merged, "two ordinary pageblocks", play_buddies_types, false },
	{ RULE_conservation, "a freed page is on no list", play_lost, false },
	{ RULE_conservation, "a held page is on a list", play_listed_and_held, false },
	{ RULE_refcounts_at_rest, "a reference came by itself", play_refs_at_rest, false },
	{ RULE_nr_free_recount, "one block too many", play_nr_free, false },
	{ RULE_free_pages_recount, "a difference was lost", play_free_pages, false },
	{ RULE_cma_recount, "CMA pages that are not there", play_cma, false },
	{ RULE_pcp_count, "one page too many", play_pcp_count, false },
	{ RULE_watermark_order, "low below min", play_marks, false },
	{ RULE_watermark_order, "boosted too far", play_boost, false },
	{ RULE_highatomic_reserve, "two blocks where one is the limit", play_reserve, false },
	{ RULE_highatomic_reserve, "half a pageblock", play_reserve_part, false },
	{ RULE_pageblock_types, "no such type", play_type_illegal, false },
	{ RULE_pageblock_types, "CMA by itself", play_type_cma, false },
	{ RULE_end_all_free, "a block was forgotten", play_end_held, false },
	{ RULE_end_coalesced, "a page stays on a per-CPU list", play_end_pcp, false },
};

const size_t nr_rule_cases_walk = sizeof(rule_cases_walk) / sizeof(rule_cases_walk[0]);
