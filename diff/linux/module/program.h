/* SPDX-License-Identifier: GPL-2.0-only */
/* Running programs on the lab. */
#pragma once

#include <linux/types.h>

/* Back to the state that MACHINE saved. */
void lab_reset(void);
/* Runs shared->calls[0..nr_calls) with the flags of RUN; sets nr_done and differs. */
void program_run(u32 nr_calls, u32 flags);
/* Hash of the machine as it is; 0 when a list has no end. */
u64 program_hash(void);
