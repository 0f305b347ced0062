/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <stdlib.h>
#include <string.h>

static void on_bug(void *context, const char *condition, pfn_t pfn)
{
	struct world *world = context;

	world->bug_condition = condition;
	world->bad_pfn = pfn;
	if (world->expect_trap)
		longjmp(world->trap, 1);
	print_error("BUG: %s at pfn %u\n", condition, pfn);
	abort();
}

static void on_bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)
{
	struct world *world = context;

	world->nr_bad++;
	world->bad_pfn = pfn;
	world->bad_reason = reason;
}

static void on_trace(void *context, const struct buddy_trace *trace)
{
	struct world *world = context;

	world->nr_traces[trace->kind]++;
	if (world->nr_log < WORLD_MAX_LOG)
		world->log[world->nr_log++] = *trace;
}

static void on_clear_pages(void *context, pfn_t pfn, uint32_t nr_pages)
{
	struct world *world = context;

	(void)pfn;
	world->nr_cleared_pages += nr_pages;
}

static void give_relief(struct world *world)
{
	if (world->relief)
		world->relief(world);
}

static uint32_t on_reclaim(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct world *world = context;

	(void)gfp;
	(void)order;
	assert_true(tsk->flags & PF_MEMALLOC);
	world->nr_reclaims++;
	give_relief(world);
	return world->reclaim_answer;
}

static enum compact_result on_compact(void *context, struct task *tsk, gfp_t gfp, uint32_t order,
				      enum compact_priority priority, pfn_t *captured)
{
	struct world *world = context;

	(void)gfp;
	(void)order;
	assert_true(tsk->flags & PF_MEMALLOC);
	world->nr_compactions++;
	world->last_priority = priority;
	*captured = world->compact_capture;
	if (world->compact_answer == COMPACT_SUCCESS)
		give_relief(world);
	return world->compact_answer;
}

static bool on_out_of_memory(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct world *world = context;

	(void)tsk;
	(void)gfp;
	(void)order;
	world->nr_ooms++;
	if (world->oom_answer)
		give_relief(world);
	return world->oom_answer;
}

static bool on_nofail_wait(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct world *world = context;

	(void)tsk;
	(void)gfp;
	(void)order;
	return ++world->nr_nofail_waits < world->nofail_rounds;
}

void world_boot(struct world *world, const struct buddy_config *config, bool import)
{
	struct buddy_hooks hooks = {
		.context = world,
		.bug = on_bug,
		.bad_page = on_bad_page,
		.trace = on_trace,
		.clear_pages = on_clear_pages,
		.reclaim = on_reclaim,
		.compact = on_compact,
		.out_of_memory = on_out_of_memory,
		.nofail_wait = on_nofail_wait,
	};

	memset(world, 0, sizeof(*world));
	world->compact_answer = COMPACT_SKIPPED;
	world->compact_capture = PFN_NONE;
	world->size = buddy_image_size(config);
	assert_true(world->size > 0);
	world->memory = aligned_alloc(64, world->size);
	assert_non_null(world->memory);
	memset(world->memory, 0xa5, world->size);
	assert_int_equal(buddy_boot(&world->sys, config, world->memory, world->size,
				    import ? BUDDY_BOOT_IMPORT : 0, &hooks),
			 0);
	world->sys.marks = world->marks;
	world->tsk.sys = &world->sys;
}

void world_free(struct world *world)
{
	free(world->memory);
}

struct zone *world_zone(struct world *world, uint32_t number)
{
	return &world->sys.zones[number];
}

void world_empty(struct world *world, uint32_t nr_pages, uint32_t pageblock_order, int32_t high,
		 int32_t batch)
{
	struct buddy_config config = buddy_config_uml(0, nr_pages);
	struct buddy_zone_state zone = { .managed_pages = nr_pages };
	struct buddy_pcp_state pcp = { .high = high, .batch = batch };

	config.pageblock_order = pageblock_order;
	world_boot(world, &config, true);
	buddy_import_zone(&world->sys, 0, &zone);
	buddy_import_pcp(&world->sys, 0, 0, &pcp);
	buddy_import_mobility(&world->sys, false);
	buddy_import_done(&world->sys);
	for (pfn_t pfn = 0; pfn < nr_pages; pfn += 1u << pageblock_order)
		buddy_import_pageblock(&world->sys, pfn, MIGRATE_MOVABLE);
}

void world_add_free(struct world *world, pfn_t pfn, uint32_t order, enum migratetype type)
{
	struct zone *zone = page_zone(&world->sys, pfn_page(&world->sys, pfn));

	buddy_import_free(&world->sys, pfn, order, type);
	if (type != MIGRATE_ISOLATE)
		zone->stat[NR_FREE_PAGES] += 1 << order;
	if (type == MIGRATE_CMA)
		zone->stat[NR_FREE_CMA_PAGES] += 1 << order;
}

int64_t world_free_pages(struct world *world)
{
	struct zone_info info;

	inspect_zone(&world->sys, 0, &info);
	return info.nr_free_pages;
}

void assert_free_list(struct world *world, uint32_t order, enum migratetype type, ...)
{
	pfn_t got = inspect_free_first(&world->sys, 0, order, type);
	va_list list;

	va_start(list, type);
	for (pfn_t want = va_arg(list, pfn_t); want != PFN_NONE; want = va_arg(list, pfn_t)) {
		assert_int_equal(got, want);
		got = inspect_free_next(&world->sys, 0, order, type, got);
	}
	va_end(list);
	assert_int_equal(got, PFN_NONE);
}

void assert_pcp_list(struct world *world, uint32_t pindex, ...)
{
	pfn_t got = inspect_pcp_first(&world->sys, 0, 0, pindex);
	va_list list;

	va_start(list, pindex);
	for (pfn_t want = va_arg(list, pfn_t); want != PFN_NONE; want = va_arg(list, pfn_t)) {
		assert_int_equal(got, want);
		got = inspect_pcp_next(&world->sys, 0, 0, pindex, got);
	}
	va_end(list);
	assert_int_equal(got, PFN_NONE);
}
