/* SPDX-License-Identifier: MIT */
/*
 * What numbers are called: in programs, reports and messages. Each table is indexed by value and
 * ends in NULL.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

extern const char *const migratetype_names[];    /* enum migratetype */
extern const char *const sysctl_names[];         /* enum op_sysctl, with "vm." */
extern const char *const zone_names[];           /* enum zone_type, as the machine line has them */
extern const char *const zone_kernel_names[];    /* the same as /proc/zoneinfo has them */
extern const char *const program_start_names[];  /* enum program_start */
extern const char *const feature_names[];        /* enum buddy_feature, by bit number */
extern const char *const event_status_names[];   /* enum event_status */
extern const char *const bad_page_names[];       /* enum bad_page_reason: "bad for ..." */
extern const char *const compact_result_names[]; /* enum compact_result */
extern const char *const node_reclaim_names[];   /* 3 + what it answers (FP-15), 0: off */

/* "unknown" when the table has none. */
const char *name_of(const char *const *names, uint32_t value);
/* -1: none of them. text need not end in NUL. */
int name_find(const char *const *names, const char *text, size_t length);

/* A field of OP_hook_answers and a flag of OP_task, as in op.def; the tables end without a name. */
struct hooks_field {
	const char *name;
	uint32_t mask;
	const char *const *names; /* of its values, NULL: numbers */
	const char *meaning;
};
extern const struct hooks_field hooks_fields[];

struct task_flag {
	const char *name;
	uint32_t bit;
	const char *meaning;
};
extern const struct task_flag task_flags[];
