/* SPDX-License-Identifier: MIT */
#include "oracle/lang/names.h"

#include <string.h>

#include "oracle/lang/event.h"

#define ALL_NAMED(names, nr) \
	_Static_assert(sizeof(names) / sizeof((names)[0]) == (nr) + 1u, #names " lacks a name")

const char *const migratetype_names[] = { "unmovable", "movable", "reclaimable", "highatomic",
					  "cma",       "isolate", NULL };
ALL_NAMED(migratetype_names, MIGRATE_TYPES);

const char *const sysctl_names[] = {
#define SYSCTL(NAME, name, ...) "vm." #name,
#include "oracle/lang/op.def"
	NULL
};

const char *const zone_names[] = { "dma", "dma32", "normal", "movable", "device", NULL };
const char *const zone_kernel_names[] = { "DMA", "DMA32", "Normal", "Movable", "Device", NULL };
ALL_NAMED(zone_names, MAX_NR_ZONES);
ALL_NAMED(zone_kernel_names, MAX_NR_ZONES);

const char *const program_start_names[] = { "fresh", "fragmented", "low", "boosted", NULL };
ALL_NAMED(program_start_names, NR_PROGRAM_STARTS);

const char *const feature_names[] = { "smp",       "numa",     "cma",          "thp", "compaction",
				      "sparsemem", "debug_vm", "mobility_off", NULL };
_Static_assert(BUDDY_MOBILITY_OFF == 1u << 7, "feature_names lacks a name");
ALL_NAMED(feature_names, 8);

const char *const event_status_names[] = { "done",    "did not fit", "unsupported",
					   "trapped", "stalled",     NULL };
ALL_NAMED(event_status_names, EVENT_STALLED + 1);

const char *const bad_page_names[] = {
	"no reason",     "a map count",         "a mapping", "a reference count",
	"flags at free", "flags at allocation", NULL
};
ALL_NAMED(bad_page_names, NR_BAD_PAGE_REASONS);

const char *const compact_result_names[] = {
	"not_suitable_zone", "skipped",         "deferred",  "no_suitable_page", "continue",
	"complete",          "partial_skipped", "contended", "success",          NULL
};
ALL_NAMED(compact_result_names, COMPACT_SUCCESS + 1);

const char *const node_reclaim_names[] = { "off", "noscan", "full", "some", "success", NULL };

const struct hooks_field hooks_fields[] = {
#define HOOKS(NAME, name, shift, max, names, meaning) { #name, OP_HOOKS_##NAME, names, meaning },
#include "oracle/lang/op.def"
	{ NULL, 0, NULL, NULL }
};

const struct task_flag task_flags[] = {
#define TASK(NAME, name, bit, meaning) { #name, OP_TASK_##NAME, meaning },
#include "oracle/lang/op.def"
	{ NULL, 0, NULL }
};

const char *name_of(const char *const *names, uint32_t value)
{
	for (uint32_t i = 0; names[i]; i++)
		if (i == value)
			return names[i];
	return "unknown";
}

int name_find(const char *const *names, const char *text, size_t length)
{
	for (int i = 0; names[i]; i++)
		if (strlen(names[i]) == length && !memcmp(names[i], text, length))
			return i;
	return -1;
}
