/* SPDX-License-Identifier: MIT */
/*
 * What the harness and the kernel module say to each other: one shared host file, mapped by both.
 * Included by ordinary C and by kernel code alike, hence the plain types. Frames are the program's
 * own; the module adds the lab's offset. Values of zones, migratetypes, sysctls and op codes are
 * those of buddy/types.h and op.def.
 *
 * The harness fills the command's input, increments `request` and waits until `answer` equals it.
 */
#pragma once

#define LINUX_PROTOCOL_MAGIC 0x6c696e78u
#define LINUX_PROTOCOL_VERSION 2u
#define LINUX_MAX_CALLS 65536u
#define LINUX_MAX_PFNS (1u << 20)    /* words of bulk and release frames of one program */
#define LINUX_STATE_WORDS (1u << 21) /* words of a machine's lists */
#define LINUX_COVERAGE_CELLS 65536u
#define LINUX_MAX_ZONES 3u
#define LINUX_ORDERS 11u
#define LINUX_MACHINES 64u /* that the guest keeps */
#define LINUX_TEXT_BYTES 4096u

enum linux_command {
	LINUX_HELLO = 1, /* fills kernel; changes nothing */
	LINUX_MACHINE, /* machine + state[]: build the lab in this state, keep it as number slot */
	LINUX_RUN,     /* reset to the saved state, then calls[nr_calls] */
	LINUX_STEP,    /* calls[0] from where the machine is; another machine starts anew */
	LINUX_RESET,
	LINUX_STATE,      /* machine + state[] <- the machine as it is */
	LINUX_SELF_CHECK, /* calls, others, calls again: whole-memory comparison, told in text */
	LINUX_QUIT
};

/* linux_shared.flags of RUN and STEP; both stop behind a call that is not LINUX_DONE */
#define LINUX_COMPARE 1u /* stop after the first answer that is not the expected one */
/*
 * state_hash <- over the words STATE would write, unless the run stopped early: 64-bit FNV-1a
 * taking one 32-bit word a step (hash = (hash ^ word) * 0x100000001b3, from 0xcbf29ce484222325):
 * mobility_disabled, then the words of zones[0..nr_zones) in the order of struct linux_zone, then
 * state[0..nr_state_words).
 */
#define LINUX_FINAL_HASH 2u
#define LINUX_COVERAGE 4u    /* fold the kernel's edges into coverage[] */
#define LINUX_WITHOUT_LRU 8u /* no page has PageLRU: the hash need not look for kind 3 */

/* linux_call.compare, with LINUX_COMPARE: what must be as expected */
#define LINUX_CHECK_ANSWER 1u /* status DONE, pfn, result */
#define LINUX_CHECK_COUNTS 2u /* free and pcp pages of every zone */

enum linux_status {
	LINUX_DONE,
	LINUX_UNSUPPORTED, /* this op is unknown to the module or the kernel lacks the feature */
	LINUX_BAD_CALL /* a frame outside the lab or an operand out of range: nothing was called */
};

struct linux_kernel {
	unsigned int pageblock_order;
	unsigned int nr_zones_configured;              /* 2: NORMAL, MOVABLE; 3: DMA32 as well */
	unsigned int has_cma, has_coverage, lab_pages; /* largest lab, pages */
	char release[64];
};

struct linux_zone {
	unsigned int index; /* enum zone_type */
	unsigned int start_pfn, spanned_pages, managed_pages;
	unsigned int watermark[4], watermark_boost, lowmem_reserve[5];
	unsigned int nr_free_pages, nr_free_cma_pages;
	unsigned int nr_reserved_highatomic, nr_isolate_pageblock, flags;
	unsigned int pcp_high, pcp_batch, pcp_free_factor;
};

/*
 * The lists, in state[]: records `zone, kind, order or pindex, migratetype, n, words`; order,
 * pindex and type are 0 where a kind has none. Sorted by zone, kind, order or pindex, type; empty
 * lists are left out. `zone` is the index into zones[], as in expected_free and free_pages; zones[]
 * ascends, populated zones only. Kinds:
 *
 * 0: free list, head first: n frames
 *
 * 1: pcp list, head first: n pairs of frame and recorded migratetype
 *
 * 2: pageblock migratetypes from the block of start_pfn on, n blocks, always there; 0xff: no struct
 * page
 *
 * 3: runs of pages in use with PageLRU (of a tail: its head's): n pairs of start and length
 */
struct linux_machine {
	unsigned int nr_zones, nr_state_words;
	unsigned int mobility_disabled;
	unsigned int min_free_kbytes, watermark_scale_factor, watermark_boost_factor;
	unsigned int percpu_pagelist_high_fraction;
	struct linux_zone zones[LINUX_MAX_ZONES];
	unsigned int lowmem_reserve_ratio[5]; /* by enum zone_type */
};

/* One resolved call (oracle/lang/event.h, struct call) and the answer another subject gave. */
struct linux_call {
	unsigned char code, type, order, compare; /* compare 0: the answer is not checked */
	unsigned int gfp, count, value, pfn;
	/*
	 * Index into pfns[]: bulk arrays (in and out: count words, ~0u where empty), bulk lists
	 * (out: result words), release lists (in).
	 */
	unsigned int first_pfn;
	unsigned int expected_pfn; /* ~0u: none */
	long long expected_result;
	unsigned int expected_free[LINUX_MAX_ZONES], expected_pcp[LINUX_MAX_ZONES];
};

struct linux_answer {
	unsigned int status; /* enum linux_status */
	unsigned int pfn;
	long long result;
	unsigned int offset_bytes; /* page_frag_alloc */
	unsigned int nr_bad_pages; /* "Bad page state" reports during the call */
	unsigned int free_pages[LINUX_MAX_ZONES], pcp_pages[LINUX_MAX_ZONES];
};

struct linux_shared {
	unsigned int magic, version;
	unsigned int request;
	unsigned int pad0[13];
	unsigned int answer;
	unsigned int pad1[15];
	unsigned int guest_sleeps; /* the guest waits in futex(request) */
	unsigned int pad2[15];
	unsigned int host_sleeps; /* the host waits in futex(answer) */
	unsigned int pad3[15];
	unsigned int command, flags, nr_calls;
	unsigned int slot;    /* below LINUX_MACHINES: which machine a command is about */
	unsigned int nr_done; /* calls executed, counted while they run: what a dead guest did */
	unsigned int differs; /* 1: answers[nr_done - 1] is not what was expected */
	unsigned int error;   /* 1: the command failed, text tells why */
	unsigned long long state_hash, reset_ns, run_ns;
	struct linux_kernel kernel;
	struct linux_machine machine;
	char text[LINUX_TEXT_BYTES];
	struct linux_call calls[LINUX_MAX_CALLS];
	struct linux_answer answers[LINUX_MAX_CALLS];
	unsigned int pfns[LINUX_MAX_PFNS];
	unsigned char coverage[LINUX_COVERAGE_CELLS];
	unsigned int state[LINUX_STATE_WORDS];
};
