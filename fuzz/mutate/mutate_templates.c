/* SPDX-License-Identifier: MIT */
/*
 * Sequences that belong together and that single insertions would hardly ever line up: take and
 * give back, split, share, retype, press until memory is gone. Slots are relative to a random base.
 */
#include "buddy/hooks.h"
#include "fuzz/mutate/mutate_records.h"

#define ANY_GFP UINT32_MAX
#define ANY_ORDER 14
#define BLOCK_ORDER 15 /* the machine's pageblock order, as far as the header tells */

/* n of a field of OP_hook_answers. */
#define PUT_ANSWER(field, n) \
	((uint32_t)(n) * ((uint32_t)OP_HOOKS_##field & (~(uint32_t)OP_HOOKS_##field + 1u)))

struct template_op {
	uint8_t code; /* OP_nop ends the template */
	uint8_t slot;
	uint8_t order;
	uint8_t type;
	uint16_t count;
	uint32_t wide; /* gfp or value */
};

static const struct template_op templates[][TEMPLATE_MAX_OPS] = {
	/* a block and its free */
	{ { OP_alloc_pages, 0, ANY_ORDER, 0, 0, ANY_GFP }, { OP_free_pages, 0, 0, 0, 0, 0 } },
	/* freed by two holders (FR-5) */
	{ { OP_alloc_pages, 0, ANY_ORDER, 0, 0, ANY_GFP },
	  { OP_get_page, 0, 0, 0, 0, 0 },
	  { OP_free_pages, 0, 0, 0, 0, 0 },
	  { OP_put_page, 0, 0, 0, 0, 0 } },
	/* a speculative reference to a page that is gone (FR-6) */
	{ { OP_alloc_pages, 0, 0, 0, 0, ANY_GFP },
	  { OP_free_pages, 0, 0, 0, 0, 0 },
	  { OP_get_page_unless_zero, 0, 0, 0, 0, 0 },
	  { OP_put_page, 0, 0, 0, 0, 0 } },
	/* page by page (FR-66) */
	{ { OP_alloc_pages, 0, 3, 0, 0, GFP_KERNEL },
	  { OP_split_page, 0, 0, 0, 0, 0 },
	  { OP_free_page, 0, 0, 0, 1, 0 },
	  { OP_get_page, 0, 0, 0, 2, 0 },
	  { OP_free_page, 0, 0, 0, 5, 0 },
	  { OP_put_page, 0, 0, 0, 2, 0 },
	  { OP_free_pages, 0, 0, 0, 0, 0 } },
	{ { OP_alloc_pages_exact, 0, 0, 0, 22528, GFP_KERNEL },
	  { OP_free_page, 0, 0, 0, 1, 0 },
	  { OP_free_pages, 0, 0, 0, 0, 0 } },
	{ { OP_alloc_pages_exact, 0, 0, 0, 10240, ANY_GFP },
	  { OP_free_pages_exact, 0, 0, 0, 0, 0 } },
	/* bulk into slots of which one is populated (FP-60) */
	{ { OP_alloc_pages, 2, 0, 0, 0, GFP_KERNEL },
	  { OP_alloc_pages_bulk_array, 0, 0, 0, 9, GFP_KERNEL },
	  { OP_release_pages, 0, 0, 0, 9, 0 } },
	{ { OP_alloc_pages_bulk_list, 0, 0, 0, 60, GFP_KERNEL },
	  { OP_release_pages, 0, 0, 0, 60, 0 } },
	/* a pageblock becomes CMA, movable requests find it */
	{ { OP_alloc_pages, 0, BLOCK_ORDER, 0, 0, GFP_KERNEL },
	  { OP_set_pageblock_type, 0, 0, MIGRATE_CMA, 0, 0 },
	  { OP_free_pages, 0, 0, 0, 0, 0 },
	  { OP_drain_all_pages, 0, 0, 0, 0, 0 },
	  { OP_alloc_pages, 1, ANY_ORDER, 0, 0, GFP_HIGHUSER_MOVABLE },
	  { OP_alloc_pages, 2, 0, 0, 0, GFP_HIGHUSER_MOVABLE } },
	/* types side by side: the food of fallback (FB-20) */
	{ { OP_alloc_pages, 0, 0, 0, 0, GFP_KERNEL },
	  { OP_alloc_pages, 1, 0, 0, 0, GFP_KERNEL | __GFP_RECLAIMABLE },
	  { OP_alloc_pages, 2, 0, 0, 0, GFP_HIGHUSER_MOVABLE },
	  { OP_free_pages, 1, 0, 0, 0, 0 },
	  { OP_alloc_pages, 3, 4, 0, 0, GFP_KERNEL } },
	/* pressure and a high-order request that must not wait: reserves a block */
	{ { OP_alloc_pages, 0, 1, 0, 0, GFP_ATOMIC },
	  { OP_alloc_pages, 1, 3, 0, 0, GFP_ATOMIC },
	  { OP_alloc_pages, 2, 2, 0, 0, GFP_ATOMIC | __GFP_NOWARN },
	  { OP_free_pages, 0, 0, 0, 0, 0 },
	  { OP_alloc_pages, 3, 0, 0, 0, GFP_KERNEL | __GFP_NOFAIL } },
	{ { OP_page_frag_alloc, 0, 0, 0, 1024, GFP_ATOMIC },
	  { OP_page_frag_alloc, 1, 0, 0, 1600, GFP_ATOMIC },
	  { OP_page_frag_free, 0, 0, 0, 0, 0 },
	  { OP_page_frag_alloc, 2, 0, 0, 32640, GFP_ATOMIC },
	  { OP_page_frag_free, 1, 0, 0, 0, 0 },
	  { OP_page_frag_cache_drain, 0, 0, 0, 0, 0 },
	  { OP_page_frag_free, 2, 0, 0, 0, 0 } },
	{ { OP_alloc_pages, 0, ANY_ORDER, 0, 0, GFP_HIGHUSER_MOVABLE },
	  { OP_set_lru, 0, 0, 0, 0, 0 },
	  { OP_alloc_pages, 1, 4, 0, 0, GFP_KERNEL },
	  { OP_free_pages, 0, 0, 0, 0, 0 } },
	/* huge page through its pcp list */
	{ { OP_alloc_pages, 0, BLOCK_ORDER, 0, 0, GFP_TRANSHUGE_LIGHT },
	  { OP_put_page, 0, 0, 0, 0, 0 },
	  { OP_alloc_pages, 1, BLOCK_ORDER, 0, 0, GFP_KERNEL | __GFP_COMP },
	  { OP_free_pages, 1, 0, 0, 0, 0 },
	  { OP_drain_local_pages, 0, 0, 0, 0, 0 } },
	/* bound to move: free here, take there */
	{ { OP_alloc_pages, 0, 0, 0, 0, ANY_GFP },
	  { OP_cpu, 0, 0, 0, 0, 0 },
	  { OP_free_pages, 0, 0, 0, 0, 0 },
	  { OP_cpu, 0, 0, 0, 0, 0 },
	  { OP_alloc_pages, 0, 0, 0, 0, ANY_GFP },
	  { OP_drain_all_pages, 0, 0, 0, 0, 0 } },
	/* below the watermarks */
	{ { OP_task, 0, 0, 0, 0, OP_TASK_MEMALLOC },
	  { OP_alloc_pages, 0, ANY_ORDER, 0, 0, ANY_GFP },
	  { OP_task, 0, 0, 0, 0, 0 },
	  { OP_alloc_pages, 1, ANY_ORDER, 0, 0, ANY_GFP } },
	/* lists shrink while pages lie on them */
	{ { OP_alloc_pages_bulk_array, 0, 0, 0, 32, GFP_KERNEL },
	  { OP_release_pages, 0, 0, 0, 32, 0 },
	  { OP_sysctl, 0, 0, 3, 0, 1000 },
	  { OP_alloc_pages, 0, 0, 0, 0, GFP_KERNEL },
	  { OP_free_pages, 0, 0, 0, 0, 0 },
	  { OP_tick, 0, 0, 0, 0, 0 } },
	/* reclaim and compaction that come to something (SP-20, SP-30), and to nothing more */
	{ { OP_hook_answers, 0, 0, 0, 0,
	    PUT_ANSWER(RECLAIM, 3) | PUT_ANSWER(COMPACT, COMPACT_SUCCESS) |
		    PUT_ANSWER(COMPACT_TIMES, 5) | PUT_ANSWER(CAPTURE, 1) },
	  { OP_alloc_pages, 0, 3, 0, 0, GFP_KERNEL },
	  { OP_alloc_pages, 1, 5, 0, 0, GFP_KERNEL | __GFP_RETRY_MAYFAIL },
	  { OP_alloc_pages, 2, BLOCK_ORDER, 0, 0, GFP_TRANSHUGE },
	  { OP_hook_answers, 0, 0, 0, 0, 0 } },
	/* a cpuset without one node, and requests that look beyond it (SP-53) */
	{ { OP_hook_answers, 0, 0, 0, 0, PUT_ANSWER(CPUSET, 1) | PUT_ANSWER(OOM, 1) },
	  { OP_alloc_pages, 0, 0, 0, 0, GFP_KERNEL },
	  { OP_alloc_pages_bulk_array, 1, 0, 0, 6, GFP_KERNEL },
	  { OP_alloc_pages, 8, ANY_ORDER, 0, 0, GFP_ATOMIC },
	  { OP_alloc_pages, 9, 0, 0, 0, GFP_KERNEL | __GFP_NOFAIL } },
	/* locks that are busy now and then, requests that are refused */
	{ { OP_hook_answers, 0, 0, 0, 0, PUT_ANSWER(SYNC, 1) | PUT_ANSWER(FAIL, 3) },
	  { OP_alloc_pages_bulk_list, 0, 0, 0, 9, GFP_KERNEL },
	  { OP_alloc_pages, 9, ANY_ORDER, 0, 0, ANY_GFP },
	  { OP_release_pages, 0, 0, 0, 9, 0 } },
	{ { OP_alloc_pages, 0, 2, 0, 0, GFP_KERNEL },
	  { OP_free_pages, 0, 0, 0, 0, 0 },
	  { OP_drain_local_pages, 0, 0, 0, 0, 0 } },
};
#define NR_TEMPLATES (sizeof(templates) / sizeof(templates[0]))

static uint32_t block_order(const struct mutation *mutation)
{
	struct buddy_config machine;

	input_decode_machine(mutation->data, &machine);
	return machine.pageblock_order;
}

static struct record template_record(struct mutation *mutation, const struct template_op *op,
				     uint32_t base)
{
	uint32_t order = op->order == ANY_ORDER     ? random_below(mutation, NR_PAGE_ORDERS)
			 : op->order == BLOCK_ORDER ? block_order(mutation)
						    : op->order;
	uint32_t wide = op->wide == ANY_GFP ? random_gfp(mutation) : op->wide;

	return (struct record){
		.code = op->code,
		.slot = (uint16_t)((base + op->slot) % OP_FUZZ_SLOTS),
		.place = (uint8_t)(op->code == OP_cpu ? 1 + random_below(mutation, 4) : 0),
		.order = (uint8_t)order,
		.type = op->type,
		.count = op->count,
		.wide = wide,
	};
}

size_t random_template(struct mutation *mutation, struct record *records)
{
	const struct template_op *ops = templates[random_below(mutation, NR_TEMPLATES)];
	uint32_t base = random_below(mutation, OP_FUZZ_SLOTS);
	size_t nr = 0;

	for (; nr < TEMPLATE_MAX_OPS && ops[nr].code != OP_nop; nr++)
		records[nr] = template_record(mutation, &ops[nr], base);
	return nr;
}

/* ---- bursts ---- */

static struct record burst_alloc(struct mutation *mutation, uint32_t slot, uint32_t order,
				 const uint32_t *gfp)
{
	return (struct record){
		.code = OP_alloc_pages,
		.slot = (uint16_t)slot,
		.order = (uint8_t)order,
		.wide = gfp[random_below(mutation, 2)],
	};
}

/* Which of nr slots is freed as the i-th: upwards, downwards, or every other one first. */
static uint32_t burst_turn(uint32_t way, uint32_t i, uint32_t nr)
{
	if (way == 0)
		return i;
	if (way == 1)
		return nr - 1 - i;
	return i < (nr + 1) / 2 ? 2 * i : 2 * (i - (nr + 1) / 2) + 1;
}

size_t random_burst(struct mutation *mutation, struct record *records, size_t max)
{
	uint32_t nr_slots = 4 + random_below(mutation, OP_FUZZ_SLOTS - 3);
	uint32_t order = random_below(mutation, NR_PAGE_ORDERS), way = random_below(mutation, 3);
	uint32_t step = 1 + random_below(mutation, 12);
	uint32_t gfp[2] = { random_gfp(mutation), random_gfp(mutation) };
	size_t nr = 0;

	/* Large blocks first, then whatever is left. */
	for (uint32_t i = 0; i < nr_slots && nr < max; i++) {
		if (i && i % step == 0 && order)
			order--;
		records[nr++] = burst_alloc(mutation, i, order, gfp);
	}
	if (random_once_in(mutation, 4))
		return nr;
	uint32_t nr_frees =
		random_once_in(mutation, 2) ? nr_slots : random_below(mutation, nr_slots);

	for (uint32_t i = 0; i < nr_frees && nr < max; i++)
		records[nr++] = (struct record){
			.code = OP_free_pages,
			.slot = (uint16_t)burst_turn(way, i, nr_slots),
		};
	if (nr < max && random_once_in(mutation, 2))
		records[nr++] = (struct record){ .code = OP_drain_all_pages };
	return nr;
}

/* ---- machines ---- */

/* A size from the machines of up to so many pages, powers of two among them. */
static uint32_t random_size(struct mutation *mutation, uint32_t nr_doublings)
{
	uint32_t size = random_below(mutation, (INPUT_MIN_PAGES << nr_doublings) - INPUT_MIN_PAGES);

	if (random_once_in(mutation, 2))
		return 0xc000u + random_below(mutation, nr_doublings + 1);
	return size ? size : 961;
}

/* Of the low byte; the high one is set. Small ones mostly: they reach the same edges, and the time
 * of a run goes with the size. */
static uint32_t draw_pages(struct mutation *mutation)
{
	uint32_t kind = random_below(mutation, 16), code;

	if (kind < 8)
		code = random_size(mutation, 1);
	else if (kind < 12)
		code = random_size(mutation, 3);
	else if (kind < 14)
		code = random_size(mutation, 4);
	else if (kind == 14)
		code = random_once_in(mutation, 2) ? 0 : 0xc000u + random_below(mutation, 9);
	else
		code = (random_once_in(mutation, 2) ? 0x8000u : 0x4000u) +
		       random_below(mutation, 0x4000);
	mutation->data[HEADER_PAGES_HIGH] = (uint8_t)(code >> 8);
	return code;
}

static uint32_t draw_profile(struct mutation *mutation)
{
	return random_below(mutation, 3) | random_below(mutation, 8) << 2;
}

static uint32_t draw_toggle(struct mutation *mutation)
{
	return mutation->data[HEADER_PROFILE] ^ 1u << (5 + random_below(mutation, 2));
}

static uint32_t draw_byte(struct mutation *mutation)
{
	return random_below(mutation, 256);
}

static uint32_t draw_nibble(struct mutation *mutation)
{
	return random_once_in(mutation, 3) ? 0 : random_below(mutation, 16);
}

static uint32_t draw_pageblock(struct mutation *mutation)
{
	static const uint8_t orders[] = { 0, 0, 0, 0, 3, 3, 4, 4, 5, 5, 1, 2, 6, 7, 8, 9, 10 };

	return orders[random_below(mutation, sizeof(orders))];
}

static uint32_t draw_reserve(struct mutation *mutation)
{
	return random_below(mutation, random_once_in(mutation, 4) ? 16 : 8);
}

static uint32_t draw_feature(struct mutation *mutation)
{
	return 1u << random_below(mutation, 6);
}

static uint32_t draw_start(struct mutation *mutation)
{
	return random_below(mutation, NR_PROGRAM_STARTS);
}

/* What a header says, in any order; twice is more often. */
static const struct header_field {
	uint8_t byte, mask; /* the bits of the byte */
	bool is_often_0;
	uint32_t (*draw)(struct mutation *mutation);
} header_fields[] = {
	{ HEADER_PROFILE, 255, false, draw_profile },
	{ HEADER_PROFILE, 255, false, draw_toggle },
	{ HEADER_PAGES, 255, false, draw_pages },
	{ HEADER_PAGES, 255, false, draw_pages },
	{ HEADER_START, 255, false, draw_byte },
	{ HEADER_PAGEBLOCK, 15, false, draw_pageblock },
	{ HEADER_PAGEBLOCK, 15, false, draw_pageblock },
	{ HEADER_ZONES, 15, false, draw_nibble },
	{ HEADER_ZONES, 240, true, draw_nibble },
	{ HEADER_HOLE, 255, true, draw_byte },
	{ HEADER_RESERVED, 255, true, draw_byte },
	{ HEADER_RESERVE, 15, false, draw_reserve },
	{ HEADER_RESERVE, 240, false, draw_nibble },
	{ HEADER_PCP, 15, false, draw_nibble },
	{ HEADER_PCP, 240, false, draw_nibble },
	{ HEADER_PAGEBLOCK, 240, false, draw_nibble },
	{ HEADER_FEATURES, 255, true, draw_feature },
	{ HEADER_NODES, 255, false, draw_byte },
	{ HEADER_CORE, 15, true, draw_nibble },
	{ HEADER_CORE, 240, true, draw_start },
};
#define NR_HEADER_FIELDS (sizeof(header_fields) / sizeof(header_fields[0]))

static void tweak_field(struct mutation *mutation, const struct header_field *field)
{
	uint32_t lowest = field->mask & -(uint32_t)field->mask;
	bool is_0 = field->is_often_0 && random_once_in(mutation, 2);
	uint32_t value = is_0 ? 0 : field->draw(mutation);
	uint8_t *byte = &mutation->data[field->byte];

	*byte = (uint8_t)((*byte & ~field->mask) | (value * lowest & field->mask));
}

#define TWEAK_MAX_FIELDS 4u /* at once: another machine costs a boot, however different it is */

void tweak_header(struct mutation *mutation)
{
	for (uint32_t i = 1 + random_below(mutation, TWEAK_MAX_FIELDS); i; i--)
		tweak_field(mutation, &header_fields[random_below(mutation, NR_HEADER_FIELDS)]);
}

void random_header(struct mutation *mutation)
{
	memset(mutation->data, 0, INPUT_HEADER_BYTES);
	mutation->data[HEADER_VERSION] = INPUT_VERSION;
	for (size_t i = 0; i < NR_HEADER_FIELDS; i++)
		if (random_once_in(mutation, 3))
			tweak_field(mutation, &header_fields[i]);
}
