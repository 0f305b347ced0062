/* SPDX-License-Identifier: MIT */
/* A judge's life: its memory, and what the machine is before the first op. */
#include <stdlib.h>
#include <string.h>

#include "oracle/judge/rules.h"
#include "oracle/lang/fuzz_assert.h"

/* ---- what rules keep ---- */

void *rule_memory_new(struct judge *judge, enum rule_id rule, size_t size)
{
	void *memory = calloc(1, size);

	FUZZ_ASSERT(memory);
	judge->memories[rule].bytes = memory;
	judge->memories[rule].size = size;
	rule_set_add(&judge->remembering, rule);
	return memory;
}

static void clear_memories(struct judge *judge)
{
	for (uint32_t i = 0; i < RULE_SET_WORDS; i++)
		for (uint64_t left = judge->remembering.words[i]; left; left &= left - 1) {
			uint32_t rule = i * 64u + (uint32_t)__builtin_ctzll(left);

			memset(judge->memories[rule].bytes, 0, judge->memories[rule].size);
		}
}

static void free_memories(struct judge *judge)
{
	for (uint32_t rule = 0; rule < NR_RULES; rule++)
		free(judge->memories[rule].bytes);
}

/* ---- the machine at the start ---- */

/* No view: the machine is what the config says, and only its frames are known. */
static void machine_from_config(struct judge *judge)
{
	const struct buddy_config *config = &judge->ledger->machine;
	struct machine_info *machine = &judge->machine;

	machine->features = config->features;
	machine->pageblock_order = config->pageblock_order;
	machine->nr_nodes = config->nr_nodes;
	machine->nr_cpus = config->nr_cpus;
	memset(machine->zonelist, 0xff, sizeof(machine->zonelist));
	if (!config->nr_memory)
		return;
	machine->base_pfn = config->memory[0].start_pfn;
	machine->end_pfn = config->memory[config->nr_memory - 1].end_pfn;
}

static void base_from_config(struct judge *judge)
{
	const struct buddy_config *config = &judge->ledger->machine;
	struct ledger *ledger = judge->ledger;

	for (uint32_t i = 0; i < ledger->nr_pages; i++)
		ledger_set_base(ledger, ledger->base_pfn + i, false);
	for (uint32_t i = 0; i < config->nr_memory; i++)
		for (pfn_t p = config->memory[i].start_pfn; p < config->memory[i].end_pfn; p++)
			ledger_set_base(ledger, p, true);
	for (uint32_t i = 0; i < config->nr_reserved; i++)
		for (pfn_t p = config->reserved[i].start_pfn; p < config->reserved[i].end_pfn; p++)
			ledger_set_base(ledger, p, false);
}

static void base_is_free(void *context, pfn_t pfn, uint32_t order)
{
	for (uint32_t i = 0; i < 1u << order; i++)
		ledger_set_base(context, pfn + i, true);
}

static void base_from_snapshot(struct judge *judge, const struct snapshot *initial)
{
	struct ledger *ledger = judge->ledger;

	for (uint32_t i = 0; i < ledger->nr_pages; i++)
		ledger_set_base(ledger, ledger->base_pfn + i, false);
	snapshot_each_free(initial, base_is_free, ledger);
}

/* Pages that are on no list now are somebody else's and never ours; the rest is free already. */
static void base_from_view(struct judge *judge)
{
	const uint64_t *listed = judge->census.listed;
	uint32_t nr_pages = judge->ledger->nr_pages, i = 0;

	census_take(judge);
	while ((i = page_map_find(listed, i, nr_pages - i, false)) < nr_pages)
		ledger_set_base(judge->ledger, judge->ledger->base_pfn + i++, false);
}

/* ---- create, reset, free ---- */

/* Zeroed memory for all arrays of a judge; without memory it tells how much they need. */
struct arena {
	unsigned char *memory;
	size_t used;
};

static void *arena_array(struct arena *arena, size_t nr, size_t size)
{
	void *array = arena->memory ? arena->memory + arena->used : NULL;

	arena->used += (nr * size + 15) & ~(size_t)15;
	return array;
}

static void place_arrays(struct judge *judge, struct arena *arena)
{
	struct census *census = &judge->census;
	size_t nr_pages = judge->ledger->nr_pages;

	judge->withdrawn = arena_array(arena, nr_regions(judge), 1);
	census->zones = arena_array(arena, census->nr_zones, sizeof(*census->zones));
	census->pcps = arena_array(arena, (size_t)census->nr_zones * census->nr_cpus,
				   sizeof(*census->pcps));
	census->blocks = arena_array(arena, nr_pages, sizeof(*census->blocks));
	census->listed = arena_array(arena, page_map_bytes(judge->ledger->nr_pages), 1);
	census->heads = arena_array(arena, nr_pages, sizeof(*census->heads));
	judge->pageblock_start = arena_array(arena, judge->nr_pageblocks, 1);
	judge->pageblock_type = arena_array(arena, judge->nr_pageblocks, 1);
	judge->pageblock_seen = arena_array(arena, judge->nr_pageblocks, 1);
	judge->pageblock_now = arena_array(arena, judge->nr_pageblocks, 1);
}

static uint32_t at_most(uint32_t nr, uint32_t max)
{
	return nr < max ? nr : max;
}

static bool allocate_arrays(struct judge *judge)
{
	struct arena arena = { 0 };

	judge->census.nr_zones = at_most(judge->machine.nr_zones, MAX_ZONES);
	judge->census.nr_cpus = at_most(judge->machine.nr_cpus, BUDDY_MAX_CPUS);
	judge->nr_pageblocks = judge->view ? pageblocks_count(judge) : 0;
	place_arrays(judge, &arena);
	judge->arrays = calloc(1, arena.used);
	arena = (struct arena){ .memory = judge->arrays };
	if (judge->arrays)
		place_arrays(judge, &arena);
	return judge->arrays;
}

static bool judge_init(struct judge *judge, const struct snapshot *initial)
{
	struct machine_info *machine = &judge->machine;

	if (judge->view)
		judge->view->machine(judge->view->self, machine);
	else
		machine_from_config(judge);
	judge->touched = malloc(CALL_MAX_PFNS * sizeof(*judge->touched));
	if (!judge->touched || !allocate_arrays(judge))
		return false;
	memset(judge->asked_before, 0, sizeof(judge->asked_before));
	judge->request = &judge->asked_before[0].request;
	if (judge->view) {
		for (uint32_t z = 0; z < judge->census.nr_zones; z++)
			judge->view->zone(judge->view->self, z, &judge->zones_before[z]);
		pageblocks_init(judge);
		base_from_view(judge);
	} else if (initial) {
		base_from_snapshot(judge, initial);
	} else {
		base_from_config(judge);
	}
	return true;
}

struct judge *judge_create(struct ledger *ledger, const struct view *view,
			   const struct judge_options *options)
{
	struct judge *judge = calloc(1, sizeof(*judge));

	if (!judge)
		return NULL;
	FUZZ_ASSERT(ledger->judged);
	judge->ledger = ledger;
	judge->view = view;
	ledger->view = view;
	judge->any_alignment = options && options->any_alignment;
	judge_sort_rules(judge);
	if (!judge_init(judge, options ? options->initial : NULL)) {
		judge_free(judge);
		return NULL;
	}
	walks_init(judge, options ? options->walk_every_ops : 0);
	judge_reset(judge);
	return judge;
}

void judge_reset(struct judge *judge)
{
	if (judge->bad_pages_seen)
		memset(judge->withdrawn, 0, nr_regions(judge));
	if (judge->pageblocks_noted)
		pageblocks_reset(judge);
	memset(&judge->reached, 0, sizeof(judge->reached));
	judge->settled = 0;
	clear_memories(judge);
	judge->verdict.broken = false;
	judge->verdict.over = false;
	judge->verdict.op_index = 0;
	judge->verdict.pfn = PFN_NONE;
	judge->verdict.text[0] = '\0';
	judge->misuse_seen = false;
	excuses_reset(judge);
	judge->bad_pages_seen = false;
	walks_reset(judge);
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	free_memories(judge);
	census_free(&judge->census);
	free(judge->touched);
	free(judge->arrays);
	free(judge);
}
