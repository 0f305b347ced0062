/* SPDX-License-Identifier: MIT */
/*
 * Simpler operands and machines. Every accepted step goes down in a fixed order (fewer, smaller,
 * more usual), so the steps come to an end.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/input/member.h"
#include "fuzz/shrink/shrink_state.h"

#define DEFAULT_PAGES 4096u
#define MACHINE(name) MEMBER(buddy_config, name, #name)

/* Tries the best with op index replaced. */
static bool try_op(struct shrink *shrink, size_t index, const struct op *op)
{
	if (!memcmp(&shrink->best->ops[index], op, sizeof(*op)))
		return false;
	candidate_clear(shrink);
	for (size_t i = 0; i < shrink->best->nr_ops; i++)
		candidate_append(shrink, i == index ? op : &shrink->best->ops[i]);
	return candidate_try(shrink);
}

static bool simplify_place(struct shrink *shrink, size_t index)
{
	struct op op = shrink->best->ops[index];

	if (op.code == OP_cpu)
		return false;
	op.cpu = OP_CPU_CURRENT;
	bool simpler = try_op(shrink, index, &op);

	op = shrink->best->ops[index];
	op.node = OP_NODE_LOCAL;
	return try_op(shrink, index, &op) || simpler;
}

/* The usual requests, the most usual one first; then anything with fewer bits. */
static bool simplify_gfp(struct shrink *shrink, size_t index)
{
	static const gfp_t usual[] = { GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_ATOMIC, GFP_NOWAIT };
	struct op op = shrink->best->ops[index];
	bool simpler = false;

	if (!(op_table[op.code].operands & OPERAND_GFP))
		return false;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (shrink->best->ops[index].gfp == usual[i])
			return simpler;
		op.gfp = usual[i];
		if (try_op(shrink, index, &op))
			return true;
	}
	for (unsigned int bit = 0; bit < 32; bit++) {
		op = shrink->best->ops[index];
		op.gfp &= ~(1u << bit);
		simpler = try_op(shrink, index, &op) || simpler;
	}
	return simpler;
}

/* Numbers an op carries; each is lowered by itself. */
enum number { NUMBER_ORDER, NUMBER_COUNT, NUMBER_VALUE, NR_NUMBERS };

static uint32_t get_number(const struct op *op, enum number which)
{
	return which == NUMBER_ORDER ? op->order : which == NUMBER_COUNT ? op->count : op->value;
}

static void set_number(struct op *op, enum number which, uint32_t value)
{
	if (which == NUMBER_ORDER)
		op->order = (uint8_t)value;
	else if (which == NUMBER_COUNT)
		op->count = value;
	else
		op->value = value;
}

/* Sizes stay multiples of what the binary form counts in. */
static uint32_t number_unit(const struct op *op, enum number which)
{
	uint32_t unit = op_table[op->code].unit;

	return which == NUMBER_COUNT && unit ? unit : 1;
}

static bool try_number(struct shrink *shrink, size_t index, enum number which, uint32_t value)
{
	struct op op = shrink->best->ops[index];
	uint32_t unit = number_unit(&op, which);

	value -= value % unit;
	if (value >= get_number(&op, which))
		return false;
	set_number(&op, which, value);
	return try_op(shrink, index, &op);
}

/* Zero, one, a half, one less: as long as one of them still fails. */
static bool simplify_number(struct shrink *shrink, size_t index, enum number which)
{
	uint32_t now = get_number(&shrink->best->ops[index], which), before = now;
	uint32_t unit = number_unit(&shrink->best->ops[index], which);

	if ((int32_t)now < 0)
		return false;
	while (now && !shrink->stopped) {
		if (try_number(shrink, index, which, 0) || try_number(shrink, index, which, unit))
			return true;
		if (!try_number(shrink, index, which, now / 2) &&
		    !try_number(shrink, index, which, now - (now < unit ? now : unit)))
			break;
		now = get_number(&shrink->best->ops[index], which);
	}
	return now < before;
}

bool simplify_operands(struct shrink *shrink)
{
	bool simpler = false;

	for (size_t i = shrink->best->nr_ops; i-- > 0 && !shrink->stopped;) {
		simpler = simplify_place(shrink, i) || simpler;
		simpler = simplify_gfp(shrink, i) || simpler;
		for (enum number which = NUMBER_ORDER; which < NR_NUMBERS; which++)
			simpler = simplify_number(shrink, i, which) || simpler;
	}
	return simpler;
}

/* ---- slots ---- */

/* Without runs of slots, numbers follow the first use; with them, slots only move together. */
static bool has_runs(const struct program *program)
{
	for (size_t i = 0; i < program->nr_ops; i++) {
		uint32_t first;

		if (op_slots(&program->ops[i], &first) > 1)
			return true;
	}
	return false;
}

/* Numbers the used slots upwards from 0. map has nr_slots entries; unused slots get UINT32_MAX. */
static void number_slots(const struct program *program, uint32_t *map)
{
	bool runs = has_runs(program);
	uint32_t next = 0;

	memset(map, 0xff, program->nr_slots * sizeof(*map));
	for (size_t i = 0; i < program->nr_ops; i++) {
		uint32_t first, nr = op_slots(&program->ops[i], &first);

		for (uint32_t j = first; j < first + nr; j++)
			if (map[j] == UINT32_MAX)
				map[j] = next++;
	}
	next = 0;
	for (uint32_t i = 0; runs && i < program->nr_slots; i++)
		if (map[i] != UINT32_MAX)
			map[i] = next++;
}

bool simplify_slots(struct shrink *shrink)
{
	uint32_t *map = malloc((shrink->best->nr_slots + (size_t)1) * sizeof(*map));
	bool simpler = false;

	if (map) {
		number_slots(shrink->best, map);
		candidate_clear(shrink);
		for (size_t i = 0; i < shrink->best->nr_ops; i++) {
			struct op op = shrink->best->ops[i];

			if (op_slots(&op, &op.slot))
				op.slot = map[op.slot];
			candidate_append(shrink, &op);
		}
		simpler = candidate_try(shrink);
	}
	free(map);
	return simpler;
}

/* ---- machine ---- */

static bool try_fresh(struct shrink *shrink)
{
	if (shrink->best->start == START_FRESH || !candidate_copy(shrink))
		return false;
	shrink->candidate.start = START_FRESH;
	return candidate_try(shrink);
}

/* Tries the best on another machine; ops that name cpus or nodes it lacks lose them. */
static bool try_machine(struct shrink *shrink, const struct buddy_config *machine)
{
	if (buddy_config_error(machine) || !candidate_copy(shrink))
		return false;
	shrink->candidate.machine = *machine;
	for (size_t i = 0; i < shrink->candidate.nr_ops; i++) {
		struct op *op = &shrink->candidate.ops[i];

		if (op->cpu != OP_CPU_CURRENT && op->cpu >= machine->nr_cpus)
			op->cpu = OP_CPU_CURRENT;
		if (op->node != OP_NODE_LOCAL && op->node >= machine->nr_nodes)
			op->node = OP_NODE_LOCAL;
	}
	return candidate_try(shrink);
}

static pfn_t machine_end(const struct buddy_config *machine)
{
	return machine->nr_memory ? machine->memory[machine->nr_memory - 1].end_pfn : 0;
}

/* The profile that a machine was most likely made from. */
static struct buddy_config machine_base(const struct buddy_config *machine)
{
	pfn_t start = machine->nr_memory ? machine->memory[0].start_pfn : 0;
	uint32_t pages = machine_end(machine) - start;
	struct buddy_config uml = buddy_config_uml(start, pages);

	if (machine->struct_page_size == uml.struct_page_size)
		return uml;
	if (machine->features & BUDDY_CMA)
		return buddy_config_x86_64(start, pages);
	return buddy_config_debian(start, pages);
}

/* Aspects of a machine that go back to what its profile says, each as a whole. */
static const struct member aspects[][6] = {
	{ MACHINE(sysctl) },
	{ MACHINE(nr_reserved), MACHINE(reserved) },
	{ MACHINE(nr_memory), MACHINE(memory), MACHINE(nr_nodes), MACHINE(cpu_node),
	  MACHINE(distance) },
	{ MACHINE(nr_cpus), MACHINE(cpu_node) },
	{ MACHINE(zones), MACHINE(zone_end_pfn) },
	{ MACHINE(movablecore_pages), MACHINE(kernelcore_pages) },
	{ MACHINE(features) },
	{ MACHINE(pageblock_order) },
};

static bool reset_aspect(struct shrink *shrink, const struct member *aspect)
{
	struct buddy_config machine = shrink->best->machine;
	struct buddy_config base = machine_base(&machine);

	members_copy(aspect, &machine, &base);
	return memcmp(&machine, &shrink->best->machine, sizeof(machine)) &&
	       try_machine(shrink, &machine);
}

static struct buddy_config resize_machine(const struct buddy_config *machine, uint32_t pages)
{
	struct buddy_config smaller = *machine;
	pfn_t end = machine_end(machine), new_end = machine->memory[0].start_pfn + pages;

	smaller.memory[0].end_pfn = new_end;
	if (smaller.zone_end_pfn[ZONE_NORMAL] == end)
		smaller.zone_end_pfn[ZONE_NORMAL] = new_end;
	return smaller;
}

static bool fewer_pages(struct shrink *shrink)
{
	const struct buddy_config *machine = &shrink->best->machine;

	if (machine->nr_memory != 1)
		return false;
	uint32_t now = machine_end(machine) - machine->memory[0].start_pfn;

	for (uint32_t pages = 64; pages < now && !shrink->stopped; pages *= 2) {
		struct buddy_config smaller = resize_machine(machine, pages);

		if (try_machine(shrink, &smaller))
			return true;
	}
	return false;
}

bool simplify_machine(struct shrink *shrink)
{
	const struct buddy_config *now = &shrink->best->machine;
	uint32_t pages =
		now->nr_memory ? machine_end(now) - now->memory[0].start_pfn : DEFAULT_PAGES;
	const struct buddy_config plain[] = {
		buddy_config_uml(0, DEFAULT_PAGES),
		buddy_config_uml(0, pages),
		machine_base(now),
	};
	bool simpler = try_fresh(shrink);

	/* Nothing is simpler than these; going back to a larger one would not end. */
	for (size_t i = 0; i < 3 && !shrink->stopped; i++)
		if (machine_end(&plain[i]) <= machine_end(&shrink->best->machine) &&
		    try_machine(shrink, &plain[i]))
			simpler = true;
	for (size_t i = 0; i < sizeof(aspects) / sizeof(aspects[0]) && !shrink->stopped; i++)
		simpler = reset_aspect(shrink, aspects[i]) || simpler;
	return fewer_pages(shrink) || simpler;
}
