/* SPDX-License-Identifier: MIT */
/* What programs are made of: operations that have something in common. */
#include "buddy/types.h"
#include "program.h"

#define MAX_BURST 200u
#define MAX_LONG_BURST 3000u

static void request_any(struct program *program)
{
	uint32_t gfp = random_gfp(program);

	if (random_once_in(&program->random, 64)) {
		take_illegal(program);
		return;
	}
	switch (random_below(&program->random, 16)) {
	case 0:
		take_exact(program, gfp);
		break;
	case 1:
		take_bulk(program, gfp, random_between(&program->random, 1, 20));
		break;
	case 2:
		take_fragment(program, gfp);
		break;
	default:
		take(program, gfp, random_order(program));
	}
}

static void play_mixture(struct program *program)
{
	uint32_t nr = random_between(&program->random, 8, 80);
	uint32_t takes = random_between(&program->random, 3, 7);

	while (nr-- && !program_is_over(program)) {
		program->cpu = random_below(&program->random, program->machine->nr_cpus);
		if (random_below(&program->random, 10) < takes)
			request_any(program);
		else if (random_once_in(&program->random, 8))
			refer(program);
		else
			give_any(program);
	}
}

static uint32_t burst_length(struct program *program)
{
	bool long_one = program_is_long(program) && random_once_in(&program->random, 3);

	return random_between(&program->random, 2, long_one ? MAX_LONG_BURST : MAX_BURST);
}

/* Many of a kind, and all of them back: the lists of one CPU are refilled and overflow. */
static void play_burst(struct program *program)
{
	uint32_t nr = burst_length(program), first = program->held.nr;
	uint32_t order = random_order(program), gfp = random_gfp(program);

	program->no_relief = true; /* which disturbs the order */
	while (nr-- && !program_is_over(program) && take(program, gfp, order))
		;
	program->no_relief = false;
	if (random_once_in(&program->random, 4))
		program->cpu = random_below(&program->random, program->machine->nr_cpus);
	if (random_once_in(&program->random, 4))
		first += random_below(&program->random, program->held.nr - first + 1);
	give_from(program, first);
}

/* Everything, from the largest blocks down, by one type or by all in turn. */
static void play_exhaustion(struct program *program)
{
	uint32_t gfp = random_gfp(program), order = random_order(program);
	bool greedy = random_once_in(&program->random, 2);
	bool mixed = random_once_in(&program->random, 3);

	if (random_once_in(&program->random, 2))
		order = MAX_PAGE_ORDER;
	while (!program_is_over(program) && !held_is_full(&program->held)) {
		uint32_t now = (mixed ? random_gfp(program) : gfp) | __GFP_NORETRY;

		if (take(program, greedy ? now | __GFP_MEMALLOC : now, order))
			continue;
		if (!order)
			return;
		order -= mixed && order > 1 ? 2 : 1;
	}
}

static bool is_chosen(struct program *program, const struct block *block, uint32_t pattern)
{
	switch (pattern) {
	case 0:
		return random_once_in(&program->random, 2);
	case 1:
		return random_below(&program->random, 8);
	case 2: /* one of each row stays */
		return block->pfn & 7;
	case 3:
		return block->pfn & 1;
	default: /* rows as a whole */
		return block->pfn >> 5 & 1;
	}
}

/* Part of what is held goes back: what stays keeps free memory in pieces. */
static void play_thinning(struct program *program)
{
	struct held *held = &program->held;
	uint32_t pattern = random_below(&program->random, 5), first = held->nr;

	for (uint32_t i = held->nr; i-- > 0;) {
		struct block block = held->blocks[i];

		if (!is_chosen(program, &block, pattern))
			continue;
		held->blocks[i] = held->blocks[--first];
		held->blocks[first] = block;
	}
	give_from(program, first);
}

static void play_lru(struct program *program)
{
	for (uint32_t nr = random_between(&program->random, 1, 60); nr; nr--)
		mark_lru(program);
}

static void play_bulk(struct program *program)
{
	uint32_t first = program->held.nr, gfp = random_gfp(program);

	for (uint32_t nr = random_between(&program->random, 1, 8); nr; nr--)
		take_bulk(program, gfp, random_between(&program->random, 0, 100));
	if (random_once_in(&program->random, 2) && first <= program->held.nr)
		give_from(program, first);
}

static void drain_fragments(struct program *program)
{
	for (uint32_t which = 0; which < SHIM_NR_FRAG_CACHES; which++) {
		op_begin(program, SHIM_CALL_page_frag_cache_drain)->which = which;
		op_apply(program);
	}
}

/* Fragments that come back before the chunk is used up let it be used again. */
static void play_fragments(struct program *program)
{
	uint32_t gfp = random_gfp(program), keep = random_below(&program->random, 4);

	for (uint32_t nr = random_between(&program->random, 4, 40); nr; nr--) {
		uint32_t first = program->held.nr;

		program->no_relief = true;
		take_fragment(program, gfp);
		program->no_relief = false;
		if (!keep || random_below(&program->random, keep + 1))
			give_from(program, first);
	}
	if (random_once_in(&program->random, 3))
		drain_fragments(program);
}

static void write_sysctl(struct program *program)
{
	static const int32_t values[SHIM_NR_SYSCTLS][5] = {
		[SHIM_MIN_FREE_KBYTES] = { 0, 64, 256, 1024, -1 },
		[SHIM_WATERMARK_SCALE_FACTOR] = { 10, 10, 100, 1000, 4000 },
		[SHIM_WATERMARK_BOOST_FACTOR] = { 0, 1000, 15000, 150000, -1 },
		[SHIM_PERCPU_PAGELIST_HIGH_FRACTION] = { 0, 8, 16, 100, 7 },
		[SHIM_LOWMEM_RESERVE_RATIO] = { 0, 1, 4, 32, 256 },
	};
	struct random *random = &program->random;
	struct shim_op *op = op_begin(program, SHIM_CALL_buddy_sysctl_write);

	op->which = random_below(random, SHIM_NR_SYSCTLS);
	op->count = random_below(random, MAX_NR_ZONES + 1);
	op->value = values[op->which][random_below(random, 5)];
	op_apply(program);
}

static void play_upkeep(struct program *program)
{
	static const enum shim_call calls[] = { SHIM_CALL_drain_local_pages,
						SHIM_CALL_drain_all_pages, SHIM_CALL_buddy_tick,
						SHIM_CALL_buddy_tick };

	for (uint32_t nr = random_between(&program->random, 1, 6); nr; nr--) {
		if (random_once_in(&program->random, 6)) {
			write_sysctl(program);
			continue;
		}
		op_begin(program, calls[random_below(&program->random, 4)]);
		op_apply(program);
	}
}

/* Pages of other nodes wait on this CPU's lists, until they have grown old. */
static void play_remote(struct program *program)
{
	uint32_t first = program->held.nr;

	for (uint32_t nr = random_between(&program->random, 2, 40); nr; nr--)
		take(program, GFP_KERNEL | __GFP_NORETRY, random_below(&program->random, 2));
	if (first <= program->held.nr)
		give_from(program, first);
	for (uint32_t nr = random_between(&program->random, 1, 8); nr; nr--) {
		op_begin(program, SHIM_CALL_buddy_tick);
		op_apply(program);
	}
}

static uint32_t random_type(struct program *program)
{
	uint32_t type = random_below(&program->random, MIGRATE_TYPES);

	if (type == MIGRATE_CMA && !(program->machine->features & SHIM_HAS(CMA)))
		return MIGRATE_MOVABLE;
	return random_once_in(&program->random, 2) ? type : type % MIGRATE_ISOLATE;
}

/* Whole pageblocks that are held become of another type, as memory control would do it. */
static void retype(struct program *program, const struct block *block)
{
	uint32_t type = random_type(program), step = 1u << program->machine->pageblock_order;

	if (type == MIGRATE_CMA && !(program->machine->features & SHIM_HAS(CMA)))
		type = MIGRATE_MOVABLE;
	for (uint32_t pfn = block->pfn; pfn < block->pfn + (1u << block->order); pfn += step) {
		struct shim_op *op = op_begin(program, SHIM_CALL_set_pageblock_migratetype);

		op->pfn = pfn;
		op->count = type;
		op_apply(program);
	}
}

static void play_types(struct program *program)
{
	uint32_t first = program->held.nr, order = program->machine->pageblock_order;

	program->no_relief = true;
	for (uint32_t nr = random_between(&program->random, 1, 6); nr; nr--) {
		bool got = take(program, random_gfp(program) | __GFP_NORETRY, order);

		if (got && !held_is_full(&program->held))
			retype(program, &program->held.blocks[program->held.nr - 1]);
	}
	program->no_relief = false;
	if (first <= program->held.nr && random_below(&program->random, 4))
		give_from(program, first);
}

/* Requests that may not wait, for more than a page, where memory is short: they reserve. */
static void play_atomics(struct program *program)
{
	uint32_t gfp = GFP_ATOMIC | __GFP_NOWARN;

	if (random_once_in(&program->random, 4))
		gfp |= __GFP_HIGHMEM | __GFP_MOVABLE; /* from CMA, too */
	for (uint32_t nr = random_between(&program->random, 2, 30); nr; nr--)
		take(program, gfp, random_below(&program->random, 4));
}

/* The image is not what it should be: no matter that both cores say so. */
static void apply_or_fail(struct program *program, const char *sentence)
{
	const struct shim_answer *answer = op_apply(program);

	if (!answer || !answer->result)
		return;
	program->pair->different = true;
	snprintf(program->pair->difference, sizeof(program->pair->difference), "%s", sentence);
}

/* What is held by then is nobody's until the machine has been rewound. */
static void remember(struct program *program)
{
	drain_fragments(program);
	op_begin(program, SHIM_CALL_remember);
	op_apply(program);
	program->held_then = program->held;
	program->held.nr = 0;
	program->remembered = true;
}

void go_back(struct program *program, bool forget)
{
	op_begin(program, SHIM_CALL_rewind);
	apply_or_fail(program, "both cores: the machine is not as remembered after buddy_rewind()");
	program->held.nr = 0;
	if (!forget)
		return;
	op_begin(program, SHIM_CALL_forget);
	op_apply(program);
	program->held = program->held_then;
	program->remembered = false;
}

/* Not a sinner's: anything may have been written. */
static void play_memory(struct program *program)
{
	if (program->remembered)
		go_back(program, random_once_in(&program->random, 2));
	else if (pair_can_rewind(program->pair) && !program->sins)
		remember(program);
}

static void play_move(struct program *program)
{
	if (program_is_long(program))
		return;
	op_begin(program, SHIM_CALL_move);
	apply_or_fail(program, "both cores: the machine is another one after buddy_attach()");
}

void play_scene(struct program *program)
{
	static void (*const scenes[])(struct program * program) = {
		play_mixture,  play_mixture,    play_mixture,    play_burst,    play_burst,
		play_burst,    play_burst,      play_exhaustion, play_thinning, play_thinning,
		play_lru,      play_bulk,       play_fragments,  play_upkeep,   play_upkeep,
		play_remote,   play_types,      play_atomics,    play_memory,   play_move,
		play_thinning, play_exhaustion,
	};
	uint32_t nr_scenes = (uint32_t)(sizeof(scenes) / sizeof(scenes[0]));

	program->cpu = random_below(&program->random, program->machine->nr_cpus);
	scenes[random_below(&program->random, nr_scenes)](program);
}
