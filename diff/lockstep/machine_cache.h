/* SPDX-License-Identifier: MIT */
/*
 * Subjects and judges of the last few machines. Booting one costs far more than resetting it, and a
 * fuzzer asks for the same few again and again.
 */
#pragma once

#include "diff/lockstep/lockstep.h"

#define MIN_SLOTS OP_FUZZ_SLOTS /* one table size for all fuzzed programs */
#define MACHINE_CACHE_SIZE 1024
#define MACHINE_CACHE_PAGES                                                  \
	(1u << 20) /* of all machines together, as long as there are several \
		    */

struct machine {
	struct buddy_config config;
	uint8_t start;        /* enum program_start */
	bool reusable;        /* config and start tell its state: a reset gives the same again */
	uint64_t hash;        /* of config and start */
	struct machine *next; /* of the same hash; of the unused: the next one */
	struct machine *newer, *older; /* by the last use */
	uint32_t nr_zones, nr_pages;
	void *self[LOCKSTEP_MAX_SUBJECTS];
	struct ledger *ledgers[LOCKSTEP_MAX_SUBJECTS]; /* NULL of one that takes batches */
	struct judge *judges[LOCKSTEP_MAX_SUBJECTS];   /* NULL without judging */
};

struct machine_cache {
	const struct subject_ops *const *subjects;
	uint32_t nr_subjects;
	bool judge;
	struct judge_options judge_options;
	struct env env;
	uint64_t nr_pages; /* of all together */
	uint32_t nr_made;  /* places ever filled */
	struct machine *unused, *newest, *oldest;
	volatile uint32_t
		*at_hand;       /* gets the number of the subject that is made or reset; or NULL */
	struct snapshot *start; /* the last start state made; NULL: none yet */
	struct machine *hashed[MACHINE_CACHE_SIZE];
	struct machine machines[MACHINE_CACHE_SIZE];
};

void machine_cache_free(struct machine_cache *cache);
/*
 * The program's machine in its start state, or in the given one, or NULL and a sentence. It stays
 * valid until the next call.
 */
struct machine *machine_cache_get(struct machine_cache *cache, const struct program *program,
				  const struct snapshot *given, char *error, size_t error_size);
/*
 * Drops it at the next call that makes one: what a broken allocator has written a reset need not
 * undo.
 */
void machine_cache_forget(struct machine_cache *cache, struct machine *machine);
/* Puts every subject and judge of the machine back to the start; their ledgers are the caller's to
 * reset, with as many slots as his program has. */
void machine_reset(const struct machine_cache *cache, struct machine *machine);
const struct view *machine_view(const struct machine_cache *cache, const struct machine *machine,
				uint32_t subject);
