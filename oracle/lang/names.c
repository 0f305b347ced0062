/* SPDX-License-Identifier: MIT */
#include "oracle/lang/names.h"

#include <string.h>

#include "oracle/lang/event.h"

const char *const migratetype_names[] = {
	[MIGRATE_UNMOVABLE] = "unmovable",
	[MIGRATE_MOVABLE] = "movable",
	[MIGRATE_RECLAIMABLE] = "reclaimable",
	[MIGRATE_HIGHATOMIC] = "highatomic",
	[MIGRATE_CMA] = "cma",
	[MIGRATE_ISOLATE] = "isolate",
	[MIGRATE_TYPES] = NULL,
};

const char *const sysctl_names[] = {
#define SYSCTL(NAME, name, kind, nr) "vm." #name,
#include "oracle/lang/op.def"
	NULL
};

const char *const zone_names[] = { "dma", "dma32", "normal", "movable", "device", NULL };
const char *const zone_kernel_names[] = { "DMA", "DMA32", "Normal", "Movable", "Device", NULL };

const char *const program_start_names[] = {
	[START_FRESH] = "fresh",     [START_FRAGMENTED] = "fragmented", [START_LOW] = "low",
	[START_BOOSTED] = "boosted", [NR_PROGRAM_STARTS] = NULL,
};

const char *const event_status_names[] = {
	[EVENT_DONE] = "done",
	[EVENT_SKIPPED] = "did not fit",
	[EVENT_UNSUPPORTED] = "unsupported",
	[EVENT_TRAPPED] = "trapped",
	[EVENT_STALLED] = "stalled",
	NULL,
};

const char *const bad_page_names[] = {
	[BAD_PAGE_NONE] = "no reason",
	[BAD_PAGE_MAPCOUNT] = "a map count",
	[BAD_PAGE_MAPPING] = "a mapping",
	[BAD_PAGE_REFCOUNT] = "a reference count",
	[BAD_PAGE_FLAGS_AT_FREE] = "flags at free",
	[BAD_PAGE_FLAGS_AT_PREP] = "flags at allocation",
	[NR_BAD_PAGE_REASONS] = NULL,
};

const char *const compact_result_names[] = {
	[COMPACT_NOT_SUITABLE_ZONE] = "not_suitable_zone",
	[COMPACT_SKIPPED] = "skipped",
	[COMPACT_DEFERRED] = "deferred",
	[COMPACT_NO_SUITABLE_PAGE] = "no_suitable_page",
	[COMPACT_CONTINUE] = "continue",
	[COMPACT_COMPLETE] = "complete",
	[COMPACT_PARTIAL_SKIPPED] = "partial_skipped",
	[COMPACT_CONTENDED] = "contended",
	[COMPACT_SUCCESS] = "success",
	NULL,
};

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
