/* SPDX-License-Identifier: MIT */
/* The table of rows, made from op.def, and what all operations share. */
#include "oracle/ops/op_row.h"

#include "oracle/ledger/ledger_effects.h"

static const struct op_row *const rows[NR_OP_CODES] = {
#define OP(code, name, ...) [(code)] = &op_row_##name,
#include "oracle/lang/op.def"
};

bool fits_always(struct ledger *ledger, const struct op *op, struct call *call)
{
	(void)ledger, (void)op, (void)call;
	return true;
}

static bool fits_never(struct ledger *ledger, const struct op *op, struct call *call)
{
	(void)ledger, (void)op, (void)call;
	return false;
}

const struct op_row op_row_nop = { .fits = fits_never };

bool op_gives_slot(uint8_t code)
{
	return rows[code] && rows[code]->gives;
}

/* ---- op to call ---- */

/* Modulo, with a division only where it changes anything. */
static uint32_t reduce(uint32_t value, uint32_t nr)
{
	return value < nr ? value : value % nr;
}

/* Operands that the op does not have are absent, whatever its record says. */
static void call_fill(const struct ledger *ledger, const struct op *op, const struct op_row *row,
		      struct call *call)
{
	const struct buddy_config *machine = &ledger->machine;
	uint32_t operands = op_table[op->code].operands;
	uint32_t cpu = op->cpu == OP_CPU_CURRENT ? ledger->cpu : reduce(op->cpu, machine->nr_cpus);
	bool local = op->node == OP_NODE_LOCAL || !(operands & OPERAND_NODE);

	call->code = op->code;
	call->cpu = (uint8_t)cpu;
	call->node =
		(uint8_t)(local ? machine->cpu_node[cpu] : reduce(op->node, machine->nr_nodes));
	call->order = operands & (OPERAND_ORDER | OPERAND_SYSCTL) ? op->order : 0;
	call->type = op->type;
	call->misuse = op_table[op->code].misuse;
	call->gfp = op->gfp | row->gfp_added;
	call->count = op->count;
	call->value = op->value;
	call->pfn = PFN_NONE;
	call->pfns = NULL;
}

bool ops_resolve(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct op_row *row = rows[op->code];

	if (!row)
		return false;
	if (op_table[op->code].operands & (OPERAND_DEST | OPERAND_SLOT) &&
	    op->slot >= ledger->nr_slots)
		return false;
	call_fill(ledger, op, row, call);
	return row->fits(ledger, op, call);
}

gfp_t ops_gfp(const struct call *call)
{
	const struct op_row *row = rows[call->code];

	return (call->gfp | row->gfp_added) & ~row->gfp_removed;
}

/* ---- before and after it is done ---- */

struct foresight ops_foresee(const struct ledger *ledger, const struct call *call)
{
	const struct op_row *row = rows[call->code];

	if (row->foresee && (call->misuse || ledger->any_taint))
		return row->foresee(ledger, call);
	return (struct foresight){ .outcome = OUTCOME_SILENT };
}

/* Up to the first that cannot be. */
static void take_effects(struct ledger *ledger, const struct event *event, struct taken *taken)
{
	for (uint32_t i = 0; i < event->nr_effects; i++) {
		const struct effect *effect = &event->effects[i];
		const char *clash = ledger_apply_effect(ledger, effect);

		if (effect->kind == EFFECT_TYPE)
			taken_note(taken, TAKEN_RETYPED);
		if (!clash)
			continue;
		taken_note(taken, TAKEN_EFFECT);
		if (taken) {
			taken->effect_clash = clash;
			taken->effect_pfn = effect->pfn;
		}
		return;
	}
}

/* An effect may have taken away what the op is about, if the subject is out of its mind. */
static bool still_fits(struct ledger *ledger, const struct op *op, const struct call *call)
{
	struct call again = *call;

	return !(op_table[op->code].operands & OPERAND_SLOT) ||
	       rows[op->code]->fits(ledger, op, &again);
}

/* STALLED: one request inside was given up, what it answered stands. */
void ops_take(struct ledger *ledger, const struct op *op, const struct call *call,
	      const struct event *event, struct taken *taken)
{
	const struct op_row *row = rows[call->code];

	if (taken)
		taken_clear(taken);
	if (event->status != EVENT_DONE && event->status != EVENT_STALLED) {
		/* A subject without a cache of fragments: there is nothing to drain at the end. */
		ledger->frag_cached &= call->code != OP_page_frag_cache_drain;
		return;
	}
	if (event->nr_effects)
		take_effects(ledger, event, taken);
	if (row->take && (!event->nr_effects || still_fits(ledger, op, call)))
		row->take(&(struct taking){ ledger, op, call, event, taken });
}

/* ---- the end ---- */

static struct op release_op(const struct ledger *ledger, uint32_t index)
{
	const struct slot *slot = &ledger->slots[index];
	struct op op =
		op_make(slot->kind == SLOT_FRAG                          ? OP_page_frag_free
			: slot->kind == SLOT_BLOCK                       ? OP_free_pages
			: slot->exact && slot->nr_left == slot->nr_pages ? OP_free_pages_exact
									 : OP_free_page);

	op.slot = index;
	if (op.code == OP_free_page)
		op.count = slot->first_left;
	return op;
}

/* A slot whose pages somebody else was given has nothing to give back. */
static bool has_release(const struct ledger *ledger, const struct op *op)
{
	switch (slot_of(ledger, op)->kind) {
	case SLOT_BLOCK:
		return slot_block(ledger, op);
	case SLOT_SPLIT:
		return op->code == OP_free_pages_exact ||
		       slot_has_page(ledger, op->slot, op->count);
	default:
		return true;
	}
}

bool ops_next_release(struct ledger *ledger, struct op *op)
{
	for (uint32_t word = 0; word * 64 < ledger->nr_slots; word++) {
		while (ledger->held_slots[word]) {
			uint32_t bit = (uint32_t)__builtin_ctzll(ledger->held_slots[word]);

			*op = release_op(ledger, word * 64 + bit);
			if (has_release(ledger, op))
				return true;
			slots_empty(ledger, word * 64 + bit);
		}
	}
	*op = op_make(OP_page_frag_cache_drain);
	return ledger->frag_cached;
}
