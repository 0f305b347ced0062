/* SPDX-License-Identifier: MIT */
/*
 * Operations as data. A program is a machine and a list of ops; blocks live in numbered slots, like
 * registers. Three stages: struct op (what the program says), struct call (what it means for one
 * subject now, slots resolved to frames), struct event (what the subject answered; event.h). An op
 * in bytes: fuzz/input/input_layout.h.
 */
#pragma once

#include <stddef.h>

#include "buddy/config.h"
#include "buddy/types.h"

enum op_operand {
	OPERAND_DEST = 1u << 0,  /* "rN = ": slot that is filled */
	OPERAND_SLOT = 1u << 1,  /* "rN": slot that is used */
	OPERAND_ORDER = 1u << 2, /* order= */
	OPERAND_GFP = 1u << 3,   /* gfp= in %pGg form */
	OPERAND_NODE = 1u << 4,  /* node=, optional */
	OPERAND_CPU = 1u << 5,   /* cpu=, optional */
	OPERAND_COUNT = 1u << 6, /* count= (pages or slots) */
	OPERAND_BYTES = 1u << 7, /* size= (bytes), kept in count */
	OPERAND_INDEX = 1u << 8, /* page= (offset into the block, 0 left out), kept in count */
	OPERAND_TYPE = 1u << 9,  /* type= (migratetype name) */
	OPERAND_SYSCTL =
		1u << 10, /* NAME[index]=value: name in type, index in order, value in value */
	OPERAND_VALUE = 1u << 11 /* value= */
};

enum op_code {
#define OP(code, name, operands, unit) OP_##name = (code),
#include "oracle/lang/op.def"
	NR_OP_CODES = 256
};

#define OP_CPU_CURRENT 0xffu
#define OP_NODE_LOCAL 0xffu
#define OP_FUZZ_SLOTS 64u /* what a fuzzer draws; programs may have more */

/* Sysctl names an op can carry, numbered as in the core's API. */
#define OP_NR_SYSCTLS 5u
#define OP_SYSCTL_LOWMEM_RESERVE_RATIO 4u

/* OP_task value bits */
enum op_task_bit {
	OP_TASK_MEMALLOC = 1u << 0,
	OP_TASK_NOFS = 1u << 1,
	OP_TASK_NOIO = 1u << 2,
	OP_TASK_PIN = 1u << 3,
	OP_TASK_INTERRUPT = 1u << 4,
	OP_TASK_SOFTIRQ = 1u << 5,
	OP_TASK_RT = 1u << 6,
	OP_TASK_OOM_VICTIM = 1u << 7,
	OP_TASK_DUMPCORE = 1u << 8,
	OP_TASK_MASK = (1u << 9) - 1
};

/*
 * OP_hook_answers value fields (hooks.h). What is claimed a number of times is counted from the op
 * on, so no request can loop for ever. Of two bits for nodes the low one is for even nodes.
 */
enum op_hooks_field {
	OP_HOOKS_RECLAIM = 7u << 0,  /* how often reclaim claims progress; pcp lists are drained */
	OP_HOOKS_COMPACT = 15u << 3, /* enum compact_result of compaction, modulo 9 */
	OP_HOOKS_COMPACT_TIMES = 7u << 7,
	OP_HOOKS_CAPTURE = 1u << 10,      /* COMPACT_SUCCESS comes with a block, if there is one */
	OP_HOOKS_OOM = 3u << 11,          /* how often the OOM killer claims progress */
	OP_HOOKS_CPUSET = 3u << 13,       /* nodes outside every task's cpuset */
	OP_HOOKS_DIRTY = 3u << 15,        /* nodes at their dirty limit */
	OP_HOOKS_NODE_RECLAIM = 7u << 17, /* 0: off, else 3 + what it answers (FP-15), modulo 5 */
	OP_HOOKS_FAIL = 7u << 20,         /* every n-th request is made to fail, 0: none */
	OP_HOOKS_RECLAIMABLE = 3u << 23,  /* pages a zone could give: 4096^(n - 1), 0: not told */
	OP_HOOKS_ABSENT = 1u << 25,       /* neither reclaim nor compaction is there */
	OP_HOOKS_SYNC = 1u << 26,         /* locks are checked; every fourth trylock fails */
	OP_HOOKS_MASK = (1u << 27) - 1
};

static inline uint32_t op_hooks_get(uint32_t value, enum op_hooks_field field)
{
	uint32_t mask = (uint32_t)field;

	return (value & mask) / (mask & (~mask + 1u));
}

/* Is the node outside the cpusets? */
static inline bool op_hooks_bars(uint32_t value, uint32_t node)
{
	return op_hooks_get(value, OP_HOOKS_CPUSET) >> (node & 1u) & 1u;
}

/* Operands that an op does not have are 0 (cpu and node: CURRENT and LOCAL). */
struct op {
	uint8_t code; /* enum op_code */
	uint8_t cpu;
	uint8_t node;
	uint8_t order;
	uint8_t type;
	uint8_t reserved[3];
	uint32_t slot;
	uint32_t gfp;
	uint32_t count;
	uint32_t value;
};

struct op_info {
	const char *name; /* NULL: free opcode */
	uint32_t operands;
	uint32_t unit;
	bool misuse;
};
extern const struct op_info op_table[NR_OP_CODES];

/* A set of operation codes. */
struct op_set {
	uint64_t words[4];
};

static inline bool op_set_has(const struct op_set *set, uint8_t code)
{
	return set->words[code / 64] >> code % 64 & 1u;
}

static inline void op_set_add(struct op_set *set, uint8_t code)
{
	set->words[code / 64] |= 1ull << code % 64;
}

/* One more than the highest slot that op names; a run of slots counts to its end. */
static inline uint32_t op_slot_end(const struct op *op)
{
	uint32_t operands = op_table[op->code % NR_OP_CODES].operands;
	uint32_t more = operands & OPERAND_COUNT && op->count > 1 ? op->count - 1 : 0;

	if (!(operands & (OPERAND_DEST | OPERAND_SLOT)))
		return 0;
	return more < UINT32_MAX - op->slot ? op->slot + 1 + more : UINT32_MAX;
}

/* An op of this code with every operand absent. */
static inline struct op op_make(enum op_code code)
{
	return (struct op){ .code = (uint8_t)code, .cpu = OP_CPU_CURRENT, .node = OP_NODE_LOCAL };
}

/* What a program finds: a machine right after its boot, or one that others have used
 * (start_state.h). */
enum program_start { START_FRESH, START_FRAGMENTED, START_LOW, START_BOOSTED, NR_PROGRAM_STARTS };
extern const char *const program_start_names[NR_PROGRAM_STARTS];

struct program {
	struct buddy_config machine;
	uint8_t start; /* enum program_start */
	/*
	 * program_machine_hash() of the two, where somebody knew it before; else 0. Whoever changes
	 * them may leave it: a wrong one makes a search longer and finds nothing wrong.
	 */
	uint64_t machine_hash;
	struct op *ops;
	size_t nr_ops, capacity;
	uint32_t nr_slots; /* 1 + the highest slot any op names */
};
void program_init(struct program *program);
void program_free(struct program *program);
/* Keeps nr_slots for an op that came into the program without program_append(). */
static inline void program_count_slots(struct program *program, const struct op *op)
{
	uint32_t end = op_slot_end(op);

	if (end > program->nr_slots)
		program->nr_slots = end;
}
/* Room for so many ops in all; false: memory is short. */
bool program_reserve(struct program *program, size_t nr_ops);
/* Appends; keeps nr_slots. Returns false when memory is short. */
bool program_append(struct program *program, const struct op *op);
bool program_copy(struct program *to, const struct program *from);
/* Of machine and start; never 0. */
uint64_t program_machine_hash(const struct program *program);
