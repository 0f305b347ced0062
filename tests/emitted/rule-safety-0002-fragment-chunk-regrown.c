/* SPDX-License-Identifier: MIT */
/*
 * 0002-fragment-chunk-regrown.ops as a C test, written by `buddy emit-c --rule`:
 * after each call the judge says whether a rule is broken.
 *
 *	cc -std=c11 THIS.c $(pkg-config --cflags --libs buddyfuzz-judge) -o test && ./test
 *
 * Status 0: every rule holds; 1: it says what is not; 2: it cannot start.
 */
/* clang-format off */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddy/buddy.h>
#include <buddyfuzz/judge.h>

static struct buddy_config config;
static struct buddy_system sys;
static struct page_frag_cache frag_cache;
static uint32_t frag_offset;
static struct buddy_judge *judge;
static unsigned int op_number;
static const char *op_text = "boot";
static struct task task[4];
static struct page *r[9];

static void check(const char *broken)
{
	const char *rule = broken ? buddy_judge_rule(judge) : NULL;

	if (!broken)
		return;
	printf("FAIL %s\nop %u, %s: %s\n", rule ? rule : "", op_number, op_text, broken);
	exit(1);
}

/* Shall the op be done? Not when it does not fit what its slot holds on this core. */
static bool op(unsigned int number, const char *text)
{
	bool fits = buddy_judge_op(judge, text);

	op_number = number;
	op_text = text;
	if (!fits)
		check(buddy_judge_walk(judge));
	return fits;
}

#define answer(result) check(buddy_judge_result(judge, result))
#define answer_page(page) check(buddy_judge_page(judge, page))
#define answer_fragment(page) \
	check(buddy_judge_fragment(judge, page, frag_offset))

/* An assertion of the allocator; it must not return. */
static void bug(void *context, const char *condition, pfn_t pfn)
{
	(void)context;
	check(judge ? buddy_judge_trap(judge, condition, pfn) : condition);
	printf("op %u is refused, as it must: %s, page frame %d\n", op_number,
	       condition, (int)pfn);
	exit(0);
}

static void run_program(void)
{
	if (op(0, "r0 = alloc_pages order=0 gfp=GFP_KERNEL cpu=1"))
		r[0] = alloc_pages(&task[1], GFP_KERNEL, 0), answer_page(r[0]);
	if (op(1, "r1 = alloc_pages order=2 gfp=GFP_KERNEL"))
		r[1] = alloc_pages(&task[0], GFP_KERNEL, 2), answer_page(r[1]);
	if (op(2, "r2 = alloc_pages order=4 gfp=GFP_KERNEL"))
		r[2] = alloc_pages(&task[0], GFP_KERNEL, 4), answer_page(r[2]);
	if (op(3, "r3 = alloc_pages order=4 gfp=GFP_KERNEL"))
		r[3] = alloc_pages(&task[0], GFP_KERNEL, 4), answer_page(r[3]);
	if (op(4, "r4 = alloc_pages order=4 gfp=GFP_ATOMIC"))
		r[4] = alloc_pages(&task[0], GFP_ATOMIC, 4), answer_page(r[4]);
	if (op(5, "cpu cpu=1"))
		answer(1);
	if (op(6, "task flags=memalloc"))
		task[1] = (struct task){ .sys = &sys, .cpu = 1, .flags = PF_MEMALLOC }, answer(1);
	if (op(7, "r5 = alloc_pages order=3 gfp=GFP_KERNEL"))
		r[5] = alloc_pages(&task[1], GFP_KERNEL, 3), answer_page(r[5]);
	if (op(8, "r6 = alloc_pages order=3 gfp=GFP_KERNEL"))
		r[6] = alloc_pages(&task[1], GFP_KERNEL, 3), answer_page(r[6]);
	if (op(9, "free_pages r6"))
		__free_pages(&task[1], r[6], 3), answer(page_ref_count(r[6]));
	if (op(10, "free_pages r0"))
		__free_pages(&task[1], r[0], 0), answer(page_ref_count(r[0]));
	if (op(11, "r7 = page_frag_alloc size=1024 gfp=GFP_KERNEL"))
		r[7] = page_frag_alloc(&task[1], &frag_cache, 1024, GFP_KERNEL, ~0u,
				&frag_offset), answer_fragment(r[7]);
	if (op(12, "free_pages r5"))
		__free_pages(&task[1], r[5], 3), answer(page_ref_count(r[5]));
	if (op(13, "sysctl vm.percpu_pagelist_high_fraction=8"))
		answer(buddy_sysctl_write(&sys, SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 0, 8));
	if (op(14, "page_frag_free r7"))
		page_frag_free(&task[1], r[7]), answer(1);
	if (op(15, "r8 = page_frag_alloc size=3088 gfp=GFP_KERNEL"))
		r[8] = page_frag_alloc(&task[1], &frag_cache, 3088, GFP_KERNEL, ~0u,
				&frag_offset), answer_fragment(r[8]);
	check(buddy_judge_walk(judge));
	if (op(16, "free_pages r1"))
		__free_pages(&task[1], r[1], 2), answer(page_ref_count(r[1]));
	if (op(16, "free_pages r2"))
		__free_pages(&task[1], r[2], 4), answer(page_ref_count(r[2]));
	if (op(16, "free_pages r3"))
		__free_pages(&task[1], r[3], 4), answer(page_ref_count(r[3]));
	if (op(16, "free_pages r4"))
		__free_pages(&task[1], r[4], 4), answer(page_ref_count(r[4]));
	if (op(16, "page_frag_free r8"))
		page_frag_free(&task[1], r[8]), answer(1);
	if (op(16, "page_frag_cache_drain"))
		page_frag_cache_drain(&task[1], &frag_cache), answer(1);
	if (op(16, "page_frag_cache_drain"))
		page_frag_cache_drain(&task[1], &frag_cache), answer(1);
	if (op(16, "drain_all_pages"))
		drain_all_pages(&task[1]), answer(1);
}

int main(void)
{
	struct buddy_hooks hooks = { .bug = bug };
	void *image;

	config = buddy_config_x86_64(0, 137);
	config.pageblock_order = 4;
	config.nr_nodes = 2;
	config.nr_cpus = 4;
	config.sysctl.min_free_kbytes = 256;
	config.nr_memory = 2;
	config.cpu_node[1] = 1;
	config.cpu_node[3] = 1;
	config.memory[0] = (struct buddy_range){ 0, 80, 0 };
	config.memory[1] = (struct buddy_range){ 80, 137, 1 };
	image = aligned_alloc(64, buddy_image_size(&config));
	if (!image ||
	    buddy_boot(&sys, &config, image, buddy_image_size(&config), 0, &hooks))
		return 2;
	for (uint32_t cpu = 0; cpu < config.nr_cpus; cpu++)
		task[cpu] = (struct task){ .sys = &sys, .cpu = cpu };
	judge = buddy_judge_create(&config, &sys, 9);
	if (!judge)
		return 2;
	hooks.context = judge;
	hooks.bad_page = buddy_judge_bad_page;
	hooks.clear_pages = buddy_judge_clear_pages;
	buddy_set_hooks(&sys, &hooks);
	run_program();
	check(buddy_judge_end(judge));
	buddy_judge_free(judge);
	puts("24 ops, every rule holds");
	free(image);
	return 0;
}
