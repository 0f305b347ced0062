/* SPDX-License-Identifier: MIT */
/*
 * Which ops fit their slots and what they mean in frames. One function per line of op.def; a
 * missing one does not compile.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle/ledger/slots_internal.h"

#define SPLIT_WORDS ((1u << MAX_PAGE_ORDER) / 64)

static struct slot *slot_of(struct slots *slots, const struct op *op)
{
	return &slots->table[op->slot];
}

static bool is_empty(struct slots *slots, const struct op *op)
{
	return slot_of(slots, op)->kind == SLOT_EMPTY;
}

/* The bookkeeping of a split block, made before it is needed: the update cannot fail. */
static bool prepare_split(struct slot *slot)
{
	if (!slot->freed)
		slot->freed = calloc(SPLIT_WORDS, sizeof(*slot->freed));
	if (!slot->extra_refs)
		slot->extra_refs = calloc(1u << MAX_PAGE_ORDER, sizeof(*slot->extra_refs));
	return slot->freed && slot->extra_refs;
}

static bool resolve_nop(struct slots *slots, const struct op *op, struct call *call)
{
	(void)slots, (void)op, (void)call;
	return false;
}

/* ---- allocate ---- */

static bool resolve_alloc_pages(struct slots *slots, const struct op *op, struct call *call)
{
	(void)call;
	return is_empty(slots, op);
}

static bool resolve_get_zeroed_page(struct slots *slots, const struct op *op, struct call *call)
{
	call->gfp |= __GFP_ZERO;
	return is_empty(slots, op);
}

static bool resolve_alloc_pages_exact(struct slots *slots, const struct op *op, struct call *call)
{
	uint64_t nr_pages = ((uint64_t)op->count + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE;

	/* FR-83: size 0 is an impossible order too. */
	while (call->order < NR_PAGE_ORDERS && (!nr_pages || 1ull << call->order < nr_pages))
		call->order++;
	return is_empty(slots, op) && prepare_split(slot_of(slots, op));
}

static bool resolve_alloc_pages_bulk_array(struct slots *slots, const struct op *op,
					   struct call *call)
{
	const struct slot *slot = slot_of(slots, op);
	uint32_t nr = slots_run(slots, op);
	pfn_t *pfns = slots->pfns;

	for (uint32_t i = 0; i < nr; i++)
		pfns[i] = slot[i].pfn;
	call->pfns = pfns;
	call->count = nr;
	return nr > 0;
}

static bool resolve_alloc_pages_bulk_list(struct slots *slots, const struct op *op,
					  struct call *call)
{
	call->count = slots_run(slots, op);
	for (uint32_t i = 0; i < call->count; i++)
		if (slots->table[op->slot + i].kind != SLOT_EMPTY)
			return false;
	return call->count > 0;
}

static bool resolve_page_frag_alloc(struct slots *slots, const struct op *op, struct call *call)
{
	return is_empty(slots, op) && call->count > 0;
}

/* ---- free and reference ---- */

static bool resolve_free_pages(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn;
	call->order = slot->order;
	return slot->kind == SLOT_BLOCK;
}

static bool resolve_free_pages_exact(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn;
	call->order = 0;
	call->count = slot->nr_pages * BUDDY_PAGE_SIZE;
	return slot->kind == SLOT_SPLIT && slot->exact && slot->nr_left == slot->nr_pages;
}

static bool resolve_free_page(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn + op->count;
	call->order = 0;
	return slot->kind == SLOT_SPLIT && op->count < slot->nr_pages &&
	       !slot_page_gone(slot, op->count);
}

/* A page of the slot on which a reference may be taken or dropped: not the tail of a plain block.
 */
static bool resolve_reference(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn + op->count;
	call->order = slot->order;
	if (slot->kind == SLOT_SPLIT)
		return resolve_free_page(slots, op, call);
	return slot->kind == SLOT_BLOCK && op->count < 1u << slot->order &&
	       (slot->compound || !op->count);
}

static bool resolve_get_page(struct slots *slots, const struct op *op, struct call *call)
{
	return resolve_reference(slots, op, call);
}

static bool resolve_put_page(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);
	bool leaks = slot->kind == SLOT_BLOCK && slot->refs == 1 && slot->order && !slot->compound;

	return !leaks && resolve_reference(slots, op, call);
}

/* The page may belong to another slot by now, but not to somebody whose references we do not count.
 */
static bool resolve_get_page_unless_zero(struct slots *slots, const struct op *op,
					 struct call *call)
{
	const struct slot *slot = slot_of(slots, op);
	uint32_t owner;

	if (slot->kind == SLOT_FRAG || slot->last_pfn == PFN_NONE ||
	    op->count >= 1u << slot->last_order)
		return false;
	call->pfn = slot->last_pfn + op->count;
	call->order = 0;
	owner = slots_owner(slots, call->pfn);
	if (owner == OWNER_KEEP_OFF || (owner == OWNER_NOBODY && slots->frag_hidden))
		return false;
	return owner == OWNER_NOBODY || slots->table[owner - 1].kind != SLOT_FRAG;
}

static bool resolve_split_page(struct slots *slots, const struct op *op, struct call *call)
{
	struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn;
	call->order = slot->order;
	return slot->kind == SLOT_BLOCK && slot->order && !slot->compound && !slot->lru &&
	       prepare_split(slot);
}

static bool resolve_release_pages(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);
	uint32_t nr_slots = slots_run(slots, op), nr = 0;
	pfn_t *pfns = slots->pfns;

	for (uint32_t i = 0; i < nr_slots; i++)
		if (slot_is_releasable(&slot[i]))
			pfns[nr++] = slot[i].pfn;
	call->pfns = pfns;
	call->count = nr;
	return nr > 0;
}

static bool resolve_page_frag_free(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn;
	call->value = slot->offset_bytes;
	call->count = slot->size_bytes;
	return slot->kind == SLOT_FRAG;
}

static bool resolve_page_frag_cache_drain(struct slots *slots, const struct op *op,
					  struct call *call)
{
	(void)slots, (void)op, (void)call;
	return true;
}

static bool resolve_set_lru(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn;
	call->order = slot->order;
	return slot->kind == SLOT_BLOCK && !slot->lru && slot->refs == 1;
}

/* ---- machine ---- */

static bool resolve_drain_local_pages(struct slots *slots, const struct op *op, struct call *call)
{
	(void)slots, (void)op, (void)call;
	return true;
}

static bool resolve_drain_all_pages(struct slots *slots, const struct op *op, struct call *call)
{
	(void)slots, (void)op, (void)call;
	return true;
}

static bool resolve_set_pageblock_type(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn;
	call->order = slot->order;
	if (op->type >= MIGRATE_TYPES ||
	    (op->type == MIGRATE_CMA && !(slots->machine.features & BUDDY_CMA)))
		return false;
	return slot->kind == SLOT_BLOCK && slot->order >= slots->machine.pageblock_order;
}

static bool resolve_sysctl(struct slots *slots, const struct op *op, struct call *call)
{
	(void)slots, (void)op, (void)call;
	return true;
}

static bool resolve_cpu(struct slots *slots, const struct op *op, struct call *call)
{
	(void)slots, (void)call;
	return op->cpu != OP_CPU_CURRENT;
}

static bool resolve_tick(struct slots *slots, const struct op *op, struct call *call)
{
	(void)slots, (void)op, (void)call;
	return true;
}

static bool resolve_task(struct slots *slots, const struct op *op, struct call *call)
{
	(void)slots;
	call->value = op->value & OP_TASK_MASK;
	return true;
}

static bool resolve_hook_answers(struct slots *slots, const struct op *op, struct call *call)
{
	(void)slots, (void)op, (void)call;
	return true;
}

/* ---- deliberate misuse ---- */

static bool resolve_double_free(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->last_pfn;
	call->order = 0;
	return slot->kind == SLOT_EMPTY && slot->last_pfn != PFN_NONE && !slot->last_order &&
	       !slots->frag_hidden && slots_owner(slots, slot->last_pfn) == OWNER_NOBODY;
}

/* The block must lie in one range of memory: beyond it there is nothing that could be judged. */
static bool block_in_memory(const struct slots *slots, pfn_t pfn, uint32_t order)
{
	for (uint32_t i = 0; i < slots->machine.nr_memory && i < BUDDY_MAX_RANGES; i++) {
		const struct buddy_range *range = &slots->machine.memory[i];

		if (pfn >= range->start_pfn && pfn < range->end_pfn)
			return range->end_pfn - pfn >= 1u << order;
	}
	return false;
}

static bool resolve_free_wrong_order(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn;
	return slot->kind == SLOT_BLOCK && op->order != slot->order &&
	       op->order <= MAX_PAGE_ORDER && !slot->lru &&
	       block_in_memory(slots, slot->pfn, op->order);
}

static bool resolve_free_foreign(struct slots *slots, const struct op *op, struct call *call)
{
	if (!slots->span_pages || op->order > MAX_PAGE_ORDER || slots->frag_hidden)
		return false;
	call->pfn = slots->base_pfn + op->value % slots->span_pages;
	if (!block_in_memory(slots, call->pfn, op->order))
		return false;
	for (uint32_t i = 0; i < 1u << op->order; i++)
		if (slots_owner_entry(slots, call->pfn + i) != OWNER_NOBODY)
			return false;
	return slots_owner(slots, call->pfn) == OWNER_NOBODY;
}

static bool resolve_free_tail(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn + op->count;
	call->order = 0;
	return slot->kind == SLOT_BLOCK && op->count > 0 && op->count < 1u << slot->order &&
	       slots_owner_entry(slots, call->pfn) == OWNER_NOBODY;
}

static bool resolve_free_referenced(struct slots *slots, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(slots, op);

	call->pfn = slot->pfn;
	call->order = slot->order;
	return slot->kind == SLOT_BLOCK && slot->order <= PAGE_ALLOC_COSTLY_ORDER && !slot->lru &&
	       slot->refs > 0;
}

typedef bool (*resolver)(struct slots *slots, const struct op *op, struct call *call);

static const resolver resolvers[NR_OP_CODES] = {
#define OP(code, name, operands, unit) [(code)] = resolve_##name,
#include "oracle/lang/op.def"
};

/* Modulo, with a division only where it changes anything. */
static uint32_t reduce(uint32_t value, uint32_t nr)
{
	return value < nr ? value : value % nr;
}

/* Operands that the op does not have are absent, whatever its record says. */
static void call_fill(const struct slots *slots, const struct op *op, struct call *call)
{
	const struct buddy_config *machine = &slots->machine;
	uint32_t operands = op_table[op->code].operands;
	uint32_t cpu = op->cpu == OP_CPU_CURRENT ? slots->cpu : reduce(op->cpu, machine->nr_cpus);
	bool local = op->node == OP_NODE_LOCAL || !(operands & OPERAND_NODE);

	*call = (struct call){
		.code = op->code,
		.cpu = (uint8_t)cpu,
		.node = (uint8_t)(local ? machine->cpu_node[cpu]
					: reduce(op->node, machine->nr_nodes)),
		.order = operands & (OPERAND_ORDER | OPERAND_SYSCTL) ? op->order : 0,
		.type = op->type,
		.misuse = op_table[op->code].misuse,
		.gfp = op->gfp,
		.count = op->count,
		.value = op->value,
		.pfn = PFN_NONE,
	};
}

bool slots_resolve(struct slots *slots, const struct op *op, struct call *call)
{
	if (!resolvers[op->code] || !slots->machine.nr_cpus || !slots->machine.nr_nodes)
		return false;
	if (op_table[op->code].operands & (OPERAND_DEST | OPERAND_SLOT) &&
	    op->slot >= slots->nr_slots)
		return false;
	call_fill(slots, op, call);
	return resolvers[op->code](slots, op, call);
}
