/* SPDX-License-Identifier: MIT */
/* The machine line in print: every profile is tried and the shortest line kept. */
#include <string.h>

#include "oracle/lang/names.h"
#include "oracle/lang/text.h"
#include "oracle/lang/text_line.h"
#include "oracle/lang/text_machine.h"

static void put_ranges(struct line *line, const struct buddy_range *ranges, uint32_t nr)
{
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

static void put_auto(struct line *line, int32_t value)
{
	if (value == BUDDY_SYSCTL_AUTO)
		line_put(line, "auto");
	else
		line_put(line, "%d", value);
}

static void put_u32s(struct line *line, const uint32_t *values, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		line_put(line, "%s%u", i ? "," : "", values[i]);
}

static void put_cpu_node(struct line *line, const struct buddy_config *machine,
			 const struct buddy_config *base)
{
	uint32_t nr = machine->nr_cpus;

	for (uint32_t i = 0; i < BUDDY_MAX_CPUS; i++)
		if (machine->cpu_node[i] != base->cpu_node[i] && i >= nr)
			nr = i + 1;
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
	for (uint32_t i = 0; i < nr && i < BUDDY_MAX_NODES; i++)
		for (uint32_t j = 0; j < nr && j < BUDDY_MAX_NODES; j++)
			line_put(line, "%s%u", j ? "," : i ? "/" : "", machine->distance[i][j]);
}

static void put_zones(struct line *line, uint32_t zones)
{
	const char *comma = "";

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
	const void *value = (const char *)machine + key->offset;

	if (key->kind == KEY_PLACE)
		return;
	if (key->kind == KEY_RESERVED ? ranges_equal(machine->reserved, machine->nr_reserved,
						     base->reserved, base->nr_reserved)
				      : !memcmp(value, (const char *)base + key->offset, key->size))
		return;
	line_put(line, " %s=", key->key);
	switch (key->kind) {
	case KEY_CPU_NODE:
		put_cpu_node(line, machine, base);
		break;
	case KEY_DISTANCE:
		put_distance(line, machine, base);
		break;
	case KEY_ZONES:
		put_zones(line, machine->zones);
		break;
	case KEY_ZONE_END:
		put_zone_end(line, machine->zone_end_pfn, base->zone_end_pfn);
		break;
	case KEY_RESERVED:
		put_ranges(line, machine->reserved, machine->nr_reserved);
		break;
	case KEY_AUTO:
		put_auto(line, *(const int32_t *)value);
		break;
	default:
		put_u32s(line, value, key->size / sizeof(uint32_t));
	}
}

static void put_features(struct line *line, uint32_t features, uint32_t base)
{
	for (uint32_t bit = 0; feature_names[bit]; bit++)
		if ((features ^ base) >> bit & 1u)
			line_put(line, " %c%s", features >> bit & 1u ? '+' : '-',
				 feature_names[bit]);
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
		line_put(&line, " memory=");
		put_ranges(&line, machine->memory, nr);
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
