/* SPDX-License-Identifier: MIT */
/*
 * 0001-unless-zero-on-compound-tail.ops as a C test, written by `buddy emit-c`:
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
static int64_t result;
static unsigned int op_number;
static const char *op_text = "boot";
static struct task task[1];
static struct page *r[3];

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
	OP(0, r[0] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[0]), 0);
	OP(1, r[1] = alloc_pages(&task[0], GFP_KERNEL, 0));
	expect(pfn(r[1]), 1);
	OP(2, put_page(&task[0], r[1]));
	expect(page_ref_count(r[1]), 0);
	OP(3, __free_pages(&task[0], r[0], 0));
	expect(page_ref_count(r[0]), 0);
	OP(4, drain_all_pages(&task[0]));
	OP(5, r[2] = alloc_pages(&task[0], __GFP_COMP, 1));
	expect(pfn(r[2]), 0);
	OP(6, result = get_page_unless_zero(&task[0], r[1]) ? page_ref_count(r[1]) : 0);
	expect(result, 0);
	expect_free_blocks(0, (const uint32_t[]){ 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0 });
}

int main(void)
{
	struct buddy_hooks hooks = { .bug = bug };
	void *image;

	hooks.bad_page = bad_page;
	config = buddy_config_uml(0, 64);
	image = aligned_alloc(64, buddy_image_size(&config));
	if (!image ||
	    buddy_boot(&sys, &config, image, buddy_image_size(&config), 0, &hooks))
		return 2;
	for (uint32_t cpu = 0; cpu < config.nr_cpus; cpu++)
		task[cpu] = (struct task){ .sys = &sys, .cpu = cpu };
	run_program();
	puts("7 ops, every answer is as expected");
	free(image);
	return 0;
}
