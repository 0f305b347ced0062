/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of all memory that is the allocator's state: of the real machine and of each machine of
 * the lab as it was built.
 */
#pragma once

#include <linux/types.h>

#include "protocol_in_kernel.h"

#define REGION_REAL 0u
#define REGION_MACHINE(slot) (1u + (slot))
#define NR_REGION_COPIES (1u + LINUX_MACHINES)

/* Notes what belongs to the state. */
int regions_init(void);
/* How many struct pages of the lab belong to the state from now on. */
void regions_set_pages(unsigned long nr_pages);
/* false: no memory on the host. */
bool regions_save(unsigned int copy);
void regions_restore(unsigned int copy);
