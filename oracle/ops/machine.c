/* SPDX-License-Identifier: MIT */
/* Operations on the machine and on the task that asks. */
#include "oracle/ops/op_row.h"

const struct op_row op_row_drain_local_pages = { .fits = fits_always };
const struct op_row op_row_drain_all_pages = { .fits = fits_always };
const struct op_row op_row_tick = { .fits = fits_always };

static bool fits_set_pageblock_type(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = slot_block(ledger, op);

	if (!head || op->type >= MIGRATE_TYPES ||
	    (op->type == MIGRATE_CMA && !(ledger->machine.features & BUDDY_CMA)))
		return false;
	call->pfn = head->head;
	call->order = head->order;
	return head->order >= ledger->machine.pageblock_order;
}

static void take_set_pageblock_type(struct ledger *ledger, const struct op *op,
				    const struct call *call, const struct event *event,
				    struct taken *taken)
{
	(void)ledger, (void)op, (void)event;
	if (!taken)
		return;
	taken_note(taken, TAKEN_RETYPED);
	taken->retyped_pfn = call->pfn;
	taken->nr_retyped = 1u << call->order;
}

const struct op_row op_row_set_pageblock_type = { .fits = fits_set_pageblock_type,
						  .take = take_set_pageblock_type };

static void take_sysctl(struct ledger *ledger, const struct op *op, const struct call *call,
			const struct event *event, struct taken *taken)
{
	(void)ledger, (void)op, (void)call, (void)event;
	taken_note(taken, TAKEN_TUNED);
}

const struct op_row op_row_sysctl = { .fits = fits_always, .take = take_sysctl };

static bool fits_cpu(struct ledger *ledger, const struct op *op, struct call *call)
{
	(void)ledger, (void)call;
	return op->cpu != OP_CPU_CURRENT;
}

static void take_cpu(struct ledger *ledger, const struct op *op, const struct call *call,
		     const struct event *event, struct taken *taken)
{
	(void)op, (void)event, (void)taken;
	ledger->cpu = call->cpu;
}

const struct op_row op_row_cpu = { .fits = fits_cpu, .take = take_cpu };

static bool fits_task(struct ledger *ledger, const struct op *op, struct call *call)
{
	(void)ledger;
	call->value = op->value & OP_TASK_MASK;
	return true;
}

static void take_task(struct ledger *ledger, const struct op *op, const struct call *call,
		      const struct event *event, struct taken *taken)
{
	(void)op, (void)event, (void)taken;
	ledger->task[call->cpu % BUDDY_MAX_CPUS] = call->value;
}

const struct op_row op_row_task = { .fits = fits_task, .take = take_task };

static void take_hook_answers(struct ledger *ledger, const struct op *op, const struct call *call,
			      const struct event *event, struct taken *taken)
{
	(void)op, (void)event, (void)taken;
	ledger->hook_answers = call->value;
}

const struct op_row op_row_hook_answers = { .fits = fits_always, .take = take_hook_answers };
