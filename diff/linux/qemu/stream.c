/* SPDX-License-Identifier: MIT */
/*
 * Rolls the dice of a profile, op by op. What the kernel will answer is not known here: an op whose
 * block was refused does nothing, and says so in the recording.
 */
#include "diff/linux/qemu/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HANDLES (1u << 17)
#define MAX_BULK 200u
#define PER_MILLE 1000u

static const uint32_t gfp_of_kind[NR_KINDS] = {
	[UNMOVABLE] = GFP_NOWAIT | __GFP_NOWARN,
	[MOVABLE] = GFP_NOWAIT | __GFP_NOWARN | __GFP_MOVABLE,
	[RECLAIMABLE] = GFP_NOWAIT | __GFP_NOWARN | __GFP_RECLAIMABLE,
	[ATOMIC] = GFP_ATOMIC | __GFP_NOWARN,
	[USER] = (GFP_HIGHUSER_MOVABLE | __GFP_NOWARN) & ~__GFP_DIRECT_RECLAIM,
	[BLOCKING] = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN,
	[RESERVES] = GFP_NOWAIT | __GFP_NOWARN | __GFP_MEMALLOC,
	[PATIENT] = GFP_KERNEL | __GFP_NOWARN,
};

/* A handle that still holds something, if the kernel had it to give. */
struct live {
	uint32_t id, order, refs;
	bool compound, movable, split;
};

struct maker {
	const struct profile *profile;
	uint16_t odds[NR_STEPS]; /* the profile's, and those of several CPUs */
	uint64_t random;
	uint32_t nr_ops, max_ops, nr_pages, nr_cpus;
	uint32_t next_id;
	struct live *live;
	uint32_t nr_live;
	/* Of the phase: */
	uint32_t ops_left, percent, pick;
};

/* ---- chance ---- */

/* splitmix64 */
static uint64_t draw(struct maker *maker)
{
	uint64_t z = maker->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint32_t draw_below(struct maker *maker, uint32_t end)
{
	return (uint32_t)(draw(maker) % end);
}

static bool draw_percent(struct maker *maker, uint32_t percent)
{
	return draw_below(maker, 100) < percent;
}

static uint32_t draw_weighted(struct maker *maker, const uint8_t *weights, uint32_t nr)
{
	uint32_t sum = 0, at;

	for (uint32_t i = 0; i < nr; i++)
		sum += weights[i];
	at = draw_below(maker, sum);
	for (uint32_t i = 0; i < nr; i++) {
		if (at < weights[i])
			return i;
		at -= weights[i];
	}
	return 0;
}

/* ---- single ops ---- */

static struct live *any_live(struct maker *maker)
{
	return maker->nr_live ? &maker->live[draw_below(maker, maker->nr_live)] : NULL;
}

static void hold(struct maker *maker, uint32_t order, uint32_t kind, bool compound)
{
	maker->live[maker->nr_live++] = (struct live){
		.id = maker->next_id++,
		.order = order,
		.refs = 1,
		.compound = compound,
		.movable = kind == MOVABLE || kind == USER,
	};
}

/* The order of the others stays, so that the first is the oldest. */
static void forget(struct maker *maker, struct live *live)
{
	size_t after = (size_t)(&maker->live[--maker->nr_live] - live);

	memmove(live, live + 1, after * sizeof(*live));
}

static bool has_room(const struct maker *maker, uint32_t nr)
{
	return nr <= MAX_HANDLES - maker->next_id;
}

static void allocate(struct maker *maker, uint32_t order)
{
	uint32_t kind = draw_weighted(maker, maker->profile->kinds, NR_KINDS);
	uint32_t gfp = gfp_of_kind[kind];
	bool compound = order && draw_percent(maker, 20);

	if (!has_room(maker, 1))
		return;
	if (compound)
		gfp |= __GFP_COMP;
	if (draw_percent(maker, 3))
		gfp |= __GFP_ZERO;
	printf("A %u %u %x\n", maker->next_id, order, gfp);
	maker->nr_ops++;
	hold(maker, order, kind, compound);
}

/* One reference goes; a block that is not compound keeps its first page alone. */
static void put_reference(struct maker *maker, struct live *live)
{
	if (--live->refs == 0 || live->split)
		forget(maker, live);
	else if (!live->compound)
		live->order = 0;
}

static void free_one(struct maker *maker)
{
	uint32_t end = maker->nr_live;
	uint32_t at[] = { 0, end - 1, end ? draw_below(maker, end) : 0 };
	struct live *live = end ? &maker->live[at[maker->pick]] : NULL;

	if (!live)
		return;
	printf("F %u\n", live->id);
	maker->nr_ops++;
	put_reference(maker, live);
}

static void step_jump(struct maker *maker)
{
	printf("J %u\n", draw_below(maker, maker->nr_cpus));
	maker->nr_ops++;
}

static void step_drain(struct maker *maker)
{
	puts("D");
	maker->nr_ops++;
}

static void step_drain_all(struct maker *maker)
{
	puts("d");
	maker->nr_ops++;
}

static void step_bulk(struct maker *maker)
{
	static const uint32_t counts[] = { 2, 3, 8, 17, 31, 64, MAX_BULK };
	uint32_t nr = counts[draw_below(maker, sizeof(counts) / sizeof(counts[0]))];
	uint32_t kind = draw_weighted(maker, maker->profile->kinds, NR_KINDS);

	if (!has_room(maker, nr))
		return;
	printf("B %u %u %x\n", maker->next_id, nr, gfp_of_kind[kind]);
	maker->nr_ops++;
	for (uint32_t k = 0; k < nr; k++)
		hold(maker, 0, kind, false);
}

/* All single pages among up to 64 handles in a row, without a second reference. */
static void step_release(struct maker *maker)
{
	struct live *first = any_live(maker);
	uint32_t nr = 1 + draw_below(maker, 64), id = first ? first->id : 0;

	if (!first || id + nr > maker->next_id)
		return;
	printf("R %u %u\n", id, nr);
	maker->nr_ops++;
	for (uint32_t i = maker->nr_live; i-- > 0;) {
		struct live *live = &maker->live[i];

		if (live->id >= id && live->id < id + nr && !live->order && live->refs == 1)
			forget(maker, live);
	}
}

static void step_get(struct maker *maker)
{
	struct live *live = any_live(maker);

	if (!live || live->split)
		return;
	printf("G %u\n", live->id);
	maker->nr_ops++;
	live->refs++;
}

static void step_put(struct maker *maker)
{
	struct live *live = any_live(maker);

	if (!live || live->split || (live->order && !live->compound && live->refs == 1))
		return;
	printf("P %u\n", live->id);
	maker->nr_ops++;
	if (--live->refs == 0)
		forget(maker, live);
}

static void step_split(struct maker *maker)
{
	struct live *live = any_live(maker);

	if (!live || live->split || !live->order || live->compound || live->refs != 1)
		return;
	printf("S %u\n", live->id);
	maker->nr_ops++;
	live->split = true;
	for (uint32_t nr = draw_below(maker, 6); nr; nr--) {
		printf("f %u %u\n", live->id, draw_below(maker, 1u << live->order));
		maker->nr_ops++;
	}
}

static void step_lru(struct maker *maker)
{
	struct live *live = any_live(maker);

	if (!live || live->split || !live->movable || live->refs != 1)
		return;
	printf("L %u\n", live->id);
	maker->nr_ops++;
}

static void step_retype(struct maker *maker)
{
	struct live *live = any_live(maker);

	if (!live || live->split || live->order < 9 || live->refs != 1)
		return;
	printf("c %u %u\n", live->id, draw_below(maker, 3));
	maker->nr_ops++;
	forget(maker, live);
}

static void (*const steps[NR_STEPS])(struct maker *maker) = {
	[STEP_JUMP] = step_jump,
	[STEP_DRAIN] = step_drain,
	[STEP_DRAIN_ALL] = step_drain_all,
	[STEP_BULK] = step_bulk,
	[STEP_RELEASE] = step_release,
	[STEP_GET] = step_get,
	[STEP_PUT] = step_put,
	[STEP_SPLIT] = step_split,
	[STEP_LRU] = step_lru,
	[STEP_RETYPE] = step_retype,
};

/* ---- the stream ---- */

static void begin_phase(struct maker *maker)
{
	maker->ops_left = 5 + draw_below(maker, maker->max_ops / 4 + 1);
	maker->percent = maker->profile->percent[draw_below(maker, 4)];
	maker->pick = draw_below(maker, 3);
}

static void make_step(struct maker *maker)
{
	uint32_t at = draw_below(maker, PER_MILLE);

	for (uint32_t step = 0; step < NR_STEPS; step++) {
		if (at < maker->odds[step]) {
			steps[step](maker);
			return;
		}
		at -= maker->odds[step];
	}
	if (draw_percent(maker, maker->percent) || !maker->nr_live)
		allocate(maker, draw_weighted(maker, maker->profile->orders, NR_PAGE_ORDERS));
	else
		free_one(maker);
}

/* Large blocks first, so that a short stream comes to the end of the memory. */
static void fill(struct maker *maker)
{
	uint64_t wanted = (uint64_t)maker->nr_pages * maker->profile->fill_percent / 100;

	for (uint64_t taken = 0; taken < wanted && maker->nr_ops < maker->max_ops / 2;) {
		uint32_t order = MAX_PAGE_ORDER - draw_below(maker, 3) / 2;

		allocate(maker, order);
		taken += 1u << order;
	}
}

static void make(struct maker *maker)
{
	uint32_t max_tries = maker->max_ops * 20;

	fill(maker);
	for (uint32_t i = 0; i < max_tries && maker->nr_ops < maker->max_ops; i++) {
		if (!maker->ops_left)
			begin_phase(maker);
		maker->ops_left--;
		make_step(maker);
	}
}

bool stream_make(const struct stream_request *request)
{
	struct maker maker = {
		.profile = request->profile,
		.random = request->seed,
		.max_ops = request->nr_ops,
		.nr_pages = request->nr_pages,
		.nr_cpus = request->nr_cpus,
		.live = calloc(MAX_HANDLES, sizeof(*maker.live)),
	};

	if (!maker.live)
		return false;
	memcpy(maker.odds, request->profile->odds, sizeof(maker.odds));
	if (maker.nr_cpus > 1) {
		maker.odds[STEP_JUMP] = 50;
		maker.odds[STEP_DRAIN_ALL] += 4;
	}
	make(&maker);
	free(maker.live);
	return true;
}
