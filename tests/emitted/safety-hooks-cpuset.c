/* SPDX-License-Identifier: MIT */
/*
 * hooks-cpuset.ops as a C test, written by `buddy emit-c`:
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
static struct task task[2];
static struct page *r[48];

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

/* A request that may not fail is given up when nothing comes free. */
static bool nofail_wait(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	static uint32_t waits, waiting_op;

	(void)context, (void)tsk, (void)gfp, (void)order;
	waits = waiting_op == op_number ? waits + 1 : 1;
	waiting_op = op_number;
	if (waits <= 3)
		return true;
	return false;
}

/* What the hooks answer. A member that is 0: there is no such hook. */
static struct answers {
	uint32_t reclaim; /* so often reclaim empties the CPU's lists */
	uint32_t oom; /* so often the OOM killer did something */
	uint32_t cpuset; /* nodes outside the tasks' cpuset: 1 the even ones, 2 the odd ones */
} told;
#define claim(times) (told.times && told.times--)

static void drain(struct task *tsk)
{
	drain_local_pages(tsk);
}

static uint32_t reclaim(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	(void)context, (void)gfp, (void)order;
	if (!claim(reclaim))
		return 0;
	drain(tsk);
	return 1;
}

static bool out_of_memory(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	(void)context, (void)tsk, (void)gfp, (void)order;
	return claim(oom);
}

static uint32_t mems_allowed; /* of every task */

static bool cpuset_allowed(void *context, const struct task *tsk, uint32_t node, gfp_t gfp)
{
	(void)context, (void)tsk, (void)gfp;
	return mems_allowed >> node & 1;
}

static void answer_hooks(struct answers answers)
{
	struct buddy_hooks hooks = sys.hooks;

	told = answers;
	hooks.reclaim = told.reclaim ? reclaim : NULL;
	hooks.out_of_memory = told.oom ? out_of_memory : NULL;
	hooks.cpuset_allowed = told.cpuset ? cpuset_allowed : NULL;
	mems_allowed = ~(told.cpuset * 0x55u) & 0xffu;
	for (uint32_t cpu = 0; cpu < config.nr_cpus; cpu++)
		task[cpu].mems_allowed = told.cpuset ? &mems_allowed : NULL;
	buddy_set_hooks(&sys, &hooks);
}

static void run_program(void)
{
	OP(0, answer_hooks((struct answers){ .cpuset = 1 }));
	OP(1, r[0] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[0]), 512);
	OP(2, r[1] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[1]), 513);
	OP(3, r[2] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[2]), 514);
	OP(4, r[3] = alloc_pages(&task[0], GFP_KERNEL, 3));
	expect(pfn(r[3]), 520);
	OP(5, r[4] = alloc_pages(&task[0], GFP_KERNEL | __GFP_THISNODE, 3));
	expect(pfn(r[4]), NONE);
	OP(6, r[5] = alloc_pages(&task[0], GFP_ATOMIC, 1));
	expect(pfn(r[5]), 516);
	OP(7, result = alloc_pages_bulk_array(&task[0], GFP_KERNEL, 0, NULL, 5, &r[6]));
	expect(result, 5);
	expect_pfns(&r[6], 5, (const pfn_t[]){ 515, 518, 519, 528, 529 });
	OP(8, r[12] = page_frag_alloc(&task[0], &frag_cache, 512, GFP_ATOMIC, ~0u, &frag_offset));
	expect(pfn(r[12]), 536);
	expect(frag_offset, 32256);
	OP(9, task[0] = (struct task){ .sys = &sys, .cpu = 0, .in_interrupt = true,
			.mems_allowed = task[0].mems_allowed });
	OP(10, r[13] = alloc_pages(&task[0], GFP_ATOMIC, 0));
	expect(pfn(r[13]), 530);
	OP(11, result = alloc_pages_bulk_list(&task[0], GFP_NOWAIT, 0, NULL, 4, &r[14]));
	expect(result, 1);
	expect_pfns(&r[14], 1, (const pfn_t[]){ 531 });
	OP(12, r[18] = alloc_pages_node(&task[0], 1, GFP_NOWAIT, 0));
	expect(pfn(r[18]), 532);
	OP(13, task[0] = (struct task){ .sys = &sys, .cpu = 0,
			.mems_allowed = task[0].mems_allowed });
	OP(14, answer_hooks((struct answers){ .cpuset = 2 }));
	OP(15, r[19] = alloc_pages_node(&task[0], 1, GFP_HIGHUSER_MOVABLE, 0));
	expect(pfn(r[19]), 0);
	OP(16, r[20] = alloc_pages_node(&task[0], 1, GFP_KERNEL, 4));
	expect(pfn(r[20]), 256);
	OP(17, r[21] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 6));
	expect(pfn(r[21]), 320);
	OP(18, r[22] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 6));
	expect(pfn(r[22]), 384);
	OP(19, r[23] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 6));
	expect(pfn(r[23]), 448);
	OP(20, r[24] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 6));
	expect(pfn(r[24]), 128);
	OP(21, r[25] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 6));
	expect(pfn(r[25]), 192);
	OP(22, r[26] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 6));
	expect(pfn(r[26]), 64);
	OP(23, r[27] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 6));
	expect(pfn(r[27]), NONE);
	OP(24, r[28] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOWARN, 6));
	expect(pfn(r[28]), NONE);
	OP(25, answer_hooks((struct answers){ .reclaim = 1, .oom = 2, .cpuset = 3 }));
	OP(26, r[40] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[40]), NONE);
	/* op 27 does not fit here: free_pages r40 */
	OP(28, r[41] = alloc_pages(&task[0], GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0));
	expect(pfn(r[41]), NONE);
	/* op 29 does not fit here: free_pages r41 */
	OP(30, r[42] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NORETRY, 0));
	expect(pfn(r[42]), NONE);
	/* op 31 does not fit here: free_pages r42 */
	OP(32, r[43] = alloc_pages(&task[0], GFP_HIGHUSER_MOVABLE, 0));
	expect(pfn(r[43]), NONE);
	/* op 33 does not fit here: free_pages r43 */
	OP(34, r[44] = alloc_pages(&task[0], GFP_KERNEL, 3));
	expect(pfn(r[44]), NONE);
	/* op 35 does not fit here: free_pages r44 */
	OP(36, r[45] = alloc_pages(&task[0], GFP_KERNEL | __GFP_RETRY_MAYFAIL, 3));
	expect(pfn(r[45]), NONE);
	/* op 37 does not fit here: free_pages r45 */
	OP(38, r[46] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NORETRY, 3));
	expect(pfn(r[46]), NONE);
	/* op 39 does not fit here: free_pages r46 */
	OP(40, r[47] = alloc_pages(&task[0], GFP_HIGHUSER_MOVABLE, 3));
	expect(pfn(r[47]), NONE);
	/* op 41 does not fit here: free_pages r47 */
	OP(42, r[30] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOFAIL, 0));
	expect(pfn(r[30]), 272);
	OP(43, r[31] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOFAIL | __GFP_NORETRY, 0));
	expect(pfn(r[31]), 273);
	OP(44, r[32] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NOFAIL, 5));
	expect(pfn(r[32]), 288);
	OP(45, result = alloc_pages_bulk_list(&task[0], GFP_KERNEL, 0, NULL, 3, &r[33]));
	expect(result, 0);
	OP(46, task[0] = (struct task){ .sys = &sys, .cpu = 0, .flags = PF_MEMALLOC,
			.mems_allowed = task[0].mems_allowed });
	OP(47, r[36] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[36]), 274);
	OP(48, task[0] = (struct task){ .sys = &sys, .cpu = 0, .oom_victim = true,
			.mems_allowed = task[0].mems_allowed });
	OP(49, r[37] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[37]), 275);
	OP(50, task[0] = (struct task){ .sys = &sys, .cpu = 0,
			.mems_allowed = task[0].mems_allowed });
	OP(51, answer_hooks((struct answers){ 0 }));
	OP(52, r[40] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[40]), 276);
	OP(53, __free_pages(&task[0], r[40], 0));
	expect(page_ref_count(r[40]), 0);
	OP(54, r[41] = alloc_pages(&task[0], GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0));
	expect(pfn(r[41]), 276);
	OP(55, __free_pages(&task[0], r[41], 0));
	expect(page_ref_count(r[41]), 0);
	OP(56, r[42] = alloc_pages(&task[0], GFP_KERNEL | __GFP_NORETRY, 0));
	expect(pfn(r[42]), 276);
	OP(57, __free_pages(&task[0], r[42], 0));
	expect(page_ref_count(r[42]), 0);
	OP(58, r[43] = alloc_pages(&task[0], GFP_HIGHUSER_MOVABLE, 0));
	expect(pfn(r[43]), 1);
	OP(59, __free_pages(&task[0], r[43], 0));
	expect(page_ref_count(r[43]), 0);
	expect_free_blocks(0, (const uint32_t[]){ 1, 2, 1, 2, 1, 1, 0, 0, 0, 0, 0 });
	expect_free_blocks(1, (const uint32_t[]){ 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0 });
}

int main(void)
{
	struct buddy_hooks hooks = { .bug = bug };
	void *image;

	hooks.bad_page = bad_page;
	hooks.nofail_wait = nofail_wait;
	config = buddy_config_x86_64(0, 1024);
	config.pageblock_order = 3;
	config.nr_nodes = 2;
	config.nr_cpus = 2;
	config.nr_memory = 2;
	config.cpu_node[1] = 1;
	config.memory[0] = (struct buddy_range){ 0, 512, 0 };
	config.memory[1] = (struct buddy_range){ 512, 1024, 1 };
	image = aligned_alloc(64, buddy_image_size(&config));
	if (!image ||
	    buddy_boot(&sys, &config, image, buddy_image_size(&config), 0, &hooks))
		return 2;
	for (uint32_t cpu = 0; cpu < config.nr_cpus; cpu++)
		task[cpu] = (struct task){ .sys = &sys, .cpu = cpu };
	run_program();
	puts("52 ops, every answer is as expected");
	free(image);
	return 0;
}
