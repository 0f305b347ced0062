/* SPDX-License-Identifier: MIT */
/*
 * A recorded run of the real Linux 6.1 page allocator: where it started, what was asked and
 * answered, where it ended. The parser is total: any bytes give either a checked struct or an error
 * with its line number; memory is linear in the size of the text. corpus/linux/README.md describes
 * the format.
 */
#pragma once

#include "oracle/lang/event.h"
#include "oracle/eyes/snapshot.h"

/* The ORACLE line: the kernel that answered. */
struct recorded_header {
	uint32_t pageblock_order, nr_pcp_lists, nr_zone_types, nr_migratetypes;
	int32_t boost_factor;
	uint32_t mobility_off, smp, nofragment, cma, irqoff, cpu, nr_cpus;
	char release[64], machine[32];
	bool has_sysctl; /* a SYSCTL line follows */
	struct buddy_sysctl sysctl;
};

/* Zones whose counters follow each result, highest zone first. */
#define RECORDED_MAX_COUNTED_ZONES 2

/* One line of the RESULTS section. Operands as written; which exist depends on the letter. */
struct recorded_op {
	char code; /* a letter of corpus/linux/README.md */
	uint8_t nr_counted;
	uint32_t line; /* of the file, from 1 */
	uint32_t id, a, b, d;
	uint32_t result;
	uint32_t first_pfn, nr_pfns; /* slice of recorded.pfns: pages of a bulk request */
	int64_t free_pages[RECORDED_MAX_COUNTED_ZONES];
	int64_t pcp_pages[RECORDED_MAX_COUNTED_ZONES];
};

/* What the kernel answered to one op of the converted program. */
struct recorded_answer {
	uint32_t op;   /* index into recorded.ops */
	bool counters; /* the counters of that line hold after this op */
	uint8_t cpu;   /* whose pcp count was recorded */
	pfn_t pfn;
	int64_t result;        /* as struct event wants it */
	uint32_t offset_bytes; /* of a fragment */
	uint32_t first_pfn, nr_pfns;
};

struct recorded {
	struct recorded_header header;
	struct buddy_config machine;
	struct snapshot *initial, *final;
	struct recorded_op *ops;
	size_t nr_ops, ops_capacity;
	struct pfn_list pfns;
	/* The same run in our language. Requests that the kernel refused outright have no op here.
	 */
	struct program program;
	struct recorded_answer *answers; /* [program.nr_ops] */
	size_t answers_capacity;
	/*
	 * Why the program ends before the recording does, or NULL; stop_op is the recorded op it
	 * ends before.
	 */
	const char *stop_reason;
	size_t stop_op;
};

/*
 * On failure returns false, writes a sentence with the line number into error, and frees
 * everything.
 */
bool recorded_parse(const char *text, size_t size, struct recorded *recorded, char *error,
		    size_t error_size);
/* path: text or .gz. */
bool recorded_read_file(const char *path, struct recorded *recorded, char *error,
			size_t error_size);
/* For those who build one. false: out of memory. */
bool recorded_append_op(struct recorded *recorded, const struct recorded_op *op);
void recorded_free(struct recorded *recorded);
/* The answer to a call as an event, whose pfns are the caller's and whose rest is clear. */
void recorded_tell(const struct recorded *recorded, const struct recorded_answer *answer,
		   const struct call *call, struct event *event);
/*
 * The snapshot zone whose counters stand at position k of a result line; nr_zones when there is
 * none.
 */
uint32_t recorded_counted_zone(const struct recorded *recorded, uint32_t k);
