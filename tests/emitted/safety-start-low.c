/* SPDX-License-Identifier: MIT */
/*
 * start-low.ops as a C test, written by `buddy emit-c`:
 * each call with what it must answer.
 *
 *	cc -std=c11 THIS.c $(pkg-config --cflags --libs buddyfuzz-judge) -o test && ./test
 *
 * Status 0: every answer is as expected; 1: it says what is not; 2: it cannot start.
 */
/* clang-format off */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddy/buddy.h>
#include <buddy/inspect.h>
#include <buddyfuzz/judge.h>

static struct buddy_config config;
static struct buddy_system sys;
static int64_t result;
static unsigned int op_number;
static const char *op_text = "boot";
static struct task task[1];
static struct page *r[59];

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

static void expect_pfns(struct page **pages, uint32_t nr, const pfn_t *wanted)
{
	for (uint32_t i = 0; i < nr; i++)
		if (pfn(pages[i]) != (wanted[i] == PFN_NONE ? NONE : (int64_t)wanted[i]))
			fail("page %u is %" PRId64 ", expected %d", i, pfn(pages[i]),
			     (int)wanted[i]);
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
	OP(0, r[0] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[0]), 1737);
	OP(1, r[1] = alloc_pages(&task[0], GFP_HIGHUSER_MOVABLE, 0));
	expect(pfn(r[1]), 2895);
	OP(2, r[2] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 3));
	expect(pfn(r[2]), 5600);
	OP(3, r[3] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 3));
	expect(pfn(r[3]), 5440);
	OP(4, r[4] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 3));
	expect(pfn(r[4]), 5216);
	OP(5, r[5] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 3));
	expect(pfn(r[5]), 5224);
	OP(6, r[6] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 3));
	expect(pfn(r[6]), 5232);
	OP(7, r[7] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 3));
	expect(pfn(r[7]), 5240);
	OP(8, r[8] = alloc_pages(&task[0], GFP_HIGHUSER_MOVABLE | __GFP_NOWARN, 4));
	expect(pfn(r[8]), NONE);
	OP(9, r[9] = alloc_pages(&task[0], GFP_HIGHUSER_MOVABLE | __GFP_NOWARN, 4));
	expect(pfn(r[9]), NONE);
	OP(10, r[10] = alloc_pages(&task[0], GFP_HIGHUSER_MOVABLE | __GFP_NOWARN, 4));
	expect(pfn(r[10]), NONE);
	OP(11, r[11] = alloc_pages(&task[0], GFP_NOWAIT | __GFP_NOWARN, 5));
	expect(pfn(r[11]), NONE);
	OP(12, r[12] = alloc_pages(&task[0], GFP_NOWAIT | __GFP_NOWARN, 2));
	expect(pfn(r[12]), 1920);
	OP(13, r[13] = alloc_pages(&task[0], GFP_NOWAIT | __GFP_NOWARN, 2));
	expect(pfn(r[13]), 5824);
	OP(14, r[14] = alloc_pages(&task[0], GFP_NOWAIT | __GFP_NOWARN, 2));
	expect(pfn(r[14]), NONE);
	OP(15, result = alloc_pages_bulk_list(&task[0], GFP_KERNEL | __GFP_NOWARN, 0, NULL, 30,
			&r[15]));
	expect(result, 1);
	expect_pfns(&r[15], 1, (const pfn_t[]){ 1158 });
	OP(16, r[45] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 0));
	expect(pfn(r[45]), 1312);
	OP(17, r[46] = alloc_pages(&task[0], GFP_ATOMIC | __GFP_NOWARN, 3));
	expect(pfn(r[46]), 4064);
	OP(18, r[47] = alloc_pages(&task[0], GFP_ATOMIC | __GFP_NOWARN, 3));
	expect(pfn(r[47]), NONE);
	OP(19, r[48] = alloc_pages(&task[0], GFP_ATOMIC | __GFP_NOWARN, 3));
	expect(pfn(r[48]), NONE);
	OP(20, r[49] = alloc_pages(&task[0], GFP_ATOMIC | __GFP_NOWARN, 0));
	expect(pfn(r[49]), 1313);
	OP(21, r[50] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 1));
	expect(pfn(r[50]), NONE);
	OP(22, task[0] = (struct task){ .sys = &sys, .cpu = 0, .flags = PF_MEMALLOC });
	OP(23, r[51] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 4));
	expect(pfn(r[51]), 4080);
	OP(24, r[52] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 4));
	expect(pfn(r[52]), 7360);
	OP(25, r[53] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 4));
	expect(pfn(r[53]), 160);
	OP(26, r[54] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN | __GFP_NOMEMALLOC, 0));
	expect(pfn(r[54]), NONE);
	OP(27, task[0] = (struct task){ .sys = &sys, .cpu = 0 });
	OP(28, result = buddy_sysctl_write(&sys, SYSCTL_MIN_FREE_KBYTES, 0, 64));
	expect(result, 0);
	OP(29, r[55] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 2));
	expect(pfn(r[55]), 1536);
	OP(30, result = buddy_sysctl_write(&sys, SYSCTL_WATERMARK_SCALE_FACTOR, 0, 150));
	expect(result, 0);
	OP(31, r[56] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 0));
	expect(pfn(r[56]), 3296);
	OP(32, __free_pages(&task[0], r[51], 4));
	expect(page_ref_count(r[51]), 0);
	OP(33, __free_pages(&task[0], r[52], 4));
	expect(page_ref_count(r[52]), 0);
	OP(34, __free_pages(&task[0], r[2], 3));
	expect(page_ref_count(r[2]), 0);
	/* op 35 does not fit here: free_pages r8 */
	OP(36, release_pages(&task[0], (struct page *[]){ r[15] }, 1));
	OP(37, r[57] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN | __GFP_RECLAIMABLE, 3));
	expect(pfn(r[57]), 7360);
	OP(38, drain_all_pages(&task[0]));
	OP(39, r[58] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 0));
	expect(pfn(r[58]), 1158);
	expect_free_blocks(0, (const uint32_t[]){ 9, 8, 8, 6, 3, 0, 0, 0, 0, 0, 0 });
}

int main(void)
{
	struct buddy_hooks hooks = { .bug = bug };
	const char *problem;
	void *image;

	hooks.bad_page = bad_page;
	config = buddy_config_uml(0, 8192);
	image = aligned_alloc(64, buddy_image_size(&config));
	if (!image ||
	    buddy_boot(&sys, &config, image, buddy_image_size(&config), BUDDY_BOOT_IMPORT, &hooks))
		return 2;
	problem = buddy_start_state(&sys, &config, "low");
	if (problem) {
		puts(problem);
		return 2;
	}
	for (uint32_t cpu = 0; cpu < config.nr_cpus; cpu++)
		task[cpu] = (struct task){ .sys = &sys, .cpu = cpu };
	run_program();
	puts("39 ops, every answer is as expected");
	free(image);
	return 0;
}
