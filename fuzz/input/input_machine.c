/* SPDX-License-Identifier: MIT */
/*
 * The 16-byte header and the machine it means. Geometry is legal by construction: lengths are
 * shares of the machine's size, so every header boots. All zero is the smallest thing to say:
 * profile U, 4096 pages from 0. Encoding tries each field's codes and decodes them: an equal
 * machine or an honest refusal.
 */
#include "fuzz/input/input_layout.h"
#include "fuzz/input/member.h"

#define DEFAULT_PAGES 4096u

struct span {
	pfn_t start, end; /* [start, end), empty when equal */
};

enum profile { PROFILE_UML, PROFILE_X86_64, PROFILE_DEBIAN, NR_PROFILES };

static struct buddy_config (*const profiles[NR_PROFILES])(pfn_t, uint32_t) = {
	buddy_config_uml, buddy_config_x86_64, buddy_config_debian
};

static const pfn_t start_bases[4] = { 0, 1024, 0x10000, 0x100000 - 512 };
static const uint8_t pageblock_orders[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3, 4, 5, 0, 0 };
static const uint32_t scale_factors[16] = { 10,  1,   2,   5,   20,   50,   100,  150,
					    200, 300, 500, 750, 1000, 1500, 2000, 3000 };
static const int32_t min_free_kbytes[16] = {
	BUDDY_SYSCTL_AUTO, 0, 4, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096
};
static const uint32_t boost_factors[16] = {
	15000, 0,     1,     100,   1000,  2500,  5000,  7500,
	10000, 12500, 20000, 25000, 30000, 50000, 80000, 100000
};
static const uint32_t high_fractions[16] = { 0,  8,  9,  10,  12,  16,  20,  24,
					     32, 48, 64, 100, 128, 256, 512, 1024 };
static const uint32_t feature_bits[6] = { BUDDY_CMA,       BUDDY_THP, BUDDY_COMPACTION,
					  BUDDY_SPARSEMEM, BUDDY_SMP, BUDDY_NUMA };
static const uint32_t distances[16] = { 20, 30, 15, 40, 11, 255, 20, 20,
					20, 20, 20, 20, 20, 20,  20, 20 };
/* NULL entries of the 16: the profile's own. */
static const uint32_t lowmem_ratios[8][3] = { { 256, 256, 32 }, { 0, 0, 0 },         { 1, 1, 1 },
					      { 8, 8, 8 },      { 32, 32, 32 },      { 2, 4, 8 },
					      { 256, 256, 1 },  { 1000, 1000, 1000 } };

#define KIND_DMA (1u << ZONE_DMA)
#define KIND_DMA32 (1u << ZONE_DMA32)

/* Ends of DMA and DMA32 in eighths of the machine, and which of the two kinds are configured. */
static const struct zone_split {
	uint8_t dma, dma32, kinds;
} zone_splits[16] = {
	{ 0, 0, 0 }, /* the profile's own */
	{ 0, 0, KIND_DMA | KIND_DMA32 },
	{ 1, 1, KIND_DMA | KIND_DMA32 },
	{ 1, 4, KIND_DMA | KIND_DMA32 },
	{ 0, 4, KIND_DMA | KIND_DMA32 },
	{ 2, 8, KIND_DMA | KIND_DMA32 },
	{ 8, 8, KIND_DMA | KIND_DMA32 },
	{ 0, 8, KIND_DMA | KIND_DMA32 },
	{ 1, 2, KIND_DMA | KIND_DMA32 },
	{ 0, 0, KIND_DMA32 },
	{ 0, 0, KIND_DMA },
	{ 0, 0, 0 },
	{ 0, 4, KIND_DMA32 },
	{ 4, 0, KIND_DMA },
	{ 3, 6, KIND_DMA | KIND_DMA32 },
	{ 7, 7, KIND_DMA | KIND_DMA32 },
};

static uint32_t low(uint8_t byte)
{
	return byte & 15u;
}

static uint32_t high(uint8_t byte)
{
	return (uint32_t)byte >> 4;
}

/* Every count of 64..16384 can be said; small ones in most ways. */
static uint32_t decode_pages(const uint8_t *header)
{
	uint32_t code = header[HEADER_PAGES] | (uint32_t)header[HEADER_PAGES_HIGH] << 8;
	uint32_t size = code & 0x3fff;

	if (!code)
		return DEFAULT_PAGES;
	switch (code >> 14) {
	case 0:
		return INPUT_MIN_PAGES + size % 961;
	case 1:
		return INPUT_MIN_PAGES + size % 4033;
	case 2:
		return INPUT_MIN_PAGES + size % (INPUT_MAX_PAGES - INPUT_MIN_PAGES + 1);
	default:
		return INPUT_MIN_PAGES << (size % 9);
	}
}

static void encode_pages(uint32_t pages, uint8_t *header)
{
	uint32_t code = pages == DEFAULT_PAGES ? 0 : 0x8000u | (pages - INPUT_MIN_PAGES);

	header[HEADER_PAGES] = (uint8_t)code;
	header[HEADER_PAGES_HIGH] = (uint8_t)(code >> 8);
}

/* A stretch inside [start, start + pages), a quarter at most, often unaligned; code as in
 * HEADER_HOLE. */
static struct span decode_span(pfn_t start, uint32_t pages, uint32_t last, uint8_t code)
{
	uint32_t place = low(code), length = high(code);
	struct span span = { 0, 0 };

	if (!place)
		return span;
	span.start = start + pages * place / 16 + (length & 3);
	span.end = span.start + pages * (length + 1) / 64;
	if (span.end > start + pages - last)
		span.end = start + pages - last;
	if (span.end <= span.start)
		span.end = span.start = 0;
	return span;
}

/* A reserved range lies in one memory range: beside the hole, never in it. */
static struct span decode_reserved(pfn_t start, uint32_t pages, struct span hole, uint8_t code)
{
	struct span span = decode_span(start, pages, 0, code);

	if (span.start == span.end || hole.start == hole.end)
		return span;
	if (span.start >= hole.start && span.start < hole.end) {
		span.start = hole.end;
		if (span.end <= span.start)
			span.end = span.start + 1;
	} else if (span.start < hole.start && span.end > hole.start) {
		span.end = hole.start;
	}
	return span;
}

static void add_memory(struct buddy_config *machine, pfn_t start, pfn_t end, uint32_t node)
{
	if (start < end)
		machine->memory[machine->nr_memory++] = (struct buddy_range){ start, end, node };
}

/* Nodes meet at a pageblock near the middle, or right in the middle of a machine of few pageblocks.
 */
static pfn_t node_boundary(pfn_t start, uint32_t pages, uint32_t pageblock_order)
{
	pfn_t mask = (1u << pageblock_order) - 1, half = start + pages / 2;
	pfn_t rounded = (half + mask) & ~mask;

	return rounded <= start + pages - pages / 8 ? rounded : half;
}

static void lay_memory(struct buddy_config *machine, pfn_t start, uint32_t pages, struct span hole)
{
	pfn_t end = start + pages, from = start;

	machine->nr_memory = 0;
	for (uint32_t node = 0; node < machine->nr_nodes; node++) {
		pfn_t to = node + 1 == machine->nr_nodes
				   ? end
				   : node_boundary(start, pages, machine->pageblock_order);

		if (hole.start == hole.end) {
			add_memory(machine, from, to, node);
		} else {
			add_memory(machine, from, hole.start < to ? hole.start : to, node);
			add_memory(machine, from > hole.end ? from : hole.end, to, node);
		}
		from = to;
	}
}

static void decode_features(const uint8_t *header, struct buddy_config *machine)
{
	for (unsigned int i = 0; i < 6; i++)
		if (header[HEADER_FEATURES] >> i & 1)
			machine->features ^= feature_bits[i];
	if (machine->nr_cpus > 1)
		machine->features |= BUDDY_SMP;
	if (machine->nr_nodes > 1)
		machine->features |= BUDDY_NUMA;
	if (header[HEADER_PROFILE] >> 5 & 1)
		machine->features |= BUDDY_DEBUG_VM;
	if (header[HEADER_PROFILE] >> 6 & 1)
		machine->features |= BUDDY_MOBILITY_OFF;
}

static void decode_nodes(const uint8_t *header, struct buddy_config *machine)
{
	if (machine->nr_nodes < 2)
		return;
	for (uint32_t cpu = 0; cpu < machine->nr_cpus; cpu++)
		machine->cpu_node[cpu] = (uint8_t)((cpu ^ (low(header[HEADER_NODES]) >> cpu)) & 1);
	machine->distance[0][0] = machine->distance[1][1] = 10;
	machine->distance[0][1] = machine->distance[1][0] =
		(uint8_t)distances[high(header[HEADER_NODES])];
}

static void decode_zones(const uint8_t *header, struct buddy_config *machine, pfn_t start,
			 uint32_t pages)
{
	uint32_t code = low(header[HEADER_ZONES]);
	const struct zone_split *split = &zone_splits[code];

	machine->movablecore_pages = pages * high(header[HEADER_ZONES]) / 16;
	machine->kernelcore_pages = pages * low(header[HEADER_CORE]) / 16;
	if (!code)
		return;
	machine->zones &= ~(KIND_DMA | KIND_DMA32);
	machine->zones |= split->kinds;
	machine->zone_end_pfn[ZONE_DMA] = split->dma ? start + pages * split->dma / 8 : 0;
	machine->zone_end_pfn[ZONE_DMA32] = split->dma32 ? start + pages * split->dma32 / 8 : 0;
}

static void decode_sysctls(const uint8_t *header, struct buddy_sysctl *sysctl)
{
	uint32_t ratio = high(header[HEADER_PCP]);

	sysctl->watermark_scale_factor = scale_factors[high(header[HEADER_PAGEBLOCK])];
	sysctl->min_free_kbytes = min_free_kbytes[low(header[HEADER_RESERVE])];
	sysctl->watermark_boost_factor = boost_factors[high(header[HEADER_RESERVE])];
	sysctl->percpu_pagelist_high_fraction = high_fractions[low(header[HEADER_PCP])];
	if (ratio)
		memcpy(sysctl->lowmem_reserve_ratio, lowmem_ratios[ratio & 7],
		       sizeof(lowmem_ratios[0]));
}

void input_decode_machine(const uint8_t *header, struct buddy_config *machine)
{
	uint32_t profile = header[HEADER_PROFILE] & 3u, pages = decode_pages(header);
	pfn_t start = start_bases[header[HEADER_START] >> 6] + (header[HEADER_START] & 63u);

	if (profile >= NR_PROFILES)
		profile = PROFILE_UML;
	*machine = profiles[profile](start, pages);
	machine->nr_cpus = 1 + (header[HEADER_PROFILE] >> 2 & 3u);
	machine->nr_nodes = profile == PROFILE_UML ? 1 : 1 + (header[HEADER_PROFILE] >> 4 & 1u);
	if (pageblock_orders[low(header[HEADER_PAGEBLOCK])])
		machine->pageblock_order = pageblock_orders[low(header[HEADER_PAGEBLOCK])];

	struct span hole = decode_span(start, pages, 1, header[HEADER_HOLE]);
	struct span reserved = decode_reserved(start, pages, hole, header[HEADER_RESERVED]);

	decode_features(header, machine);
	decode_nodes(header, machine);
	decode_zones(header, machine, start, pages);
	decode_sysctls(header, &machine->sysctl);
	lay_memory(machine, start, pages, hole);
	if (reserved.start != reserved.end) {
		machine->nr_reserved = 1;
		machine->reserved[0] = (struct buddy_range){ reserved.start, reserved.end, 0 };
	}
}

enum program_start input_decode_start(const uint8_t *header)
{
	return (enum program_start)(high(header[HEADER_CORE]) % NR_PROGRAM_STARTS);
}

/* ---- encoding ---- */

#define MACHINE(name, says) MEMBER(buddy_config, name, says)
#define RANGES(name, says)                                                       \
	{                                                                        \
		offsetof(struct buddy_config, name), sizeof(struct buddy_range), \
			offsetof(struct buddy_config, nr_##name), says           \
	}
#define CPUS "the binary form has 1 to 4 cpus"
#define NODES "the binary form has two nodes at most, and one with profile uml"
#define FEATURES "this set of features has no binary form"
#define PAGEBLOCK "the pageblock order is beyond the binary form"
#define PLACES "these node distances or cpu places have no binary form"
#define ZONES "these zones have no binary form"
#define CORE "movablecore and kernelcore must be 16ths of the machine"
#define MEMORY "this layout of memory has no binary form"
#define RESERVED "these reserved ranges have no binary form"
#define SYSCTL "a sysctl has a value that the binary form does not list"

/*
 * What decides which members of the machine, in an order in which a field changes nothing that
 * those before it decide; and why a machine has no binary form when none of its codes does.
 */
static const struct header_field {
	uint8_t byte, mask; /* the bits of the byte */
	uint8_t first;      /* of the codes that are tried after 0 */
	struct member decides[3];
} header_fields[] = {
	{ .decides = { { .says = "the binary form has machines of 64 to 16384 pages" } } },
	{ HEADER_PROFILE, 12, 1, { MACHINE(nr_cpus, CPUS) } },
	{ HEADER_PROFILE, 16, 1, { MACHINE(nr_nodes, NODES) } },
	{ HEADER_FEATURES,
	  63,
	  1,
	  { MACHINE(features, FEATURES), MACHINE(struct_page_size, FEATURES) } },
	{ HEADER_PAGEBLOCK, 15, 1, { MACHINE(pageblock_order, PAGEBLOCK) } },
	{ HEADER_NODES, 15, 1, { MACHINE(cpu_node, PLACES) } },
	{ HEADER_NODES, 240, 1, { MACHINE(distance, PLACES) } },
	{ HEADER_ZONES, 15, 1, { MACHINE(zones, ZONES), MACHINE(zone_end_pfn, ZONES) } },
	{ HEADER_ZONES, 240, 1, { MACHINE(movablecore_pages, CORE) } },
	{ HEADER_CORE, 15, 1, { MACHINE(kernelcore_pages, CORE) } },
	{ HEADER_HOLE, 255, 1, { MACHINE(nr_memory, MEMORY), RANGES(memory, MEMORY) } },
	{ HEADER_RESERVED, 255, 1, { MACHINE(nr_reserved, RESERVED), RANGES(reserved, RESERVED) } },
	{ HEADER_PAGEBLOCK, 240, 1, { MACHINE(sysctl.watermark_scale_factor, SYSCTL) } },
	{ HEADER_RESERVE, 15, 1, { MACHINE(sysctl.min_free_kbytes, SYSCTL) } },
	{ HEADER_RESERVE, 240, 1, { MACHINE(sysctl.watermark_boost_factor, SYSCTL) } },
	{ HEADER_PCP, 15, 1, { MACHINE(sysctl.percpu_pagelist_high_fraction, SYSCTL) } },
	{ HEADER_PCP, 240, 8, { MACHINE(sysctl.lowmem_reserve_ratio, SYSCTL) } },
};
#define HEADER_FIELDS_END (header_fields + sizeof(header_fields) / sizeof(header_fields[0]))

/* The first code of the field that makes what it decides as the machine has it. */
static bool encode_field(const struct header_field *field, const struct buddy_config *machine,
			 uint8_t *header)
{
	uint32_t lowest = field->mask & -(uint32_t)field->mask;
	uint8_t *byte = &header[field->byte];
	struct buddy_config got;

	for (uint32_t code = 0; code <= field->mask / lowest;
	     code = code ? code + 1 : field->first) {
		*byte = (uint8_t)((*byte & ~field->mask) | code * lowest);
		input_decode_machine(header, &got);
		if (!member_differs(field->decides, machine, &got)->says)
			return true;
	}
	return false;
}

static bool encode_place(const struct buddy_config *machine, uint8_t *header)
{
	if (!machine->nr_memory || machine->nr_memory > BUDDY_MAX_RANGES)
		return false;
	pfn_t start = machine->memory[0].start_pfn;
	uint32_t pages = machine->memory[machine->nr_memory - 1].end_pfn - start;

	if (pages < INPUT_MIN_PAGES || pages > INPUT_MAX_PAGES)
		return false;
	encode_pages(pages, header);
	for (uint32_t i = 0; i < 4; i++)
		if (start >= start_bases[i] && start - start_bases[i] < 64)
			header[HEADER_START] = (uint8_t)(i << 6 | (start - start_bases[i]));
	return true;
}

/* Returns the first field that cannot say with this profile what the machine has, or the end. */
static const struct header_field *encode_profile(const struct buddy_config *machine,
						 uint32_t profile, uint8_t *header)
{
	const struct header_field *field = header_fields;

	memset(header, 0, INPUT_HEADER_BYTES);
	if (!encode_place(machine, header))
		return field;
	header[HEADER_VERSION] = INPUT_VERSION;
	header[HEADER_PROFILE] =
		(uint8_t)(profile | (machine->features & BUDDY_DEBUG_VM ? 1u << 5 : 0) |
			  (machine->features & BUDDY_MOBILITY_OFF ? 1u << 6 : 0));
	while (++field < HEADER_FIELDS_END && encode_field(field, machine, header))
		;
	return field;
}

bool input_encode_machine(const struct buddy_config *machine, uint8_t *header, const char **reason)
{
	/* Kept over runs: it only says again what a machine is. */
	static struct buddy_config last;
	static uint8_t last_header[INPUT_HEADER_BYTES];
	const struct header_field *closest = header_fields;

	if (last_header[HEADER_VERSION] && !memcmp(&last, machine, sizeof(last))) {
		memcpy(header, last_header, sizeof(last_header));
		return true;
	}
	for (uint32_t profile = 0; profile < NR_PROFILES && closest < HEADER_FIELDS_END;
	     profile++) {
		const struct header_field *field = encode_profile(machine, profile, header);

		closest = field > closest ? field : closest;
	}
	if (closest < HEADER_FIELDS_END) {
		*reason = closest->decides->says;
		return false;
	}
	last = *machine;
	memcpy(last_header, header, sizeof(last_header));
	return true;
}

void input_encode_start(enum program_start start, uint8_t *header)
{
	header[HEADER_CORE] = (uint8_t)(low(header[HEADER_CORE]) | (uint32_t)start << 4);
}

uint32_t input_decode_pages(const uint8_t *header)
{
	return decode_pages(header);
}
