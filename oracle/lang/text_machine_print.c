/* SPDX-License-Identifier: MIT */
/* The machine line in print: every profile is tried and the shortest line kept. */
#include <string.h>

#include "oracle/lang/names.h"
#include "oracle/lang/text.h"
#include "oracle/lang/text_line.h"
#include "oracle/lang/text_machine.h"

#define FIELD(member) offsetof(struct buddy_config, member)
const struct machine_key machine_keys[] = {
	{ "nodes", KEY_U32, FIELD(nr_nodes), 1 },
	{ "cpus", KEY_U32, FIELD(nr_cpus), 1 },
	{ "cpu_node", KEY_CPU_NODE, 0, 0 },
	{ "distance", KEY_DISTANCE, 0, 0 },
	{ "pageblock", KEY_U32, FIELD(pageblock_order), 1 },
	{ "struct_page", KEY_U32, FIELD(struct_page_size), 1 },
	{ "zones", KEY_ZONES, 0, 0 },
	{ "zone_end", KEY_ZONE_END, 0, 0 },
	{ "movablecore", KEY_U32, FIELD(movablecore_pages), 1 },
	{ "kernelcore", KEY_U32, FIELD(kernelcore_pages), 1 },
	{ "reserved", KEY_RESERVED, 0, 0 },
#define SYSCTL(NAME, name, kind, nr) { "vm." #name, KEY_##kind, FIELD(sysctl.name), nr },
#include "oracle/lang/op.def"
	{ NULL, KEY_U32, 0, 0 },
};

const struct machine_feature machine_features[] = {
	{ "smp", BUDDY_SMP },
	{ "numa", BUDDY_NUMA },
	{ "cma", BUDDY_CMA },
	{ "thp", BUDDY_THP },
	{ "compaction", BUDDY_COMPACTION },
	{ "sparsemem", BUDDY_SPARSEMEM },
	{ "debug_vm", BUDDY_DEBUG_VM },
	{ "mobility_off", BUDDY_MOBILITY_OFF },
	{ NULL, 0 },
};

const struct machine_profile machine_profiles[] = {
	{ "uml", buddy_config_uml },
	{ "x86_64", buddy_config_x86_64 },
	{ "debian", buddy_config_debian },
	{ NULL, NULL },
};

static const uint32_t *field_u32(const struct buddy_config *machine, const struct machine_key *key)
{
	return (const uint32_t *)(const void *)((const char *)machine + key->offset);
}

static void put_ranges(struct line *line, const char *key, const struct buddy_range *ranges,
		       uint32_t nr)
{
	line_put(line, " %s=", key);
	if (!nr)
		line_put(line, "none");
	for (uint32_t i = 0; i < nr && i < BUDDY_MAX_RANGES; i++) {
		line_put(line, "%s%u+%u", i ? "," : "", ranges[i].start_pfn,
			 ranges[i].end_pfn - ranges[i].start_pfn);
		if (ranges[i].node)
			line_put(line, "@%u", ranges[i].node);
	}
}

static bool ranges_equal(const struct buddy_range *a, uint32_t nr_a, const struct buddy_range *b,
			 uint32_t nr_b)
{
	for (uint32_t i = 0; i < nr_a && i < BUDDY_MAX_RANGES && nr_a == nr_b; i++)
		if (a[i].start_pfn != b[i].start_pfn || a[i].end_pfn != b[i].end_pfn ||
		    a[i].node != b[i].node)
			return false;
	return nr_a == nr_b;
}

static void put_u32s(struct line *line, const struct machine_key *key,
		     const struct buddy_config *machine)
{
	const uint32_t *value = field_u32(machine, key);

	line_put(line, " %s=", key->key);
	if (key->kind == KEY_AUTO && (int32_t)*value == BUDDY_SYSCTL_AUTO)
		line_put(line, "auto");
	else if (key->kind == KEY_AUTO)
		line_put(line, "%d", (int32_t)*value);
	else
		for (uint32_t i = 0; i < key->nr; i++)
			line_put(line, "%s%u", i ? "," : "", value[i]);
}

static void put_cpu_node(struct line *line, const struct buddy_config *machine,
			 const struct buddy_config *base)
{
	uint32_t nr = machine->nr_cpus;

	for (uint32_t i = 0; i < BUDDY_MAX_CPUS; i++)
		if (machine->cpu_node[i] != base->cpu_node[i] && i >= nr)
			nr = i + 1;
	line_put(line, " cpu_node=");
	for (uint32_t i = 0; i < nr && i < BUDDY_MAX_CPUS; i++)
		line_put(line, "%s%u", i ? "," : "", machine->cpu_node[i]);
}

/* A square that holds every difference, at least one row a node. */
static void put_distance(struct line *line, const struct buddy_config *machine,
			 const struct buddy_config *base)
{
	uint32_t nr = machine->nr_nodes;

	for (uint32_t i = 0; i < BUDDY_MAX_NODES; i++)
		for (uint32_t j = 0; j < BUDDY_MAX_NODES; j++)
			if (machine->distance[i][j] != base->distance[i][j])
				nr = nr > i + 1 && nr > j + 1 ? nr : i > j ? i + 1 : j + 1;
	line_put(line, " distance=");
	for (uint32_t i = 0; i < nr && i < BUDDY_MAX_NODES; i++)
		for (uint32_t j = 0; j < nr && j < BUDDY_MAX_NODES; j++)
			line_put(line, "%s%u", j ? "," : i ? "/" : "", machine->distance[i][j]);
}

static void put_zones(struct line *line, uint32_t zones)
{
	const char *comma = "";

	line_put(line, " zones=");
	if (!zones)
		line_put(line, "none");
	for (uint32_t i = 0; i < MAX_NR_ZONES; i++)
		if (zones >> i & 1) {
			line_put(line, "%s%s", comma, zone_names[i]);
			comma = ",";
		}
}

static void put_zone_end(struct line *line, const pfn_t *ends, const pfn_t *base)
{
	const char *comma = "";

	line_put(line, " zone_end=");
	for (uint32_t i = 0; i < ZONE_MOVABLE; i++)
		if (ends[i] != base[i]) {
			line_put(line, "%s%s:%u", comma, zone_names[i], ends[i]);
			comma = ",";
		}
}

/* Prints the key when machine and base differ in it. */
static void put_key(struct line *line, const struct machine_key *key,
		    const struct buddy_config *machine, const struct buddy_config *base)
{
	switch (key->kind) {
	case KEY_CPU_NODE:
		if (memcmp(machine->cpu_node, base->cpu_node, sizeof(base->cpu_node)))
			put_cpu_node(line, machine, base);
		break;
	case KEY_DISTANCE:
		if (memcmp(machine->distance, base->distance, sizeof(base->distance)))
			put_distance(line, machine, base);
		break;
	case KEY_ZONES:
		if (machine->zones != base->zones)
			put_zones(line, machine->zones);
		break;
	case KEY_ZONE_END:
		if (memcmp(machine->zone_end_pfn, base->zone_end_pfn, sizeof(base->zone_end_pfn)))
			put_zone_end(line, machine->zone_end_pfn, base->zone_end_pfn);
		break;
	case KEY_RESERVED:
		if (!ranges_equal(machine->reserved, machine->nr_reserved, base->reserved,
				  base->nr_reserved))
			put_ranges(line, "reserved", machine->reserved, machine->nr_reserved);
		break;
	default:
		if (memcmp(field_u32(machine, key), field_u32(base, key),
			   key->nr * sizeof(uint32_t)))
			put_u32s(line, key, machine);
	}
}

static void put_features(struct line *line, uint32_t features, uint32_t base)
{
	for (const struct machine_feature *f = machine_features; f->name; f++)
		if ((features ^ base) & f->bit)
			line_put(line, " %c%s", features & f->bit ? '+' : '-', f->name);
}

static size_t format_with(const struct buddy_config *machine, const struct machine_profile *profile,
			  char *text)
{
	struct line line = { text, 0, TEXT_MACHINE_MAX };
	uint32_t nr = machine->nr_memory < BUDDY_MAX_RANGES ? machine->nr_memory : BUDDY_MAX_RANGES;
	pfn_t start = nr ? machine->memory[0].start_pfn : 0;
	pfn_t end = nr ? machine->memory[nr - 1].end_pfn : 0;
	struct buddy_config base = profile->make(start, end - start);

	line_put(&line, "machine profile=%s", profile->name);
	if (ranges_equal(machine->memory, machine->nr_memory, base.memory, base.nr_memory)) {
		if (start)
			line_put(&line, " start=%u", start);
		line_put(&line, " pages=%u", end - start);
	} else {
		put_ranges(&line, "memory", machine->memory, nr);
	}
	put_features(&line, machine->features, base.features);
	for (const struct machine_key *key = machine_keys; key->key; key++)
		put_key(&line, key, machine, &base);
	return line.length;
}

size_t text_format_machine(const struct program *program, char *text)
{
	const struct buddy_config *machine = &program->machine;
	char candidate[TEXT_MACHINE_MAX];
	size_t length = format_with(machine, machine_profiles, text);

	for (const struct machine_profile *p = machine_profiles + 1; p->name; p++) {
		size_t other = format_with(machine, p, candidate);

		if (other < length) {
			memcpy(text, candidate, other + 1);
			length = other;
		}
	}
	if (program->start != START_FRESH) {
		struct line line = { text, length, TEXT_MACHINE_MAX };

		line_put(&line, " start_state=%s", name_of(program_start_names, program->start));
		length = line.length;
	}
	return length;
}
