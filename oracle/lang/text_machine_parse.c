/* SPDX-License-Identifier: MIT */
/*
 * The machine line, read. The place (profile, start, pages, memory) stands first because it chooses
 * the defaults that all other keys change.
 */
#include <string.h>

#include "oracle/lang/names.h"
#include "oracle/lang/text_machine.h"
#include "oracle/lang/text_scan.h"

/* Reads 1 to nr_max numbers separated by commas. */
static bool parse_list(struct scan *scan, uint32_t *values, uint32_t nr_max, uint32_t value_max,
		       const char *stops, uint32_t *nr)
{
	*nr = 0;
	while (*nr < nr_max) {
		if (!scan_u32(scan, scan_word(scan, stops), value_max, "a number", &values[*nr]))
			return false;
		(*nr)++;
		if (!scan_accept(scan, ','))
			return true;
	}
	return scan_expected(scan, scan->at - 1, "no more numbers");
}

static bool parse_bytes(struct scan *scan, uint8_t *bytes, uint32_t nr_max, uint32_t value_max,
			const char *stops)
{
	uint32_t values[BUDDY_MAX_CPUS], nr;

	FUZZ_ASSERT(nr_max <= BUDDY_MAX_CPUS);
	if (!parse_list(scan, values, nr_max, value_max, stops, &nr))
		return false;
	for (uint32_t i = 0; i < nr; i++)
		bytes[i] = (uint8_t)values[i];
	return true;
}

static bool parse_distance(struct scan *scan, struct buddy_config *machine)
{
	for (uint32_t row = 0; row < BUDDY_MAX_NODES; row++) {
		if (!parse_bytes(scan, machine->distance[row], BUDDY_MAX_NODES, UINT8_MAX, ",/"))
			return false;
		if (!scan_accept(scan, '/'))
			return true;
	}
	return scan_expected(scan, scan->at, "no more rows");
}

static bool parse_zones(struct scan *scan, struct buddy_config *machine)
{
	machine->zones = 0;
	for (uint32_t i = 0; i < MAX_NR_ZONES; i++) {
		struct word word = scan_word(scan, ",");
		uint32_t zone;

		if (i == 0 && word_is(word, "none"))
			return true;
		if (!scan_name(scan, word, "a zone", zone_names, MAX_NR_ZONES, &zone))
			return false;
		machine->zones |= 1u << zone;
		if (!scan_accept(scan, ','))
			return true;
	}
	return scan_expected(scan, scan->at, "no more zones");
}

static bool parse_zone_end(struct scan *scan, struct buddy_config *machine)
{
	for (uint32_t i = 0; i < ZONE_MOVABLE; i++) {
		struct word word = scan_word(scan, ":,");
		uint32_t zone;

		if (!scan_name(scan, word, "a zone", zone_names, ZONE_MOVABLE, &zone))
			return false;
		if (!scan_accept(scan, ':'))
			return scan_expected(scan, scan->at, "':' and a page frame number");
		if (!scan_u32(scan, scan_word(scan, ","), UINT32_MAX, "a page frame number",
			      &machine->zone_end_pfn[zone]))
			return false;
		if (!scan_accept(scan, ','))
			return true;
	}
	return scan_expected(scan, scan->at, "no more zones");
}

static bool parse_range(struct scan *scan, struct buddy_range *range)
{
	struct word word = scan_word(scan, "+,");
	uint32_t length;

	range->node = 0;
	if (!scan_u32(scan, word, UINT32_MAX, "START+LENGTH in pages", &range->start_pfn))
		return false;
	if (!scan_accept(scan, '+'))
		return scan_expected(scan, scan->at, "'+' and a length in pages");
	if (!scan_u32(scan, scan_word(scan, ",@"), UINT32_MAX - range->start_pfn,
		      "a length in pages", &length))
		return false;
	range->end_pfn = range->start_pfn + length;
	if (scan_accept(scan, '@')) {
		return scan_u32(scan, scan_word(scan, ","), BUDDY_MAX_NODES - 1, "a node",
				&range->node);
	}
	return true;
}

static bool parse_ranges(struct scan *scan, struct buddy_range *ranges, uint32_t *nr)
{
	struct scan ahead = *scan;

	*nr = 0;
	if (word_is(scan_word(&ahead, ""), "none")) {
		scan->at = ahead.at;
		return true;
	}
	while (*nr < BUDDY_MAX_RANGES) {
		if (!parse_range(scan, &ranges[(*nr)++]))
			return false;
		if (!scan_accept(scan, ','))
			return true;
	}
	return scan_expected(scan, scan->at - 1, "no more than 16 ranges");
}

static bool parse_auto(struct scan *scan, int32_t *value)
{
	struct word word = scan_word(scan, "");

	if (word_is(word, "auto")) {
		*value = BUDDY_SYSCTL_AUTO;
		return true;
	}
	return scan_i32(scan, word, "auto or a number", value);
}

static bool parse_key(struct scan *scan, const struct machine_key *key,
		      struct buddy_config *machine)
{
	void *field = (char *)machine + key->offset;
	uint32_t nr_wanted = (uint32_t)(key->size / sizeof(uint32_t)), nr;

	switch (key->kind) {
	case KEY_U32:
		return scan_u32(scan, scan_word(scan, ""), UINT32_MAX, "a number", field);
	case KEY_AUTO:
		return parse_auto(scan, field);
	case KEY_LIST:
		if (!parse_list(scan, field, nr_wanted, UINT32_MAX, ",", &nr))
			return false;
		return nr == nr_wanted ||
		       scan_expected(scan, scan->at, "',' and a number for each zone kind");
	case KEY_CPU_NODE:
		return parse_bytes(scan, field, BUDDY_MAX_CPUS, BUDDY_MAX_NODES - 1, ",");
	case KEY_DISTANCE:
		return parse_distance(scan, machine);
	case KEY_ZONES:
		return parse_zones(scan, machine);
	case KEY_ZONE_END:
		return parse_zone_end(scan, machine);
	default:
		return parse_ranges(scan, machine->reserved, &machine->nr_reserved);
	}
}

static bool parse_feature(struct scan *scan, uint32_t *features)
{
	bool on = *scan->at == '+';
	uint32_t bit;

	scan->at++;
	if (!scan_name(scan, scan_word(scan, ""), "a feature", feature_names, UINT32_MAX, &bit))
		return false;
	*features = on ? *features | 1u << bit : *features & ~(1u << bit);
	return true;
}

/* What stands first: profile=, then start= and pages=, or memory=. They choose all defaults. */
struct place {
	const struct machine_profile *profile;
	uint32_t start, pages;
	bool has_memory, settled; /* settled: the machine has its defaults */
	struct buddy_range memory[BUDDY_MAX_RANGES];
	uint32_t nr_memory;
};

static bool parse_profile(struct scan *scan, const struct machine_profile **profile)
{
	struct word word = scan_word(scan, "");

	for (const struct machine_profile *p = machine_profiles; p->name; p++)
		if (word_is(word, p->name)) {
			*profile = p;
			return true;
		}
	return scan_expected(scan, word.text, "a profile (uml, x86_64, debian)");
}

/* Returns false on an error; *taken tells whether the key was one of the place's. */
static bool parse_place(struct scan *scan, struct word key, struct place *place, bool *taken)
{
	*taken = true;
	if (word_is(key, "profile"))
		return parse_profile(scan, &place->profile);
	if (word_is(key, "start"))
		return scan_u32(scan, scan_word(scan, ""), UINT32_MAX, "a page frame number",
				&place->start);
	if (word_is(key, "pages"))
		return scan_u32(scan, scan_word(scan, ""), UINT32_MAX - place->start,
				"a number of pages", &place->pages);
	if (word_is(key, "memory")) {
		place->has_memory = true;
		return parse_ranges(scan, place->memory, &place->nr_memory);
	}
	*taken = false;
	return true;
}

static void settle_place(struct place *place, struct buddy_config *machine)
{
	pfn_t start = place->start, end = place->start + place->pages;

	if (place->settled)
		return;
	place->settled = true;
	if (place->has_memory) {
		start = place->nr_memory ? place->memory[0].start_pfn : 0;
		end = place->nr_memory ? place->memory[place->nr_memory - 1].end_pfn : 0;
	}
	*machine = place->profile->make(start, end - start);
	if (place->has_memory) {
		machine->nr_memory = place->nr_memory;
		memset(machine->memory, 0, sizeof(machine->memory));
		memcpy(machine->memory, place->memory, place->nr_memory * sizeof(place->memory[0]));
	}
}

static const struct machine_key *find_key(struct word word)
{
	for (const struct machine_key *key = machine_keys; key->key; key++)
		if (word_is(word, key->key))
			return key;
	return NULL;
}

static bool parse_start_state(struct scan *scan, uint8_t *start)
{
	uint32_t found;

	if (!scan_name(scan, scan_word(scan, ""), "a start state", program_start_names,
		       NR_PROGRAM_STARTS, &found))
		return false;
	*start = (uint8_t)found;
	return true;
}

static bool expected_key(struct scan *scan, struct word word)
{
	char nearest[MACHINE_NEAREST_MAX], expected[MACHINE_NEAREST_MAX + 64];

	machine_nearest_keys(word.text, word.length, nearest);
	snprintf(expected, sizeof(expected),
		 "a key of the machine line (%s or another of `buddy help machine`)", nearest);
	return scan_expected(scan, word.text, expected);
}

/* One word of the line: +feature, -feature or key=value. */
static bool parse_word(struct scan *scan, struct place *place, struct program *program)
{
	struct buddy_config *machine = &program->machine;
	bool taken = false;

	if (*scan->at == '+' || *scan->at == '-') {
		settle_place(place, machine);
		return parse_feature(scan, &machine->features);
	}
	struct word word = scan_word(scan, "=");
	const struct machine_key *key = find_key(word);

	if (!scan_accept(scan, '='))
		return scan_expected(scan, word.text, "key=value, +feature or -feature");
	if (word_is(word, "start_state"))
		return parse_start_state(scan, &program->start);
	if (!parse_place(scan, word, place, &taken))
		return false;
	if (taken && place->settled)
		return scan_expected(scan, word.text,
				     "profile=, start=, pages= and memory= before other keys");
	if (taken)
		return true;
	if (!key)
		return expected_key(scan, word);
	settle_place(place, machine);
	return parse_key(scan, key, machine);
}

bool text_parse_machine(struct scan *scan, struct program *program)
{
	struct place place = { .profile = machine_profiles, .pages = 4096 };

	while (scan_more(scan))
		if (!parse_word(scan, &place, program))
			return false;
	settle_place(&place, &program->machine);
	return true;
}
