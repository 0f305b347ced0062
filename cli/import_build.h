/* SPDX-License-Identifier: MIT */
/*
 * From recorded page events to a program. Frames of the recording only name blocks: which frame the
 * replayed request gets is the allocator's business. Every departure from the recording is counted:
 *   - a free of frames whose allocation was not recorded (too old, or taken by a path
 *     that has no tracepoint: bulk, contig, migration) is left out;
 *   - an allocation over frames that are still held proves a lost free: they are freed just before;
 *   - a part of a larger block is freed by split_page and free_page; parts of a compound block are
 *     collected and the block is freed with its last part;
 *   - mm_page_free_batched always follows the mm_page_free of the same frame; it frees only a frame
 *     that is still held, because then that event was lost;
 *   - a failed request is asked again and what it may get on the replay is freed at once.
 */
#pragma once

#include <stdio.h>

#include "cli/import_map.h"
#include "cli/import_trace.h"
#include "oracle/lang/op.h"

/* What was read, what became of it, what was left out and why: import_count_text tells. */
enum import_count {
	IMPORT_LINES,
	IMPORT_OTHER_EVENTS,
	IMPORT_MALFORMED,
	IMPORT_LOST,
	IMPORT_BACKWARDS,
	IMPORT_CPU_FOLDED,
	IMPORT_ALLOCS,
	IMPORT_ALLOC_FAILED,
	IMPORT_ALLOC_HELD,
	IMPORT_ALLOC_ILLEGAL,
	IMPORT_ALLOC_TOO_LARGE,
	IMPORT_ALLOC_UNALIGNED,
	IMPORT_GFP_UNKNOWN,
	IMPORT_GFP_CUT,
	IMPORT_FREES,
	IMPORT_FREE_UNKNOWN,
	IMPORT_FREE_SPLIT,
	IMPORT_FREE_COMPOUND_PART,
	IMPORT_FREE_MANY,
	IMPORT_FREE_TOO_LARGE,
	IMPORT_BATCHED_PAIRED,
	IMPORT_BATCHED_ALONE,
	IMPORT_HELD_AT_END,
	NR_IMPORT_COUNTS
};
extern const char *const import_count_text[NR_IMPORT_COUNTS];

struct import_slot {
	uint8_t order;
	bool compound;
	uint16_t nr_left; /* pages not yet given back, once the block is in pieces */
};

struct importer {
	struct program program;
	struct import_map map;
	struct import_slot *slots;
	uint32_t nr_slots, slots_capacity;
	uint32_t *spare; /* stack of slots that are empty again */
	uint32_t nr_spare;
	uint32_t nr_cpus; /* highest CPU seen + 1 */
	uint64_t nr_held_pages, peak_pages;
	uint64_t last_time_ns;
	uint64_t counts[NR_IMPORT_COUNTS];
};

void importer_init(struct importer *importer);
void importer_free(struct importer *importer);
/* Takes one line in. false: out of memory. */
bool importer_take(struct importer *importer, const struct trace_line *line);
/* After the last line: a machine of nr_pages (0: by the peak) of config's kind. */
void importer_finish(struct importer *importer,
		     struct buddy_config (*profile)(pfn_t start_pfn, uint32_t nr_pages),
		     uint32_t nr_pages);
/* One line each for what is not zero, each after prefix. */
void importer_print_counts(const struct importer *importer, const char *prefix, FILE *out);
