/* SPDX-License-Identifier: MIT */
/* Private to record*.c: the recipe of the committed recordings, and the form that needs no kernel.
 */
#pragma once

#include "oracle/lang/op.h"

#define RECORD_NAME_MAX 64

/* A machine, by the name that files and INDEX give it. */
struct record_config {
	char name[RECORD_NAME_MAX];
	struct buddy_config machine;
};

struct record_entry {
	uint32_t config; /* index */
	char workload[RECORD_NAME_MAX];
	uint32_t seed, nr_ops, nr_slots;
};

struct record_recipe {
	struct record_config *configs;
	struct record_entry *entries;
	uint32_t nr_configs, nr_entries;
};

/*
 * Lines: "# comment", "config NAME machine ...", "record CONFIG WORKLOAD SEED OPS SLOTS". false:
 * error tells, with the line; nothing is left to be freed.
 */
bool record_recipe_read(const char *path, struct record_recipe *recipe, char *error,
			size_t error_size);
void record_recipe_free(struct record_recipe *recipe);

/* record_programs.c: exit statuses. folder gets workload-NAME.ops for every workload. */
int record_programs(const char *folder, uint64_t seed, bool quiet);
int record_list(void);
