/* SPDX-License-Identifier: MIT */
/*
 * The keys of the machine line. profile= with start= and pages= (or memory=) gives the defaults;
 * every other key says where this machine differs. Printer, parser, `buddy help machine` and
 * docs/reference-machine.md share these tables.
 */
#pragma once

#include "oracle/lang/op.h"

enum key_kind {
	KEY_PLACE,    /* a key that chooses the defaults; the parser knows it by name */
	KEY_U32,      /* a plain number */
	KEY_AUTO,     /* a signed number, or auto for -1 */
	KEY_LIST,     /* numbers of 32 bits, by comma */
	KEY_CPU_NODE, /* nodes by cpu, by comma */
	KEY_DISTANCE, /* rows by '/', entries by comma */
	KEY_ZONES,    /* kinds by comma */
	KEY_ZONE_END, /* kind:pfn by comma */
	KEY_RESERVED  /* start+length by comma */
};

struct machine_key {
	const char *key;
	enum key_kind kind;
	size_t offset, size; /* in struct buddy_config; 0: KEY_PLACE */
	const char *form, *meaning;
	const char *example; /* a machine line that shows it, without the first word */
};

struct machine_profile {
	const char *name;
	struct buddy_config (*make)(pfn_t start_pfn, uint32_t nr_pages);
	const char *meaning;
};

/* Each table ends in an entry without a name. */
extern const struct machine_key machine_keys[];
extern const struct machine_profile machine_profiles[];

/* What +feature switches on, by bit number as feature_names. */
extern const char *const feature_meanings[];

/* The three keys that look most like the word, joined by commas, the likeliest first. */
#define MACHINE_NEAREST_MAX 96
void machine_nearest_keys(const char *word, size_t length, char *nearest);
