/* SPDX-License-Identifier: MIT */
/* Trace lines of both dialects: what is read, what is noise, what is malformed and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/import_trace.h"

static struct trace_line parse(const char *text)
{
	struct trace_line line;
	size_t length = strlen(text);
	char *exact = malloc(length ? length : 1); /* no NUL: a read beyond the line is seen */

	assert_non_null(exact);
	for (size_t i = 0; i < length; i++)
		exact[i] = text[i];
	trace_parse_line(exact, length, &line);
	free(exact);
	return line;
}

static void perf_lines_are_read(void **state)
{
	struct trace_line line;

	(void)state;
	line = parse("            perf  4234 [001]   821.964303:             kmem:mm_page_alloc: "
		     "page=0x1f26cd pfn=0x1f26ce order=3 migratetype=0 "
		     "gfp_flags=GFP_HIGHUSER|__GFP_ACCOUNT");
	assert_int_equal(line.kind, TRACE_LINE_ALLOC);
	assert_int_equal(line.dialect, DIALECT_PERF);
	assert_int_equal(line.cpu, 1);
	assert_int_equal(line.time_ns, 821964303000);
	assert_int_equal(line.pfn, 0x1f26ce);
	assert_int_equal(line.order, 3);
	assert_int_equal(line.gfp, GFP_HIGHUSER | __GFP_ACCOUNT);
	assert_int_equal(line.nr_unknown_names, 0);

	line = parse("swapper 0/0 [015] 7.000000001: kmem:mm_page_free: page=(nil) pfn=0x10 "
		     "order=9");
	assert_int_equal(line.kind, TRACE_LINE_FREE);
	assert_int_equal(line.cpu, 15);
	assert_int_equal(line.time_ns, 7000000001);
	assert_int_equal(line.pfn, 0x10);
	assert_int_equal(line.order, 9);

	line = parse("x 1 [0] 7.5: kmem:mm_page_free_batched: page=0x1 pfn=0x12 order=0\r");
	assert_int_equal(line.kind, TRACE_LINE_FREE_BATCHED);
	assert_int_equal(line.time_ns, 7500000000);
	assert_int_equal(line.pfn, 0x12);
}

static void ftrace_lines_are_read(void **state)
{
	static const char *const lines[] = {
		"             cat-4168    [000] ..... 818.516102: mm_page_alloc: page=00000000f1 "
		"pfn=0x21e000 order=2 migratetype=0 gfp_flags=GFP_KERNEL|__GFP_COMP",
		"             cat-4168    [000] d..1.   818.516102: mm_page_alloc: "
		"page=0xffffea0000000000 pfn=2220032 order=2 migratetype=0 "
		"gfp_flags=GFP_KERNEL|__GFP_COMP",
		"  a b [7] c-1-4168  ( 4168) [000] 818.516102000: mm_page_alloc:        page=(nil) "
		"pfn=0x21e000 order=2 migratetype=0 gfp_flags=0x40cc0",
		"kworker/0:1-eve-4168 [000] 818.516102: mm_page_alloc: pfn=0x21E000 order=2 "
		"gfp_flags=GFP_KERNEL|__GFP_COMP",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct trace_line line = parse(lines[i]);

		assert_int_equal(line.kind, TRACE_LINE_ALLOC);
		assert_int_equal(line.dialect, DIALECT_FTRACE);
		assert_int_equal(line.cpu, 0);
		assert_int_equal(line.time_ns, 818516102000);
		assert_int_equal(line.pfn, 0x21e000);
		assert_int_equal(line.order, 2);
		assert_int_equal(line.gfp, GFP_KERNEL | __GFP_COMP);
	}
}

static void every_form_of_failure_is_one(void **state)
{
	static const char *const pfns[] = { "0x0", "0", "-1", "0xffffffffffffffff",
					    "18446744073709551615" };
	char text[160];

	(void)state;
	for (size_t i = 0; i < sizeof(pfns) / sizeof(pfns[0]); i++) {
		struct trace_line line;

		snprintf(text, sizeof(text),
			 "x-1 [0] 1.0: mm_page_alloc: page=(nil) pfn=%s order=10 gfp_flags=none",
			 pfns[i]);
		line = parse(text);
		assert_int_equal(line.kind, TRACE_LINE_ALLOC);
		assert_true(line.pfn == TRACE_PFN_FAILED);
		assert_int_equal(line.gfp, 0);
	}
}

static void unknown_gfp_names_are_dropped_and_counted(void **state)
{
	struct trace_line line = parse("x-1 [0] 1.0: mm_page_alloc: pfn=0x8 order=0 "
				       "gfp_flags=GFP_KERNEL|__GFP_FUTURE|__GFP_ZERO|__GFP_OLD");

	(void)state;
	assert_int_equal(line.kind, TRACE_LINE_ALLOC);
	assert_int_equal(line.gfp, GFP_KERNEL | __GFP_ZERO);
	assert_int_equal(line.nr_unknown_names, 2);
}

static void other_lines_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum trace_line_kind kind;
	} lines[] = {
		{ "", TRACE_LINE_NOISE },
		{ "[", TRACE_LINE_NOISE },
		{ "x-1 [0", TRACE_LINE_NOISE },
		{ "x-1 [0]", TRACE_LINE_NOISE },
		{ "x-1 [0] 1.0:", TRACE_LINE_NOISE },
		{ "x-1 [0] 1.0: mm_page_alloc", TRACE_LINE_NOISE },
		{ "x-1 [0] 1.: mm_page_free: pfn=0x1 order=0", TRACE_LINE_NOISE },
		{ "x-1 [99999999999] 1.0: mm_page_free: pfn=0x1 order=0", TRACE_LINE_NOISE },
		{ "# tracer: nop", TRACE_LINE_NOISE },
		{ "        ffffffff812 __alloc_pages+0x2 ([kernel.kallsyms])", TRACE_LINE_NOISE },
		{ "x 1 [0] 1.0: kmem:mm_page_pcpu_drain: pfn=0x1 order=0", TRACE_LINE_OTHER_EVENT },
		{ "x 1 [0] 1.0: vmscan:mm_page_free: pfn=0x1 order=0", TRACE_LINE_OTHER_EVENT },
		{ "x-1 [0] 1.0: mm_page_freed: pfn=0x1 order=0", TRACE_LINE_OTHER_EVENT },
		{ "CPU:1 [LOST 12 EVENTS]", TRACE_LINE_LOST },
		{ "x 1 [0] 1.0: PERF_RECORD_LOST lost 12", TRACE_LINE_LOST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct trace_line line = parse(lines[i].text);

		assert_int_equal(line.kind, lines[i].kind);
		if (line.kind == TRACE_LINE_LOST)
			assert_int_equal(line.nr_lost, 12);
	}
	assert_int_equal(parse("CPU:1 [EVENTS DROPPED]").nr_lost, 1);
}

static void malformed_events_say_why(void **state)
{
	static const struct {
		const char *fields, *problem;
	} lines[] = {
		{ "order=0", "pfn= is missing" },
		{ "pfn= order=0", "pfn= is neither 0x hex nor decimal" },
		{ "xpfn=0x1 order=0", "pfn= is missing" },
		{ "pfn=0x order=0", "pfn= is neither 0x hex nor decimal" },
		{ "pfn=0x12g order=0", "pfn= is neither 0x hex nor decimal" },
		{ "pfn=0x11112222333344445 order=0", "pfn= is neither 0x hex nor decimal" },
		{ "pfn=99999999999999999999 order=0", "pfn= is neither 0x hex nor decimal" },
		{ "pfn=0x1", "order= is missing" },
		{ "pfn=0x1 order=-1", "order= is not a number below 64" },
		{ "pfn=0x1 order=64", "order= is not a number below 64" },
		{ "pfn=0x1 order=0", "gfp_flags= is missing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct trace_line line;
		char text[160];

		snprintf(text, sizeof(text), "x-1 [0] 1.0: mm_page_alloc: %s", lines[i].fields);
		line = parse(text);
		assert_int_equal(line.kind, TRACE_LINE_MALFORMED);
		assert_string_equal(line.problem, lines[i].problem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(perf_lines_are_read),
		cmocka_unit_test(ftrace_lines_are_read),
		cmocka_unit_test(every_form_of_failure_is_one),
		cmocka_unit_test(unknown_gfp_names_are_dropped_and_counted),
		cmocka_unit_test(other_lines_are_told_apart),
		cmocka_unit_test(malformed_events_say_why),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
