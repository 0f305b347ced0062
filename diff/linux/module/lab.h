/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab: a synthetic machine on pages that are free in the real one. While the module serves,
 * interrupts are off and the kernel's zones describe the lab; the real state waits in a copy. The
 * module's own state lies in host memory, so that comparing all of the guest's memory sees none of
 * it.
 */
#pragma once

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>

#include "protocol_in_kernel.h"

enum op_code {
#define OP(code, name, ...) OP_##name = (code),
#include "oracle/lang/op.def"
	NR_OP_CODES = 256
};

#define LAB_NO_PFN (~0u)
#define LAB_MAX_PAGES 32768u
#define LAB_MAX_BLOCKS 64u
#define LAB_MAX_BULK 4096u
#define LAB_RATIOS 5u

/* Who a page belongs to: OWNER_BLOCK + order on the first page of a block the program holds. */
#define OWNER_NONE 0u
#define OWNER_BLOCK 1u
#define OWNER_FRAGMENTS 0x40u /* chunk of the page_frag cache; nr_fragments are out */

/* Made by MACHINE. */
struct lab_machine {
	bool ready;
	u32 base_pfn; /* the machine's frame on first_pfn */
	unsigned long used_pages;
	u32 nr_zones;
	struct zone *zones[LINUX_MAX_ZONES];
	struct linux_machine machine;
	bool hole_block[LINUX_MAX_ZONES][LAB_MAX_BLOCKS]; /* pageblocks without a struct page */
};

struct lab {
	struct linux_shared *shared;

	/* fixed while the module serves */
	unsigned long first_pfn; /* of the real machine; a multiple of MAX_ORDER_NR_PAGES */
	unsigned long nr_pages;
	unsigned long *pageblock_bits[LINUX_MAX_ZONES];
	struct per_cpu_pages *pcps[LINUX_MAX_ZONES];

	struct lab_machine now; /* what the zones describe, once it is ready */
	u32 slot;               /* its number */
	struct lab_machine machines[LINUX_MACHINES];

	/* of the running program; lab_forget_program() empties them */
	struct page_frag_cache frag_cache;
	u32 nr_lru;
	u8 owner[LAB_MAX_PAGES];
	u16 nr_fragments[LAB_MAX_PAGES];
	u8 lru_order[LAB_MAX_PAGES]; /* 1 + order of a block that the program marked LRU */

	struct page *pages[LAB_MAX_BULK];
	u32 words[LINUX_STATE_WORDS];
};
extern struct lab *lab;

/* The lab's page of a frame of the program, or NULL when no zone spans it. */
struct page *lab_page(u32 pfn);
/* The program's frame of a page; NULL: LAB_NO_PFN. */
u32 lab_pfn(const struct page *page);
/* Index of a page into owner[] and its like; LAB_MAX_PAGES when the page is none of the lab's. */
u32 lab_index(const struct page *page);
/* The kernel's number of a zone kind of types.h; negative: this kernel has no such kind. */
int lab_kernel_zone(u32 zone_type);
u32 lab_zone_type(int kernel_zone);
void lab_forget_program(void);

/*
 * machine.c: NULL, or a sentence about what is wrong with shared->machine and state[]. The machine
 * is kept as number slot, and the zones describe it.
 */
const char *machine_build(u32 slot);
/*
 * Makes a machine built before the one that the zones describe; lab_reset() has to follow. false:
 * there is no such number.
 */
bool machine_enter(u32 slot);

/*
 * state.c: the machine as it is, into machine and words[LINUX_STATE_WORDS]; false: a list has no
 * end.
 */
bool state_write(struct linux_machine *machine, u32 *words);
u64 state_hash(const struct linux_machine *machine, const u32 *words);

/* self_check.c: false when something differs; tells in text either way. */
bool self_check(char *text, size_t bytes);

/* coverage.c */
bool coverage_init(void);
void coverage_start(void);
void coverage_stop(unsigned char *cells);

/* counters.c: nothing happens in a kernel without counters. */
void counters_clear(void);
void counters_write(void);
/* A counter lies here: it goes on counting while all else goes back. */
bool counters_hold(unsigned long address);
