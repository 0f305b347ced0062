/* SPDX-License-Identifier: MIT */
/*
 * The keys of the machine line. profile= with start= and pages= (or memory=) gives the defaults;
 * every other key says where this machine differs. Printer and parser share these tables.
 */
#pragma once

#include "oracle/lang/op.h"

enum key_kind {
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
	size_t offset, size; /* in struct buddy_config */
};

struct machine_profile {
	const char *name;
	struct buddy_config (*make)(pfn_t start_pfn, uint32_t nr_pages);
};

/* Each table ends in an entry without a name. */
extern const struct machine_key machine_keys[];
extern const struct machine_profile machine_profiles[];
