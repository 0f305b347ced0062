/* SPDX-License-Identifier: MIT */
/*
 * What a plug-in may be, and what becomes of one that is not: other versions and layouts, missing
 * members, claims without meaning, machines refused, answers that are none, eyes that lie.
 */
#include <string.h>

#include "diff/plugin/subject_plugin.h"
#include "tests/diff/programs.h"

#define NR_KINDS 64
#define TOY_PAGES 4096

/* A bump allocator that can be told to do something silly. */
struct toy {
	const struct buddyfuzz_machine *machine;
	uint64_t next, nr_held;
	bool held[TOY_PAGES];
};

enum silliness {
	SENSIBLE,
	WIDE_FRAME,
	TRAP,
	BAD_PAGE,
	WRONG_COUNT,
	STILL_FREE,
	TOO_MANY,
	TWICE,
	ASKEW
};
static enum silliness silliness;

static struct finding finding;
static char error[512];

static size_t toy_bytes(const struct buddyfuzz_machine *machine)
{
	(void)machine;
	return sizeof(struct toy);
}

static const char *toy_reset(void *self, const struct buddyfuzz_machine *machine)
{
	struct toy *toy = self;

	*toy = (struct toy){ .machine = machine, .next = machine->ranges->start_frame };
	return machine->end_frame - machine->first_frame > TOY_PAGES ? "it is too large for a toy"
								     : NULL;
}

static void mark(struct toy *toy, uint64_t frame, uint64_t nr_pages, bool held)
{
	memset(toy->held + (frame - toy->machine->first_frame), held, nr_pages);
	toy->nr_held += held ? nr_pages : -nr_pages;
}

static uint64_t toy_alloc(void *self, uint32_t order, const struct buddyfuzz_request *request)
{
	struct toy *toy = self;
	uint64_t nr_pages = UINT64_C(1) << order, frame = (toy->next + nr_pages - 1) & -nr_pages;

	assert_int_equal(request->flags, BUDDYFUZZ_MAY_SLEEP);
	assert_int_equal(request->gfp, GFP_KERNEL);
	if (silliness == WIDE_FRAME)
		return UINT64_C(1) << 40;
	if (silliness == ASKEW)
		frame++;
	if (silliness == TRAP)
		toy->machine->trap(toy->machine->harness, "a toy broke", frame);
	if (silliness == BAD_PAGE)
		toy->machine->report_bad_page(toy->machine->harness, frame);
	if (frame + nr_pages > toy->machine->ranges->end_frame)
		return BUDDYFUZZ_NO_FRAME;
	mark(toy, frame, nr_pages, true);
	if (silliness != TWICE)
		toy->next = frame + nr_pages;
	return frame;
}

static void toy_free(void *self, uint64_t frame, uint32_t order)
{
	struct toy *toy = self;

	mark(toy, frame, UINT64_C(1) << order, false);
}

static uint32_t toy_bulk(void *self, uint32_t nr, uint64_t *frames,
			 const struct buddyfuzz_request *request)
{
	for (uint32_t i = 0; i < nr; i++)
		frames[i] = toy_alloc(self, 0, request);
	return silliness == TOO_MANY ? nr + 1 : nr;
}

static uint64_t toy_free_pages(void *self)
{
	struct toy *toy = self;

	return toy->machine->ranges->end_frame - toy->machine->ranges->start_frame - toy->nr_held +
	       (silliness == WRONG_COUNT && toy->nr_held > 2);
}

static bool toy_is_free(void *self, uint64_t frame)
{
	struct toy *toy = self;

	return silliness == STILL_FREE || !toy->held[frame - toy->machine->first_frame];
}

/* A fresh copy each time: a plug-in that was taken is not looked at again. */
static struct buddyfuzz_plugin *toy(void)
{
	static struct buddyfuzz_plugin kinds[NR_KINDS];
	static uint32_t nr_kinds;

	assert_true(nr_kinds < NR_KINDS);
	silliness = SENSIBLE;
	kinds[nr_kinds] = (struct buddyfuzz_plugin){
		.head = BUDDYFUZZ_HEAD,
		.name = "toy",
		.self_bytes = toy_bytes,
		.reset = toy_reset,
		.alloc = toy_alloc,
		.free = toy_free,
	};
	return &kinds[nr_kinds++];
}

static const struct subject_ops *subject_of(const struct buddyfuzz_plugin *plugin)
{
	error[0] = '\0';
	return subject_plugin(plugin, "./toy.so", error, sizeof(error));
}

static void assert_refused(const struct buddyfuzz_plugin *plugin, const char *why)
{
	assert_null(subject_of(plugin));
	if (!strstr(error, why) || !strstr(error, "./toy.so"))
		fail_msg("wanted '%s', the error is: %s", why, error);
}

static void test_strangers(void **state)
{
	struct buddyfuzz_plugin *plugin = toy();

	(void)state;
	plugin->head.magic++;
	assert_refused(plugin, "instead of BUDDYFUZZ_HEAD");
	plugin = toy();
	plugin->head.version = 7;
	assert_refused(plugin, "built for version 7");
	assert_refused(plugin, "wants version 2: build it again");
	plugin = toy();
	plugin->head.plugin_bytes -= 8;
	assert_refused(plugin, "another layout");
	plugin = toy();
	plugin->head.request_bytes++;
	assert_refused(plugin, "another layout");
}

static void test_incomplete(void **state)
{
	struct buddyfuzz_plugin *plugin = toy();

	(void)state;
	plugin->name = "";
	assert_refused(plugin, "lacks a name");
	plugin = toy();
	plugin->reset = NULL;
	assert_refused(plugin, "lacks reset");
	plugin = toy();
	plugin->free = NULL;
	assert_refused(plugin, "lacks alloc and free, or");
}

static void test_claims(void **state)
{
	static const struct buddyfuzz_claim known[] = { { "blocks", BUDDYFUZZ_COUNTS },
							{ "free_pages", BUDDYFUZZ_EXACT },
							{ "bulk", BUDDYFUZZ_EXACT },
							{ NULL, BUDDYFUZZ_DECLINED } },
					    unknown[] = { { "double_free", BUDDYFUZZ_SAFE },
							  { NULL, BUDDYFUZZ_DECLINED } },
					    level[] = { { "all", (enum buddyfuzz_level)9 },
							{ NULL, BUDDYFUZZ_DECLINED } },
					    linux_claim[] = { { "linux", BUDDYFUZZ_COUNTS },
							      { NULL, BUDDYFUZZ_DECLINED } };
	struct buddyfuzz_plugin *plugin = toy();
	const struct subject_ops *ops;

	(void)state;
	plugin->claims = unknown;
	assert_refused(plugin, "claims 'double_free'");
	plugin = toy();
	plugin->claims = level;
	assert_refused(plugin, "at level 9");
	plugin = toy();
	plugin->claims = known;
	ops = subject_of(plugin);
	assert_int_equal(ops->claims(ops, OP_alloc_pages), CLAIM_COUNTS);
	assert_int_equal(ops->claims(ops, OP_free_pages), CLAIM_EXACT);
	/* A claim does not make what the members cannot do. */
	assert_int_equal(ops->claims(ops, OP_alloc_pages_bulk_list), CLAIM_NONE);
	assert_int_equal(ops->claims(ops, OP_get_page), CLAIM_NONE);
	assert_int_equal(ops->claims(ops, OP_tick), CLAIM_NONE);
	plugin = toy();
	plugin->knows = BUDDYFUZZ_IGNORES_LINUX;
	plugin->claims = linux_claim;
	ops = subject_of(plugin);
	assert_int_equal(ops->claims(ops, OP_tick), CLAIM_COUNTS);
	assert_int_equal(ops->claims(ops, OP_alloc_pages), CLAIM_SAFE);
	assert_int_equal(ops->claims(ops, OP_cpu), CLAIM_NONE);
}

static bool run(const struct subject_ops *ops, const struct program *program)
{
	struct lockstep *lockstep = lockstep_of(ops, NULL, true);
	bool clean = lockstep_run(lockstep, program, NULL, &finding);

	lockstep_free(lockstep);
	return clean;
}

/* Two blocks, and what else the language has. */
static void make_program(struct program *program)
{
	program_on(program, 4096);
	program_add_alloc(program, 0, 1, GFP_ATOMIC | __GFP_ZERO | __GFP_COMP);
	program_add_alloc(program, 1, 3, GFP_USER);
	program_add(program, OP_tick, 0);
	program_add(program, OP_get_page, 0);
	program_add(program, OP_free_pages, 0);
}

static void assert_finding(enum silliness what, const char *signature, const char *text)
{
	struct buddyfuzz_plugin *plugin = toy();
	struct program program;

	plugin->alloc_bulk = toy_bulk;
	plugin->free_pages = toy_free_pages;
	plugin->is_free = toy_is_free;
	silliness = what;
	make_program(&program);
	if (what == TOO_MANY) {
		struct op op = op_make(OP_alloc_pages_bulk_list);

		op.slot = 9;
		op.count = 3;
		op.gfp = GFP_KERNEL;
		assert_true(program_append(&program, &op));
	}
	assert_int_equal(run(subject_of(plugin), &program), what == SENSIBLE);
	if (what != SENSIBLE) {
		assert_string_equal(finding.signature, signature);
		if (!strstr(finding.text, text))
			fail_msg("wanted '%s', it is: %s", text, finding.text);
	}
	program_free(&program);
}

static void test_answers(void **state)
{
	(void)state;
	assert_finding(SENSIBLE, "", "");
	assert_finding(WIDE_FRAME, "no_trap/alloc_pages", "beyond 32 bits");
	assert_finding(TRAP, "no_trap/alloc_pages", "a toy broke");
	assert_finding(BAD_PAGE, "bad_page_only_after_misuse/alloc_pages", "called page frame");
	assert_finding(WRONG_COUNT, "no_trap/alloc_pages", "free_pages() counts");
	assert_finding(STILL_FREE, "no_trap/alloc_pages", "is_free() says so");
	assert_finding(TOO_MANY, "no_trap/alloc_pages_bulk_list", "more pages than");
	/* The judge speaks first where both could. */
	assert_finding(TWICE, "no_overlap/alloc_pages", "handed out page frame");
}

static void assert_error(const struct subject_ops *ops, const struct program *program,
			 const char *why)
{
	assert_false(run(ops, program));
	assert_int_equal(finding.kind, FINDING_ERROR);
	assert_string_equal(finding.signature, "error/create");
	if (!strstr(finding.text, why))
		fail_msg("wanted '%s', it is: %s", why, finding.text);
}

static void test_machines(void **state)
{
	const struct subject_ops *ops = subject_of(toy());
	struct program program;

	(void)state;
	make_program(&program);
	assert_true(run(ops, &program));
	program.machine.memory[0].end_pfn += 1024;
	assert_error(ops, &program, "too large for a toy");
	program.machine.memory[0].end_pfn -= 2048;
	program.machine.nr_reserved = 1;
	program.machine.reserved[0] = (struct buddy_range){ 2000, 2010, 0 };
	assert_error(ops, &program, "this one has 2: give a machine without");
	program.machine.nr_reserved = 0;
	program.start = START_LOW;
	assert_error(ops, &program, "takes machines of one range");
	program_free(&program);
}

/* One that knows several ranges begins where others have been. */
static void test_ranges(void **state)
{
	struct buddyfuzz_plugin *plugin = toy();
	struct program program;

	(void)state;
	plugin->knows = BUDDYFUZZ_KNOWS_RANGES;
	make_program(&program);
	program.start = START_LOW;
	program.nr_ops = 0;
	assert_true(run(subject_of(plugin), &program));
	program.start = START_FRESH;
	program.machine.nr_reserved = 1;
	program.machine.reserved[0] = (struct buddy_range){ 1024, 1030, 0 };
	program_add_alloc(&program, 0, 0, GFP_KERNEL);
	assert_true(run(subject_of(plugin), &program));
	program_free(&program);
}

/* Its state is global: beside itself it would be one and the same. */
static void test_global_state(void **state)
{
	struct buddyfuzz_plugin *plugin = toy();
	struct lockstep_options options = { .judge = true };
	const struct subject_ops *twice[2];

	(void)state;
	plugin->self_bytes = NULL;
	twice[0] = twice[1] = subject_of(plugin);
	assert_null(lockstep_create(twice, 2, &options, NULL, error, sizeof(error)));
	assert_non_null(strstr(error, "named twice"));
}

/* Blocks that begin anywhere break a rule, unless that was said. */
static void test_alignment(void **state)
{
	struct buddyfuzz_plugin *plugin;
	struct program program;

	(void)state;
	make_program(&program);
	for (uint32_t known = 0; known < 2; known++) {
		plugin = toy();
		plugin->knows = known ? BUDDYFUZZ_ANY_ALIGNMENT : 0;
		silliness = ASKEW;
		assert_int_equal(run(subject_of(plugin), &program), known);
		if (!known)
			assert_string_equal(finding.signature, "alignment/alloc_pages");
	}
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strangers),    cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_claims),       cmocka_unit_test(test_answers),
		cmocka_unit_test(test_machines),     cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_global_state), cmocka_unit_test(test_alignment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
