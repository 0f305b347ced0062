// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream runs under stop_machine(): every CPU stands in this file with interrupts off, so nobody
 * else can touch the allocator, and a request that wakes kswapd wakes it for later. The starting
 * CPU leads; an op for another CPU is done there, while the leader waits.
 */
#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/sched/prio.h>
#include <linux/stop_machine.h>
#include <linux/utsname.h>
#include <linux/vmstat.h>

#include "kernel.h"
#include "recorder.h"

#define NOBODY (~0u) /* the stream is over */

/* turn: the CPU that may act. The leader writes op before it passes the turn. */
static u32 turn;
static struct recorder_op *turn_op;

static long long events[NR_VM_EVENT_ITEMS];
static cycles_t nr_cycles;

static void count_events(int sign)
{
	int cpu;

	for_each_online_cpu(cpu) for (int i = 0; i < NR_VM_EVENT_ITEMS; i++) events[i] +=
		sign * (long long)per_cpu(vm_event_states, cpu).event[i];
}

static void apply(struct recorder_op *op)
{
	op->result = recorder_letter(op->letter)->apply(op);
}

static void apply_there(struct recorder_op *op, u32 cpu)
{
	turn_op = op;
	smp_store_release(&turn, cpu);
	while (smp_load_acquire(&turn) != recorder.cpu)
		cpu_relax();
}

static void note_counters(struct recorder_op *op, u32 cpu)
{
	for (int k = 0; k < RECORDER_COUNTED_ZONES; k++) {
		struct zone *zone = recorder.counted[k];

		if (!zone)
			continue;
		op->free_pages[k] = (u32)atomic_long_read(&zone->vm_stat[NR_FREE_PAGES]);
		op->pcp_pages[k] = (u32)per_cpu_ptr(zone->per_cpu_pageset, cpu)->count;
	}
}

/* drain_all_pages() is always asked for by the leader; the format says so. */
static void apply_all(void)
{
	u32 cpu = recorder.cpu;

	for (u32 i = 0; i < recorder.nr_ops; i++) {
		struct recorder_op *op = &recorder.ops[i];

		if (op->letter == 'J')
			op->result = cpu = op->id;
		else if (cpu == recorder.cpu || op->letter == 'd')
			apply(op);
		else
			apply_there(op, cpu);
		note_counters(op, cpu);
	}
}

static void lead(void)
{
	cycles_t start;

	text_snapshot("initial");
	count_events(-1);
	start = get_cycles();
	apply_all();
	nr_cycles = get_cycles() - start;
	count_events(1);
	text_snapshot("final");
	for (u32 i = 0; i < RECORDER_MAX_HANDLES; i++)
		recorder_give_back(&recorder.handles[i]);
	smp_store_release(&turn, NOBODY);
}

static void follow(u32 cpu)
{
	u32 now;

	while ((now = smp_load_acquire(&turn)) != NOBODY) {
		if (now == cpu) {
			apply(turn_op);
			smp_store_release(&turn, recorder.cpu);
		}
		cpu_relax();
	}
}

/*
 * The thread that stop_machine() runs this in is a real-time one, which the slow path lets dig
 * deeper. It cannot be scheduled away here, so it may look like an ordinary one meanwhile.
 */
static int on_each_cpu_stopped(void *unused)
{
	u32 cpu = smp_processor_id();
	int prio = current->prio;

	current->prio = DEFAULT_PRIO;
	if (cpu == recorder.cpu)
		lead();
	else
		follow(cpu);
	current->prio = prio;
	return 0;
}

static void write_header(void)
{
	text_add("ORACLE 1 kernel %s machine %s pageblock_order %d max_order %d mtypes %d "
		 "pcp_lists %d zones %d boost_factor %d mobility_off %d smp 1 nofragment %d cma %d "
		 "irqoff 1 cpu %u online %u\n",
		 utsname()->release, utsname()->machine, (int)pageblock_order, MAX_ORDER,
		 MIGRATE_TYPES, NR_PCP_LISTS, MAX_NR_ZONES, *kernel.watermark_boost_factor,
		 *kernel.page_group_by_mobility_disabled, IS_ENABLED(CONFIG_ZONE_DMA32),
		 IS_ENABLED(CONFIG_CMA), recorder.cpu, num_online_cpus());
}

static void write_op(const struct recorder_op *op)
{
	const struct recorder_letter *letter = recorder_letter(op->letter);
	u32 operands[] = { op->id, op->a };

	text_add("%c", op->letter);
	for (u32 k = 0; k < letter->nr_numbers; k++)
		text_add(" %u", operands[k]);
	if (letter->gfp)
		text_add(" %x", (__force u32)((__force gfp_t)op->b | __GFP_THISNODE));
	text_add(" = %u", op->result);
	for (int k = 0; k < RECORDER_COUNTED_ZONES; k++)
		if (recorder.counted[k])
			text_add(" %u/%u", op->free_pages[k], op->pcp_pages[k]);
	if (op->letter == 'B' && op->result) {
		text_add(" :");
		for (u32 k = 0; k < op->result; k++)
			text_add(" %u", recorder.bulk_pfns[op->first_page + k]);
	}
	text_add("\n");
}

static void write_results(void)
{
	text_add("RESULTS %u\n", recorder.nr_ops);
	for (u32 i = 0; i < recorder.nr_ops; i++)
		write_op(&recorder.ops[i]);
	text_add("EVENTS");
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		if (events[i])
			text_add(" %d:%lld", i, events[i]);
	text_add("\nTIME cycles %llu ops %u\nEND\n", (unsigned long long)nr_cycles,
		 recorder.nr_ops);
}

/* The two highest populated zones of the node. */
static void find_counted(void)
{
	int nr = 0;

	memset(recorder.counted, 0, sizeof(recorder.counted));
	for (int z = MAX_NR_ZONES - 1; z >= 0 && nr < RECORDER_COUNTED_ZONES; z--) {
		struct zone *zone = &NODE_DATA(recorder.node)->node_zones[z];

		if (zone_managed_pages(zone))
			recorder.counted[nr++] = zone;
	}
}

int recorder_run(void)
{
	int error;

	recorder.text_size = 0;
	recorder.text_overflow = false;
	recorder.nr_splits = 0;
	recorder.nr_bulk_pfns = 0;
	memset(recorder.handles, 0, RECORDER_MAX_HANDLES * sizeof(*recorder.handles));
	memset(events, 0, sizeof(events));
	find_counted();
	write_header();
	turn = recorder.cpu;
	kernel_fence_close(true);
	error = stop_machine(on_each_cpu_stopped, NULL, cpu_online_mask);
	kernel_fence_close(false);
	write_results();
	if (recorder.text_overflow)
		pr_err("buddy_recorder: the recording exceeds %u bytes\n", RECORDER_TEXT_BYTES);
	return error ? error : recorder.text_overflow ? -ENOSPC : 0;
}
