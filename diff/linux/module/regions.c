// SPDX-License-Identifier: GPL-2.0-only
/*
 * With interrupts off nobody else touches the allocator, so its whole state can be copied away and
 * back. A full copy of a small lab takes a few microseconds; finding out what changed is not
 * faster.
 */
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmstat.h>

#include "host.h"
#include "kernel.h"
#include "lab.h"
#include "regions.h"

#define MAX_REGIONS 32

struct region {
	void *live;
	unsigned long bytes, room;
	unsigned long offset; /* in a copy */
};

static struct region *regions; /* [MAX_REGIONS], [0]: struct pages of the lab */
static unsigned int nr_regions;
static unsigned long copy_room;
static void **copies; /* [NR_REGION_COPIES], made when they are first saved into */

static int add_region(void *live, unsigned long bytes)
{
	if (nr_regions == MAX_REGIONS)
		return -ENOSPC;
	regions[nr_regions++] = (struct region){ live, bytes, bytes, copy_room };
	copy_room += ALIGN(bytes, sizeof(long));
	return 0;
}

int regions_init(void)
{
	const struct {
		void *live;
		unsigned long bytes;
	} parts[] = {
		{ pfn_to_page(lab->first_pfn), lab->nr_pages * sizeof(struct page) },
		{ NODE_DATA(0), sizeof(struct pglist_data) },
		{ lab->pcps[0], sizeof(struct per_cpu_pages) },
		{ lab->pcps[1], sizeof(struct per_cpu_pages) },
		{ lab->pcps[2], sizeof(struct per_cpu_pages) },
		{ lab->pageblock_bits[0], LAB_MAX_BLOCKS / 2 },
		{ lab->pageblock_bits[1], LAB_MAX_BLOCKS / 2 },
		{ lab->pageblock_bits[2], LAB_MAX_BLOCKS / 2 },
		{ vm_zone_stat, sizeof(vm_zone_stat) },
		{ vm_node_stat, sizeof(vm_node_stat) },
		{ this_cpu_ptr(&vm_event_states), sizeof(struct vm_event_state) },
		{ kernel.totalreserve_pages, sizeof(unsigned long) },
		{ kernel.page_group_by_mobility_disabled, sizeof(int) },
		{ kernel.min_free_kbytes, sizeof(int) },
		{ kernel.user_min_free_kbytes, sizeof(int) },
		{ kernel.watermark_boost_factor, sizeof(int) },
		{ kernel.watermark_scale_factor, sizeof(int) },
		{ kernel.percpu_pagelist_high_fraction, sizeof(int) },
		{ kernel.sysctl_lowmem_reserve_ratio, MAX_NR_ZONES * sizeof(int) },
		{ kernel.tainted_mask, sizeof(unsigned long) },
	};
	int error = 0;

	regions = host_memory(MAX_REGIONS * sizeof(*regions));
	copies = host_memory(NR_REGION_COPIES * sizeof(*copies));
	if (!regions || !copies)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(parts) && !error; i++)
		error = add_region(parts[i].live, parts[i].bytes);
	return error;
}

void regions_set_pages(unsigned long nr_pages)
{
	regions[0].bytes = min(nr_pages * sizeof(struct page), regions[0].room);
}

static void copy_bytes(void *to, const void *from, unsigned long bytes)
{
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

bool regions_save(unsigned int copy)
{
	if (!copies[copy])
		copies[copy] = host_memory(copy_room);
	if (!copies[copy])
		return false;
	for (unsigned int i = 0; i < nr_regions; i++)
		copy_bytes(copies[copy] + regions[i].offset, regions[i].live, regions[i].bytes);
	return true;
}

void regions_restore(unsigned int copy)
{
	for (unsigned int i = 0; i < nr_regions; i++)
		copy_bytes(regions[i].live, copies[copy] + regions[i].offset, regions[i].bytes);
}
