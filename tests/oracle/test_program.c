/* SPDX-License-Identifier: MIT */
/* The table of ops and programs as data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "oracle/lang/event.h"
#include "oracle/lang/names.h"
#include "oracle/lang/op.h"

static void test_table(void **state)
{
	(void)state;
	assert_string_equal(op_table[OP_alloc_pages].name, "alloc_pages");
	assert_false(op_table[OP_free_pages].misuse);
	assert_true(op_table[OP_double_free].misuse);
	assert_int_equal(op_table[OP_alloc_pages_exact].unit, 2048);
	assert_null(op_table[255].name);
}

/* Columns of op.def that say the same from two sides. */
static void test_columns_agree(void **state)
{
	uint32_t fields = 0, letters = 0;

	(void)state;
	for (uint32_t code = 0; code < NR_OP_CODES; code++) {
		const struct op_info *info = &op_table[code];
		bool gives_pages = info->result == RESULT_BLOCK ||
				   info->result == RESULT_FRAGMENT || op_is_bulk((uint8_t)code);

		assert_int_equal(op_allocates((uint8_t)code), gives_pages);
		assert_true(info->name || (!info->operands && !info->letter && !info->weight));
		assert_true(!op_is_bulk((uint8_t)code) || info->operands & OPERAND_COUNT);
		letters += info->letter != 0;
	}
	assert_int_equal(letters, 22);
	for (const struct hooks_field *field = hooks_fields; field->name; field++) {
		assert_int_equal(fields & field->mask, 0);
		assert_int_equal(op_hooks_get(field->mask, field->mask) & 1, 1);
		fields |= field->mask;
	}
	assert_int_equal(fields, OP_HOOKS_MASK);
	assert_int_equal(OP_HOOKS_MASK, (1 << 27) - 1);
	assert_int_equal(OP_TASK_MASK, (1 << 9) - 1);
	assert_string_equal(name_of(sysctl_names, OP_SYSCTL_LOWMEM_RESERVE_RATIO),
			    "vm.lowmem_reserve_ratio");
	assert_string_equal(name_of(migratetype_names, MIGRATE_TYPES), "unknown");
}

static void test_make(void **state)
{
	struct op op = op_make(OP_alloc_pages);

	(void)state;
	assert_int_equal(op.code, OP_alloc_pages);
	assert_int_equal(op.cpu, OP_CPU_CURRENT);
	assert_int_equal(op.node, OP_NODE_LOCAL);
	assert_int_equal(op.slot | op.gfp | op.count | op.value | op.order | op.type, 0);
}

static void test_append_counts_slots(void **state)
{
	struct op op = op_make(OP_free_pages);
	struct program program;

	(void)state;
	program_init(&program);
	op.slot = 9;
	assert_true(program_append(&program, &op));
	assert_int_equal(program.nr_slots, 10);
	op = op_make(OP_alloc_pages_bulk_list); /* names r8..r12 */
	op.slot = 8;
	op.count = 5;
	assert_true(program_append(&program, &op));
	assert_int_equal(program.nr_slots, 13);
	op = op_make(OP_release_pages); /* a run that would pass the last number */
	op.slot = UINT32_MAX - 1;
	op.count = 100;
	assert_true(program_append(&program, &op));
	assert_int_equal(program.nr_slots, UINT32_MAX);
	op = op_make(OP_tick); /* names no slot */
	op.slot = UINT32_MAX;
	assert_true(program_append(&program, &op));
	assert_int_equal(program.nr_ops, 4);
	program_free(&program);
	assert_null(program.ops);
}

static void test_page_operand_is_no_run(void **state)
{
	struct op op = op_make(OP_get_page);
	struct program program;

	(void)state;
	program_init(&program);
	op.slot = 1;
	op.count = 100;
	assert_true(program_append(&program, &op));
	assert_int_equal(program.nr_slots, 2);
	program_free(&program);
}

static void test_copy(void **state)
{
	struct program from, to;
	struct op op = op_make(OP_alloc_pages);

	(void)state;
	program_init(&from);
	program_init(&to);
	from.machine = buddy_config_uml(0, 4096);
	for (uint32_t i = 0; i < 200; i++) {
		op.slot = i;
		assert_true(program_append(&from, &op));
	}
	assert_true(program_copy(&to, &from));
	assert_int_equal(to.nr_ops, 200);
	assert_int_equal(to.nr_slots, 200);
	assert_memory_equal(to.ops, from.ops, 200 * sizeof(op));
	assert_memory_equal(&to.machine, &from.machine, sizeof(to.machine));
	assert_true(to.ops != from.ops);
	from.nr_ops = 0;
	assert_true(program_copy(&to, &from));
	assert_int_equal(to.nr_ops, 0);
	program_free(&from);
	program_free(&to);
}

static void test_event_clear_keeps_its_array(void **state)
{
	pfn_t pfns[4];
	struct event event = { .pfns = pfns, .result = 7, .nr_bad_pages = 2, .pfn = 3 };

	(void)state;
	event_clear(&event);
	assert_ptr_equal(event.pfns, pfns);
	assert_int_equal(event.pfn, PFN_NONE);
	assert_int_equal(event.unzeroed_pfn, PFN_NONE);
	assert_int_equal(event.result, 0);
	assert_int_equal(event.nr_bad_pages, 0);
	assert_int_equal(event.status, EVENT_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_columns_agree),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_append_counts_slots),
		cmocka_unit_test(test_page_operand_is_no_run),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_event_clear_keeps_its_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
