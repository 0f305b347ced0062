/* SPDX-License-Identifier: MIT */
/* The binary form: total, canonical, and able to say every machine it promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buddy/buddy.h"
#include "buddy/gfp.h"
#include "fuzz/input/input_layout.h"
#include "tests/fuzz/random_program.h"

static void zero_header_is_the_default_machine(void **state)
{
	static const uint8_t zero[INPUT_HEADER_BYTES];
	struct buddy_config expected = buddy_config_uml(0, 4096);
	struct program program;

	(void)state;
	program_init(&program);
	for (size_t size = 0; size <= sizeof(zero); size++) {
		assert_true(input_decode(zero, size, &program));
		assert_memory_equal(&program.machine, &expected, sizeof(expected));
		assert_int_equal(program.nr_ops, 0);
	}
	program_free(&program);
}

static void unknown_version_decodes_alike(void **state)
{
	uint8_t bytes[64];
	struct random random = { 1 };
	struct program known, unknown;

	(void)state;
	program_init(&known);
	program_init(&unknown);
	random_bytes(&random, bytes, sizeof(bytes));
	bytes[HEADER_VERSION] = INPUT_VERSION;
	assert_true(input_decode(bytes, sizeof(bytes), &known));
	for (int version = 0; version < 256; version++) {
		bytes[HEADER_VERSION] = (uint8_t)version;
		assert_true(input_decode(bytes, sizeof(bytes), &unknown));
		if (version != 1)
			assert_same_program(&known, &unknown);
	}
	program_free(&known);
	program_free(&unknown);
}

static void every_header_boots(void **state)
{
	uint8_t header[INPUT_HEADER_BYTES];
	struct random random = { 2 };
	struct buddy_config machine;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		random_bytes(&random, header, sizeof(header));
		input_decode_machine(header, &machine);
		const char *error = buddy_config_error(&machine);

		if (error)
			fail_msg("header %d: %s", i, error);
		pfn_t end = machine.memory[machine.nr_memory - 1].end_pfn;

		assert_in_range(end - machine.memory[0].start_pfn, INPUT_MIN_PAGES,
				INPUT_MAX_PAGES);
	}
}

static void reserved_range_is_inside_memory(void **state)
{
	uint8_t header[INPUT_HEADER_BYTES];
	struct random random = { 3 };
	struct buddy_config machine;
	int nr_seen = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint32_t inside = 0;

		random_bytes(&random, header, sizeof(header));
		input_decode_machine(header, &machine);
		if (!machine.nr_reserved)
			continue;
		for (uint32_t j = 0; j < machine.nr_memory; j++)
			for (pfn_t pfn = machine.memory[j].start_pfn;
			     pfn < machine.memory[j].end_pfn; pfn++)
				inside += pfn >= machine.reserved[0].start_pfn &&
					  pfn < machine.reserved[0].end_pfn;
		assert_int_equal(inside,
				 machine.reserved[0].end_pfn - machine.reserved[0].start_pfn);
		nr_seen++;
		i += 50; /* counting page by page is slow */
	}
	assert_true(nr_seen > 100);
}

/* What the header promises to reach, counted over random headers. */
static void headers_reach_every_kind(void **state)
{
	enum {
		UML,
		X86_64,
		CPUS,
		NODES,
		HOLE,
		RESERVED,
		MOVABLE,
		DEBUG,
		OFF,
		SMALL,
		BIG,
		UNALIGNED,
		NR
	};
	int seen[NR] = { 0 }, orders[MAX_PAGE_ORDER + 1] = { 0 };
	uint8_t header[INPUT_HEADER_BYTES];
	struct random random = { 4 };
	struct buddy_config m;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		random_bytes(&random, header, sizeof(header));
		input_decode_machine(header, &m);
		uint32_t pages = m.memory[m.nr_memory - 1].end_pfn - m.memory[0].start_pfn;

		seen[UML] += m.struct_page_size == 56;
		seen[X86_64] += m.struct_page_size == 64;
		seen[CPUS] += m.nr_cpus == 4;
		seen[NODES] += m.nr_nodes == 2;
		seen[HOLE] += m.nr_memory > m.nr_nodes;
		seen[RESERVED] += m.nr_reserved > 0;
		seen[MOVABLE] += m.movablecore_pages != 0;
		seen[DEBUG] += !!(m.features & BUDDY_DEBUG_VM);
		seen[OFF] += !!(m.features & BUDDY_MOBILITY_OFF);
		seen[SMALL] += pages <= 1024;
		seen[BIG] += pages > 8192;
		seen[UNALIGNED] += m.memory[0].start_pfn % 2 == 1;
		orders[m.pageblock_order]++;
	}
	for (int i = 0; i < NR; i++)
		assert_in_range(seen[i], 500, 19999);
	assert_true(seen[SMALL] > seen[BIG]);
	for (int i = 1; i <= MAX_PAGE_ORDER; i++)
		assert_true(orders[i] > 500);
}

/* The start state stands in two bits that were 0 before; the other two of the nibble mean nothing.
 */
static void start_state_has_two_bits(void **state)
{
	uint8_t header[INPUT_HEADER_BYTES] = { INPUT_VERSION }, bytes[INPUT_HEADER_BYTES];
	struct program program;
	const char *reason = "";

	(void)state;
	program_init(&program);
	for (uint32_t bits = 0; bits < 16; bits++) {
		header[HEADER_CORE] = (uint8_t)(bits << 4 | 5);
		assert_true(input_decode(header, sizeof(header), &program));
		assert_int_equal(program.start, bits % 4);
		assert_int_equal(program.machine.kernelcore_pages, 4096 * 5 / 16);
		assert_int_equal(input_encode(&program, bytes, sizeof(bytes), &reason),
				 INPUT_HEADER_BYTES);
		assert_int_equal(bytes[HEADER_CORE], bits % 4 << 4 | 5);
	}
	program_free(&program);
}

/* Any bytes are a program; its bytes decode to it again; encoding is idempotent. */
static uint32_t slots_named(const struct program *program)
{
	uint32_t nr_slots = 0;

	for (size_t i = 0; i < program->nr_ops; i++)
		if (op_slot_end(&program->ops[i]) > nr_slots)
			nr_slots = op_slot_end(&program->ops[i]);
	return nr_slots;
}

static void random_bytes_are_programs(void **state)
{
	uint8_t bytes[600], canonical[1200], again[1200];
	struct program first, second;
	struct random random = { 5 };
	const char *reason = "";

	(void)state;
	program_init(&first);
	program_init(&second);
	for (int i = 0; i < 10000; i++) {
		size_t size = random_u32(&random) % sizeof(bytes);

		random_bytes(&random, bytes, size);
		bytes[HEADER_VERSION] = i % 2 ? 1 : bytes[HEADER_VERSION];
		assert_true(input_decode(bytes, size, &first));
		size_t nr = input_encode(&first, canonical, sizeof(canonical), &reason);

		if (!nr)
			fail_msg("program %d: %s", i, reason);
		assert_int_equal(nr, INPUT_HEADER_BYTES + first.nr_ops * INPUT_RECORD_BYTES);
		assert_int_equal(first.nr_slots, slots_named(&first));
		assert_int_equal(canonical[HEADER_VERSION], INPUT_VERSION);
		assert_true(input_decode(canonical, nr, &second));
		assert_same_program(&first, &second);
		assert_int_equal(input_encode(&second, again, sizeof(again), &reason), nr);
		assert_memory_equal(canonical, again, nr);
	}
	program_free(&first);
	program_free(&second);
}

static void decoded_ops_are_canonical(void **state)
{
	struct random random = { 6 };
	struct program program;

	(void)state;
	program_init(&program);
	for (int i = 0; i < 2000; i++) {
		random_program(&random, 64, &program);
		for (size_t j = 0; j < program.nr_ops; j++) {
			const struct op *op = &program.ops[j];
			uint32_t operands = op_table[op->code].operands;

			assert_non_null(op_table[op->code].name);
			assert_true(gfp_is_legal(op->gfp));
			assert_true(op->cpu == OP_CPU_CURRENT || op->cpu < program.machine.nr_cpus);
			assert_true(op->node == OP_NODE_LOCAL ||
				    op->node < program.machine.nr_nodes);
			assert_true(op->order <= NR_PAGE_ORDERS);
			if (operands & OPERAND_COUNT)
				assert_true(op->slot + op->count <= INPUT_MAX_SLOTS);
			if (!(operands & OPERAND_GFP))
				assert_int_equal(op->gfp, 0);
			if (!(operands & OPERAND_CPU))
				assert_int_equal(op->cpu, OP_CPU_CURRENT);
		}
	}
	program_free(&program);
}

static struct record random_record_of(struct random *random, enum op_code code)
{
	uint8_t bytes[INPUT_RECORD_BYTES];

	random_bytes(random, bytes, sizeof(bytes));
	bytes[0] = (uint8_t)code;
	return record_load(bytes);
}

static void free_opcodes_are_nops(void **state)
{
	struct buddy_config machine = buddy_config_uml(0, 4096);
	struct random random = { 14 };

	(void)state;
	for (uint32_t code = 0; code < NR_OP_CODES; code++) {
		struct op nop = op_make(OP_nop);
		struct op op =
			input_decode_op(random_record_of(&random, (enum op_code)code), &machine);

		assert_int_equal(op.code, op_table[code].name ? code : OP_nop);
		if (!op_table[code].name)
			assert_memory_equal(&op, &nop, sizeof(op));
	}
}

/* What the fields of a record say, before anything is folded. */
struct fields {
	uint32_t code, slot, slots, cpu, node, order, type, count, wide;
};

/* What they come to, told field by field from the list of operands. */
static struct op expected_op(const struct fields *fields, const struct buddy_config *machine)
{
	enum op_code code = (enum op_code)fields->code;
	uint32_t operands = op_table[code].operands, room = fields->slots - fields->slot;
	uint32_t top = code == OP_alloc_pages ? NR_PAGE_ORDERS : MAX_PAGE_ORDER;
	struct op op = op_make(op_table[code].name ? code : OP_nop);

	if (operands & (OPERAND_DEST | OPERAND_SLOT))
		op.slot = fields->slot;
	if (operands & OPERAND_CPU && fields->cpu)
		op.cpu = (uint8_t)((fields->cpu - 1) % machine->nr_cpus);
	if (operands & OPERAND_NODE && fields->node)
		op.node = (uint8_t)((fields->node - 1) % machine->nr_nodes);
	if (operands & OPERAND_ORDER)
		op.order = (uint8_t)(fields->order % (top + 1));
	if (operands & OPERAND_TYPE && fields->type < MIGRATE_CMA)
		op.type = (uint8_t)fields->type;
	else if (operands & OPERAND_TYPE)
		op.type = machine->features & BUDDY_CMA ? MIGRATE_CMA : MIGRATE_MOVABLE;
	if (operands & OPERAND_SYSCTL)
		op.type = (uint8_t)(fields->type % OP_NR_SYSCTLS);
	if (operands & OPERAND_SYSCTL && op.type == OP_SYSCTL_LOWMEM_RESERVE_RATIO)
		op.order = (uint8_t)(fields->order % MAX_NR_ZONES);
	if (operands & OPERAND_COUNT)
		op.count = fields->count <= room ? fields->count : fields->count % (room + 1);
	else if (operands & (OPERAND_BYTES | OPERAND_INDEX))
		op.count = fields->count;
	if (operands & (OPERAND_VALUE | OPERAND_SYSCTL))
		op.value = fields->wide & (code == OP_task           ? OP_TASK_MASK
					   : code == OP_hook_answers ? OP_HOOKS_MASK
								     : UINT32_MAX);
	return op;
}

static void assert_decodes(const struct op *op, const struct fields *fields,
			   const struct buddy_config *machine)
{
	struct op expected = expected_op(fields, machine);

	expected.gfp = op->gfp; /* fold_gfp_keeps_what_is_legal */
	assert_memory_equal(op, &expected, sizeof(*op));
}

/* Two little-endian words; a size has 4096 units of its operation, a page is one of 4096. */
static struct fields fields_of(const uint64_t *words)
{
	const uint64_t low = words[0], high = words[1];
	bool any_slot = (low >> 28 & 15) == 1;
	struct fields fields = {
		.code = low & 255,
		.cpu = low >> 8 & 15,
		.node = low >> 12 & 15,
		.slot = (uint32_t)(low >> 16) & (any_slot ? 4095 : 63),
		.slots = any_slot ? 4096 : 64,
		.order = low >> 32 & 15,
		.type = low >> 40 & 7,
		.wide = (uint32_t)high,
		.count = (uint32_t)(high >> 32),
	};
	const struct op_info *info = &op_table[fields.code];

	if (info->operands & OPERAND_BYTES)
		fields.count &= 4096 * info->unit - 1;
	else
		fields.count &= info->operands & OPERAND_COUNT ? 8191 : 4095;
	return fields;
}

static uint64_t random_u64(struct random *random)
{
	return (uint64_t)random_u32(random) << 32 | random_u32(random);
}

static void put_word(uint8_t *bytes, uint64_t word)
{
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(word >> 8 * i);
}

static void records_are_decoded_by_their_operands(void **state)
{
	uint8_t header[INPUT_HEADER_BYTES], bytes[INPUT_RECORD_BYTES];
	struct random random = { 11 };
	struct buddy_config machine;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint64_t words[2] = { random_u64(&random), random_u64(&random) };

		words[0] &= ~(random_u32(&random) % 4 ? UINT64_C(0xc0) : 0); /* few free codes */
		if (i % 100 == 0) {
			random_bytes(&random, header, sizeof(header));
			input_decode_machine(header, &machine);
		}
		put_word(bytes, words[0]);
		put_word(bytes + 8, words[1]);
		struct fields fields = fields_of(words);
		struct op op = input_decode_op(record_load(bytes), &machine);

		assert_decodes(&op, &fields, &machine);
	}
}

/* ---- version 1 ---- */

static struct fields fields_of_v1(uint64_t record)
{
	struct fields fields = {
		.code = record & 63,
		.slot = record >> 6 & 63,
		.slots = 64,
		.cpu = record >> 12 & 7,
		.node = record >> 15 & 7,
		.order = record >> 18 & 15,
		.type = record >> 22 & 7,
		.count = record >> 25 & 4095,
		.wide = (uint32_t)(record >> 37),
	};

	if (op_table[fields.code].operands & OPERAND_BYTES)
		fields.count *= op_table[fields.code].unit;
	return fields;
}

static void records_of_version_1_are_decoded_for_ever(void **state)
{
	uint8_t bytes[INPUT_HEADER_BYTES + 8];
	struct random random = { 15 };
	struct program program;

	(void)state;
	program_init(&program);
	for (int i = 0; i < 100000; i++) {
		uint64_t record = random_u64(&random);
		struct fields fields = fields_of_v1(record);

		if (i % 100 == 0)
			random_bytes(&random, bytes, sizeof(bytes));
		bytes[HEADER_VERSION] = 1;
		put_word(bytes + INPUT_HEADER_BYTES, record);
		assert_true(input_decode(bytes, sizeof(bytes), &program));
		assert_int_equal(program.nr_ops, 1);
		assert_decodes(&program.ops[0], &fields, &program.machine);
	}
	program_free(&program);
}

/* Random inputs of version 1, and the same bytes as the newest version: one program. */
static void upgraded_inputs_are_the_same_program(void **state)
{
	uint8_t bytes[1300], upgraded[1300];
	struct program old, new;
	struct random random = { 16 };

	(void)state;
	program_init(&old);
	program_init(&new);
	for (int i = 0; i < 20000; i++) {
		size_t size = random_u32(&random) % 640;

		random_bytes(&random, bytes, size);
		bytes[HEADER_VERSION] = 1;
		memcpy(upgraded, bytes, sizeof(bytes));
		size_t got = input_upgrade(upgraded, size, sizeof(upgraded));

		assert_true(input_decode(bytes, size, &old));
		assert_true(input_decode(upgraded, got, &new));
		assert_int_equal(input_nr_records(bytes, size), input_nr_records(upgraded, got));
		assert_same_program(&old, &new);
		assert_true(!size || upgraded[HEADER_VERSION] == INPUT_VERSION);
		assert_int_equal(input_upgrade(upgraded, got, sizeof(upgraded)), got);
	}
	program_free(&old);
	program_free(&new);
}

/* What has no room falls off behind; nothing is written there. */
static void upgrades_stay_in_bounds(void **state)
{
	uint8_t bytes[16 + 16 * 8 + 1];
	struct random random = { 17 };
	struct program old, new;

	(void)state;
	program_init(&old);
	program_init(&new);
	for (size_t size = 0; size <= 80; size++)
		for (size_t capacity = size ? size : 1; capacity < sizeof(bytes); capacity++) {
			random_bytes(&random, bytes, sizeof(bytes));
			bytes[HEADER_VERSION] = 1;
			bytes[capacity] = 0xa5;
			assert_true(input_decode(bytes, size, &old));
			size_t got = input_upgrade(bytes, size, capacity);

			assert_true(got <= capacity);
			assert_int_equal(bytes[capacity], 0xa5);
			assert_true(input_decode(bytes, got, &new));
			assert_true(new.nr_ops <= old.nr_ops);
			if (16 + 16 * old.nr_ops <= capacity)
				assert_int_equal(new.nr_ops, old.nr_ops);
			if (new.nr_ops)
				assert_memory_equal(new.ops, old.ops,
						    new.nr_ops * sizeof(*new.ops));
		}
	program_free(&old);
	program_free(&new);
}

static void fold_gfp_keeps_what_is_legal(void **state)
{
	struct buddy_config machine = buddy_config_uml(0, 4096);

	(void)state;
	for (uint32_t bits = 0; bits <= 0x1fu; bits++) {
		struct record record = { .code = OP_alloc_pages, .wide = bits };
		gfp_t gfp = input_decode_op(record, &machine).gfp;

		assert_true(gfp_is_legal(gfp));
		assert_int_equal(gfp & ~bits, 0);
		if (gfp_is_legal(bits))
			assert_int_equal(gfp, bits);
		else if (bits & __GFP_HIGHMEM)
			assert_true(gfp & __GFP_HIGHMEM);
		assert_int_equal(gfp & __GFP_MOVABLE, bits & __GFP_MOVABLE);
	}
}

/* More headers than are remembered, many of which differ in one byte: each stays what it is. */
static void a_remembered_header_means_the_same(void **state)
{
	static uint8_t headers[1024][INPUT_HEADER_BYTES];
	struct random random = { 12 };
	struct buddy_config machine;
	struct program program;

	(void)state;
	program_init(&program);
	for (uint32_t i = 0; i < 1024; i++) {
		random_bytes(&random, headers[i], sizeof(headers[i]));
		if (i % 16) {
			memcpy(headers[i], headers[i - i % 16], sizeof(headers[i]));
			headers[i][i % 16] ^= (uint8_t)(1 + random_u32(&random) % 255);
		}
	}
	for (int i = 0; i < 20000; i++) {
		const uint8_t *header = headers[random_u32(&random) % 1024];

		assert_true(input_decode(header, INPUT_HEADER_BYTES, &program));
		input_decode_machine(header, &machine);
		assert_memory_equal(&program.machine, &machine, sizeof(machine));
		assert_int_equal(program.start, input_decode_start(header));
		assert_true(program.machine_hash == program_machine_hash(&program));
	}
	program_free(&program);
}

static void truncated_record_is_dropped(void **state)
{
	uint8_t bytes[INPUT_HEADER_BYTES + 2 * INPUT_RECORD_BYTES] = { INPUT_VERSION };
	struct program program;

	(void)state;
	program_init(&program);
	assert_true(input_decode(bytes, sizeof(bytes) - 1, &program));
	assert_int_equal(program.nr_ops, 1);
	program_free(&program);
}

static void assert_refused(const char *text, const char *word)
{
	uint8_t bytes[256];
	struct program program;
	const char *reason = "";

	program_init(&program);
	parse_text(text, &program);
	assert_int_equal(input_encode(&program, bytes, sizeof(bytes), &reason), 0);
	if (!strstr(reason, word))
		fail_msg("'%s' is refused with '%s', not for '%s'", text, reason, word);
	program_free(&program);
}

/* Edges of the ranges, and no word of them is lost. */
static void what_fits_comes_back(void **state)
{
	static const char text[] = "machine profile=debian pages=4096 cpus=4\n"
				   "r4095 = alloc_pages order=11 gfp=GFP_KERNEL\n"
				   "r64 = get_zeroed_page gfp=GFP_KERNEL cpu=3\n"
				   "r0 = alloc_pages_exact size=8388607 gfp=GFP_KERNEL\n"
				   "r0 = page_frag_alloc size=65535 gfp=GFP_ATOMIC\n"
				   "r0 = alloc_pages_bulk_array count=4096 gfp=GFP_KERNEL\n"
				   "r63 = alloc_pages_bulk_list count=2 gfp=GFP_KERNEL\n"
				   "release_pages r63 count=1\n"
				   "release_pages r64 count=0\n"
				   "get_page r0 page=4095\n"
				   "sysctl vm.min_free_kbytes=-1\n"
				   "! free_foreign value=4294967295 order=0\n";
	uint8_t bytes[INPUT_HEADER_BYTES + 16 * INPUT_RECORD_BYTES];
	struct program program, again;
	const char *reason = "";

	(void)state;
	program_init(&program);
	program_init(&again);
	parse_text(text, &program);
	size_t size = input_encode(&program, bytes, sizeof(bytes), &reason), printed_size;

	if (!size)
		fail_msg("%s", reason);
	assert_true(input_decode(bytes, size, &again));
	assert_same_program(&program, &again);
	char *printed = print_program(&again, &printed_size);

	assert_string_equal(printed, text);
	free(printed);
	program_free(&program);
	program_free(&again);
}

static void what_does_not_fit_is_refused_by_name(void **state)
{
	(void)state;
	assert_refused("free_pages r4096", "slot");
	assert_refused("r0 = alloc_pages_exact size=8388608 gfp=GFP_KERNEL", "size");
	assert_refused("r4000 = alloc_pages_bulk_list count=97 gfp=none", "count");
	assert_refused("get_page r0 page=4096", "page");
	assert_refused("r0 = alloc_pages order=12 gfp=none", "order");
	assert_refused("r0 = alloc_pages order=1 gfp=__GFP_MOVABLE|__GFP_RECLAIMABLE", "gfp");
	assert_refused("r0 = alloc_pages order=1 gfp=GFP_DMA|GFP_DMA32", "gfp");
	assert_refused("task value=512", "mean nothing");
	assert_refused("hook_answers value=134217728", "mean nothing");
	assert_refused("set_pageblock_type r0 type=isolate", "migratetype");
	assert_refused("machine pages=63", "64 to 16384");
	assert_refused("machine pages=16385", "64 to 16384");
	assert_refused("machine cpus=5 +smp", "cpus");
	assert_refused("machine profile=x86_64 nodes=3", "nodes");
	assert_refused("machine vm.watermark_scale_factor=11", "sysctl");
	assert_refused("machine movablecore=1", "movablecore");
	assert_refused("machine memory=0+64,128+64,256+64", "memory");
	assert_refused("machine reserved=1+1,3+1", "reserved");
}

static void too_many_ops_are_refused(void **state)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	struct program program;
	const char *reason = "";
	struct op op = op_make(OP_tick);

	(void)state;
	program_init(&program);
	program.machine = buddy_config_uml(0, 4096);
	for (uint32_t i = 0; i < INPUT_MAX_OPS; i++)
		assert_true(program_append(&program, &op));
	assert_int_equal(input_encode(&program, bytes, sizeof(bytes), &reason), INPUT_MAX_BYTES);
	assert_int_equal(input_encode(&program, bytes, sizeof(bytes) - 1, &reason), 0);
	assert_non_null(strstr(reason, "buffer"));
	assert_true(program_append(&program, &op));
	assert_int_equal(input_encode(&program, bytes, sizeof(bytes), &reason), 0);
	assert_non_null(strstr(reason, "4096"));
	program_free(&program);
}

/* The op language numbers sysctls as the core does. */
static void sysctls_have_the_cores_numbers(void **state)
{
	(void)state;
	assert_int_equal(NR_SYSCTLS, OP_NR_SYSCTLS);
	assert_int_equal(SYSCTL_LOWMEM_RESERVE_RATIO, OP_SYSCTL_LOWMEM_RESERVE_RATIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_header_is_the_default_machine),
		cmocka_unit_test(unknown_version_decodes_alike),
		cmocka_unit_test(every_header_boots),
		cmocka_unit_test(reserved_range_is_inside_memory),
		cmocka_unit_test(headers_reach_every_kind),
		cmocka_unit_test(start_state_has_two_bits),
		cmocka_unit_test(random_bytes_are_programs),
		cmocka_unit_test(decoded_ops_are_canonical),
		cmocka_unit_test(free_opcodes_are_nops),
		cmocka_unit_test(records_are_decoded_by_their_operands),
		cmocka_unit_test(records_of_version_1_are_decoded_for_ever),
		cmocka_unit_test(upgraded_inputs_are_the_same_program),
		cmocka_unit_test(upgrades_stay_in_bounds),
		cmocka_unit_test(fold_gfp_keeps_what_is_legal),
		cmocka_unit_test(a_remembered_header_means_the_same),
		cmocka_unit_test(truncated_record_is_dropped),
		cmocka_unit_test(what_fits_comes_back),
		cmocka_unit_test(what_does_not_fit_is_refused_by_name),
		cmocka_unit_test(too_many_ops_are_refused),
		cmocka_unit_test(sysctls_have_the_cores_numbers),
	};

	return cmocka_run_group_tests_name("fuzz.input", tests, NULL, NULL);
}
