/* SPDX-License-Identifier: MIT */
/*
 * 0002-fragment-chunk-regrown.ops as a C test, written by `buddy emit-c`:
 * each call with what it must answer.
 *
 *	cc -std=c11 THIS.c $(pkg-config --cflags --libs buddyfuzz) -o test && ./test
 *
 * Status 0: every answer is as expected; 1: it says what is not; 2: it cannot start.
 */
/* clang-format off */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddy/buddy.h>
#include <buddy/inspect.h>

static struct buddy_config config;
static struct buddy_system sys;
static struct page_frag_cache frag_cache;
static uint32_t frag_offset;
static int64_t result;
static unsigned int op_number;
static const char *op_text = "boot";
static struct task task[4];
static struct page *r[9];

#define fail(...) \
	(printf("FAIL op %u, %s: ", op_number, op_text), printf(__VA_ARGS__), puts(""), exit(1))
#define OP(number, ...) op_number = number, op_text = #__VA_ARGS__, __VA_ARGS__

static void bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)
{
	(void)context;
	fail("page frame %u is called bad, for reason %d", pfn, (int)reason);
}

#define expect(what, wanted) expect_number(#what, what, wanted)
static void expect_number(const char *what, int64_t is, int64_t wanted)
{
	if (is != wanted)
		fail("%s is %" PRId64 ", expected %" PRId64, what, is, wanted);
}

#define NONE (-1) /* no page */
static int64_t pfn(const struct page *page)
{
	return page ? (int64_t)page_to_pfn(&sys, page) : NONE;
}

static void expect_free_blocks(uint32_t zone, const uint32_t *wanted)
{
	struct zone_info info;

	inspect_zone(&sys, zone, &info);
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		if (info.nr_free[order] != wanted[order])
			fail("then zone %u has %u free blocks of order %u, expected %u", zone,
			     info.nr_free[order], order, wanted[order]);
}

/* An assertion of the allocator; it must not return. */
static void bug(void *context, const char *condition, pfn_t pfn)
{
	(void)context;
	fail("it stops at \"%s\", page frame %d", condition, (int)pfn);
}

static void run_program(void)
{
	OP(0, r[0] = alloc_pages(&task[1], GFP_KERNEL, 0));
	expect(pfn(r[0]), 96);
	OP(1, r[1] = alloc_pages(&task[0], GFP_KERNEL, 2));
	expect(pfn(r[1]), 0);
	OP(2, r[2] = alloc_pages(&task[0], GFP_KERNEL, 4));
	expect(pfn(r[2]), 16);
	OP(3, r[3] = alloc_pages(&task[0], GFP_KERNEL, 4));
	expect(pfn(r[3]), 112);
	OP(4, r[4] = alloc_pages(&task[0], GFP_ATOMIC, 4));
	expect(pfn(r[4]), 32);
	OP(6, task[1] = (struct task){ .sys = &sys, .cpu = 1, .flags = PF_MEMALLOC });
	OP(7, r[5] = alloc_pages(&task[1], GFP_KERNEL, 3));
	expect(pfn(r[5]), 104);
	OP(8, r[6] = alloc_pages(&task[1], GFP_KERNEL, 3));
	expect(pfn(r[6]), 80);
	OP(9, __free_pages(&task[1], r[6], 3));
	expect(page_ref_count(r[6]), 0);
	OP(10, __free_pages(&task[1], r[0], 0));
	expect(page_ref_count(r[0]), 0);
	OP(11, r[7] = page_frag_alloc(&task[1], &frag_cache, 1024, GFP_KERNEL, ~0u,
			&frag_offset));
	expect(pfn(r[7]), 96);
	expect(frag_offset, 3072);
	OP(12, __free_pages(&task[1], r[5], 3));
	expect(page_ref_count(r[5]), 0);
	OP(13, result = buddy_sysctl_write(&sys, SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 0, 8));
	expect(result, 0);
	OP(14, page_frag_free(&task[1], r[7]));
	OP(15, r[8] = page_frag_alloc(&task[1], &frag_cache, 3088, GFP_KERNEL, ~0u,
			&frag_offset));
	expect(pfn(r[8]), 96);
	expect(frag_offset, 29680);
	expect_free_blocks(0, (const uint32_t[]){ 0, 0, 1, 1, 2, 0, 0, 0, 0, 0, 0 });
	expect_free_blocks(1, (const uint32_t[]){ 1, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0 });
}

int main(void)
{
	struct buddy_hooks hooks = { .bug = bug };
	void *image;

	hooks.bad_page = bad_page;
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
	run_program();
	puts("16 ops, every answer is as expected");
	free(image);
	return 0;
}
