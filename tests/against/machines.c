/* SPDX-License-Identifier: MIT */
/*
 * A machine's size decides what can happen on it: up to a few hundred frames everything is short of
 * memory, pcp lists are refilled with more than a page at a time only where a zone has 4096 or
 * more, and a full batch of 63 needs a gigabyte.
 */
#include "machines.h"

#define NR_MOVABLE_ALIGN 1024u

static uint32_t random_size(struct random *random)
{
	switch (random_below(random, 32)) {
	case 0: /* 128 MiB, or above 1 GiB */
		return random_once_in(random, 2) ? random_between(random, 32768, 65536)
						 : random_between(random, 265000, 300000);
	case 1 ... 3:
		return random_between(random, 8192, 32768);
	case 4 ... 9:
		return random_between(random, 2048, 8192);
	case 10 ... 19:
		return random_between(random, 512, 2048);
	case 20 ... 23: /* round ones */
		return 64u << random_below(random, 8);
	default:
		return random_between(random, 64, 512);
	}
}

static uint32_t random_features(struct random *random, enum shim_profile profile)
{
	uint32_t features = SHIM_HAS(COMPACTION);

	if (profile != SHIM_UML)
		features |= SHIM_HAS(SMP) | SHIM_HAS(NUMA) | SHIM_HAS(THP) | SHIM_HAS(SPARSEMEM);
	if (profile != SHIM_DEBIAN)
		features |= SHIM_HAS(CMA);
	for (uint32_t i = 0; i < SHIM_NR_FEATURES; i++)
		if (random_once_in(random, 8))
			features ^= 1u << i;
	return features;
}

/* A few pageblocks for each type, or what the profile has. */
static uint32_t random_pageblock_order(struct random *random, enum shim_profile profile,
				       uint32_t nr_frames)
{
	uint32_t order = 1;

	if (random_once_in(random, 3))
		return profile == SHIM_UML ? 10 : 9;
	if (random_once_in(random, 4))
		return random_between(random, 1, 10);
	while (order < 10 && nr_frames >> order > 64)
		order++;
	return order < 9 && random_once_in(random, 2) ? order + 2 : order;
}

static uint32_t random_start(struct random *random)
{
	switch (random_below(random, 6)) {
	case 0:
		return random_between(random, 1, 4096);
	case 1:
		return 1024 * random_below(random, 64);
	case 2:
		return 0x100000 + random_below(random, 65536);
	default:
		return 0;
	}
}

/* Ranges in a row, some behind a hole; nodes in halves, or taking turns. */
static void random_memory(struct random *random, struct shim_machine *machine, uint32_t nr_frames)
{
	uint32_t nr = random_once_in(random, 2) ? machine->nr_nodes
						: random_between(random, machine->nr_nodes, 6);
	uint32_t at = random_start(random), left = nr_frames;
	bool turns = random_once_in(random, 4);

	for (uint32_t i = 0; i < nr && left; i++) {
		uint32_t size = i + 1 == nr ? left : random_between(random, 1, left);
		uint32_t node = turns ? i % machine->nr_nodes : i * machine->nr_nodes / nr;

		if (i && random_once_in(random, 2))
			at += random_between(random, 1, nr_frames / 8 + 1);
		if (size > 64 && random_once_in(random, 2))
			size &= ~63u;
		machine->memory[machine->nr_memory++] = (struct shim_range){ at, at + size, node };
		at += size;
		left -= size;
	}
}

static uint32_t memory_end(const struct shim_machine *machine)
{
	return machine->memory[machine->nr_memory - 1].end_pfn;
}

static void random_reserved(struct random *random, struct shim_machine *machine)
{
	uint32_t at = machine->memory[0].start_pfn, end = memory_end(machine);
	uint32_t nr = random_once_in(random, 2) ? 0 : random_between(random, 1, 4);

	for (; nr && at < end; nr--) {
		uint32_t start = at + random_below(random, (end - at) / 2 + 1);
		uint32_t most = (end - start) / 8 + 1;

		at = start + random_between(random, 1, most < 512 ? most : 512);
		if (start < at)
			machine->reserved[machine->nr_reserved++] =
				(struct shim_range){ start, at, 0 };
		at++;
	}
}

static void random_zones(struct random *random, struct shim_machine *machine)
{
	uint32_t start = machine->memory[0].start_pfn, size = memory_end(machine) - start;

	machine->zone_end_pfn[0] = machine->zone_end_pfn[1] = machine->zone_end_pfn[2] = SHIM_NONE;
	if (machine->profile != SHIM_UML && random_below(random, 4)) {
		uint32_t dma = random_below(random, size / 2 + 1);

		machine->zone_end_pfn[0] = start + dma;
		machine->zone_end_pfn[1] = start + dma + random_below(random, size - dma);
	}
	if (size >= 4 * NR_MOVABLE_ALIGN && random_once_in(random, 2))
		machine->movablecore_pages = random_between(random, 1, size / 2);
	else if (size >= 4 * NR_MOVABLE_ALIGN && random_once_in(random, 4))
		machine->kernelcore_pages = random_between(random, size / 4, size);
}

static void random_sysctls(struct random *random, struct shim_machine *machine, uint32_t nr_frames)
{
	static const uint32_t scales[] = { 10, 10, 10, 1, 100, 1000, 3000 };
	static const uint32_t boosts[] = { 15000, 15000, 0, 1000, 150000 };
	static const uint32_t fractions[] = { 0, 0, 0, 0, 8, 16, 64 };
	static const int32_t ratios[] = { -1, -1, 0, 2, 8, 64 };

	machine->min_free_kbytes =
		random_once_in(random, 2) ? -1 : (int32_t)random_below(random, nr_frames / 4);
	machine->watermark_scale_factor = scales[random_below(random, 7)];
	machine->watermark_boost_factor = boosts[random_below(random, 5)];
	machine->percpu_pagelist_high_fraction = fractions[random_below(random, 7)];
	machine->lowmem_reserve_ratio = ratios[random_below(random, 6)];
}

/* Mostly nobody watches, as most embedders do: then the core takes its short ways. */
static uint32_t random_hooks(struct random *random)
{
	uint32_t hooks = SHIM_HOOK(bad_page) | SHIM_HOOK(nofail_wait);

	if (random_once_in(random, 2))
		hooks |= SHIM_HOOK(reclaim) | SHIM_HOOK(compact) | SHIM_HOOK(out_of_memory);
	if (random_once_in(random, 5))
		hooks |= SHIM_HOOK(trace);
	if (random_once_in(random, 8))
		hooks |= SHIM_HOOK(cpuset_allowed);
	if (random_once_in(random, 8))
		hooks |= SHIM_HOOK(should_fail_alloc);
	if (random_once_in(random, 8))
		hooks |= SHIM_HOOK(node_reclaim);
	if (random_once_in(random, 8))
		hooks |= SHIM_HOOK(node_dirty_ok) | SHIM_HOOK(reclaimable) | SHIM_HOOK(clear_pages);
	if (random_once_in(random, 16))
		hooks &= ~SHIM_HOOK(bad_page);
	return hooks;
}

uint32_t machine_frames(const struct shim_machine *machine)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < machine->nr_memory; i++)
		nr += machine->memory[i].end_pfn - machine->memory[i].start_pfn;
	return nr;
}

static void random_nodes(struct random *random, struct shim_machine *machine)
{
	machine->nr_cpus = machine->nr_nodes = 1;
	if ((machine->features & SHIM_HAS(SMP)) && random_once_in(random, 2))
		machine->nr_cpus = random_between(random, 1, SHIM_MAX_CPUS);
	if ((machine->features & SHIM_HAS(NUMA)) && random_once_in(random, 2))
		machine->nr_nodes = random_once_in(random, 4) ? 3 : 2;
	machine->distance = random_once_in(random, 4) ? 40 : 20;
	for (uint32_t cpu = 0; cpu < machine->nr_cpus; cpu++)
		machine->cpu_node[cpu] = random_below(random, machine->nr_nodes);
}

void machine_random(struct random *random, struct shim_machine *machine)
{
	uint32_t nr_frames = random_size(random);

	*machine = (struct shim_machine){ .hooks = random_hooks(random) };
	machine->profile = (enum shim_profile)random_below(random, SHIM_NR_PROFILES);
	machine->features = random_features(random, machine->profile);
	machine->pageblock_order = random_pageblock_order(random, machine->profile, nr_frames);
	random_nodes(random, machine);
	random_memory(random, machine, nr_frames);
	random_reserved(random, machine);
	random_zones(random, machine);
	random_sysctls(random, machine, nr_frames);
	machine->memory_is_dirty = random_once_in(random, 2);
}
