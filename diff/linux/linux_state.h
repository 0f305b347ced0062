/* SPDX-License-Identifier: MIT */
/*
 * A machine's state in the words of diff/linux/protocol.h: written from a view, hashed, and read
 * back into a snapshot so that two states can be compared and told as always.
 */
#pragma once

#include "diff/linux/protocol.h"
#include "oracle/eyes/snapshot.h"

struct linux_state {
	struct snapshot snapshot;
	struct linux_machine machine; /* the same, with the lists in words */
	uint32_t *words;              /* [machine.nr_state_words] */
	uint32_t capacity;
};

void linux_state_free(struct linux_state *state);
/*
 * The machine as the view shows it, sysctls aside. without_lru: the caller knows that no page is
 * marked, so the frames need not be looked through. false: too large, or memory is short.
 */
bool linux_state_take(struct linux_state *state, const struct view *view, bool without_lru);
/* What a view does not show: the values that later sysctl writes build upon (MM-61, MM-62). */
void linux_state_set_sysctls(struct linux_state *state, const struct buddy_config *config);
/* vm.min_free_kbytes in force, of a machine in this state: what config says, or a boot makes of it.
 */
uint32_t linux_min_free_kbytes(const struct snapshot *snapshot, const struct buddy_config *config);
/* As LINUX_FINAL_HASH is defined. */
uint64_t linux_state_hash(const struct linux_machine *machine, const uint32_t *words);
/*
 * Words from anywhere into a snapshot. What the words do not tell (present pages) is taken from
 * base, or made up without one. false: they are not well-formed, or memory is short.
 */
bool linux_state_snapshot(const struct linux_machine *machine, const uint32_t *words,
			  const struct snapshot *base, struct snapshot *snapshot);
