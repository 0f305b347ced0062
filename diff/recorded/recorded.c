/* SPDX-License-Identifier: MIT */
/*
 * The recording as a whole: header, two snapshots, results; then the checks and the conversion.
 * Everything the struct owns is freed by recorded_free, after success as after failure.
 */
#include "diff/recorded/recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/recorded/recorded_scan.h"

static bool check_header(struct scan *scan, const struct recorded_header *header)
{
	if (header->pageblock_order < 1 || header->pageblock_order > MAX_PAGE_ORDER)
		return field_fail(scan, "pageblock_order %u is not 1..%d", header->pageblock_order,
				  MAX_PAGE_ORDER);
	if (header->nr_zone_types != 2 && header->nr_zone_types != 3 &&
	    header->nr_zone_types != MAX_NR_ZONES)
		return field_fail(scan, "%u zone kinds: known are 2, 3 and 5",
				  header->nr_zone_types);
	if (header->nr_migratetypes != (header->cma ? MIGRATE_TYPES : MIGRATE_TYPES - 1))
		return field_fail(scan, "%u migratetypes do not go with cma %u",
				  header->nr_migratetypes, header->cma);
	if (header->nr_pcp_lists != NR_PCP_LISTS && header->nr_pcp_lists != NR_PCP_LOW_LISTS)
		return field_fail(scan, "%u pcp lists: known are 12 and 14", header->nr_pcp_lists);
	if (header->nr_cpus < 1 || header->nr_cpus > BUDDY_MAX_CPUS ||
	    header->cpu >= header->nr_cpus)
		return field_fail(scan, "cpu %u of %u: at most %d are supported", header->cpu,
				  header->nr_cpus, BUDDY_MAX_CPUS);
	return true;
}

/* A word, cut off where it is too long. */
static bool scan_text(struct scan *scan, char *text, size_t size)
{
	const char *word;
	size_t length;

	if (!field_word(scan, &word, &length))
		return false;
	snprintf(text, size, "%.*s", (int)(length < size ? length : size - 1), word);
	return true;
}

static bool parse_header(struct scan *scan, struct recorded_header *header)
{
	uint32_t max_order;

	if (!field_line(scan)) {
		scan->line = 1;
		return field_fail(scan, "expected 'ORACLE', the file is empty");
	}
	if (!field_expect(scan, "ORACLE") || !field_expect(scan, "1") ||
	    !field_expect(scan, "kernel") ||
	    !scan_text(scan, header->release, sizeof(header->release)) ||
	    !field_expect(scan, "machine") ||
	    !scan_text(scan, header->machine, sizeof(header->machine)) ||
	    !field_named(scan, "pageblock_order", &header->pageblock_order) ||
	    !field_named(scan, "max_order", &max_order) ||
	    !field_named(scan, "mtypes", &header->nr_migratetypes) ||
	    !field_named(scan, "pcp_lists", &header->nr_pcp_lists) ||
	    !field_named(scan, "zones", &header->nr_zone_types) ||
	    !field_named_i32(scan, "boost_factor", &header->boost_factor) ||
	    !field_named(scan, "mobility_off", &header->mobility_off) ||
	    !field_named(scan, "smp", &header->smp) ||
	    !field_named(scan, "nofragment", &header->nofragment) ||
	    !field_named(scan, "cma", &header->cma) ||
	    !field_named(scan, "irqoff", &header->irqoff) ||
	    !field_named(scan, "cpu", &header->cpu) ||
	    !field_named(scan, "online", &header->nr_cpus) || !field_finish(scan))
		return false;
	if (max_order != NR_PAGE_ORDERS)
		return field_fail(scan, "max_order %u, only %d is supported", max_order,
				  NR_PAGE_ORDERS);
	return check_header(scan, header);
}

/* Settings in force at the start; recordings without sysctl ops need none. */
static bool parse_sysctls(struct scan *scan, struct recorded_header *header)
{
	struct buddy_sysctl *sysctl = &header->sysctl;
	uint32_t min_free_kbytes;

	header->has_sysctl = true;
	if (!field_named(scan, "min_free_kbytes", &min_free_kbytes) ||
	    !field_named(scan, "watermark_scale_factor", &sysctl->watermark_scale_factor) ||
	    !field_named(scan, "percpu_pagelist_high_fraction",
			 &sysctl->percpu_pagelist_high_fraction) ||
	    !field_expect(scan, "lowmem_reserve_ratio"))
		return false;
	for (uint32_t z = 0; z < MAX_NR_ZONES; z++)
		if (!field_u32(scan, &sysctl->lowmem_reserve_ratio[z]))
			return false;
	if (min_free_kbytes > INT32_MAX)
		return field_fail(scan, "min_free_kbytes %u is too large", min_free_kbytes);
	sysctl->min_free_kbytes = (int32_t)min_free_kbytes;
	return field_finish(scan);
}

/* A line that is there or not stands before the one that must be: the next is left unread. */
static bool parse_settings(struct scan *scan, struct recorded_header *header)
{
	struct scan ahead = *scan;

	if (!field_line(&ahead) || !field_accept(&ahead, "SYSCTL"))
		return true;
	*scan = ahead;
	return parse_sysctls(scan, header);
}

static bool parse_section(struct recorded_parser *parser, const char *name, struct snapshot **to)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	*to = snapshot;
	if (!snapshot)
		return field_fail(&parser->scan, "out of memory");
	if (!field_line(&parser->scan))
		return field_fail(&parser->scan, "expected 'SNAP %s', found the end of the text",
				  name);
	return field_expect(&parser->scan, "SNAP") && field_expect(&parser->scan, name) &&
	       field_finish(&parser->scan) && recorded_parse_snapshot(parser, snapshot);
}

static bool same_zones(struct recorded_parser *parser)
{
	const struct snapshot *a = parser->recorded->initial, *b = parser->recorded->final;
	bool same = a->nr_zones == b->nr_zones;

	for (uint32_t z = 0; same && z < a->nr_zones; z++)
		same = a->zones[z].info.index == b->zones[z].info.index &&
		       a->zones[z].info.node == b->zones[z].info.node &&
		       a->zones[z].info.start_pfn == b->zones[z].info.start_pfn &&
		       a->zones[z].info.spanned_pages == b->zones[z].info.spanned_pages;
	return same || field_fail(&parser->scan, "the two snapshots have different zones");
}

bool recorded_parse(const char *text, size_t size, struct recorded *recorded, char *error,
		    size_t error_size)
{
	struct recorded_parser parser = {
		.scan = { .next = text,
			  .end = text + size,
			  .error = error,
			  .error_size = error_size },
		.recorded = recorded,
	};

	memset(recorded, 0, sizeof(*recorded));
	program_init(&recorded->program);
	if (parse_header(&parser.scan, &recorded->header) &&
	    parse_settings(&parser.scan, &recorded->header) &&
	    parse_section(&parser, "initial", &recorded->initial) &&
	    parse_section(&parser, "final", &recorded->final) && same_zones(&parser) &&
	    recorded_parse_results(&parser) && recorded_build_machine(&parser) &&
	    recorded_build_program(&parser))
		return true;
	recorded_free(recorded);
	return false;
}

static void free_snapshot(struct snapshot *snapshot)
{
	if (snapshot)
		snapshot_free(snapshot);
	free(snapshot);
}

void recorded_free(struct recorded *recorded)
{
	free_snapshot(recorded->initial);
	free_snapshot(recorded->final);
	free(recorded->ops);
	free(recorded->pfns.pfns);
	free(recorded->answers);
	program_free(&recorded->program);
	memset(recorded, 0, sizeof(*recorded));
	program_init(&recorded->program);
}

uint32_t recorded_counted_zone(const struct recorded *recorded, uint32_t k)
{
	uint32_t nr_zones = recorded->initial->nr_zones;

	return k < nr_zones ? nr_zones - 1 - k : nr_zones;
}
void recorded_tell(const struct recorded *recorded, const struct recorded_answer *answer,
		   const struct call *call, struct event *event)
{
	event->status = EVENT_DONE;
	event->pfn = answer->pfn;
	event->result = answer->result;
	event->offset_bytes = answer->offset_bytes;
	if (op_table[call->code].result == RESULT_ARRAY)
		event->nr_pfns = call->count;
	else if (op_table[call->code].result == RESULT_LIST)
		event->nr_pfns = answer->nr_pfns;
	for (uint32_t i = 0; i < event->nr_pfns; i++)
		event->pfns[i] =
			i < answer->nr_pfns ? recorded->pfns.pfns[answer->first_pfn + i] : PFN_NONE;
}
