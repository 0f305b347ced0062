/* SPDX-License-Identifier: MIT */
/*
 * A fault that only a walk can see is named by the op behind which it shows, whenever the walk
 * came. The core stands in for a broken allocator: from an op on, its view shows one page with a
 * reference too many.
 */
#include <string.h>

#include "tests/diff/programs.h"

#define NR_OPS 3000u
#define NEVER UINT32_MAX

static struct {
	uint32_t from, until; /* executed ops after which the fault begins and ends */
	uint32_t nr_done;
	pfn_t pfn; /* of the first block */
	struct view honest, lying;
} fault;

static bool lies(pfn_t pfn)
{
	return pfn == fault.pfn && fault.nr_done >= fault.from && fault.nr_done < fault.until;
}

static bool lying_page(const void *self, pfn_t pfn, struct page_info *info)
{
	bool known = fault.honest.page(self, pfn, info);

	info->refcount += known && lies(pfn);
	return known;
}

static uint32_t lying_refcounts(const void *self, const pfn_t *pfns, uint32_t nr_pages,
				int32_t *refcounts, uint64_t *marked)
{
	uint32_t nr = fault.honest.refcounts(self, pfns, nr_pages, refcounts, marked);

	for (uint32_t i = 0; i < nr; i++)
		refcounts[i] += lies(pfns[i]);
	return nr;
}

static const struct view *lying_view(void *self)
{
	fault.honest = *subject_core()->view(self);
	fault.lying = fault.honest;
	fault.lying.page = lying_page;
	fault.lying.refcounts = lying_refcounts;
	return &fault.lying;
}

static void lying_reset(void *self)
{
	subject_core()->reset(self);
	fault.nr_done = 0;
}

static void lying_apply(void *self, const struct call *call, struct event *event)
{
	subject_core()->apply(self, call, event);
	if (!fault.nr_done++)
		fault.pfn = event->pfn;
}

static struct subject_ops lying_core(void)
{
	struct subject_ops ops = *subject_core();

	ops.name = "lying";
	ops.reset = lying_reset;
	ops.apply = lying_apply;
	ops.view = lying_view;
	return ops;
}

static struct finding finding;

static void run(const struct program *program, uint32_t walk_every_ops)
{
	struct subject_ops ops = lying_core();
	const struct subject_ops *subjects[] = { &ops };
	const struct lockstep_options options = {
		.judge = true,
		.walk_every_ops = walk_every_ops,
		.free_at_end = true,
	};
	char error[256];
	struct lockstep *lockstep =
		lockstep_create(subjects, 1, &options, NULL, error, sizeof(error));

	assert_non_null(lockstep);
	fault.nr_done = 0;
	assert_false(lockstep_run(lockstep, program, NULL, &finding));
	assert_int_equal(finding.kind, FINDING_RULE);
	lockstep_free(lockstep);
}

/* A page comes and goes, so that nobody looks at it again; then ticks, and one op of another name.
 */
static void make_program(struct program *program, uint32_t nr_ops, uint32_t at)
{
	program_on(program, 1024);
	program_add_alloc(program, 0, 0, GFP_KERNEL);
	program_add(program, OP_free_pages, 0);
	for (uint32_t i = 2; i < nr_ops; i++)
		program_add(program, i == at ? OP_page_frag_cache_drain : OP_tick, 0);
}

static const uint32_t walks[] = { LOCKSTEP_WALK_AUTO, 0, 1, 7, 64, 1000, 100000 };

static void assert_named(uint32_t nr_ops, uint32_t at, uint32_t until)
{
	struct program program;

	make_program(&program, nr_ops, at);
	fault.from = at + 1;
	fault.until = until;
	for (uint32_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		run(&program, walks[i]);
		assert_string_equal(finding.signature, "refcounts_at_rest/page_frag_cache_drain");
		assert_int_equal(finding.op_index, at);
		assert_int_equal(finding.verdict.op_index, at);
		assert_int_equal(finding.verdict.pfn, fault.pfn);
	}
	program_free(&program);
}

static void test_named_by_its_op(void **state)
{
	static const uint32_t ops[] = { 2, 3, 15, 16, 17, 255, 256, 300, 2047, 2998, 2999 };

	(void)state;
	for (uint32_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		assert_named(NR_OPS, ops[i], NEVER);
	assert_named(16, 5, NEVER);
	assert_named(3, 2, NEVER);
}

/* What heals before the end was seen in time or not at all. */
static void test_named_although_it_heals(void **state)
{
	struct program program;

	(void)state;
	make_program(&program, NR_OPS, 500);
	fault.from = 501;
	fault.until = 600;
	run(&program, 64);
	assert_string_equal(finding.signature, "refcounts_at_rest/page_frag_cache_drain");
	run(&program, LOCKSTEP_WALK_AUTO);
	assert_string_equal(finding.signature, "refcounts_at_rest/page_frag_cache_drain");
	assert_int_equal(finding.op_index, 500);
	program_free(&program);
}

static void test_says_how_late(void **state)
{
	struct program program;

	(void)state;
	make_program(&program, NR_OPS, 500);
	fault.from = 501;
	fault.until = NEVER;
	run(&program, LOCKSTEP_WALK_AUTO);
	assert_non_null(strstr(finding.text, "A walk after op 511 saw it."));
	assert_non_null(strstr(finding.text, "program around op 500 of 3000"));
	assert_non_null(strstr(finding.text, ">    500  page_frag_cache_drain"));
	run(&program, 1);
	assert_null(strstr(finding.text, "A walk after op"));
	program_free(&program);
}

static void test_walk_as_text(void **state)
{
	uint32_t walk = 5;

	(void)state;
	assert_true(lockstep_parse_walk("auto", &walk));
	assert_int_equal(walk, LOCKSTEP_WALK_AUTO);
	assert_true(lockstep_parse_walk("0", &walk));
	assert_int_equal(walk, 0);
	assert_true(lockstep_parse_walk("4294967294", &walk));
	assert_int_equal(walk, UINT32_MAX - 1);
	assert_false(lockstep_parse_walk("4294967295", &walk));
	assert_false(lockstep_parse_walk("", &walk));
	assert_false(lockstep_parse_walk("-1", &walk));
	assert_false(lockstep_parse_walk("64 ", &walk));
	assert_false(lockstep_parse_walk("automatic", &walk));
	assert_int_equal(walk, UINT32_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_named_by_its_op),
		cmocka_unit_test(test_named_although_it_heals),
		cmocka_unit_test(test_says_how_late),
		cmocka_unit_test(test_walk_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
