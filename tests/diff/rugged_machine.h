/* SPDX-License-Identifier: MIT */
/* A machine whose frames are hard to read in rows. */
#pragma once

#include "buddy/config.h"

/* Zones that meet inside a pageblock, a hole inside one, a hole of a whole section. */
static inline struct buddy_config rugged_machine(void)
{
	struct buddy_config config = buddy_config_x86_64(0, 4096);

	config.pageblock_order = 9;
	config.zones |= 1u << ZONE_DMA;
	config.zone_end_pfn[ZONE_DMA] = 700;
	config.memory[0] = (struct buddy_range){ 64, 1500, 0 };
	config.memory[1] = (struct buddy_range){ 1600, 3000, 0 };
	config.memory[2] = (struct buddy_range){ 1u << 16, (1u << 16) + 600, 0 };
	config.nr_memory = 3;
	return config;
}
