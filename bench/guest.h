/* SPDX-License-Identifier: MIT */
/*
 * Batches of calls to the real kernel (diff/linux). Each call of a batch is dispatched, answered
 * and counted by the module, and a batch begins with a reset of the machine and a round trip, all
 * of which a batch of nops of the same length pays as well.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_CALLS 4096u

/* Requests of one order, nr_held at once, all given back in the order they were taken. */
struct guest_pattern {
	uint32_t order, nr_held;
};

/*
 * A kernel runs, holds a machine of nr_pages pages like those the cores get, and knows the batch.
 * Quick when nothing has changed since the last call. false: error[error_size] tells why.
 */
bool guest_prepare(uint32_t nr_pages, uint32_t gfp, const struct guest_pattern *pattern,
		   char *error, size_t error_size);
enum guest_batch { GUEST_BATCH, GUEST_NOPS, GUEST_EMPTY };

/* The batch, as many nops, or no call at all; *elapsed_ns is the host's. false: error tells. */
bool guest_run(enum guest_batch what, uint64_t *elapsed_ns, char *error, size_t error_size);
/* The machine is forgotten. */
void guest_release(void);
