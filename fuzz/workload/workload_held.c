/* SPDX-License-Identifier: MIT */
/*
 * Lifetimes: who keeps what, in which slots, and how it goes back. A list for each life; when slots
 * run out, the life that has most of them gives up its oldest.
 */
#include "fuzz/workload/workload_state.h"

#define MUNMAP_BATCH 512u /* pages that go back at once when a process ends */
#define CACHE_BATCH 15u   /* pages of a pagevec */

/* splitmix64 */
uint32_t workload_random(struct workload *workload, uint32_t limit)
{
	uint64_t z = workload->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (uint32_t)((z ^ z >> 31) % limit);
}

bool workload_chance(struct workload *workload, uint32_t one_in)
{
	return !workload_random(workload, one_in);
}

bool workload_is_full(const struct workload *workload)
{
	return workload->program->nr_ops >= workload->nr_ops || workload->out_of_memory;
}

void workload_emit(struct workload *workload, struct op op)
{
	if (!workload_is_full(workload) && !program_append(workload->program, &op))
		workload->out_of_memory = true;
}

void workload_emit_on(struct workload *workload, enum op_code code, uint32_t slot, uint32_t count)
{
	struct op op = op_make(code);

	op.slot = slot;
	op.count = count;
	workload_emit(workload, op);
}

uint32_t workload_pages_held(const struct workload *workload)
{
	uint32_t nr = 0;

	for (uint32_t life = 0; life < NR_LIVES; life++)
		nr += workload->lives[life].nr_pages;
	return nr;
}

/* ---- lists ---- */

static struct held *held_at(struct workload *workload, const struct held_list *list, uint32_t index)
{
	return &workload->held[list->slots[index]];
}

static void append(struct workload *workload, struct held_list *list, uint32_t slot)
{
	list->slots[list->nr++] = slot;
	list->nr_slots += workload->held[slot].nr_slots;
	list->nr_pages += workload->held[slot].nr_pages;
}

static uint32_t take(struct workload *workload, struct held_list *list, uint32_t index)
{
	uint32_t slot = list->slots[index];

	list->nr--;
	for (uint32_t i = index; i < list->nr; i++)
		list->slots[i] = list->slots[i + 1];
	list->nr_slots -= workload->held[slot].nr_slots;
	list->nr_pages -= workload->held[slot].nr_pages;
	return slot;
}

void workload_hold(struct workload *workload, const struct held *held)
{
	for (uint32_t i = 0; i < held->nr_slots; i++)
		workload->used[held->slot + i] = true;
	workload->held[held->slot] = *held;
	append(workload, &workload->lives[workload_rows[held->row].life], held->slot);
}

/* ---- the way back ---- */

static void release_batch(struct workload *workload, const struct held *held)
{
	bool of_process = workload_rows[held->row].life == LIFE_PROCESS;
	uint32_t batch = of_process ? MUNMAP_BATCH : CACHE_BATCH;
	uint32_t end = held->slot + held->nr_slots, slot = held->slot;

	/* A page with more references than one is passed over: it needs a put of its own. */
	if (held->nr_pins)
		workload_emit_on(workload, OP_put_page, slot++, 0);
	for (; slot < end; slot += batch)
		workload_emit_on(workload, OP_release_pages, slot,
				 end - slot < batch ? end - slot : batch);
}

static void release_slot(struct workload *workload, const struct held *held, uint32_t slot)
{
	const struct workload_row *row = &workload_rows[held->row];

	if (row->give != OP_free_page) {
		workload_emit_on(workload, row->give, slot, 0);
		return;
	}
	for (uint32_t page = 0; page < 1u << held->order; page++)
		workload_emit_on(workload, OP_free_page, slot, page);
}

void workload_release(struct workload *workload, enum workload_life life, uint32_t index)
{
	struct held *held = &workload->held[take(workload, &workload->lives[life], index)];

	if (workload_rows[held->row].give == OP_release_pages)
		release_batch(workload, held);
	else
		for (uint32_t i = 0; i < held->nr_slots; i++)
			release_slot(workload, held, held->slot + i);
	for (uint32_t i = 0; i < held->nr_slots; i++)
		workload->used[held->slot + i] = false;
	held->orphan = held->nr_pins;
	workload->used[held->slot] = held->orphan;
}

void workload_exit_process(struct workload *workload, uint32_t owner)
{
	const struct held_list *list = &workload->lives[LIFE_PROCESS];

	for (uint32_t i = list->nr; i-- > 0;)
		if (held_at(workload, list, i)->owner == owner)
			workload_release(workload, LIFE_PROCESS, i);
}

/* ---- references from elsewhere ---- */

void workload_pin(struct workload *workload, uint32_t slot)
{
	struct held *held = &workload->held[slot];

	if (held->order || workload->pinned.nr == workload->nr_slots)
		return;
	held->nr_pins++;
	append(workload, &workload->pinned, slot);
	workload_emit_on(workload, OP_get_page, slot, 0);
}

void workload_unpin(struct workload *workload)
{
	struct held *held;

	if (!workload->pinned.nr)
		return;
	held = &workload->held[take(workload, &workload->pinned, 0)];
	workload_emit_on(workload, OP_put_page, held->slot, 0);
	held->nr_pins--;
	if (!held->nr_pins && held->orphan)
		workload->used[held->slot] = false;
}

/* ---- slots ---- */

static uint32_t free_run(const struct workload *workload, uint32_t nr)
{
	uint32_t run = 0;

	for (uint32_t slot = 0; slot < workload->nr_slots; slot++) {
		run = workload->used[slot] ? 0 : run + 1;
		if (run == nr)
			return slot + 1 - nr;
	}
	return workload->nr_slots;
}

static void give_up_oldest(struct workload *workload)
{
	enum workload_life most = LIFE_SYSCALL;

	for (uint32_t life = 0; life < NR_LIVES; life++)
		if (workload->lives[life].nr_slots > workload->lives[most].nr_slots)
			most = (enum workload_life)life;
	if (workload->lives[most].nr)
		workload_release(workload, most, 0);
	else
		workload_unpin(workload);
}

uint32_t workload_find_slots(struct workload *workload, uint32_t nr)
{
	uint32_t slot = free_run(workload, nr);

	for (uint32_t i = 0; i < 2 * workload->nr_slots && slot == workload->nr_slots; i++) {
		give_up_oldest(workload);
		slot = free_run(workload, nr);
	}
	return slot;
}

/* ---- the end of a life ---- */

/* Old ones go first, but a page that is asked for again and again stays (Zipf). */
static void evict(struct workload *workload)
{
	const struct held_list *list = &workload->lives[LIFE_WORKING_SET];
	uint32_t a = workload_random(workload, list->nr), b = workload_random(workload, list->nr);

	workload_release(workload, LIFE_WORKING_SET, a < b ? a : b);
}

static void expire_requests(struct workload *workload)
{
	const struct held_list *calls = &workload->lives[LIFE_SYSCALL];
	const struct held_list *queue = &workload->lives[LIFE_REQUEST];

	while (calls->nr && (calls->nr > 8 || workload_chance(workload, 4)))
		workload_release(workload, LIFE_SYSCALL, calls->nr - 1);
	while (queue->nr_slots > workload->queue_depth)
		workload_release(workload, LIFE_REQUEST, 0);
}

static void expire_objects(struct workload *workload)
{
	const struct held_list *slabs = &workload->lives[LIFE_OBJECTS];
	uint32_t limit = workload->nr_slots / 3;

	if (slabs->nr && (slabs->nr > limit || workload_chance(workload, 3)))
		workload_release(workload, LIFE_OBJECTS, workload_random(workload, slabs->nr));
}

void workload_expire(struct workload *workload)
{
	const struct held_list *cache = &workload->lives[LIFE_WORKING_SET];
	const struct held_list *pages = &workload->lives[LIFE_PROCESS];
	const struct held_list *stay = &workload->lives[LIFE_LONG];

	expire_requests(workload);
	expire_objects(workload);
	while (cache->nr && (cache->nr_pages > workload->working_set_pages ||
			     cache->nr_slots > workload->nr_slots / 4 * 3))
		evict(workload);
	while (pages->nr && pages->nr_slots > workload->nr_slots / 2)
		workload_exit_process(workload, held_at(workload, pages, 0)->owner);
	while (stay->nr && stay->nr_slots > workload->nr_slots / 3)
		workload_release(workload, LIFE_LONG, workload_random(workload, stay->nr));
}
