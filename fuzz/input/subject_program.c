/* SPDX-License-Identifier: MIT */
/* A subject with limits sees memory, nodes, CPUs and zones, and nothing else of a machine. */
#include "fuzz/input/subject_program.h"

#include "fuzz/input/member.h"
#include "oracle/lang/fuzz_assert.h"

#define PLAIN_PAGES 4096u

struct op_set subject_program_ops(const struct subject_ops *subject)
{
	struct op_set set = { .words = { 0 } };

	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		if (op_table[code].name && subject->claims(subject, (uint8_t)code) != CLAIM_NONE)
			op_set_add(&set, code);
	return set;
}

/* ---- the machine ---- */

/* Each ends in a row of zeros. */
static const struct member ranges[5] = { MACHINE_MEMBER(nr_memory), MACHINE_MEMBER(memory),
					 MACHINE_MEMBER(nr_reserved), MACHINE_MEMBER(reserved) };
static const struct member nodes[4] = { MACHINE_MEMBER(nr_nodes), MACHINE_MEMBER(distance),
					MACHINE_MEMBER(cpu_node) };
static const struct member cpus[2] = { MACHINE_MEMBER(nr_cpus) };
static const struct member zones[3] = { MACHINE_MEMBER(zones), MACHINE_MEMBER(zone_end_pfn) };

/* What the subject tells apart is as it was; all else is that of the plain machine. */
static struct buddy_config fit_machine(const struct subject_limits *limits,
				       const struct buddy_config *from)
{
	const struct buddy_config plain =
		buddy_config_uml(from->memory[0].start_pfn, config_nr_pages(from));
	struct buddy_config to = plain;
	uint32_t features = 0;

	if (!limits->one_range)
		members_copy(ranges, &to, from);
	for (uint32_t i = 0; i < to.nr_memory && limits->one_node; i++)
		to.memory[i].node = 0;
	if (!limits->one_node && !limits->one_range) {
		members_copy(nodes, &to, from);
		features |= BUDDY_NUMA;
	}
	if (!limits->one_cpu) {
		members_copy(cpus, &to, from);
		features |= BUDDY_SMP;
	}
	if (!limits->one_zone)
		members_copy(zones, &to, from);
	to.features |= from->features & features;
	return buddy_config_error(&to) ? plain : to;
}

/* ---- ops ---- */

static void fit_op(const struct subject_limits *limits, const struct op_set *ops, struct op *op)
{
	if (!op_set_has(ops, op->code)) {
		*op = op_make(OP_nop);
		return;
	}
	if (limits->one_cpu && op_table[op->code].operands & OPERAND_CPU)
		op->cpu = OP_CPU_CURRENT;
	if (limits->one_node)
		op->node = OP_NODE_LOCAL;
	if (limits->plain_requests && op_table[op->code].operands & OPERAND_GFP)
		op->gfp = GFP_KERNEL;
}

void subject_program_fit(const struct subject_ops *subject, struct program *program,
			 bool plain_machine)
{
	static const struct subject_limits none;
	const struct subject_limits *limits = subject->limits ? subject->limits : &none;
	struct op_set ops = subject_program_ops(subject);

	if (plain_machine)
		program->machine = buddy_config_uml(0, PLAIN_PAGES);
	else if (subject->limits && program->machine.nr_memory)
		program->machine = fit_machine(limits, &program->machine);
	if (limits->one_range || plain_machine)
		program->start = START_FRESH;
	program->machine_hash = 0;
	FUZZ_ASSERT(!plain_machine || !buddy_config_error(&program->machine));
	for (size_t i = 0; i < program->nr_ops; i++)
		fit_op(limits, &ops, &program->ops[i]);
}
