/* SPDX-License-Identifier: MIT */
/*
 * The loop: let go what lives no longer, draw a caller by its weight, write what it asks for. The
 * last part of a program gives back what is held, so that blocks merge again.
 */
#include "fuzz/workload/workload.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/lang/text.h"
#include "fuzz/workload/workload_state.h"

/* ---- the whole ---- */

/* Blocks as large as they come, in slots that stay out of use. */
static void fill_with(struct workload *workload, enum workload_row_id id, uint32_t nr_pages)
{
	const struct workload_row *row = &workload_rows[id];
	uint32_t order = MAX_PAGE_ORDER, slot = workload->nr_slots;

	while (slot && workload->used[slot - 1])
		slot--;
	while (nr_pages >= 32 && slot > workload->nr_slots * 3 / 4) {
		while (1u << order > nr_pages)
			order--;
		nr_pages -= 1u << order;
		slot--;
		workload->used[slot] = true;
		workload_emit(workload, workload_request_op(row, slot, order, row->gfp));
	}
}

/* Others hold what is not left to the workload: guests and graphics, mostly. */
static void fill(struct workload *workload)
{
	uint32_t others = workload->machine_pages - workload->movable_pages;
	uint32_t room = workload->room_pages, movable_room;

	if (!workload->movable_pages) {
		fill_with(workload, ROW_graphics, workload->machine_pages - room);
		return;
	}
	movable_room = room / 2 < workload->movable_pages ? room / 2 : workload->movable_pages;
	fill_with(workload, ROW_balloon, workload->movable_pages - movable_room);
	if (others > room - movable_room)
		fill_with(workload, ROW_graphics, others - (room - movable_room));
}

static void give_back(struct workload *workload)
{
	for (uint32_t life = 0; life < NR_LIVES; life++)
		while (workload->lives[life].nr && !workload_is_full(workload))
			workload_release(workload, (enum workload_life)life,
					 workload->lives[life].nr - 1);
	while (workload->pinned.nr && !workload_is_full(workload))
		workload_unpin(workload);
	if (workload->has_fragments)
		workload_emit(workload, op_make(OP_page_frag_cache_drain));
	workload_emit(workload, op_make(OP_drain_all_pages));
}

static void write_program(struct workload *workload)
{
	uint32_t nr_ops = workload->nr_ops;

	fill(workload);
	while (workload->program->nr_ops < nr_ops - nr_ops / 16 && !workload->out_of_memory) {
		workload_expire(workload);
		workload_move(workload, workload_draw_move(workload));
	}
	give_back(workload);
}

static const char *take_options(struct workload *workload, const struct workload_options *options)
{
	struct program own;
	struct text_error error;
	bool parsed;

	workload->nr_ops = options->nr_ops;
	workload->nr_slots = options->nr_slots;
	workload->random = options->seed;
	if (options->nr_ops < WORKLOAD_MIN_OPS || options->nr_ops > WORKLOAD_MAX_OPS)
		return "a workload has 32 to 1048576 operations";
	if (options->nr_slots < WORKLOAD_MIN_SLOTS || options->nr_slots > WORKLOAD_MAX_SLOTS)
		return "a workload uses 64 to 8192 slots";
	if (options->machine) {
		workload->machine = *options->machine;
		return buddy_config_error(&workload->machine);
	}
	program_init(&own);
	parsed = text_parse(workload->recipe->machine, strlen(workload->recipe->machine), &own,
			    &error);
	workload->machine = own.machine;
	program_free(&own);
	return parsed ? NULL : "the workload's machine line is wrong";
}

/* Of kinds that are no movable zone. */
static uint32_t nr_zones(const struct buddy_config *machine)
{
	uint32_t nr = 0;

	for (uint32_t zone = 0; zone < ZONE_MOVABLE; zone++)
		nr += machine->zones >> zone & 1;
	return nr;
}

/*
 * Room is what lies above the watermarks. They go with the square root of the memory (MM-62) and
 * are boosted by a pageblock a zone when types mix, which a machine without mobility grouping does
 * not notice.
 */
static uint32_t measure_room(const struct workload *workload)
{
	const struct buddy_config *machine = &workload->machine;
	uint64_t room = (uint64_t)workload->nr_slots * workload->recipe->room / 100;
	uint32_t root = 1;

	while ((uint64_t)(root + 1) * (root + 1) <= workload->machine_pages)
		root++;
	room += workload->recipe->tight ? 2 * root : 3 * root;
	if (!workload->recipe->tight &&
	    workload->machine_pages >> machine->pageblock_order >= MIGRATE_TYPES)
		room += nr_zones(machine) << machine->pageblock_order;
	return room < workload->machine_pages ? (uint32_t)room : workload->machine_pages;
}

static void measure_machine(struct workload *workload)
{
	const struct buddy_config *machine = &workload->machine;

	for (uint32_t i = 0; i < machine->nr_memory && i < BUDDY_MAX_RANGES; i++)
		workload->machine_pages +=
			machine->memory[i].end_pfn - machine->memory[i].start_pfn;
	workload->room_pages = measure_room(workload);
	if (machine->movablecore_pages < workload->machine_pages / 4 * 3)
		workload->movable_pages = machine->movablecore_pages;
}

static void measure(struct workload *workload)
{
	measure_machine(workload);
	for (const char *c = workload->recipe->name; *c; c++)
		workload->random = workload->random * 31 + (unsigned char)*c;
	workload->queue_depth = 64 + workload_random(workload, 961);
	if (workload->queue_depth > workload->nr_slots / 4)
		workload->queue_depth = workload->nr_slots / 4;
	workload->working_set_pages = (uint32_t)((uint64_t)workload->room_pages *
						 (60 + workload_random(workload, 61)) / 100);
}

static bool allocate(struct workload *workload)
{
	uint32_t *slots = calloc((size_t)workload->nr_slots * (NR_LIVES + 1), sizeof(*slots));

	workload->used = calloc(workload->nr_slots, sizeof(*workload->used));
	workload->held = calloc(workload->nr_slots, sizeof(*workload->held));
	for (uint32_t life = 0; life < NR_LIVES && slots; life++)
		workload->lives[life].slots = slots + (life + 1) * workload->nr_slots;
	workload->pinned.slots = slots;
	return workload->used && workload->held && slots;
}

static void release_memory(struct workload *workload)
{
	free(workload->pinned.slots); /* and those of the lives */
	free(workload->used);
	free(workload->held);
}

bool workload_build(const struct workload_options *options, struct program *program,
		    const char **problem)
{
	struct workload workload = { .program = program };

	workload.recipe = workload_find_recipe(options->name);
	*problem = workload.recipe ? take_options(&workload, options) : "there is no such workload";
	if (*problem)
		return false;
	measure(&workload);
	program_free(program);
	program_init(program);
	program->machine = workload.machine;
	if (allocate(&workload))
		write_program(&workload);
	else
		workload.out_of_memory = true;
	release_memory(&workload);
	if (workload.out_of_memory)
		*problem = "out of memory";
	return !workload.out_of_memory;
}
