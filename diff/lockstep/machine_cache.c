/* SPDX-License-Identifier: MIT */
/*
 * A hash table, and a list by last use: least recently used goes first. A machine that started from
 * a given snapshot is never found again, so it stands at the old end.
 */
#include "diff/lockstep/machine_cache.h"
#include "oracle/lang/fuzz_assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/start/start_state.h"

const struct view *machine_view(const struct machine_cache *cache, const struct machine *machine,
				uint32_t subject)
{
	const struct subject_ops *ops = cache->subjects[subject];

	return ops->view ? ops->view(machine->self[subject]) : NULL;
}

static void machine_destroy(struct machine_cache *cache, struct machine *machine)
{
	for (uint32_t s = 0; s < cache->nr_subjects; s++) {
		judge_free(machine->judges[s]);
		ledger_free(machine->ledgers[s]);
		if (machine->self[s])
			cache->subjects[s]->destroy(machine->self[s]);
	}
	FUZZ_ASSERT(cache->nr_pages >= machine->nr_pages);
	cache->nr_pages -= machine->nr_pages;
	memset(machine, 0, sizeof(*machine));
}

void machine_cache_free(struct machine_cache *cache)
{
	for (uint32_t i = 0; i < cache->nr_made; i++)
		machine_destroy(cache, &cache->machines[i]);
	if (cache->start)
		snapshot_free(cache->start);
	free(cache->start);
}

static bool create_books(struct machine_cache *cache, struct machine *machine, uint32_t s,
			 const struct snapshot *initial)
{
	struct judge_options options = cache->judge_options;

	machine->ledgers[s] = ledger_create(&machine->config, MIN_SLOTS, cache->judge);
	if (!machine->ledgers[s] || !cache->judge)
		return machine->ledgers[s];
	options.initial = initial;
	options.any_alignment = cache->subjects[s]->any_alignment;
	machine->judges[s] =
		judge_create(machine->ledgers[s], machine_view(cache, machine, s), &options);
	return machine->judges[s];
}

static bool create_side(struct machine_cache *cache, struct machine *machine, uint32_t s,
			const struct snapshot *initial, char *error, size_t error_size)
{
	const struct subject_ops *ops = cache->subjects[s];
	int n = snprintf(error, error_size, "subject %s: ", ops->name);
	size_t prefix = n > 0 && (size_t)n < error_size ? (size_t)n : 0;

	cache->env.ops = ops;
	if (cache->at_hand)
		*cache->at_hand = s;
	machine->self[s] = ops->create(&machine->config, initial, &cache->env, error + prefix,
				       error_size - prefix);
	if (!machine->self[s])
		return false;
	/* A batch is compared as a whole: there are no events to take in. */
	if (s && ops->batch)
		return true;
	if (create_books(cache, machine, s, initial))
		return true;
	snprintf(error, error_size, "out of memory for the judge");
	return false;
}

/* As many zones as the first subject that shows any; else every kind of every node is asked for. */
static uint32_t count_zones(const struct machine_cache *cache, const struct machine *machine)
{
	struct machine_info info;

	for (uint32_t s = 0; s < cache->nr_subjects; s++) {
		const struct view *view = machine_view(cache, machine, s);

		if (!view)
			continue;
		view->machine(view->self, &info);
		return info.nr_zones;
	}
	return BUDDY_MAX_NODES * MAX_NR_ZONES;
}

static bool create_sides(struct machine_cache *cache, struct machine *machine,
			 const struct snapshot *initial, char *error, size_t error_size)
{
	for (uint32_t s = 0; s < cache->nr_subjects; s++) {
		if (create_side(cache, machine, s, initial, error, error_size))
			continue;
		machine_destroy(cache, machine);
		return false;
	}
	machine->nr_zones = count_zones(cache, machine);
	return true;
}

/*
 * NULL and a sentence on failure. Its memory is kept: a snapshot is large, and taking another one
 * empties only what the last has filled.
 */
static const struct snapshot *make_start(struct machine_cache *cache, const struct program *program,
					 char *error, size_t error_size)
{
	if (!cache->start)
		cache->start = calloc(1, sizeof(*cache->start));
	if (!cache->start) {
		snprintf(error, error_size, "out of memory for a start state");
		return NULL;
	}
	if (!start_state_make(&program->machine, (enum program_start)program->start, cache->start,
			      error, error_size))
		return NULL;
	return cache->start;
}

static bool machine_create(struct machine_cache *cache, struct machine *machine,
			   const struct program *program, const struct snapshot *given, char *error,
			   size_t error_size)
{
	const struct snapshot *initial = given;

	if (!given && program->start != START_FRESH) {
		initial = make_start(cache, program, error, error_size);
		if (!initial)
			return false;
	}
	machine->config = program->machine;
	machine->start = program->start;
	machine->reusable = !given;
	machine->nr_pages = config_nr_pages(&program->machine);
	cache->nr_pages += machine->nr_pages;
	return create_sides(cache, machine, initial, error, error_size);
}

void machine_reset(const struct machine_cache *cache, struct machine *machine)
{
	for (uint32_t s = 0; s < cache->nr_subjects; s++) {
		if (cache->at_hand)
			*cache->at_hand = s;
		cache->subjects[s]->reset(machine->self[s]);
		if (machine->judges[s])
			judge_reset(machine->judges[s]);
	}
}

/* ---- finding one ---- */

static uint64_t hash_of(const struct program *program)
{
	return program->machine_hash ? program->machine_hash : program_machine_hash(program);
}

static struct machine **bucket_of(struct machine_cache *cache, uint64_t hash)
{
	return &cache->hashed[hash % MACHINE_CACHE_SIZE];
}

static bool is_machine_of(const struct machine *machine, const struct program *program)
{
	return machine->reusable && machine->start == program->start &&
	       !memcmp(&machine->config, &program->machine, sizeof(machine->config));
}

static struct machine *find(struct machine_cache *cache, const struct program *program,
			    uint64_t hash)
{
	struct machine *machine = *bucket_of(cache, hash);

	while (machine && (machine->hash != hash || !is_machine_of(machine, program)))
		machine = machine->next;
	return machine;
}

/* ---- the order of use ---- */

static void unlink_use(struct machine_cache *cache, struct machine *machine)
{
	*(machine->older ? &machine->older->newer : &cache->oldest) = machine->newer;
	*(machine->newer ? &machine->newer->older : &cache->newest) = machine->older;
}

static void link_newest(struct machine_cache *cache, struct machine *machine)
{
	machine->newer = NULL;
	machine->older = cache->newest;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = machine;
	cache->newest = machine;
}

static void link_oldest(struct machine_cache *cache, struct machine *machine)
{
	machine->older = NULL;
	machine->newer = cache->oldest;
	*(cache->oldest ? &cache->oldest->older : &cache->newest) = machine;
	cache->oldest = machine;
}

/* ---- making room ---- */

static void put_unused(struct machine_cache *cache, struct machine *machine)
{
	machine->next = cache->unused;
	cache->unused = machine;
}

static void drop_oldest(struct machine_cache *cache)
{
	struct machine *machine = cache->oldest, **link;

	FUZZ_ASSERT(machine);
	link = bucket_of(cache, machine->hash);
	while (*link != machine)
		link = &(*link)->next;
	*link = machine->next;
	unlink_use(cache, machine);
	machine_destroy(cache, machine);
	put_unused(cache, machine);
}

static struct machine *make_room(struct machine_cache *cache, uint32_t nr_pages)
{
	struct machine *machine;

	while (cache->oldest &&
	       (!cache->oldest->reusable || cache->nr_pages + nr_pages > MACHINE_CACHE_PAGES))
		drop_oldest(cache);
	if (!cache->unused && cache->nr_made < MACHINE_CACHE_SIZE)
		return &cache->machines[cache->nr_made++];
	if (!cache->unused)
		drop_oldest(cache);
	machine = cache->unused;
	cache->unused = machine->next;
	machine->next = NULL;
	return machine;
}

static struct machine *make(struct machine_cache *cache, const struct program *program,
			    uint64_t hash, const struct snapshot *given, char *error,
			    size_t error_size)
{
	struct machine *machine = make_room(cache, config_nr_pages(&program->machine));

	if (!machine_create(cache, machine, program, given, error, error_size)) {
		machine_destroy(cache, machine);
		put_unused(cache, machine);
		return NULL;
	}
	machine->hash = hash;
	machine->next = *bucket_of(cache, hash);
	*bucket_of(cache, hash) = machine;
	if (machine->reusable)
		link_newest(cache, machine);
	else
		link_oldest(cache, machine);
	return machine;
}

struct machine *machine_cache_get(struct machine_cache *cache, const struct program *program,
				  const struct snapshot *given, char *error, size_t error_size)
{
	struct machine *machine = cache->newest;
	uint64_t hash;

	/* A fuzzer changes the operations more often than the machine. */
	if (!given && machine && is_machine_of(machine, program)) {
		machine_reset(cache, machine);
		return machine;
	}
	hash = hash_of(program);
	machine = given ? NULL : find(cache, program, hash);
	if (!machine)
		return make(cache, program, hash, given, error, error_size);
	unlink_use(cache, machine);
	link_newest(cache, machine);
	machine_reset(cache, machine);
	return machine;
}

void machine_cache_forget(struct machine_cache *cache, struct machine *machine)
{
	machine->reusable = false;
	unlink_use(cache, machine);
	link_oldest(cache, machine);
}
