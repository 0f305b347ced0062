/* SPDX-License-Identifier: MIT */
/* Operations on the machine and on the task that asks. */
#include "oracle/ops/op_row.h"

const struct op_row op_row_drain_local_pages = { .fits = fits_always };
const struct op_row op_row_drain_all_pages = { .fits = fits_always };
const struct op_row op_row_tick = { .fits = fits_always };

static bool fits_set_pageblock_type(struct ledger *ledger, const struct op *op, struct call *call)
{
	bool typed = op->type < MIGRATE_TYPES &&
		     (op->type != MIGRATE_CMA || ledger->machine.features & BUDDY_CMA);

	return typed && call_block(ledger, op, call) &&
	       call->order >= ledger->machine.pageblock_order;
}

static void take_set_pageblock_type(const struct taking *taking)
{
	if (!taking->taken)
		return;
	taken_note(taking->taken, TAKEN_RETYPED);
	taking->taken->retyped_pfn = taking->call->pfn;
	taking->taken->nr_retyped = 1u << taking->call->order;
}

const struct op_row op_row_set_pageblock_type = { .fits = fits_set_pageblock_type,
						  .take = take_set_pageblock_type };

static void take_sysctl(const struct taking *taking)
{
	taken_note(taking->taken, TAKEN_TUNED);
}

const struct op_row op_row_sysctl = { .fits = fits_always, .take = take_sysctl };

static bool fits_cpu(struct ledger *ledger, const struct op *op, struct call *call)
{
	(void)ledger, (void)call;
	return op->cpu != OP_CPU_CURRENT;
}

static void take_cpu(const struct taking *taking)
{
	taking->ledger->cpu = taking->call->cpu;
}

const struct op_row op_row_cpu = { .fits = fits_cpu, .take = take_cpu };

static bool fits_task(struct ledger *ledger, const struct op *op, struct call *call)
{
	(void)ledger;
	call->value = op->value & OP_TASK_MASK;
	return true;
}

static void take_task(const struct taking *taking)
{
	taking->ledger->task[taking->call->cpu % BUDDY_MAX_CPUS] = taking->call->value;
}

const struct op_row op_row_task = { .fits = fits_task, .take = take_task };

static void take_hook_answers(const struct taking *taking)
{
	taking->ledger->hook_answers = taking->call->value;
}

const struct op_row op_row_hook_answers = { .fits = fits_always, .take = take_hook_answers };
