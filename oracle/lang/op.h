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
#include "oracle/lang/fuzz_assert.h"

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
	OPERAND_VALUE = 1u << 11, /* value= */
	OPERAND_TASK = 1u << 12,  /* with VALUE, which text spells flags=: OP_TASK_* by name */
	OPERAND_HOOKS = 1u << 13  /* with VALUE, which text spells as fields: OP_HOOKS_* */
};

/* What kind of answer an op gives: which members of struct event say something. */
enum op_result {
	RESULT_DONE,     /* result: 1 done, 0 not */
	RESULT_BLOCK,    /* pfn: the first page of a block */
	RESULT_FRAGMENT, /* pfn and offset_bytes */
	RESULT_ARRAY,    /* result: pages held; pfns in slot order, with holes */
	RESULT_LIST,     /* result: pages; pfns, as many */
	RESULT_REFS,     /* result: references left */
	RESULT_ERRNO     /* result: 0 or -errno */
};

enum op_trait {
	TRAIT_SWEEPING = 1u << 0,   /* changes much at once: worth a look at the whole machine */
	TRAIT_SPECULATIVE = 1u << 1 /* of a page that nobody may have: RESULT_REFS says yes or no */
};

enum op_code {
#define OP(code, name, ...) OP_##name = (code),
#include "oracle/lang/op.def"
	NR_OP_CODES = 256
};

#define OP_CPU_CURRENT 0xffu
#define OP_NODE_LOCAL 0xffu
#define OP_FUZZ_SLOTS 64u /* what a fuzzer draws; programs may have more */

/* Sysctl names an op can carry, numbered as in the core's API. */
enum op_sysctl {
#define SYSCTL(NAME, ...) OP_SYSCTL_##NAME,
#include "oracle/lang/op.def"
	OP_NR_SYSCTLS
};

/* OP_task value bits */
enum op_task_bit {
#define TASK(NAME, name, bit, meaning) OP_TASK_##NAME = 1u << (bit),
#include "oracle/lang/op.def"
#define TASK(NAME, name, bit, meaning) | 1u << (bit)
	OP_TASK_MASK = 0
#include "oracle/lang/op.def"
};

/* OP_hook_answers value fields: masks */
enum op_hooks_field {
#define HOOKS(NAME, name, shift, max, names, meaning) OP_HOOKS_##NAME = (max) << (shift),
#include "oracle/lang/op.def"
#define HOOKS(NAME, name, shift, max, names, meaning) | (max) << (shift)
	OP_HOOKS_MASK = 0
#include "oracle/lang/op.def"
};

/* field: OP_HOOKS_* */
static inline uint32_t op_hooks_get(uint32_t value, uint32_t field)
{
	return (value & field) / (field & (~field + 1u));
}

static inline uint32_t op_hooks_put(uint32_t number, uint32_t field)
{
	return number * (field & (~field + 1u)) & field;
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
	uint8_t result; /* enum op_result */
	uint8_t traits; /* mask of enum op_trait */
	bool misuse;
	char letter;    /* in recordings, 0: none */
	uint8_t weight; /* in the mutator's draw */
};
extern const struct op_info op_table[NR_OP_CODES];

/* Does it ask for pages? */
static inline bool op_allocates(uint8_t code)
{
	return op_table[code].operands & OPERAND_DEST;
}

/* Does it ask for single pages, any number of them? */
static inline bool op_is_bulk(uint8_t code)
{
	return op_table[code].result == RESULT_ARRAY || op_table[code].result == RESULT_LIST;
}

/* Does it carve a fragment, which may need no pages or a block of another size (FR-77)? */
static inline bool op_carves(uint8_t code)
{
	return op_table[code].result == RESULT_FRAGMENT;
}

/* A set of operation codes. */
struct op_set {
	uint64_t words[4];
};

static inline bool op_set_has(const struct op_set *set, uint32_t code)
{
	return set->words[code / 64] >> code % 64 & 1u;
}

static inline void op_set_add(struct op_set *set, uint32_t code)
{
	set->words[code / 64] |= 1ull << code % 64;
}

/* One more than the highest slot that op names; a run of slots counts to its end. */
static inline uint32_t op_slot_end(const struct op *op)
{
	uint32_t operands = op_table[op->code].operands;
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

/* Pages of all ranges of memory. */
uint32_t config_nr_pages(const struct buddy_config *config);

/* What a program finds: a machine right after its boot, or one that others have used
 * (start_state.h). */
enum program_start { START_FRESH, START_FRAGMENTED, START_LOW, START_BOOSTED, NR_PROGRAM_STARTS };

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
FUZZ_MUST_CHECK bool program_reserve(struct program *program, size_t nr_ops);
/* Appends; keeps nr_slots. Returns false when memory is short. */
FUZZ_MUST_CHECK bool program_append(struct program *program, const struct op *op);
FUZZ_MUST_CHECK bool program_copy(struct program *to, const struct program *from);
/* Of machine and start; never 0. */
uint64_t program_machine_hash(const struct program *program);
