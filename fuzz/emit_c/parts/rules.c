/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, third part: the rules over the whole machine, in the order of rules.def, asked
 * as often as the judge asks them.
 */
/* @always */
/* ---- rules over the whole machine ---- */

struct zone_sum {
	int64_t free_pages, cma_pages;
	uint32_t nr_free[NR_PAGE_ORDERS];
	int64_t pcp_pages[BUDDY_MAX_CPUS];
};
static struct zone_sum sums[MAX_ZONES];

static const char *list_block(pfn_t pfn, uint32_t order, uint32_t zone, bool buddy)
{
	struct page_info info = page_at(pfn);

	for (uint32_t i = 0; i < 1u << order; i++)
		if (!frame_at(pfn + i) || frame_at(pfn + i)->listed)
			return frame_at(pfn + i) ? "is listed twice" : "is not in the machine";
	for (uint32_t i = 0; i < 1u << order; i++)
		frame_at(pfn + i)->listed = true;
	if (buddy)
		frame_at(pfn)->list_order = (uint8_t)order;
	if (pfn & ((1u << order) - 1))
		return "is not aligned";
	if (info.zone != zone)
		return "belongs to another zone";
	if (info.buddy != buddy || (buddy && info.private_value != order))
		return "is not marked as what it is";
	if (info.refcount || info.flags)
		return "has references or flags";
	return inspect_links_ok(&sys, pfn) ? NULL : "has neighbours that do not point back";
}

static void walk_free_list(uint32_t zone, uint32_t order, enum migratetype type)
{
	struct zone_sum *sum = &sums[zone];
	pfn_t pfn = inspect_free_first(&sys, zone, order, type);
	const char *fault;

	for (; pfn != PFN_NONE; pfn = inspect_free_next(&sys, zone, order, type, pfn)) {
		fault = list_block(pfn, order, zone, true);
		if (fault)
			fail("free_list_integrity",
			     "a free list holds well-linked free blocks of its order and zone",
			     "page frame %u on the list of zone %u, order %u, type %d %s.", pfn,
			     zone, order, (int)type, fault);
		sum->nr_free[order]++;
		sum->free_pages += type == MIGRATE_ISOLATE ? 0 : 1 << order;
		sum->cma_pages += type == MIGRATE_CMA ? 1 << order : 0;
	}
}

/* A merge that leaves a mark behind leaves it at the upper halves inside the block. */
static void check_marks(void)
{
	for (uint32_t i = 0; i < nr_frames; i++) {
		bool block = frames[i].list_order != NO_ORDER;
		pfn_t pfn = machine.base_pfn + i;

		for (uint32_t half = 1; block && half < 1u << frames[i].list_order; half *= 2)
			if (page_at(pfn + half).buddy)
				fail("free_list_integrity",
				     "a free list holds well-linked free blocks of its order and "
				     "zone",
				     "page frame %u is marked as one inside of another.",
				     pfn + half);
		if (frames[i].owner != FOREIGN && !block && page_at(pfn).buddy)
			fail("free_list_integrity",
			     "a free list holds well-linked free blocks of its order and zone",
			     "page frame %u is marked as one and is on no list.", pfn);
	}
}

static bool pcp_type_fits(uint32_t list, uint32_t type)
{
	if (list < NR_PCP_LOW_LISTS && list % MIGRATE_PCPTYPES != MIGRATE_MOVABLE)
		return type == list % MIGRATE_PCPTYPES;
	if (list == NR_PCP_LOW_LISTS)
		return type == MIGRATE_UNMOVABLE || type == MIGRATE_RECLAIMABLE;
	return type == MIGRATE_MOVABLE || type == MIGRATE_HIGHATOMIC || type == MIGRATE_CMA;
}

static void walk_pcp_list(uint32_t zone, uint32_t of_cpu, uint32_t list)
{
	uint32_t order =
		list < NR_PCP_LOW_LISTS ? list / MIGRATE_PCPTYPES : machine.pageblock_order;
	pfn_t pfn = inspect_pcp_first(&sys, zone, of_cpu, list);
	const char *fault;

	for (; pfn != PFN_NONE; pfn = inspect_pcp_next(&sys, zone, of_cpu, list, pfn)) {
		fault = list_block(pfn, order, zone, false);
		if (!fault && !pcp_type_fits(list, page_at(pfn).index))
			fault = "is recorded as of a type that this list does not take";
		if (fault)
			fail("pcp_list_fields",
			     "a per-CPU list holds unused blocks of its order and type",
			     "page frame %u on zone %u, CPU %u, list %u %s.", pfn, zone, of_cpu,
			     list, fault);
		sums[zone].pcp_pages[of_cpu] += 1 << order;
	}
}

static void walk_lists(void)
{
	uint32_t nr_lists = machine.features & BUDDY_THP ? NR_PCP_LISTS : NR_PCP_LOW_LISTS;

	memset(sums, 0, sizeof(sums));
	for (uint32_t i = 0; i < nr_frames; i++) {
		frames[i].listed = false;
		frames[i].list_order = NO_ORDER;
	}
	for (uint32_t zone = 0; zone < machine.nr_zones; zone++)
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
				walk_free_list(zone, order, (enum migratetype)type);
	check_marks();
	for (uint32_t zone = 0; zone < machine.nr_zones; zone++)
		for (uint32_t c = 0; c < machine.nr_cpus; c++)
			for (uint32_t list = 0; list < nr_lists; list++)
				walk_pcp_list(zone, c, list);
}

/* Types change without a merge: a pageblock that was of a special one may be apart for good. */
static void note_types(void)
{
	for (uint32_t i = 0; i < nr_frames; i++)
		if (frames[i].was_free)
			seen_types[block_of(machine.base_pfn + i)] |=
				(uint8_t)(1u << inspect_pageblock(&sys, machine.base_pfn + i));
}

static bool must_merge(pfn_t pfn, uint32_t order)
{
	uint32_t seen = 0, ordinary = (1u << MIGRATE_PCPTYPES) - 1;

	for (uint32_t i = 0; i < 2u << order; i++)
		seen |= seen_types[block_of(pfn + i)];
	return order < machine.pageblock_order || !(seen & ~ordinary) || !(seen & (seen - 1));
}

static void check_buddies(void)
{
	for (uint32_t i = 0; i < nr_frames; i++) {
		uint32_t order = frames[i].list_order;
		pfn_t pfn = machine.base_pfn + i, buddy;

		if (order >= MAX_PAGE_ORDER || pfn >> order & 1)
			continue;
		buddy = pfn + (1u << order);
		if (frame_at(buddy) && frame_at(buddy)->list_order == order &&
		    page_at(pfn).zone == page_at(buddy).zone && must_merge(pfn, order))
			fail("buddies_merged",
			     "two free buddies that may merge are never left apart",
			     "the order %u blocks at page frames %u and %u are both free and "
			     "apart.",
			     order, pfn, buddy);
	}
}

static bool refs_are_right(const struct frame *frame, int32_t refs)
{
	if (frame->owner == FOREIGN || (frame->owner == FREE && hidden))
		return true;
	return frame->owner == CHUNK ? refs >= frame->refs : refs == frame->refs;
}

static void check_owners(void)
{
	for (uint32_t i = 0; i < nr_frames; i++)
		if (frames[i].listed != (frames[i].owner == FREE) && (frames[i].listed || !hidden))
			fail("conservation", "every page is either free on just one list or in use",
			     "page frame %u is %s.", machine.base_pfn + i,
			     frames[i].listed ? "free and in use" : "neither");
	for (uint32_t i = 0; i < nr_frames; i++) {
		int32_t refs = page_at(machine.base_pfn + i).refcount;

		if (!refs_are_right(&frames[i], refs))
			fail("refcounts_at_rest", "every page has as many references as were taken",
			     "page frame %u has %d, and %d were taken.", machine.base_pfn + i, refs,
			     frames[i].refs);
	}
}

static void check_counters(uint32_t z, const struct zone_info *zone)
{
	int64_t free_pages = zone->nr_free_pages, cma_pages = zone->nr_free_cma_pages;
	struct pcp_info pcp;

	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		if (zone->nr_free[order] != sums[z].nr_free[order])
			fail("nr_free_recount",
			     "the block count of an order equals the length of its lists",
			     "zone %u counts %u of order %u and has %u.", z, zone->nr_free[order],
			     order, sums[z].nr_free[order]);
	for (uint32_t c = 0; c < machine.nr_cpus; c++) {
		inspect_pcp(&sys, z, c, &pcp);
		free_pages += pcp.diff_free;
		cma_pages += pcp.diff_cma;
	}
	if (free_pages != sums[z].free_pages)
		fail("free_pages_recount",
		     "the free page counter equals the pages on the free lists",
		     "zone %u counts %lld and has %lld.", z, (long long)free_pages,
		     (long long)sums[z].free_pages);
	if (cma_pages != sums[z].cma_pages)
		fail("cma_recount", "the free CMA page counter equals the pages on the CMA lists",
		     "zone %u counts %lld and has %lld.", z, (long long)cma_pages,
		     (long long)sums[z].cma_pages);
	for (uint32_t c = 0; c < machine.nr_cpus; c++) {
		inspect_pcp(&sys, z, c, &pcp);
		if (pcp.count != sums[z].pcp_pages[c])
			fail("pcp_count",
			     "the page count of a per-CPU list set equals the pages on its lists",
			     "zone %u, CPU %u counts %d and has %lld.", z, c, pcp.count,
			     (long long)sums[z].pcp_pages[c]);
	}
}

static void check_marks_of_zone(uint32_t z, const struct zone_info *zone)
{
	const uint32_t *mark = zone->watermark;
	uint64_t block = 1ull << machine.pageblock_order;
	uint64_t boost = (uint64_t)mark[WMARK_HIGH] * machine.boost_factor / 10000;
	uint64_t reserve = (zone->managed_pages / 100 + 2 * block - 1) / block * block;

	if (mark[WMARK_MIN] > mark[WMARK_LOW] || mark[WMARK_LOW] > mark[WMARK_HIGH] ||
	    mark[WMARK_HIGH] > mark[WMARK_PROMO] ||
	    (!boost_written && zone->watermark_boost > (boost > block ? boost : block)))
		fail("watermark_order",
		     "watermarks rise from min to high, and a boost keeps its limit",
		     "zone %u has min %u, low %u, high %u, promo %u, boost %u.", z, mark[WMARK_MIN],
		     mark[WMARK_LOW], mark[WMARK_HIGH], mark[WMARK_PROMO], zone->watermark_boost);
	if (zone->nr_reserved_highatomic % block || zone->nr_reserved_highatomic > reserve)
		fail("highatomic_reserve",
		     "the high-order atomic reserve is whole pageblocks, within limits",
		     "zone %u reserves %u pages.", z, zone->nr_reserved_highatomic);
}

static bool is_fixed(uint32_t type)
{
	return type == MIGRATE_CMA || type == MIGRATE_ISOLATE;
}

static void check_types(void)
{
	for (uint32_t i = 0; i < nr_frames; i++) {
		uint32_t was = set_types[block_of(machine.base_pfn + i)], now;

		if (!frames[i].was_free)
			continue;
		now = inspect_pageblock(&sys, machine.base_pfn + i);
		if (now >= MIGRATE_TYPES || (now != was && (is_fixed(now) || is_fixed(was))))
			fail("pageblock_types",
			     "pageblock types are legal; CMA and ISOLATE stay as they were set",
			     "that of page frame %u is %u and was set to %u.", machine.base_pfn + i,
			     now, was);
	}
}

static void walk(void)
{
	struct zone_info zone;

	since_walk = 0;
	if (!judged)
		return;
	walk_lists();
	note_types();
	check_buddies();
	check_owners();
	inspect_machine(&sys, &machine);
	for (uint32_t z = 0; z < machine.nr_zones; z++) {
		inspect_zone(&sys, z, &zone);
		check_counters(z, &zone);
	}
	for (uint32_t z = 0; z < machine.nr_zones; z++) {
		inspect_zone(&sys, z, &zone);
		check_marks_of_zone(z, &zone);
	}
	check_types();
}
