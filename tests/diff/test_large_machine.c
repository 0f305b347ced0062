/* SPDX-License-Identifier: MIT */
/*
 * A machine and a slot number may be as large as the language allows: what no operation touches
 * takes no memory. Memory is this process's peak, which no load of the system changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "diff/lockstep/lockstep.h"
#include "oracle/lang/text.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
	__has_feature(thread_sanitizer)
#define HAS_SHADOW
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define HAS_SHADOW
#endif

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* Runs it judged and returns by how much the peak grew. */
static long run(const char *text)
{
	const struct subject_ops *subjects[] = { subject_core() };
	struct lockstep_options options = {
		.judge = true,
		.walk_every_ops = LOCKSTEP_WALK_AUTO,
		.free_at_end = true,
	};
	static struct finding finding;
	long before = peak_kib();
	struct text_error where;
	struct program program;
	char error[256];
	struct lockstep *lockstep =
		lockstep_create(subjects, 1, &options, NULL, error, sizeof(error));

	assert_non_null(lockstep);
	program_init(&program);
	if (!text_parse(text, strlen(text), &program, &where))
		fail_msg("%s", where.message);
	if (!lockstep_run(lockstep, &program, NULL, &finding))
		fail_msg("%s", finding.text);
	lockstep_free(lockstep);
	program_free(&program);
	return peak_kib() - before;
}

static void a_slot_costs_nothing_that_nobody_uses(void **state)
{
	(void)state;
	/* A bit for each of 16 Mi slots, twice. */
	assert_in_range(run("machine profile=uml pages=64\n"
			    "r0 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			    "r16777215 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			    "free_pages r0\n"),
			0, 16 << 10);
}

static void a_page_costs_little_that_nobody_touches(void **state)
{
	(void)state;
	/* 256 GiB: 64 Mi pages; the judge's first look at the free lists is most of it. */
	assert_in_range(run("machine profile=x86_64 pages=67108864\n"
			    "r0 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			    "free_pages r0\n"
			    "r1 = alloc_pages order=3 gfp=GFP_KERNEL\n"),
			0, 400 << 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_costs_nothing_that_nobody_uses),
		cmocka_unit_test(a_page_costs_little_that_nobody_touches),
	};

#ifdef HAS_SHADOW
	return 77; /* memory has a shadow, which is written */
#endif
	return cmocka_run_group_tests_name("diff.large_machine", tests, NULL, NULL);
}
