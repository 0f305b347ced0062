/* SPDX-License-Identifier: MIT */
/*
 * What the users of a machine do next: ask for pages as a row of the catalogue says, fork and exit,
 * pin pages, change settings. Orders, lengths and victims are drawn; the rest is in the tables.
 */
#include "fuzz/workload/workload_state.h"

#define FRAGMENT_STEP 16u /* bytes that one step of a size means in the binary form */
#define EXACT_STEP 2048u
#define MAX_FRAGMENT (BUDDY_PAGE_SIZE / 2)

/* ---- requests ---- */

struct op workload_request_op(const struct workload_row *row, uint32_t slot, uint32_t order,
			      gfp_t gfp)
{
	struct op op = op_make(row->ask);

	op.slot = slot;
	op.gfp = gfp;
	if (row->ask == OP_alloc_pages)
		op.order = (uint8_t)order;
	return op;
}

/* When the first try got something its slot is in use, and the second does not fit. */
static void try_again(struct workload *workload, const struct workload_row *row, uint32_t slot)
{
	uint32_t held = workload_pages_held(workload);

	if (row->next_gfp &&
	    (held > workload->machine_pages / 8 * 7 || workload_chance(workload, 8)))
		workload_emit(workload,
			      workload_request_op(row, slot, row->next_order, row->next_gfp));
}

static void emit_requests(struct workload *workload, const struct held *held)
{
	const struct workload_row *row = &workload_rows[held->row];
	struct op op = workload_request_op(row, held->slot, held->order, row->gfp);

	if (row->ask == OP_alloc_pages_bulk_array) {
		op.count = held->nr_slots;
		workload_emit(workload, op);
		return;
	}
	for (uint32_t i = 0; i < held->nr_slots; i++) {
		op.slot = held->slot + i;
		if (row->ask == OP_alloc_pages_exact)
			op.count = EXACT_STEP * (1 + workload_random(workload, 2u << held->order));
		if (row->ask == OP_page_frag_alloc)
			op.count = FRAGMENT_STEP *
				   (1 + workload_random(workload, MAX_FRAGMENT / FRAGMENT_STEP));
		workload_emit(workload, op);
		try_again(workload, row, op.slot);
	}
	if (row->give == OP_free_page && held->order)
		workload_emit_on(workload, OP_split_page, held->slot, 0);
}

/* Small blocks are asked for more often than large ones. */
static uint32_t draw_order(struct workload *workload, const struct workload_row *row)
{
	uint32_t order = row->order, max = row->max_order;

	/* A split block goes back page by page: it must leave room for other operations. */
	if (row->give == OP_free_page)
		while (order && 1u << order > workload->nr_ops / 16)
			order--;
	while (order < max && workload_chance(workload, 2))
		order++;
	return order;
}

static uint32_t draw_run(struct workload *workload, const struct workload_row *row)
{
	uint32_t most = workload->nr_slots / 8;

	if (row->number == 11) /* a kernel stack has its size */
		return row->run;
	return 1 + workload_random(workload, row->run < most ? row->run : most);
}

static uint32_t request(struct workload *workload, enum workload_row_id id)
{
	const struct workload_row *row = &workload_rows[id];
	struct held held = { .row = (uint8_t)id, .owner = workload->owner };

	held.nr_slots = draw_run(workload, row);
	held.order = (uint8_t)draw_order(workload, row);
	held.nr_pages = row->ask == OP_page_frag_alloc ? 1 : held.nr_slots << held.order;
	held.slot = workload_find_slots(workload, held.nr_slots);
	if (held.slot == workload->nr_slots)
		return held.slot;
	emit_requests(workload, &held);
	workload_hold(workload, &held);
	workload->has_fragments = workload->has_fragments || row->ask == OP_page_frag_alloc;
	return held.slot;
}

/* ---- what is no request ---- */

/* Of a list that is not empty. */
static uint32_t draw_slot(struct workload *workload, const struct held_list *list)
{
	return list->slots[workload_random(workload, list->nr)];
}

static void exit_some_process(struct workload *workload)
{
	const struct held_list *list = &workload->lives[LIFE_PROCESS];

	for (uint32_t i = 0; i < 4; i++)
		workload_unpin(workload);
	if (list->nr)
		workload_exit_process(workload, workload->held[draw_slot(workload, list)].owner);
	workload->owner++;
}

/* The child gets tables and a stack of its own and shares pages, of which it copies a tenth. */
static void fork_process(struct workload *workload)
{
	const struct held_list *list = &workload->lives[LIFE_PROCESS];
	uint32_t nr_shared = workload_random(workload, 5);

	workload->owner++;
	request(workload, ROW_pgd);
	request(workload, ROW_page_table);
	request(workload, ROW_kernel_stack);
	for (uint32_t i = 0; i < nr_shared && list->nr; i++)
		workload_pin(workload, draw_slot(workload, list));
	if (workload_chance(workload, 2))
		request(workload, ROW_copy_on_write);
}

static void shrink_slabs(struct workload *workload)
{
	const struct held_list *list = &workload->lives[LIFE_OBJECTS];

	for (uint32_t i = list->nr; i-- > 0;)
		if (workload_rows[workload->held[list->slots[i]].row].gfp & __GFP_RECLAIMABLE &&
		    workload_chance(workload, 2))
			workload_release(workload, LIFE_OBJECTS, i);
}

static void thin_out(struct workload *workload)
{
	const struct held_list *list = &workload->lives[LIFE_WORKING_SET];
	uint32_t step = 2u << workload_random(workload, 3);

	for (uint32_t i = list->nr; i-- > 0;)
		if (i % step == 0)
			workload_release(workload, LIFE_WORKING_SET, i);
}

static void pin_some_page(struct workload *workload)
{
	static const enum workload_life lives[] = { LIFE_PROCESS, LIFE_WORKING_SET };
	const struct held_list *list = &workload->lives[lives[workload_random(workload, 2)]];

	if (list->nr)
		workload_pin(workload, draw_slot(workload, list));
}

static void mark_some_page(struct workload *workload)
{
	const struct held_list *list = &workload->lives[LIFE_WORKING_SET];

	if (list->nr)
		workload_emit_on(workload, OP_set_lru, draw_slot(workload, list), 0);
}

static void set_task(struct workload *workload, uint32_t bits)
{
	struct op op = op_make(OP_task);

	op.value = bits;
	workload_emit(workload, op);
}

/* Swapping out needs memory itself (row 51): it may use the reserves. */
static void use_reserves(struct workload *workload)
{
	set_task(workload, OP_TASK_MEMALLOC);
	for (uint32_t i = 0; i < 3; i++)
		request(workload, i ? ROW_gather_batch : ROW_mempool);
	set_task(workload, 0);
}

/* An administrator tries something. Indices count in the order of the sysctls of op.h. */
static void change_setting(struct workload *workload)
{
	static const struct {
		uint8_t name, index;
		uint32_t values[2];
	} settings[] = {
		{ 0, 0, { 256, 512 } }, { 1, 0, { 10, 50 } },           { 2, 0, { 0, 15000 } },
		{ 3, 0, { 0, 8 } },     { 4, ZONE_DMA32, { 256, 32 } },
	};
	uint32_t i = workload_random(workload, sizeof(settings) / sizeof(settings[0]));
	struct op op = op_make(OP_sysctl);

	op.type = settings[i].name;
	op.order = settings[i].index;
	op.value = settings[i].values[workload_random(workload, 2)];
	workload_emit(workload, op);
}

static void drain(struct workload *workload)
{
	workload_emit_on(workload, OP_drain_all_pages, 0, 0);
}

static void (*const moves[])(struct workload *workload) = {
	[MOVE_EXIT] = exit_some_process, [MOVE_FORK] = fork_process,
	[MOVE_SHRINK] = shrink_slabs,    [MOVE_THIN] = thin_out,
	[MOVE_PIN] = pin_some_page,      [MOVE_UNPIN] = workload_unpin,
	[MOVE_LRU] = mark_some_page,     [MOVE_RESERVE] = use_reserves,
	[MOVE_SYSCTL] = change_setting,  [MOVE_DRAIN] = drain,
};

void workload_move(struct workload *workload, uint32_t id)
{
	if (id >= NR_ROWS) {
		moves[id](workload);
		return;
	}
	request(workload, (enum workload_row_id)id);
	if (workload_rows[id].life == LIFE_PROCESS && workload_chance(workload, 16))
		workload->owner++;
}

uint32_t workload_draw_move(struct workload *workload)
{
	const struct workload_recipe *recipe = workload->recipe;
	uint32_t sum = 0, i = 0, at;

	for (uint32_t k = 0; k < RECIPE_MAX_WEIGHTS; k++)
		sum += recipe->weights[k].weight;
	at = workload_random(workload, sum);
	while (at >= recipe->weights[i].weight)
		at -= recipe->weights[i++].weight;
	return recipe->weights[i].move;
}
