/* SPDX-License-Identifier: MIT */
/* From calls and events to the letters of corpus/linux/README.md. */
#include "diff/recorded/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/linux/linux_state.h"
#include "diff/recorded/recorded_scan.h"
#include "oracle/ledger/holdings.h"
#include "oracle/ops/ops.h"

#define OPS_BETWEEN_QUESTIONS 256

struct run {
	struct recorder *recorder;
	const struct program *program;
	struct recorded *recorded;
	void *self;
	struct ledger *ledger;
	struct call call;
	struct event event;
	pfn_t pfns[CALL_MAX_PFNS]; /* of event */
	char *error;
	size_t error_size;
};

static bool fail(struct run *run, size_t op_index, const char *what)
{
	snprintf(run->error, run->error_size, "op %zu (%s): %s", op_index,
		 op_table[run->program->ops[op_index].code].name, what);
	return false;
}

/* ---- which operations ---- */

static bool is_empty_run(const struct call *call)
{
	for (uint32_t i = 0; i < call->count; i++)
		if (call->pfns[i] != PFN_NONE)
			return false;
	return true;
}

/*
 * The letters know references of whole blocks only, and bulk arrays that are empty. Where there is
 * one CPU, nobody changes to another.
 */
static bool has_letter(const struct run *run, const struct op *op)
{
	const struct slot *slots = run->ledger->slots;

	switch (op->code) {
	case OP_get_page:
	case OP_put_page:
		return slots[op->slot].kind == SLOT_BLOCK;
	case OP_split_page:
		return ledger_page(run->ledger, run->call.pfn)->refs == 1;
	case OP_alloc_pages_bulk_array:
		return is_empty_run(&run->call);
	case OP_cpu:
		return false;
	default:
		return op_table[op->code].letter;
	}
}

/* ---- answers ---- */

/* The numbers behind the letter, as far as it has them: slot or first number, then the others. */
static void put_operands(const struct run *run, const struct op *op, struct recorded_op *to)
{
	const struct call *call = &run->call;
	uint32_t operands = op_table[op->code].operands;

	to->id = operands & OPERAND_SYSCTL  ? call->type
		 : operands & OPERAND_VALUE ? call->value
					    : op->slot;
	if (operands & (OPERAND_ORDER | OPERAND_SYSCTL))
		to->a = call->order;
	else if (operands & OPERAND_TYPE)
		to->a = recorded_kernel_type(&run->recorded->header, call->type);
	else
		to->a = op_allocates(op->code) ? call->count : op->count;
	to->b = operands & OPERAND_GFP ? call->gfp : operands & OPERAND_SYSCTL ? call->value : 0;
	if (op->code == OP_get_zeroed_page) /* an address is asked for */
		to->b &= ~__GFP_HIGHMEM;
}

static bool put_pages(struct run *run, struct recorded_op *to)
{
	const struct event *event = &run->event;

	to->first_pfn = run->recorded->pfns.nr;
	to->nr_pfns = to->result;
	if (to->result > event->nr_pfns)
		return false;
	for (uint32_t i = 0; i < to->result; i++)
		if (event->pfns[i] == PFN_NONE ||
		    !pfn_list_append(&run->recorded->pfns, event->pfns[i]))
			return false;
	return true;
}

/* FR-5: free_pages tells only whether a reference was left, put_page how many there were before. */
static uint32_t count_references(uint8_t code, int64_t left)
{
	switch (code) {
	case OP_free_pages:
		return left ? 2 : 1;
	case OP_get_page:
		return (uint32_t)left;
	case OP_put_page:
		return (uint32_t)left + 1;
	default:
		return 1;
	}
}

static bool put_answer(struct run *run, const struct op *op, struct recorded_op *to)
{
	const struct event *event = &run->event;

	put_operands(run, op, to);
	switch ((enum op_result)op_table[op->code].result) {
	case RESULT_FRAGMENT:
		to->d = event->offset_bytes;
		/* fall through */
	case RESULT_BLOCK:
		to->result = event->pfn == PFN_NONE ? 0 : event->pfn;
		return true;
	case RESULT_ARRAY:
	case RESULT_LIST:
		to->result = (uint32_t)event->result;
		return put_pages(run, to);
	case RESULT_REFS:
		to->result = count_references(op->code, event->result);
		return true;
	case RESULT_ERRNO:
		to->result = !event->result;
		return true;
	case RESULT_DONE:
		to->result = op_table[op->code].operands & OPERAND_COUNT ? run->call.count : 1;
		return true;
	}
	return false;
}

static void put_counters(const struct run *run, struct recorded_op *to)
{
	const struct subject_ops *ops = run->recorder->ops;

	for (uint32_t k = 0; k < RECORDED_MAX_COUNTED_ZONES; k++) {
		uint32_t zone = recorded_counted_zone(run->recorded, k);

		if (zone == run->recorded->initial->nr_zones || !ops->counts ||
		    !ops->counts(run->self, zone, 0, &to->free_pages[k], &to->pcp_pages[k]))
			return;
		to->nr_counted++;
	}
}

static void count_request(struct run *run)
{
	if (!op_allocates(run->call.code))
		return;
	run->recorder->nr_allocs++;
	run->recorder->nr_failed_allocs += run->event.pfn == PFN_NONE && !run->event.result;
}

/* ---- one op ---- */

static bool keep(struct run *run, const struct op *op, size_t op_index)
{
	struct recorded_op to = { .code = op_table[op->code].letter };

	if (run->event.status == EVENT_TRAPPED)
		return fail(run, op_index,
			    run->event.bug_condition ? run->event.bug_condition
						     : "the subject trapped");
	if (run->event.status == EVENT_STALLED)
		return fail(run, op_index, "the request was given up");
	if (run->event.nr_bad_pages)
		return fail(run, op_index, "the subject reported a bad page");
	if (run->event.pfn == 0)
		return fail(run, op_index,
			    "got page frame 0, which the format has no way to say; "
			    "give the machine start=1024");
	if (!put_answer(run, op, &to))
		return fail(run, op_index, "its list of pages is not what was asked for");
	put_counters(run, &to);
	count_request(run);
	return recorded_append_op(run->recorded, &to) || fail(run, op_index, "out of memory");
}

static bool step(struct run *run, size_t op_index)
{
	const struct op *op = &run->program->ops[op_index];

	if (!ops_resolve(run->ledger, op, &run->call)) {
		run->recorder->nr_unfit += op->code != OP_nop;
		return true;
	}
	event_clear(&run->event);
	run->event.status = EVENT_UNSUPPORTED;
	if (has_letter(run, op) &&
	    run->recorder->ops->claims(run->recorder->ops, op->code) != CLAIM_NONE)
		run->recorder->ops->apply(run->self, &run->call, &run->event);
	if (run->event.status == EVENT_UNSUPPORTED) {
		run->recorder->nr_left_out++;
		return true;
	}
	if (!keep(run, op, op_index))
		return false;
	ops_take(run->ledger, op, &run->call, &run->event, NULL);
	return true;
}

static bool asked_to_stop(const struct run *run, size_t nr_done)
{
	const struct recorder *recorder = run->recorder;

	return recorder->go_on && nr_done % OPS_BETWEEN_QUESTIONS == 0 &&
	       !recorder->go_on(recorder->context, nr_done, run->program->nr_ops);
}

static bool run_ops(struct run *run)
{
	for (size_t i = 0; i < run->program->nr_ops; i++) {
		if (asked_to_stop(run, i)) {
			snprintf(run->error, run->error_size, "interrupted at op %zu", i);
			return false;
		}
		if (!step(run, i))
			return false;
	}
	return true;
}

/* ---- the whole ---- */

static bool take_state(struct run *run, struct snapshot **to)
{
	const struct subject_ops *ops = run->recorder->ops;
	bool taken;

	*to = calloc(1, sizeof(**to));
	if (!*to)
		return false;
	taken = ops->snapshot ? ops->snapshot(run->self, *to)
			      : ops->view && snapshot_take(*to, ops->view(run->self));
	if (!taken)
		snprintf(run->error, run->error_size, "the state of %s cannot be read", ops->name);
	return taken;
}

static void describe(struct run *run)
{
	const struct buddy_config *machine = &run->program->machine;
	struct recorded_header *header = &run->recorded->header;

	*header = (struct recorded_header){
		.pageblock_order = machine->pageblock_order,
		.nr_pcp_lists = machine->features & BUDDY_THP ? NR_PCP_LISTS : NR_PCP_LOW_LISTS,
		.boost_factor = (int32_t)machine->sysctl.watermark_boost_factor,
		.mobility_off = run->recorded->initial->mobility_disabled,
		.smp = machine->features & BUDDY_SMP ? 1 : 0,
		.nofragment = machine->zones & 1u << ZONE_DMA32 ? 1 : 0,
		.cma = machine->features & BUDDY_CMA ? 1 : 0,
		.irqoff = 1,
		.nr_cpus = 1,
		.release = "unknown",
		.machine = "x86_64",
	};
	header->nr_migratetypes = header->cma ? MIGRATE_TYPES : MIGRATE_TYPES - 1;
	header->nr_zone_types = machine->zones & 1u << ZONE_DMA     ? MAX_NR_ZONES
				: machine->zones & 1u << ZONE_DMA32 ? 3
								    : 2;
	header->has_sysctl = true; /* what later sysctl ops build upon (MM-62) */
	header->sysctl = machine->sysctl;
	header->sysctl.min_free_kbytes =
		(int32_t)linux_min_free_kbytes(run->recorded->initial, machine);
}

static bool record(struct run *run)
{
	const struct env env = { .ops = run->recorder->ops };

	if (run->program->machine.nr_cpus != 1 || run->program->machine.nr_nodes != 1) {
		snprintf(run->error, run->error_size,
			 "only machines with one CPU and one node can be recorded");
		return false;
	}
	run->ledger = ledger_create(&run->program->machine, run->program->nr_slots, false);
	if (!run->ledger)
		return false;
	run->self = run->recorder->ops->create(&run->program->machine, NULL, &env, run->error,
					       run->error_size);
	if (!run->self || !take_state(run, &run->recorded->initial))
		return false;
	run->recorder->ops->reset(run->self);
	describe(run);
	return run_ops(run) && take_state(run, &run->recorded->final);
}

bool recorder_run(struct recorder *recorder, const struct program *program,
		  struct recorded *recorded, char *error, size_t error_size)
{
	struct run *run = calloc(1, sizeof(*run));
	bool done;

	memset(recorded, 0, sizeof(*recorded));
	program_init(&recorded->program);
	recorder->nr_left_out = recorder->nr_unfit = 0;
	recorder->nr_allocs = recorder->nr_failed_allocs = 0;
	snprintf(error, error_size, "out of memory");
	if (!run)
		return false;
	run->recorder = recorder;
	run->program = program;
	run->recorded = recorded;
	run->event.pfns = run->pfns;
	run->error = error;
	run->error_size = error_size;
	done = record(run);
	if (run->self)
		recorder->ops->destroy(run->self);
	ledger_free(run->ledger);
	free(run);
	if (!done)
		recorded_free(recorded);
	return done;
}
