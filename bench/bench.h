/* SPDX-License-Identifier: MIT */
/*
 * What is measured (rows) on whom (subjects), and what came out. A slice is one short measurement
 * of one subject in one row. A round is a slice of every subject, each round in another order, so
 * that a slow moment of the host hits all alike and nobody always comes behind the same neighbour.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/calls.h"
#include "bench/shim/api.h"

#define BENCH_MAX_SUBJECTS 12
#define BENCH_MAX_ROWS 64
#define BENCH_MAX_ROUNDS 1001
#define BENCH_THREADS 2

/* The machine that a core is given for a row. */
struct bench_wish {
	uint32_t nr_pages; /* 0: the row makes its own, or needs none */
	uint32_t nr_cpus;
	enum bench_profile profile;
	bool shared;
	enum bench_sharing_mode sharing;
};

/* Which rows a subject takes part in. */
enum bench_scope {
	BENCH_CALLS = 1u << 0,  /* allocate and free in one thread */
	BENCH_CORES = 1u << 1,  /* what only a core has: boot, rewind, lockstep */
	BENCH_SHARED = 1u << 2, /* two threads */
	BENCH_OWNED = 1u << 3,  /* two threads, each with CPU numbers of its own */
	BENCH_KERNEL = 1u << 4, /* next to the real kernel */
	BENCH_GUEST = 1u << 5   /* the real kernel alone */
};

struct bench_subject {
	const char *name;
	uint32_t scopes;               /* mask of enum bench_scope */
	const struct bench_core *core; /* NULL: it is none */
	struct bench_machine *machine; /* of a core, while it is open */
	void *image;
	struct bench_calls calls[BENCH_THREADS]; /* while it is open */
	/* false: it cannot; *problem tells why, for good. Both may be NULL. */
	bool (*open)(struct bench_subject *subject, const struct bench_wish *wish,
		     const char **problem);
	void (*close)(struct bench_subject *subject);
	const char *library, *alloc_name, *free_name; /* of a peer that is loaded */
	bool absent;
};

struct bench_sample {
	double ns; /* per unit of the row */
	uint64_t nr_failed, nr_requests;
};

/* One slice to be done. */
struct bench_job {
	const struct bench_row *row;
	struct bench_subject *subject;
	uint64_t argument; /* the row's, large or quick */
	uint64_t slice_ns;
	const char *problem; /* why it could not be done */
};

struct bench_row {
	const char *name;
	const char *unit; /* what one figure is the time of */
	enum bench_scope scope;
	struct bench_wish wish;
	uint64_t argument, argument_quick; /* what the row's function makes of it */
	bool (*run)(struct bench_job *job, struct bench_sample *sample); /* one slice */
	void (*finish)(void); /* after the last slice of the row; may be NULL */
	bool slow;            /* left out by --quick */
};

/* Each group returns its rows. */
const struct bench_row *bench_pair_rows(size_t *nr);
const struct bench_row *bench_bulk_rows(size_t *nr);
const struct bench_row *bench_mix_rows(size_t *nr);
const struct bench_row *bench_boot_rows(size_t *nr);
const struct bench_row *bench_copy_rows(size_t *nr);
const struct bench_row *bench_lockstep_rows(size_t *nr);
const struct bench_row *bench_thread_rows(size_t *nr);
const struct bench_row *bench_kernel_rows(size_t *nr);
