/* SPDX-License-Identifier: MIT */
/* Private to the shim: the machine behind bench/shim/api.h, of the core that it is compiled for. */
#pragma once

#include "bench/shim/api.h"
#include "buddy/buddy.h"

#define SHIM_MAX_CPUS 2u

struct shim_locks;

/* A task of its own cache line: two threads write to neither. */
struct shim_task {
	_Alignas(64) struct task tsk;
};

struct bench_machine {
	struct buddy_config config;
	struct buddy_system sys;
	size_t image_bytes;
	void *copy; /* rewind.c; NULL: nothing is remembered */
	uint64_t *taken, *listed;
	struct shim_locks *locks; /* sharing.c; NULL: one thread */
	struct shim_task tasks[SHIM_MAX_CPUS];
};

extern const struct bench_rewind shim_rewind;
extern const struct bench_sharing shim_sharing;
extern const struct bench_lockstep shim_lockstep;
