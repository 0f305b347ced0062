/* SPDX-License-Identifier: MIT */
/* What root may write (MM-61) and what each write recomputes (MM-66, MM-84); nothing else moves. */
#include <errno.h>

#include "tune/sizing.h"

static int write_min_free(struct buddy_system *sys, int32_t value)
{
	if (value < 0)
		return -EINVAL;
	sys->head->sysctl.min_free_kbytes = value;
	sys->head->user_min_free_kbytes = value;
	setup_per_zone_wmarks(sys);
	return 0;
}

static int write_scale_factor(struct buddy_system *sys, int32_t value)
{
	if (value < 1 || value > 3000)
		return -EINVAL;
	sys->head->sysctl.watermark_scale_factor = (uint32_t)value;
	setup_per_zone_wmarks(sys);
	return 0;
}

static int write_boost_factor(struct buddy_system *sys, int32_t value)
{
	if (value < 0)
		return -EINVAL;
	sys->head->sysctl.watermark_boost_factor = (uint32_t)value;
	return 0;
}

static int write_high_fraction(struct buddy_system *sys, int32_t value)
{
	uint32_t fraction = (uint32_t)value;

	if (value < 0 || (value > 0 && value < 8))
		return -EINVAL;
	if (fraction == sys->head->sysctl.percpu_pagelist_high_fraction)
		return 0;
	sys->head->sysctl.percpu_pagelist_high_fraction = fraction;
	for (uint32_t i = 0; i < sys->head->nr_zones; i++)
		zone_set_pageset_high_and_batch(sys, &sys->zones[i]);
	return 0;
}

/* Any number is taken; those below 1 switch the protection off. */
static int write_reserve_ratio(struct buddy_system *sys, uint32_t index, int32_t value)
{
	if (index >= MAX_NR_ZONES)
		return -EINVAL;
	sys->head->sysctl.lowmem_reserve_ratio[index] = value < 1 ? 0 : (uint32_t)value;
	setup_per_zone_lowmem_reserve(sys);
	return 0;
}

int buddy_sysctl_write(struct buddy_system *sys, enum buddy_sysctl_name name, uint32_t index,
		       int32_t value)
{
	switch (name) {
	case SYSCTL_MIN_FREE_KBYTES:
		return write_min_free(sys, value);
	case SYSCTL_WATERMARK_SCALE_FACTOR:
		return write_scale_factor(sys, value);
	case SYSCTL_WATERMARK_BOOST_FACTOR:
		return write_boost_factor(sys, value);
	case SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION:
		return write_high_fraction(sys, value);
	case SYSCTL_LOWMEM_RESERVE_RATIO:
		return write_reserve_ratio(sys, index, value);
	case NR_SYSCTLS:
		break;
	}
	return -EINVAL;
}
