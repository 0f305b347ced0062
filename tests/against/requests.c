/* SPDX-License-Identifier: MIT */
/* Who asks for what: tasks, flags, orders, and each call that allocates. */
#include "buddy/types.h"
#include "program.h"

#define MAX_RELIEF 16u

struct shim_op *op_begin(struct program *program, enum shim_call call)
{
	static const uint32_t flags[] = { PF_MEMALLOC,     PF_MEMALLOC_NOFS, PF_MEMALLOC_NOIO,
					  PF_MEMALLOC_PIN, PF_DUMPCORE,      PF_EXITING };
	struct random *random = &program->random;
	struct shim_op *op = &program->op;

	*op = (struct shim_op){ .call = call,
				.cpu = program->cpu,
				.node = -1,
				.seed = random_next(random),
				.pfns = program->pfns,
				.relief_orders = program->orders };
	if (program->machine->hooks & SHIM_HOOK(cpuset_allowed))
		op->mems_allowed = random_once_in(random, 3) ? random_between(random, 1, 7) : 7;
	if (!program->odd_tasks || random_below(random, 4))
		return op;
	if (random_once_in(random, 2))
		op->task_flags = flags[random_below(random, 6)];
	op->in_interrupt = random_once_in(random, 4);
	op->in_softirq = op->in_interrupt && random_once_in(random, 2);
	op->rt = random_once_in(random, 4);
	op->oom_victim = random_once_in(random, 4);
	return op;
}

static bool may_be_reclaimed(const struct block *block)
{
	return !block->lru && block->nr_refs == 1 &&
	       (block->kind == BLOCK_PLAIN || block->kind == BLOCK_COMPOUND);
}

/* Some of those held go to the end of the book and behind the operation's own frames. */
static void offer_relief(struct program *program)
{
	struct held *held = &program->held;
	struct shim_op *op = &program->op;

	while (op->nr_relief < MAX_RELIEF && op->nr_relief < held->nr) {
		uint32_t last = held->nr - 1 - op->nr_relief;
		uint32_t n = random_below(&program->random, last + 1);
		struct block block = held->blocks[n];

		if (!may_be_reclaimed(&block))
			return;
		held->blocks[n] = held->blocks[last];
		held->blocks[last] = block;
		program->pfns[op->nr_pfns + op->nr_relief] = block.pfn;
		program->orders[op->nr_relief++] = block.order;
	}
}

static bool may_reclaim(const struct program *program)
{
	return program->op.call <= SHIM_CALL_page_frag_alloc && !program->op.nr_pfns &&
	       !program->no_relief &&
	       (program->machine->hooks & (SHIM_HOOK(reclaim) | SHIM_HOOK(out_of_memory)));
}

const struct shim_answer *op_apply(struct program *program)
{
	const struct shim_answer *answer;

	if (program->pair->different || program->pair->trapped)
		return NULL;
	if (may_reclaim(program))
		offer_relief(program);
	program->nr_ops++;
	answer = pair_apply(program->pair, &program->op);
	if (answer)
		program->held.nr -= answer->nr_relief;
	return answer;
}

/* ---- flags and orders ---- */

static uint32_t random_kind(struct random *random)
{
	static const uint32_t kinds[] = {
		GFP_KERNEL,
		GFP_KERNEL,
		GFP_HIGHUSER_MOVABLE,
		GFP_HIGHUSER_MOVABLE,
		GFP_KERNEL | __GFP_RECLAIMABLE,
		GFP_ATOMIC,
		GFP_NOWAIT,
		GFP_NOFS,
		GFP_NOIO,
		GFP_USER,
		GFP_TRANSHUGE,
		GFP_TRANSHUGE_LIGHT,
		GFP_KERNEL | GFP_DMA,
		GFP_KERNEL | GFP_DMA32,
		GFP_KERNEL | __GFP_MOVABLE,
		GFP_NOWAIT | __GFP_RECLAIMABLE,
		GFP_ATOMIC | GFP_DMA32,
		0,
	};

	return kinds[random_below(random, sizeof(kinds) / sizeof(kinds[0]))];
}

static uint32_t random_modifiers(struct random *random)
{
	static const uint32_t bits[] = { __GFP_COMP,       __GFP_COMP,    __GFP_ZERO,
					 __GFP_THISNODE,   __GFP_NORETRY, __GFP_RETRY_MAYFAIL,
					 __GFP_WRITE,      __GFP_HIGH,    __GFP_MEMALLOC,
					 __GFP_NOMEMALLOC, __GFP_ATOMIC,  __GFP_HARDWALL,
					 __GFP_ACCOUNT,    __GFP_NOWARN,  __GFP_NOFAIL };
	uint32_t mask = 0;

	for (uint32_t nr = random_below(random, 3); nr; nr--)
		mask |= bits[random_below(random, sizeof(bits) / sizeof(bits[0]))];
	return mask;
}

uint32_t random_gfp(struct program *program)
{
	struct random *random = &program->random;
	uint32_t gfp = random_kind(random);

	if (random_once_in(random, 2))
		gfp |= random_modifiers(random);
	if (random_once_in(random, 2))
		gfp |= __GFP_NORETRY | __GFP_NOWARN;
	return gfp;
}

uint32_t random_order(struct program *program)
{
	switch (random_below(&program->random, 16)) {
	case 0:
		return random_below(&program->random, NR_PAGE_ORDERS);
	case 1:
		return program->machine->pageblock_order;
	case 2 ... 5:
		return random_between(&program->random, 1, PAGE_ALLOC_COSTLY_ORDER);
	case 6:
		return random_once_in(&program->random, 32) ? NR_PAGE_ORDERS : 4;
	default:
		return 0;
	}
}

/* ---- requests ---- */

static struct block block_of(const struct shim_op *op, uint32_t pfn)
{
	bool compound = op->order && (op->gfp & __GFP_COMP);

	return (struct block){ .pfn = pfn,
			       .nr_pages = 1u << op->order,
			       .order = (uint8_t)op->order,
			       .kind = compound ? BLOCK_COMPOUND : BLOCK_PLAIN,
			       .nr_refs = 1 };
}

static enum shim_call random_call(struct random *random, uint32_t order)
{
	switch (random_below(random, 8)) {
	case 0 ... 1:
		return SHIM_CALL_alloc_pages_node;
	case 2:
		return SHIM_CALL_alloc_pages_nodemask;
	case 3:
		return order ? SHIM_CALL_alloc_pages : SHIM_CALL_get_zeroed_page;
	default:
		return SHIM_CALL_alloc_pages;
	}
}

static void choose_nodes(struct program *program, struct shim_op *op)
{
	struct random *random = &program->random;

	if (random_once_in(random, 2))
		op->node = (int32_t)random_below(random, program->machine->nr_nodes);
	if (random_once_in(random, 2))
		op->nodemask = random_between(random, 1, (1u << program->machine->nr_nodes) - 1);
}

bool take(struct program *program, uint32_t gfp, uint32_t order)
{
	struct shim_op *op = op_begin(program, random_call(&program->random, order));
	const struct shim_answer *answer;

	choose_nodes(program, op);
	op->gfp = gfp;
	op->order = order;
	answer = op_apply(program);
	if (!answer || answer->result == SHIM_NONE)
		return false;
	held_add(&program->held, block_of(op, (uint32_t)answer->result));
	return true;
}

/*
 * Two mobilities at once, and a nibble that the kernel has no zone for: traps with DEBUG_VM. Asked
 * by the call that never takes the short way, where dda1008 does not refuse them on machines
 * without grouping by mobility.
 */
void take_illegal(struct program *program)
{
	bool mobilities = random_once_in(&program->random, 2);
	struct shim_op *op = op_begin(program, SHIM_CALL_alloc_pages_nodemask);
	const struct shim_answer *answer;

	if (program->machine->features & SHIM_HAS(DEBUG_VM))
		return;
	op->gfp = GFP_KERNEL | __GFP_NORETRY;
	op->gfp |= mobilities ? __GFP_MOVABLE | __GFP_RECLAIMABLE : GFP_DMA | GFP_DMA32;
	answer = op_apply(program);
	if (answer && answer->result != SHIM_NONE)
		held_add(&program->held, block_of(op, (uint32_t)answer->result));
}

void take_exact(struct program *program, uint32_t gfp)
{
	struct shim_op *op = op_begin(program, SHIM_CALL_alloc_pages_exact);
	uint32_t nr_pages = random_between(&program->random, 1,
					   random_once_in(&program->random, 8) ? 1200 : 20);
	const struct shim_answer *answer;

	op->gfp = gfp;
	op->count = (nr_pages << BUDDY_PAGE_SHIFT) - random_below(&program->random, 4096);
	answer = op_apply(program);
	if (answer && answer->result != SHIM_NONE)
		held_add(&program->held, (struct block){ .pfn = (uint32_t)answer->result,
							 .nr_pages = nr_pages,
							 .kind = BLOCK_RANGE,
							 .nr_refs = 1 });
}

/* Places that are populated already stay so: they are pages of ours. */
static void fill_places(struct program *program, uint32_t nr)
{
	bool some = random_once_in(&program->random, 2);

	for (uint32_t i = 0; i < nr; i++) {
		const struct block *block =
			&program->held.blocks[random_below(&program->random, program->held.nr)];

		program->pfns[i] = some && program->held.nr && block->kind == BLOCK_PLAIN &&
						   random_once_in(&program->random, 4)
					   ? block->pfn
					   : SHIM_NONE;
	}
}

void take_bulk(struct program *program, uint32_t gfp, uint32_t nr)
{
	bool array = random_once_in(&program->random, 2);
	struct shim_op *op = op_begin(program, array ? SHIM_CALL_alloc_pages_bulk_array
						     : SHIM_CALL_alloc_pages_bulk_list);
	const struct shim_answer *answer;

	if (nr > SHIM_MAX_PFNS)
		nr = SHIM_MAX_PFNS;
	if (random_once_in(&program->random, 4))
		choose_nodes(program, op);
	op->gfp = gfp;
	op->count = nr;
	op->nr_pfns = array ? nr : 0;
	fill_places(program, op->nr_pfns);
	answer = op_apply(program);
	for (uint32_t i = 0; answer && i < answer->nr_pfns; i++)
		if (answer->pfns[i] != SHIM_NONE && (!array || program->pfns[i] == SHIM_NONE))
			held_add(&program->held, block_of(op, answer->pfns[i]));
}

void take_fragment(struct program *program, uint32_t gfp)
{
	struct random *random = &program->random;
	struct shim_op *op = op_begin(program, SHIM_CALL_page_frag_alloc);
	const struct shim_answer *answer;

	op->gfp = gfp;
	op->which = random_below(random, SHIM_NR_FRAG_CACHES);
	op->count = random_once_in(random, 16) ? random_between(random, 1, 40000)
					       : random_between(random, 1, 8000);
	op->value = random_once_in(random, 4) ? -64 : -1;
	answer = op_apply(program);
	if (answer && (uint32_t)answer->result != SHIM_NONE)
		held_add(&program->held, (struct block){ .pfn = (uint32_t)answer->result,
							 .nr_pages = 1,
							 .kind = BLOCK_FRAGMENT,
							 .nr_refs = 1 });
}
