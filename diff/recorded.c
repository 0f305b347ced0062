/* SPDX-License-Identifier: MIT */
/*
 * The recording as a whole: header, two snapshots, results; then the checks and the conversion.
 * Everything the struct owns is freed by recorded_free, after success as after failure.
 */
#include "diff/recorded.h"

#include <stdlib.h>
#include <string.h>

#include "diff/recorded_scan.h"

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

static bool scan_named_signed(struct scan *scan, const char *name, int32_t *value)
{
	int64_t n;

	if (!field_expect(scan, name) || !field_i64(scan, &n))
		return false;
	*value = (int32_t)n;
	return true;
}

static bool parse_header(struct scan *scan, struct recorded_header *header)
{
	const char *word;
	size_t length;
	uint32_t max_order;

	if (!field_line(scan))
		return field_fail(scan, "the file is empty");
	if (!field_expect(scan, "ORACLE") || !field_expect(scan, "1") ||
	    !field_expect(scan, "kernel") || !field_word(scan, &word, &length) ||
	    !field_expect(scan, "machine") || !field_word(scan, &word, &length) ||
	    !field_named(scan, "pageblock_order", &header->pageblock_order) ||
	    !field_named(scan, "max_order", &max_order) ||
	    !field_named(scan, "mtypes", &header->nr_migratetypes) ||
	    !field_named(scan, "pcp_lists", &header->nr_pcp_lists) ||
	    !field_named(scan, "zones", &header->nr_zone_types) ||
	    !scan_named_signed(scan, "boost_factor", &header->boost_factor) ||
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

static bool parse_section(struct recorded_parser *parser, const char *name, struct snapshot **to)
{
	struct snapshot *snapshot = malloc(sizeof(*snapshot));

	*to = snapshot;
	if (!snapshot)
		return field_fail(&parser->scan, "out of memory");
	snapshot_init(snapshot);
	if (!field_line(&parser->scan))
		return field_fail(&parser->scan, "expected 'SNAP %s', found the end of the text",
				  name);
	return field_expect(&parser->scan, "SNAP") && field_expect(&parser->scan, name) &&
	       field_finish(&parser->scan) && recorded_parse_snapshot(parser, snapshot);
}

static bool parse_counters(struct recorded_parser *parser, struct recorded_op *op)
{
	struct scan *scan = &parser->scan;

	while (!field_at_end(scan) && op->nr_counted < RECORDED_MAX_COUNTED_ZONES) {
		if (op->nr_counted && field_accept(scan, ":")) {
			scan->at--; /* the list of pages starts: left to the caller */
			return true;
		}
		if (!field_i64(scan, &op->free_pages[op->nr_counted]) || !field_char(scan, '/') ||
		    !field_i64(scan, &op->pcp_pages[op->nr_counted]))
			return false;
		op->nr_counted++;
	}
	return true;
}

static bool append_bulk_page(struct recorded_parser *parser, pfn_t pfn)
{
	struct recorded *recorded = parser->recorded;
	size_t capacity = parser->pfns_capacity;
	pfn_t *grown;

	if (recorded->nr_pfns == capacity) {
		capacity = capacity ? capacity * 2 : 256;
		grown = realloc(recorded->pfns, capacity * sizeof(*grown));
		if (!grown)
			return field_fail(&parser->scan, "out of memory");
		recorded->pfns = grown;
		parser->pfns_capacity = capacity;
	}
	recorded->pfns[recorded->nr_pfns++] = pfn;
	return true;
}

static bool parse_bulk_pages(struct recorded_parser *parser, struct recorded_op *op)
{
	uint32_t pfn;

	op->first_pfn = (uint32_t)parser->recorded->nr_pfns;
	if (!field_accept(&parser->scan, ":"))
		return op->result == 0 || field_expect(&parser->scan, ":");
	while (!field_at_end(&parser->scan)) {
		if (!field_u32(&parser->scan, &pfn) || !append_bulk_page(parser, pfn))
			return false;
		op->nr_pfns++;
	}
	if (op->nr_pfns != op->result || op->result > op->a)
		return field_fail(&parser->scan,
				  "a bulk request for %u returned %u but lists %u pages", op->a,
				  op->result, op->nr_pfns);
	return true;
}

/* Operands by letter: how many plain numbers follow, and whether a gfp comes last. */
static const struct operands {
	char code;
	uint8_t nr;
	bool gfp;
} operand_table[] = {
	{ 'A', 2, true },  { 'F', 1, false }, { 'G', 1, false }, { 'P', 1, false },
	{ 'S', 1, false }, { 'f', 2, false }, { 'L', 1, false }, { 'R', 2, false },
	{ 'B', 2, true },  { 'c', 2, false }, { 'D', 0, false }, { 'd', 0, false },
	{ 'J', 1, false }, { 'X', 4, false },
};

static bool parse_operands(struct recorded_parser *parser, struct recorded_op *op)
{
	struct scan *scan = &parser->scan;
	uint32_t *to[] = { &op->id, &op->a, &op->b, &op->d };

	for (size_t i = 0; i < sizeof(operand_table) / sizeof(operand_table[0]); i++) {
		const struct operands *operands = &operand_table[i];
		char word[2] = { operands->code, '\0' };

		if (!field_accept(scan, word))
			continue;
		op->code = operands->code;
		for (uint8_t k = 0; k < operands->nr; k++)
			if (!field_u32(scan, to[k]))
				return false;
		return !operands->gfp || field_hex(scan, &op->b);
	}
	return field_fail(scan, "expected an operation (one of AFGPSfLRBcDdJX)");
}

static bool append_op(struct recorded_parser *parser, const struct recorded_op *op)
{
	struct recorded *recorded = parser->recorded;
	size_t capacity = parser->ops_capacity;
	struct recorded_op *grown;

	if (recorded->nr_ops == capacity) {
		capacity = capacity ? capacity * 2 : 256;
		grown = realloc(recorded->ops, capacity * sizeof(*grown));
		if (!grown)
			return field_fail(&parser->scan, "out of memory");
		recorded->ops = grown;
		parser->ops_capacity = capacity;
	}
	recorded->ops[recorded->nr_ops++] = *op;
	return true;
}

static bool parse_result(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct recorded_op op = { .line = scan->line };

	if (!parse_operands(parser, &op) || !field_expect(scan, "=") ||
	    !field_u32(scan, &op.result) || !parse_counters(parser, &op))
		return false;
	if (op.code == 'B' && !parse_bulk_pages(parser, &op))
		return false;
	return field_finish(scan) && append_op(parser, &op);
}

/* EVENTS and TIME tell nothing that is modelled. */
static bool parse_tail(struct scan *scan)
{
	while (field_line(scan))
		if (field_accept(scan, "END"))
			return field_finish(scan);
		else if (!field_accept(scan, "EVENTS") && !field_accept(scan, "TIME"))
			return field_expect(scan, "END");
	return field_fail(scan, "the recording has no END line");
}

static bool parse_results(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	uint32_t nr;

	if (!field_line(scan))
		return field_fail(scan, "expected 'RESULTS n', found the end of the text");
	if (!field_named(scan, "RESULTS", &nr) || !field_finish(scan))
		return false;
	for (uint32_t i = 0; i < nr; i++) {
		if (!field_line(scan))
			return field_fail(scan, "%u results announced, %u found", nr, i);
		if (!parse_result(parser))
			return false;
	}
	return parse_tail(scan);
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
	    parse_section(&parser, "initial", &recorded->initial) &&
	    parse_section(&parser, "final", &recorded->final) && same_zones(&parser) &&
	    parse_results(&parser) && recorded_build_machine(&parser) &&
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
	free(recorded->pfns);
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
