/* SPDX-License-Identifier: GPL-2.0-only */
/* The records of linux_shared.state[]: reading and writing, bounded. */
#pragma once

#include <linux/types.h>

#define RECORD_HOLE 0xffu /* pageblock type: no struct page there */

enum record_kind { RECORD_FREE, RECORD_PCP, RECORD_PAGEBLOCKS, RECORD_LRU, NR_RECORD_KINDS };

struct record {
	u32 zone, kind, index, type, nr; /* nr: entries of one or two words */
	const u32 *words;
};

/* The record at *at, which moves behind it; false: it is none or does not end within nr_words. */
bool record_read(const u32 *words, u32 nr_words, u32 *at, struct record *record);
