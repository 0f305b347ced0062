/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, eighth part: a machine that others have used. The recipe before it is that of
 * the harness, and its state comes to the program's machine the way a snapshot would: pages that
 * the recipe kept are in use, by nobody in the program.
 */
#include "diff/start/subject_core_recipe.h"

/* @part start_* */
static _Noreturn void cannot_start(const char *why)
{
	printf("The machine cannot be used before the program: %s\n", why);
	exit(2);
}

static void hook_unusable(void *context, const char *condition, pfn_t pfn)
{
	(void)context, (void)pfn;
	cannot_start(condition);
}

static void import_zone(const struct recipe *recipe, uint32_t z, const struct zone_info *zone)
{
	struct buddy_zone_state state = {
		.managed_pages = zone->managed_pages,
		.watermark_boost = zone->watermark_boost,
		.nr_free_pages = zone->nr_free_pages,
		.nr_free_cma_pages = zone->nr_free_cma_pages,
		.nr_reserved_highatomic = zone->nr_reserved_highatomic,
		.nr_isolate_pageblock = zone->nr_isolate_pageblock,
		.flags = zone->flags | (zone->watermark_boost ? recipe->boost_flags : 0),
	};

	memcpy(state.watermark, zone->watermark, sizeof(state.watermark));
	memcpy(state.lowmem_reserve, zone->lowmem_reserve, sizeof(state.lowmem_reserve));
	buddy_import_zone(&sys, z, &state);
}

static void import_free_list(const struct recipe *recipe, uint32_t z, uint32_t order,
			     enum migratetype type)
{
	pfn_t pfn = inspect_free_first(recipe->sys, z, order, type);

	for (; pfn != PFN_NONE; pfn = inspect_free_next(recipe->sys, z, order, type, pfn))
		buddy_import_free(&sys, pfn, order, type);
}

static void import_pages(const struct recipe *recipe, const struct zone_info *zone)
{
	pfn_t end = zone->start_pfn + zone->spanned_pages;
	uint32_t order = recipe->machine.pageblock_order;
	struct page_info page;

	for (pfn_t pfn = zone->start_pfn; pfn < end; pfn = ((pfn >> order) + 1) << order)
		if (inspect_page(recipe->sys, pfn, &page))
			buddy_import_pageblock(&sys, pfn, inspect_pageblock(recipe->sys, pfn));
	for (pfn_t pfn = zone->start_pfn; pfn < end; pfn++)
		if (inspect_page(recipe->sys, pfn, &page) && page.flags & 1u << PG_lru)
			buddy_import_lru(&sys, pfn, 1);
}

static void import_pcp(const struct recipe *recipe, uint32_t z, uint32_t of_cpu)
{
	struct buddy_pcp_state state;
	struct page_info page;
	struct pcp_info pcp;

	inspect_pcp(recipe->sys, z, of_cpu, &pcp);
	state = (struct buddy_pcp_state){
		.high = pcp.high,
		.batch = pcp.batch,
		.free_factor = pcp.free_factor,
		.stat_threshold = pcp.stat_threshold,
		.diff_free = pcp.diff_free,
		.diff_cma = pcp.diff_cma,
	};
	buddy_import_pcp(&sys, z, of_cpu, &state);
	for (uint32_t list = 0; list < NR_PCP_LISTS; list++) {
		pfn_t pfn = inspect_pcp_first(recipe->sys, z, of_cpu, list);

		for (; pfn != PFN_NONE; pfn = inspect_pcp_next(recipe->sys, z, of_cpu, list, pfn)) {
			inspect_page(recipe->sys, pfn, &page);
			buddy_import_pcp_page(&sys, of_cpu, list, pfn,
					      (enum migratetype)page.index);
		}
	}
}

static void import_used(const struct recipe *recipe)
{
	for (uint32_t z = 0; z < recipe->machine.nr_zones; z++) {
		struct zone_info zone;

		inspect_zone(recipe->sys, z, &zone);
		import_zone(recipe, z, &zone);
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
				import_free_list(recipe, z, order, (enum migratetype)type);
		import_pages(recipe, &zone);
		for (uint32_t c = 0; c < recipe->machine.nr_cpus; c++)
			import_pcp(recipe, z, c);
	}
	buddy_import_mobility(&sys, recipe->machine.mobility_disabled);
	buddy_import_done(&sys);
}

/* Another such machine is used; ours, which was booted for import, takes its state over. */
static void start_used(const struct buddy_config *config, size_t size,
		       void (*use)(struct recipe *recipe))
{
	static const struct buddy_hooks no_hooks = { .bug = hook_unusable };
	void *image = aligned_alloc(64, size);
	struct buddy_system used;
	struct recipe recipe;

	if (!image || buddy_boot(&used, config, image, size, 0, &no_hooks))
		cannot_start("out of memory");
	recipe_begin(&recipe, &used, config);
	use(&recipe);
	if (recipe.problem)
		cannot_start(recipe.problem);
	import_used(&recipe);
	recipe_end(&recipe);
	free(image);
}
