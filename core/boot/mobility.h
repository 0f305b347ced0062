/* SPDX-License-Identifier: MIT */
/* Is grouping pages by mobility on? */
#pragma once

#include "base/image.h"

/* MM-56: before anything is handed over, from what the zones are going to have. */
void init_mobility(struct buddy_system *sys);
/* The estimate it rests on: pages. */
uint64_t vm_total_pages_at_boot(const struct buddy_system *sys);
