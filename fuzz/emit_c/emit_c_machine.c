/* SPDX-License-Identifier: MIT */
/* The machine as C: its profile, and what differs from it. */
#include <stddef.h>
#include <string.h>

#include "fuzz/emit_c/emission.h"
#include "oracle/lang/text.h"
#include "oracle/lang/text_machine.h"
#include "oracle/lang/names.h"

#define FIELD(member)                                                 \
	{                                                             \
#member, offsetof(struct buddy_config, member), false \
	}
#define MASK(member)                                                 \
	{                                                            \
#member, offsetof(struct buddy_config, member), true \
	}

static const struct {
	const char *member;
	size_t offset;
	bool mask;
} numbers[] = {
	MASK(zones),
	FIELD(pageblock_order),
	FIELD(nr_nodes),
	FIELD(nr_cpus),
	FIELD(struct_page_size),
	FIELD(movablecore_pages),
	FIELD(kernelcore_pages),
	FIELD(sysctl.watermark_scale_factor),
	FIELD(sysctl.watermark_boost_factor),
	FIELD(sysctl.percpu_pagelist_high_fraction),
};

static uint32_t number_at(const struct buddy_config *machine, size_t offset)
{
	uint32_t value;

	memcpy(&value, (const char *)machine + offset, sizeof(value));
	return value;
}

/* The profile of the machine's text is the one with the fewest differences. */
static const struct machine_profile *nearest_profile(const struct program *program)
{
	static const char word[] = "profile=";
	char text[TEXT_MACHINE_MAX];
	const char *name;

	text_format_machine(program, text);
	name = strstr(text, word);
	for (const struct machine_profile *p = machine_profiles; name && p->name; p++)
		if (!strncmp(name + sizeof(word) - 1, p->name, strlen(p->name)))
			return p;
	return machine_profiles;
}

static void print_ranges(const char *member, const struct buddy_range *ranges, uint32_t nr,
			 const struct buddy_range *base, uint32_t nr_base, FILE *out)
{
	if (nr != nr_base)
		fprintf(out, "\tconfig.nr_%s = %u;\n", member, nr);
	for (uint32_t i = 0; i < nr && i < BUDDY_MAX_RANGES; i++)
		if (i >= nr_base || memcmp(&ranges[i], &base[i], sizeof(*base)))
			fprintf(out, "\tconfig.%s[%u] = (struct buddy_range){ %u, %u, %u };\n",
				member, i, ranges[i].start_pfn, ranges[i].end_pfn, ranges[i].node);
}

static void print_tables(const struct buddy_config *machine, const struct buddy_config *base,
			 FILE *out)
{
	for (uint32_t i = 0; i < BUDDY_MAX_CPUS; i++)
		if (machine->cpu_node[i] != base->cpu_node[i])
			fprintf(out, "\tconfig.cpu_node[%u] = %u;\n", i, machine->cpu_node[i]);
	for (uint32_t i = 0; i < BUDDY_MAX_NODES * BUDDY_MAX_NODES; i++) {
		uint32_t from = i / BUDDY_MAX_NODES, to = i % BUDDY_MAX_NODES;

		if (machine->distance[from][to] != base->distance[from][to])
			fprintf(out, "\tconfig.distance[%u][%u] = %u;\n", from, to,
				machine->distance[from][to]);
	}
	for (uint32_t i = 0; i < ZONE_MOVABLE; i++)
		if (machine->zone_end_pfn[i] != base->zone_end_pfn[i])
			fprintf(out, "\tconfig.zone_end_pfn[%u] = %uu;\n", i,
				machine->zone_end_pfn[i]);
	for (uint32_t i = 0; i < MAX_NR_ZONES; i++)
		if (machine->sysctl.lowmem_reserve_ratio[i] != base->sysctl.lowmem_reserve_ratio[i])
			fprintf(out, "\tconfig.sysctl.lowmem_reserve_ratio[%u] = %u;\n", i,
				machine->sysctl.lowmem_reserve_ratio[i]);
}

static void print_features(const struct buddy_config *machine, FILE *out)
{
	static const char *const names[] = {
		"SMP", "NUMA", "CMA", "THP", "COMPACTION", "SPARSEMEM", "DEBUG_VM", "MOBILITY_OFF"
	};
	const char *before = "";

	fputs("\tconfig.features = ", out);
	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (machine->features >> i & 1) {
			fprintf(out, "%sBUDDY_%s", before, names[i]);
			before = " | ";
		}
	fputs(*before ? ";\n" : "0;\n", out);
}

static void print_differences(const struct buddy_config *machine, const struct buddy_config *base,
			      FILE *out)
{
	if (machine->features != base->features)
		print_features(machine, out);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint32_t number = number_at(machine, numbers[i].offset);

		if (number != number_at(base, numbers[i].offset))
			fprintf(out,
				numbers[i].mask ? "\tconfig.%s = 0x%xu;\n" : "\tconfig.%s = %u;\n",
				numbers[i].member, number);
	}
	if (machine->sysctl.min_free_kbytes != base->sysctl.min_free_kbytes)
		fprintf(out, "\tconfig.sysctl.min_free_kbytes = %d;\n",
			machine->sysctl.min_free_kbytes);
	print_ranges("memory", machine->memory, machine->nr_memory, base->memory, base->nr_memory,
		     out);
	print_ranges("reserved", machine->reserved, machine->nr_reserved, base->reserved,
		     base->nr_reserved, out);
	print_tables(machine, base, out);
}

void emit_c_machine(const struct program *program, FILE *out)
{
	const struct buddy_config *machine = &program->machine;
	const struct machine_profile *profile = nearest_profile(program);
	pfn_t start = machine->memory[0].start_pfn;
	pfn_t end = machine->memory[machine->nr_memory - 1].end_pfn;
	struct buddy_config base = profile->make(start, end - start);

	fprintf(out, "\tconfig = buddy_config_%s(%u, %u);\n", profile->name, start, end - start);
	print_differences(machine, &base, out);
}
