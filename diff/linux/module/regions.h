/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of all memory that is the allocator's state: of the real machine and of the lab as saved.
 */
#pragma once

#include <linux/types.h>

enum region_copy { REGION_REAL, REGION_SAVED, NR_REGION_COPIES };

/* Notes a region and reserves its copies. The lab's struct pages come first (regions_set_pages). */
int regions_init(void);
/* How many struct pages of the lab belong to the state from now on. */
void regions_set_pages(unsigned long nr_pages);
void regions_save(enum region_copy copy);
void regions_restore(enum region_copy copy);
