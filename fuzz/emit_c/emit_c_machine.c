/* SPDX-License-Identifier: MIT */
/* The machine as C: its profile, and what differs from it. */
#include <stddef.h>
#include <string.h>

#include "fuzz/emit_c/emission.h"
#include "oracle/lang/names.h"
#include "oracle/lang/text.h"
#include "oracle/lang/text_machine.h"

/* A number of struct buddy_config; or an array of nr of them, in rows. */
struct member {
	const char *name;
	char form; /* u: a number, d: one with a sign, x: a mask */
	size_t offset, size_bytes;
	uint32_t nr, per_row; /* 0: no array; no rows */
};

#define SIZE(member) sizeof(((struct buddy_config *)0)->member)
#define NUMBER(member, form)                                                             \
	{                                                                                \
#member, form, offsetof(struct buddy_config, member), SIZE(member), 0, 0 \
	}
#define ARRAY(member, element, per_row)                                             \
	{                                                                           \
#member, 'u', offsetof(struct buddy_config, member), SIZE(element), \
			SIZE(member) / SIZE(element), per_row                       \
	}

static const struct member members[] = {
	NUMBER(zones, 'x'),
	NUMBER(pageblock_order, 'u'),
	NUMBER(nr_nodes, 'u'),
	NUMBER(nr_cpus, 'u'),
	NUMBER(struct_page_size, 'u'),
	NUMBER(movablecore_pages, 'u'),
	NUMBER(kernelcore_pages, 'u'),
	NUMBER(sysctl.watermark_scale_factor, 'u'),
	NUMBER(sysctl.watermark_boost_factor, 'u'),
	NUMBER(sysctl.percpu_pagelist_high_fraction, 'u'),
	NUMBER(sysctl.min_free_kbytes, 'd'),
	NUMBER(nr_memory, 'u'),
	NUMBER(nr_reserved, 'u'),
	ARRAY(cpu_node, cpu_node[0], 0),
	ARRAY(distance, distance[0][0], BUDDY_MAX_NODES),
	ARRAY(zone_end_pfn, zone_end_pfn[0], 0),
	ARRAY(sysctl.lowmem_reserve_ratio, sysctl.lowmem_reserve_ratio[0], 0),
};

static uint32_t number_at(const struct buddy_config *config, const struct member *member,
			  uint32_t i)
{
	const unsigned char *at = (const unsigned char *)config + member->offset;
	uint32_t number;

	if (member->size_bytes == 1)
		return at[i];
	memcpy(&number, at + i * sizeof(number), sizeof(number));
	return number;
}

static void print_number(const struct member *member, uint32_t i, uint32_t number, FILE *out)
{
	fprintf(out, "\tconfig.%s", member->name);
	if (member->per_row)
		fprintf(out, "[%u][%u]", i / member->per_row, i % member->per_row);
	else if (member->nr)
		fprintf(out, "[%u]", i);
	if (member->form == 'd')
		fprintf(out, " = %d;\n", (int32_t)number);
	else
		fprintf(out, member->form == 'x' ? " = 0x%xu;\n" : " = %u;\n", number);
}

static void print_ranges(const char *member, const struct buddy_range *ranges, uint32_t nr,
			 const struct buddy_range *base, uint32_t nr_base, FILE *out)
{
	for (uint32_t i = 0; i < nr && i < BUDDY_MAX_RANGES; i++)
		if (i >= nr_base || memcmp(&ranges[i], &base[i], sizeof(*base)))
			fprintf(out, "\tconfig.%s[%u] = (struct buddy_range){ %u, %u, %u };\n",
				member, i, ranges[i].start_pfn, ranges[i].end_pfn, ranges[i].node);
}

static void print_features(uint32_t features, FILE *out)
{
	const char *before = "";

	fputs("\tconfig.features = ", out);
	for (const struct machine_feature *f = machine_features; f->name; f++)
		if (features & f->bit) {
			fputs(before, out);
			emit_c_put_constant(out, "BUDDY_", f->name);
			before = " | ";
		}
	fputs(*before ? ";\n" : "0;\n", out);
}

static void print_differences(const struct buddy_config *machine, const struct buddy_config *base,
			      FILE *out)
{
	if (machine->features != base->features)
		print_features(machine->features, out);
	for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
		for (uint32_t i = 0; !i || i < members[m].nr; i++) {
			uint32_t number = number_at(machine, &members[m], i);

			if (number != number_at(base, &members[m], i))
				print_number(&members[m], i, number, out);
		}
	print_ranges("memory", machine->memory, machine->nr_memory, base->memory, base->nr_memory,
		     out);
	print_ranges("reserved", machine->reserved, machine->nr_reserved, base->reserved,
		     base->nr_reserved, out);
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
