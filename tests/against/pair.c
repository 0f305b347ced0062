/* SPDX-License-Identifier: MIT */
/*
 * How often the state is looked at depends on its size: counters after every operation, lists and
 * pages as often as they cost no more than the operations. A difference is looked for once more,
 * thoroughly, by who drives (main_against.c), so nothing is lost by looking late.
 */
#include "pair.h"

#include <dlfcn.h>
#include <string.h>

#define SMALL_FRAMES 512u
#define MEDIUM_FRAMES 8192u

int pair_load(struct pair *pair, enum pair_side side, const char *path)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct shim_ops *ops = object ? dlsym(object, SHIM_SYMBOL) : NULL;

	if (!ops) {
		fprintf(stderr, "against: %s; tests/against/run builds such objects\n", dlerror());
		return 2;
	}
	if (ops->abi != SHIM_ABI) {
		fprintf(stderr, "against: %s has shim %u, wanted is %u; build it again\n", path,
			ops->abi, SHIM_ABI);
		return 2;
	}
	pair->ops[side] = ops;
	return 0;
}

bool pair_can_rewind(const struct pair *pair)
{
	return pair->ops[OLD]->can_rewind && pair->ops[NEW]->can_rewind;
}

bool pair_create(struct pair *pair, const struct shim_machine *machine)
{
	const char *errors[NR_SIDES];

	pair->different = pair->trapped = false;
	pair->nr_ops = 0;
	for (int side = OLD; side < NR_SIDES; side++)
		pair->shims[side] = pair->ops[side]->create(machine, &errors[side]);
	if (!pair->shims[OLD] != !pair->shims[NEW]) {
		pair->different = true;
		snprintf(pair->difference, sizeof(pair->difference), "the machine: old %s, new %s",
			 errors[OLD] ? errors[OLD] : "boots", errors[NEW] ? errors[NEW] : "boots");
	}
	if (!pair->shims[OLD] || !pair->shims[NEW])
		return false;
	pair->ops[OLD]->span(pair->shims[OLD], &pair->start_pfn, &pair->end_pfn);
	return pair_same_state(pair, SHIM_PAGES);
}

void pair_destroy(struct pair *pair)
{
	for (int side = OLD; side < NR_SIDES; side++) {
		pair->ops[side]->destroy(pair->shims[side]);
		pair->shims[side] = NULL;
	}
}

bool pair_same_state(struct pair *pair, enum shim_depth depth)
{
	uint64_t hashes[NR_SIDES];

	for (int side = OLD; side < NR_SIDES; side++)
		hashes[side] = pair->ops[side]->hash(pair->shims[side], depth);
	if (hashes[OLD] == hashes[NEW])
		return true;
	pair->different = true;
	difference_of_states(pair, depth);
	return false;
}

static bool same_answers(const struct shim_answer *one, const struct shim_answer *other)
{
	return one->trapped == other->trapped && one->result == other->result &&
	       one->nr_pfns == other->nr_pfns && one->nr_relief == other->nr_relief &&
	       one->nr_events == other->nr_events && one->event_hash == other->event_hash &&
	       memcmp(one->pfns, other->pfns, one->nr_pfns * sizeof(*one->pfns)) == 0;
}

static enum shim_depth depth_now(const struct pair *pair)
{
	uint32_t nr_frames = pair->end_pfn - pair->start_pfn;
	bool small = nr_frames <= SMALL_FRAMES, medium = nr_frames <= MEDIUM_FRAMES;

	if (pair->thorough || pair->nr_ops % (small ? 16 : medium ? 256 : 4096) == 0)
		return SHIM_PAGES;
	if (pair->nr_ops % (small ? 1 : medium ? 8 : 64) == 0)
		return SHIM_LISTS;
	return SHIM_COUNTERS;
}

const struct shim_answer *pair_apply(struct pair *pair, const struct shim_op *op)
{
	for (int side = OLD; side < NR_SIDES; side++)
		pair->ops[side]->apply(pair->shims[side], op, &pair->answers[side]);
	pair->nr_ops++;
	if (!same_answers(&pair->answers[OLD], &pair->answers[NEW])) {
		pair->different = true;
		difference_of_answers(pair);
		return NULL;
	}
	pair->trapped = pair->answers[OLD].trapped;
	if (pair->trapped || !pair_same_state(pair, depth_now(pair)))
		return NULL;
	return &pair->answers[OLD];
}
