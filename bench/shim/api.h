/* SPDX-License-Identifier: MIT */
/*
 * What the bench asks of a core, today's or that of an older commit. Each is a shared object made
 * of its own tree and of the files of this folder, which are compiled against its own headers and
 * with its own flags; buddy_bench loads both and knows nothing of their types. So this is plain C,
 * and a change of it counts BENCH_API_VERSION up.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_API_VERSION 1u
#define BENCH_NAME_BYTES 16
#define BENCH_CORE_SYMBOL "bench_core"

enum bench_profile { BENCH_DEBIAN, BENCH_UML };

struct bench_machine; /* the shim's */

/* Back to a copy at the price of what has changed. */
struct bench_rewind {
	/* Remembers the machine as it is. false: out of memory. */
	bool (*remember)(struct bench_machine *machine);
	void (*rewind)(struct bench_machine *machine);
};

enum bench_sharing_mode {
	BENCH_LOCKED,    /* any thread calls for any CPU: every list has its lock */
	BENCH_CPU_OWNED, /* each CPU number is one thread's: only zones have locks */
	NR_BENCH_SHARING
};

/* Several threads on one machine. */
struct bench_sharing {
	/* After boot, before the first call. false: this core does not know the mode. */
	bool (*share)(struct bench_machine *machine, enum bench_sharing_mode mode);
};

/* Fixed random programs through diff/lockstep/lockstep.h, the machine made before the first is
 * timed. */
struct bench_lockstep {
	/* nr_programs of nr_ops operations each. NULL: error[error_size] tells why. */
	void *(*open)(bool judge, uint32_t nr_programs, uint32_t nr_ops, char *error,
		      size_t error_size);
	/* Resets the machine and runs program nr. false: it has a finding. */
	bool (*run)(void *self, uint32_t nr);
	void (*close)(void *self);
};

/* Exported as `const struct bench_core bench_core`. Parts that the core lacks are NULL. */
struct bench_core {
	uint32_t version; /* BENCH_API_VERSION */
	/* Not a string elsewhere: constants behind it would move with its length. */
	char name[BENCH_NAME_BYTES];
	uint32_t gfp; /* of every request */
	/* alloc_pages() and __free_pages() themselves; task as below. */
	void *(*alloc)(void *task, uint32_t gfp, uint32_t order);
	void (*free)(void *task, void *page, uint32_t order);

	/* A machine that is still to be booted. NULL: there is none like it. */
	struct bench_machine *(*prepare)(enum bench_profile profile, uint32_t nr_pages,
					 uint32_t nr_cpus);
	size_t (*image_bytes)(const struct bench_machine *machine);
	/* memory[image_bytes] is all zero, at a page, and stays the caller's. */
	bool (*boot)(struct bench_machine *machine, void *memory);
	/* memory holds a copy of the image. */
	bool (*attach)(struct bench_machine *machine, void *memory);
	/* Who asks on this CPU. */
	void *(*task)(struct bench_machine *machine, uint32_t cpu);
	void (*dispose)(struct bench_machine *machine);

	const struct bench_rewind *rewind;
	const struct bench_sharing *sharing;
	const struct bench_lockstep *lockstep;
};
