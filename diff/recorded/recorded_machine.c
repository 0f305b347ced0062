/* SPDX-License-Identifier: MIT */
/*
 * The machine of a recording: a configuration whose zones come out where the recorded ones are.
 * Other nodes than the recorded one have no memory. Geometry comes from the initial snapshot; what
 * a snapshot carries itself (watermarks, pcp sizes) is imported.
 */
#include "diff/recorded/recorded_scan.h"

#define SECTION_ORDER 15

static uint32_t machine_features(const struct recorded_header *header)
{
	uint32_t features = BUDDY_COMPACTION;

	if (header->smp)
		features |= BUDDY_SMP | BUDDY_NUMA | BUDDY_SPARSEMEM;
	if (header->cma)
		features |= BUDDY_CMA;
	if (header->nr_pcp_lists == NR_PCP_LISTS)
		features |= BUDDY_THP;
	if (header->mobility_off)
		features |= BUDDY_MOBILITY_OFF;
	return features;
}

static uint32_t machine_zones(const struct recorded_header *header)
{
	uint32_t zones = 0;

	for (uint32_t k = 0; k < header->nr_zone_types; k++)
		zones |= 1u << recorded_zone_type(header, k);
	return zones;
}

static bool add_memory(struct recorded_parser *parser, pfn_t start, pfn_t end)
{
	struct buddy_config *machine = &parser->recorded->machine;
	struct buddy_range *last =
		machine->nr_memory ? &machine->memory[machine->nr_memory - 1] : NULL;

	if (last && last->end_pfn == start) {
		last->end_pfn = end;
		return true;
	}
	if (machine->nr_memory == BUDDY_MAX_RANGES)
		return field_fail(&parser->scan, "the memory has more than %d separate ranges",
				  BUDDY_MAX_RANGES);
	machine->memory[machine->nr_memory++] = (struct buddy_range){
		.start_pfn = start,
		.end_pfn = end,
		.node = parser->recorded->initial->zones[0].info.node,
	};
	return true;
}

/* MM-10, MM-14: a section of a sparse memory map is made as a whole. */
static uint32_t max_cut(const struct recorded_header *header)
{
	return header->smp ? 1u << SECTION_ORDER : 1u << header->pageblock_order;
}

/*
 * Memory of a zone is its pageblocks that are no holes. Firmware keeps the last pages of the
 * memory: what the present count lacks is cut off from the end of the last run of blocks.
 */
static bool add_zone_memory(struct recorded_parser *parser, const struct snapshot_zone *zone)
{
	struct buddy_config *machine = &parser->recorded->machine;
	const struct zone_info *info = &zone->info;
	uint32_t order = parser->recorded->header.pageblock_order;
	pfn_t zone_end = info->start_pfn + info->spanned_pages;
	uint32_t present = 0, run = 0, cut;

	for (uint32_t b = 0; b < zone->nr_pageblocks; b++) {
		pfn_t start = ((info->start_pfn >> order) + b) << order;
		pfn_t end = start + (1u << order);

		start = start < info->start_pfn ? info->start_pfn : start;
		end = end > zone_end ? zone_end : end;
		if (zone->pageblocks[b] == PAGEBLOCK_HOLE)
			continue;
		if (!add_memory(parser, start, end))
			return false;
		present += end - start;
		run = (b && zone->pageblocks[b - 1] == PAGEBLOCK_HOLE ? 0 : run) + end - start;
	}
	cut = present - info->present_pages;
	if (present < info->present_pages || cut >= run ||
	    cut >= max_cut(&parser->recorded->header))
		return field_fail(&parser->scan, "%u present pages do not fit the pageblocks",
				  info->present_pages);
	machine->memory[machine->nr_memory - 1].end_pfn -= cut;
	return true;
}

/* MM-22: limits of zones that lie where they are recorded; a kind without pages gets limit 0. */
static void set_zone_limits(struct buddy_config *machine, const struct snapshot *snapshot)
{
	pfn_t end = machine->memory[machine->nr_memory - 1].end_pfn;
	uint32_t highest = 0;

	for (uint32_t z = 0; z < snapshot->nr_zones; z++) {
		const struct zone_info *info = &snapshot->zones[z].info;

		if (info->index >= ZONE_MOVABLE)
			continue;
		machine->zone_end_pfn[info->index] = info->start_pfn + info->spanned_pages;
		highest = info->index;
	}
	machine->zone_end_pfn[ZONE_NORMAL] = end;
	if (highest < ZONE_NORMAL)
		machine->zone_end_pfn[highest] = end;
}

/* MM-26, MM-27: the MOVABLE zone is cut from the end of the highest other one. */
static bool set_movable(struct recorded_parser *parser, const struct snapshot *snapshot)
{
	struct buddy_config *machine = &parser->recorded->machine;
	const struct zone_info *last = &snapshot->zones[snapshot->nr_zones - 1].info;

	if (last->index != ZONE_MOVABLE)
		return true;
	if (snapshot->nr_zones == 1)
		return field_fail(&parser->scan, "a machine of ZONE_MOVABLE alone cannot be built");
	machine->movablecore_pages = last->present_pages;
	return true;
}

/*
 * GF-17: on a machine with several nodes, a node without DMA32 mixes types sooner. Recorded
 * requests are for the recorded node, so all CPUs may be on it.
 */
static void set_nodes(struct buddy_config *machine, uint32_t node)
{
	machine->nr_nodes = node + 1;
	for (uint32_t cpu = 0; cpu < machine->nr_cpus; cpu++)
		machine->cpu_node[cpu] = (uint8_t)node;
}

static void describe_snapshot(const struct recorded *recorded, struct snapshot *snapshot)
{
	snapshot->features = recorded->machine.features;
	snapshot->pageblock_order = recorded->machine.pageblock_order;
	snapshot->nr_cpus = recorded->machine.nr_cpus;
	snapshot->zones_mask = recorded->machine.zones;
	snapshot->boost_factor = recorded->machine.sysctl.watermark_boost_factor;
	snapshot->mobility_disabled = recorded->header.mobility_off;
}

bool recorded_build_machine(struct recorded_parser *parser)
{
	struct recorded *recorded = parser->recorded;
	const struct recorded_header *header = &recorded->header;
	const struct snapshot *snapshot = recorded->initial;
	struct buddy_config *machine = &recorded->machine;
	pfn_t start = snapshot->zones[0].info.start_pfn;

	*machine = header->smp ? buddy_config_debian(start, 1u << MAX_PAGE_ORDER)
			       : buddy_config_uml(start, 1u << MAX_PAGE_ORDER);
	machine->features = machine_features(header);
	machine->zones = machine_zones(header);
	machine->pageblock_order = header->pageblock_order;
	machine->nr_cpus = header->nr_cpus;
	set_nodes(machine, snapshot->zones[0].info.node);
	machine->nr_memory = 0;
	machine->nr_reserved = 0;
	machine->kernelcore_pages = 0;
	machine->movablecore_pages = 0;
	if (header->has_sysctl)
		machine->sysctl = header->sysctl;
	machine->sysctl.watermark_boost_factor =
		header->boost_factor < 0 ? 15000 : (uint32_t)header->boost_factor;
	for (uint32_t z = 0; z < ZONE_MOVABLE; z++)
		machine->zone_end_pfn[z] = 0;
	for (uint32_t z = 0; z < snapshot->nr_zones; z++)
		if (!add_zone_memory(parser, &snapshot->zones[z]))
			return false;
	set_zone_limits(machine, snapshot);
	if (!set_movable(parser, snapshot))
		return false;
	describe_snapshot(recorded, recorded->initial);
	describe_snapshot(recorded, recorded->final);
	if (buddy_config_error(machine))
		return field_fail(&parser->scan, "no such machine: %s",
				  buddy_config_error(machine));
	return true;
}
