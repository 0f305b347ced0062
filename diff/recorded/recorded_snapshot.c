/* SPDX-License-Identifier: MIT */
/*
 * The SNAP sections of a recording: one line kind, one function. Kernel zone indices and
 * migratetypes depend on the kernel's configuration and are translated to ours here.
 */
#include <stdlib.h>
#include <string.h>

#include "diff/recorded/recorded_scan.h"
#include "oracle/lang/names.h"

uint32_t recorded_zone_type(const struct recorded_header *header, uint32_t kernel_index)
{
	static const uint8_t of_two[] = { ZONE_NORMAL, ZONE_MOVABLE };
	static const uint8_t of_three[] = { ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE };

	if (kernel_index >= header->nr_zone_types)
		return MAX_NR_ZONES;
	if (header->nr_zone_types == 2)
		return of_two[kernel_index];
	if (header->nr_zone_types == 3)
		return of_three[kernel_index];
	return kernel_index;
}

uint32_t recorded_migratetype(const struct recorded_header *header, uint32_t kernel_type)
{
	if (kernel_type >= header->nr_migratetypes)
		return MIGRATE_TYPES;
	if (!header->cma && kernel_type == MIGRATE_CMA)
		return MIGRATE_ISOLATE;
	return kernel_type;
}

uint32_t recorded_kernel_type(const struct recorded_header *header, uint32_t type)
{
	return !header->cma && type == MIGRATE_ISOLATE ? MIGRATE_CMA : type;
}

/* The zone field of a line: a zone that was introduced before. */
static struct snapshot_zone *scan_zone(struct recorded_parser *parser)
{
	uint32_t z;

	if (!field_u32(&parser->scan, &z))
		return NULL;
	if (z >= RECORDED_MAX_KERNEL_ZONES || parser->zone_of[z] == 0xff) {
		field_fail(&parser->scan, "zone %u was not introduced by a 'zone' line", z);
		return NULL;
	}
	return &parser->snapshot->zones[parser->zone_of[z]];
}

static struct snapshot_pcp *scan_pcp(struct recorded_parser *parser)
{
	struct snapshot_zone *zone = scan_zone(parser);
	const struct recorded_header *header = &parser->recorded->header;
	uint32_t cpu;

	if (!zone || !field_u32(&parser->scan, &cpu))
		return NULL;
	if (cpu >= header->nr_cpus) {
		field_fail(&parser->scan, "cpu %u of a machine with %u", cpu, header->nr_cpus);
		return NULL;
	}
	return &zone->pcps[cpu];
}

static bool scan_type(struct recorded_parser *parser, uint32_t *type)
{
	uint32_t kernel_type;

	if (!field_u32(&parser->scan, &kernel_type))
		return false;
	*type = recorded_migratetype(&parser->recorded->header, kernel_type);
	if (*type == MIGRATE_TYPES)
		return field_fail(&parser->scan, "migratetype %u is unknown", kernel_type);
	return true;
}

static bool append(struct recorded_parser *parser, struct pfn_list *list, uint32_t number)
{
	return pfn_list_append(list, number) || field_fail(&parser->scan, "out of memory");
}

bool recorded_parse_frame(struct recorded_parser *parser, struct pfn_list *list)
{
	uint32_t pfn;

	return field_u32(&parser->scan, &pfn) && append(parser, list, pfn);
}

/* Kernels number zones by their configuration: number and name must mean the same. */
static bool parse_zone_name(struct recorded_parser *parser, uint32_t z)
{
	uint32_t type = recorded_zone_type(&parser->recorded->header, z);
	const char *wanted = zone_kernel_names[type], *name;
	size_t length;

	return field_word(&parser->scan, &name, &length) &&
	       ((length == strlen(wanted) && !memcmp(name, wanted, length)) ||
		field_fail(&parser->scan, "expected zone %u to be called '%s'", z, wanted));
}

static bool parse_zone(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct snapshot *snapshot = parser->snapshot;
	struct zone_info *info = &snapshot->zones[snapshot->nr_zones].info;
	uint32_t z, node;

	if (!field_u32(scan, &z))
		return false;
	if (recorded_zone_type(&parser->recorded->header, z) >= ZONE_DEVICE)
		return field_fail(scan, "zone %u does not exist on this kernel", z);
	for (uint32_t k = z; k < RECORDED_MAX_KERNEL_ZONES; k++)
		if (parser->zone_of[k] != 0xff)
			return field_fail(scan, "zone %u is out of order", z);
	if (!parse_zone_name(parser, z) || !field_named(scan, "node", &node) ||
	    !field_named(scan, "start", &info->start_pfn) ||
	    !field_named(scan, "spanned", &info->spanned_pages) ||
	    !field_named(scan, "present", &info->present_pages) ||
	    !field_named(scan, "managed", &info->managed_pages))
		return false;
	if (node >= BUDDY_MAX_NODES || (snapshot->nr_zones && node != snapshot->zones[0].info.node))
		return field_fail(scan, "node %u: all zones are of one node below %d", node,
				  BUDDY_MAX_NODES);
	info->node = node;
	if (!info->spanned_pages || info->spanned_pages > RECORDED_MAX_SPAN ||
	    info->start_pfn > UINT32_MAX / 2 || info->present_pages > info->spanned_pages ||
	    info->managed_pages > info->present_pages || !info->present_pages)
		return field_fail(scan, "zone %u has an impossible size", z);
	info->index = recorded_zone_type(&parser->recorded->header, z);
	parser->zone_of[z] = (uint8_t)snapshot->nr_zones++;
	return true;
}

static bool parse_wmark(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct snapshot_zone *zone = scan_zone(parser);

	return zone && field_named(scan, "min", &zone->info.watermark[WMARK_MIN]) &&
	       field_named(scan, "low", &zone->info.watermark[WMARK_LOW]) &&
	       field_named(scan, "high", &zone->info.watermark[WMARK_HIGH]) &&
	       field_named(scan, "promo", &zone->info.watermark[WMARK_PROMO]) &&
	       field_named(scan, "boost", &zone->info.watermark_boost);
}

static bool parse_reserve(struct recorded_parser *parser)
{
	const struct recorded_header *header = &parser->recorded->header;
	struct snapshot_zone *zone = scan_zone(parser);

	for (uint32_t k = 0; zone && k < header->nr_zone_types; k++)
		if (!field_u32(&parser->scan,
			       &zone->info.lowmem_reserve[recorded_zone_type(header, k)]))
			return false;
	return zone;
}

static bool parse_stat(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct snapshot_zone *zone = scan_zone(parser);

	return zone && field_expect(scan, "free") && field_i64(scan, &zone->info.nr_free_pages) &&
	       field_expect(scan, "cma") && field_i64(scan, &zone->info.nr_free_cma_pages) &&
	       field_named(scan, "highatomic", &zone->info.nr_reserved_highatomic) &&
	       field_named(scan, "isolate", &zone->info.nr_isolate_pageblock) &&
	       field_expect(scan, "flags") && field_hex(scan, &zone->info.flags);
}

static bool scan_order(struct scan *scan, uint32_t *order)
{
	if (!field_u32(scan, order))
		return false;
	if (*order > MAX_PAGE_ORDER)
		return field_fail(scan, "order %u is above %u", *order, MAX_PAGE_ORDER);
	return true;
}

static bool parse_area(struct recorded_parser *parser)
{
	struct snapshot_zone *zone = scan_zone(parser);
	uint32_t order;

	return zone && scan_order(&parser->scan, &order) &&
	       field_named(&parser->scan, "nr_free", &zone->info.nr_free[order]);
}

static bool parse_free_list(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct snapshot_zone *zone = scan_zone(parser);
	uint32_t order, type;

	if (!zone || !scan_order(scan, &order) || !scan_type(parser, &type))
		return false;
	while (!field_at_end(scan))
		if (!recorded_parse_frame(parser, &zone->lists[order][type]))
			return false;
	return true;
}

static bool parse_pcp(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct snapshot_pcp *pcp = scan_pcp(parser);

	return pcp && field_named_i32(scan, "count", &pcp->info.count) &&
	       field_named_i32(scan, "batch", &pcp->info.batch) &&
	       field_named_i32(scan, "high", &pcp->info.high) &&
	       field_named_i32(scan, "free_factor", &pcp->info.free_factor);
}

static bool parse_drift(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct snapshot_pcp *pcp = scan_pcp(parser);

	return pcp && field_named(scan, "threshold", &pcp->info.stat_threshold) &&
	       field_named_i32(scan, "free", &pcp->info.diff_free) &&
	       field_named_i32(scan, "cma", &pcp->info.diff_cma);
}

static bool parse_pcp_list(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct snapshot_pcp *pcp = scan_pcp(parser);
	uint32_t pindex, type;

	if (!pcp || !field_u32(scan, &pindex))
		return false;
	if (pindex >= parser->recorded->header.nr_pcp_lists)
		return field_fail(scan, "pcp list %u does not exist", pindex);
	while (!field_at_end(scan))
		if (!recorded_parse_frame(parser, &pcp->lists[pindex]) || !field_char(scan, ':') ||
		    !scan_type(parser, &type) || !append(parser, &pcp->types[pindex], type))
			return false;
	return true;
}

/* Pageblocks that a span touches. */
static uint32_t count_pageblocks(const struct zone_info *info, uint32_t pageblock_order)
{
	pfn_t first = info->start_pfn >> pageblock_order;
	pfn_t last = (info->start_pfn + info->spanned_pages - 1) >> pageblock_order;

	return last - first + 1;
}

static bool parse_pageblocks(struct recorded_parser *parser)
{
	const struct recorded_header *header = &parser->recorded->header;
	struct snapshot_zone *zone = scan_zone(parser);
	const char *digits;
	size_t nr;

	if (!zone || !field_word(&parser->scan, &digits, &nr))
		return false;
	if (zone->pageblocks)
		return field_fail(&parser->scan, "pageblocks of this zone are given twice");
	if (nr != count_pageblocks(&zone->info, header->pageblock_order))
		return field_fail(&parser->scan, "expected %u pageblocks, found %zu",
				  count_pageblocks(&zone->info, header->pageblock_order), nr);
	zone->pageblocks = malloc(nr);
	if (!zone->pageblocks)
		return field_fail(&parser->scan, "out of memory");
	zone->nr_pageblocks = (uint32_t)nr;
	for (size_t i = 0; i < nr; i++) {
		uint32_t digit = (uint32_t)((unsigned char)digits[i] - '0');
		uint32_t type = recorded_migratetype(header, digit);

		if (digits[i] != '-' && type == MIGRATE_TYPES)
			return field_fail(&parser->scan, "expected a legal type of pageblock %zu",
					  i);
		zone->pageblocks[i] = (uint8_t)(digits[i] == '-' ? PAGEBLOCK_HOLE : type);
	}
	return true;
}

static bool parse_movable(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct snapshot_zone *zone = scan_zone(parser);

	while (zone && !field_at_end(scan))
		if (!recorded_parse_frame(parser, &zone->lru) || !field_char(scan, '+') ||
		    !recorded_parse_frame(parser, &zone->lru))
			return false;
	return zone;
}

static const struct line_kind {
	const char *word;
	bool (*parse)(struct recorded_parser *parser);
} line_kinds[] = {
	{ "fl", parse_free_list },  { "area", parse_area },   { "pl", parse_pcp_list },
	{ "zone", parse_zone },     { "wmark", parse_wmark }, { "reserve", parse_reserve },
	{ "stat", parse_stat },     { "pcp", parse_pcp },     { "drift", parse_drift },
	{ "pb", parse_pageblocks }, { "mov", parse_movable },
};

static bool parse_line(struct recorded_parser *parser)
{
	for (size_t i = 0; i < sizeof(line_kinds) / sizeof(line_kinds[0]); i++)
		if (field_accept(&parser->scan, line_kinds[i].word))
			return line_kinds[i].parse(parser) && field_finish(&parser->scan);
	return field_fail_expected(&parser->scan, "a line of a snapshot");
}

bool recorded_parse_snapshot(struct recorded_parser *parser, struct snapshot *snapshot)
{
	parser->snapshot = snapshot;
	memset(parser->zone_of, 0xff, sizeof(parser->zone_of));
	while (field_line(&parser->scan)) {
		if (field_accept(&parser->scan, "ENDSNAP"))
			return field_finish(&parser->scan) &&
			       recorded_check_snapshot(parser, snapshot);
		if (!parse_line(parser))
			return false;
	}
	return field_fail(&parser->scan, "expected ENDSNAP, found the end of the text");
}
