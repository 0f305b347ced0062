/* SPDX-License-Identifier: MIT */
/*
 * The core behind the plug-in's interface, every member of it, beside the core itself: frames,
 * results and counts must come through unchanged.
 */
#include <stdlib.h>
#include <string.h>

#include "buddy/buddy.h"
#include "buddy/inspect.h"
#include "diff/plugin/subject_plugin.h"
#include "tests/diff/programs.h"

#define NR_PROGRAMS 60
#define NR_OPS 300
#define NR_SLOTS 24

static struct finding finding;

struct mirror {
	struct buddy_config config;
	struct buddy_system sys;
	struct task task;
	struct page_frag_cache fragments;
	void *image;
};

static size_t mirror_bytes(const struct buddyfuzz_machine *machine)
{
	(void)machine;
	return sizeof(struct mirror);
}

static const char *mirror_reset(void *self, const struct buddyfuzz_machine *machine)
{
	struct mirror *mirror = self;
	const struct buddyfuzz_range *range = machine->ranges;
	size_t bytes;

	if (machine->nr_ranges != 1)
		return "one range only";
	mirror->config = buddy_config_uml((pfn_t)range->start_frame,
					  (uint32_t)(range->end_frame - range->start_frame));
	bytes = buddy_image_size(&mirror->config);
	if (!mirror->image)
		mirror->image = aligned_alloc(64, bytes);
	mirror->task = (struct task){ .sys = &mirror->sys };
	memset(&mirror->fragments, 0, sizeof(mirror->fragments));
	return buddy_boot(&mirror->sys, &mirror->config, mirror->image, bytes, 0, NULL)
		       ? "the core does not boot"
		       : NULL;
}

static void mirror_release(void *self)
{
	free(((struct mirror *)self)->image);
}

static uint64_t frame_of(struct mirror *mirror, const struct page *page)
{
	return page ? page_to_pfn(&mirror->sys, page) : BUDDYFUZZ_NO_FRAME;
}

static struct page *page_at(struct mirror *mirror, uint64_t frame)
{
	return pfn_to_page(&mirror->sys, (pfn_t)frame);
}

static uint64_t mirror_alloc(void *self, uint32_t order, const struct buddyfuzz_request *request)
{
	struct mirror *mirror = self;

	return frame_of(mirror, alloc_pages(&mirror->task, request->gfp, order));
}

static void mirror_free(void *self, uint64_t frame, uint32_t order)
{
	struct mirror *mirror = self;

	__free_pages(&mirror->task, page_at(mirror, frame), order);
}

static uint64_t mirror_alloc_bytes(void *self, size_t bytes,
				   const struct buddyfuzz_request *request)
{
	struct mirror *mirror = self;

	return frame_of(mirror, alloc_pages_exact(&mirror->task, bytes, request->gfp));
}

static void mirror_free_bytes(void *self, uint64_t frame, size_t bytes)
{
	struct mirror *mirror = self;

	free_pages_exact(&mirror->task, page_at(mirror, frame), bytes);
}

static uint32_t mirror_alloc_bulk(void *self, uint32_t nr, uint64_t *frames,
				  const struct buddyfuzz_request *request)
{
	struct mirror *mirror = self;
	struct page *pages[CALL_MAX_PFNS] = { NULL };
	uint32_t got = alloc_pages_bulk_array(&mirror->task, request->gfp, 0, NULL, nr, pages);

	for (uint32_t i = 0; i < got; i++)
		frames[i] = frame_of(mirror, pages[i]);
	return got;
}

static void mirror_free_bulk(void *self, uint32_t nr, const uint64_t *frames)
{
	struct mirror *mirror = self;
	struct page *pages[CALL_MAX_PFNS];

	for (uint32_t i = 0; i < nr; i++)
		pages[i] = page_at(mirror, frames[i]);
	release_pages(&mirror->task, pages, nr);
}

static struct page *head_of(struct mirror *mirror, uint64_t frame)
{
	struct page_info info;

	if (inspect_page(&mirror->sys, (pfn_t)frame, &info) && info.tail)
		return page_at(mirror, info.compound_head);
	return page_at(mirror, frame);
}

static uint32_t mirror_get(void *self, uint64_t frame)
{
	struct mirror *mirror = self;

	get_page(&mirror->task, page_at(mirror, frame));
	return (uint32_t)page_ref_count(head_of(mirror, frame));
}

static uint32_t mirror_put(void *self, uint64_t frame)
{
	struct mirror *mirror = self;
	struct page *head = head_of(mirror, frame);

	put_page(&mirror->task, page_at(mirror, frame));
	return (uint32_t)page_ref_count(head);
}

static uint32_t mirror_references(void *self, uint64_t frame)
{
	return (uint32_t)page_ref_count(page_at(self, frame));
}

static void mirror_split(void *self, uint64_t frame, uint32_t order)
{
	struct mirror *mirror = self;

	split_page(&mirror->task, page_at(mirror, frame), order);
}

static uint64_t mirror_alloc_fragment(void *self, uint32_t bytes, uint32_t *offset_bytes,
				      const struct buddyfuzz_request *request)
{
	struct mirror *mirror = self;

	return frame_of(mirror, page_frag_alloc(&mirror->task, &mirror->fragments, bytes,
						request->gfp, UINT32_MAX, offset_bytes));
}

static void mirror_free_fragment(void *self, uint64_t frame, uint32_t offset_bytes, uint32_t bytes)
{
	struct mirror *mirror = self;

	(void)offset_bytes, (void)bytes;
	page_frag_free(&mirror->task, page_at(mirror, frame));
}

static void mirror_drain_fragments(void *self, uint32_t cpu)
{
	struct mirror *mirror = self;

	(void)cpu;
	page_frag_cache_drain(&mirror->task, &mirror->fragments);
}

static void mirror_drain(void *self, uint32_t cpu)
{
	struct mirror *mirror = self;

	if (cpu == BUDDYFUZZ_ALL_CPUS)
		drain_all_pages(&mirror->task);
	else
		drain_local_pages(&mirror->task);
}

static const struct buddyfuzz_claim exact[] = {
	{ "all", BUDDYFUZZ_EXACT },
	/* The kernel's list begins with the page allocated last. */
	{ "alloc_pages_bulk_list", BUDDYFUZZ_DECLINED },
	{ NULL, BUDDYFUZZ_DECLINED },
};

static const struct buddyfuzz_plugin mirror_plugin = {
	.head = BUDDYFUZZ_HEAD,
	.name = "mirror",
	.knows = BUDDYFUZZ_KNOWS_FLAGS,
	.claims = exact,
	.self_bytes = mirror_bytes,
	.reset = mirror_reset,
	.release = mirror_release,
	.alloc = mirror_alloc,
	.free = mirror_free,
	.alloc_bytes = mirror_alloc_bytes,
	.free_bytes = mirror_free_bytes,
	.alloc_bulk = mirror_alloc_bulk,
	.free_bulk = mirror_free_bulk,
	.get = mirror_get,
	.put = mirror_put,
	.references = mirror_references,
	.split = mirror_split,
	.alloc_fragment = mirror_alloc_fragment,
	.free_fragment = mirror_free_fragment,
	.drain_fragments = mirror_drain_fragments,
	.drain = mirror_drain,
};

/* One op of those that the mirror promises, with operands that often fit. */
static void add_random_op(struct program *program, const struct subject_ops *mirror,
			  uint32_t *state)
{
	static const gfp_t requests[] = { GFP_KERNEL, GFP_NOWAIT | __GFP_NOWARN,
					  GFP_KERNEL | __GFP_COMP, GFP_USER | __GFP_MOVABLE,
					  GFP_ATOMIC };
	uint32_t random[5];
	struct op op;

	for (uint32_t i = 0; i < 5; i++)
		random[i] = (*state = *state * 1664525 + 1013904223) >> 12;
	op = op_make((enum op_code)(random[0] % 22));
	if (mirror->claims(mirror, op.code) == CLAIM_NONE)
		op = op_make(OP_alloc_pages);
	op.slot = random[1] % NR_SLOTS;
	if (op_table[op.code].operands & OPERAND_ORDER)
		op.order = (uint8_t)(random[2] % 5);
	if (op_table[op.code].operands & OPERAND_GFP)
		op.gfp = requests[random[3] % 5];
	if (op_table[op.code].operands & (OPERAND_COUNT | OPERAND_INDEX))
		op.count = random[4] % 9;
	if (op_table[op.code].operands & OPERAND_BYTES)
		op.count = random[4] % 12000;
	assert_true(program_append(program, &op));
}

static void test_mirror(void **state)
{
	char error[256] = "";
	const struct subject_ops *mirror =
		subject_plugin(&mirror_plugin, "mirror", error, sizeof(error));
	struct lockstep *lockstep;
	uint64_t nr_ops = 0;

	(void)state;
	assert_string_equal(error, "");
	lockstep = lockstep_of(subject_core(), mirror, true);
	for (uint32_t seed = 1; seed <= NR_PROGRAMS; seed++) {
		struct program program;
		uint32_t random = seed;

		program_on(&program, seed % 3 ? 4096 : 256);
		for (uint32_t i = 0; i < NR_OPS; i++)
			add_random_op(&program, mirror, &random);
		if (!lockstep_run(lockstep, &program, NULL, &finding))
			fail_msg("seed %u: %s", seed, finding.text);
		nr_ops += lockstep_stats(lockstep)->nr_ops;
		program_free(&program);
	}
	assert_true(nr_ops > NR_PROGRAMS * NR_OPS / 4);
	lockstep_free(lockstep);
}

/* What stands between: every op that the mirror offers is offered, and claimed as it says. */
static void test_claims(void **state)
{
	char error[256] = "";
	const struct subject_ops *mirror =
		subject_plugin(&mirror_plugin, "mirror", error, sizeof(error));
	uint32_t nr_exact = 0;

	(void)state;
	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		nr_exact += mirror->claims(mirror, (uint8_t)code) == CLAIM_EXACT;
	assert_int_equal(nr_exact, 17);
	assert_int_equal(mirror->claims(mirror, OP_alloc_pages_bulk_list), CLAIM_NONE);
	assert_int_equal(mirror->claims(mirror, OP_cpu), CLAIM_NONE);
	assert_int_equal(mirror->claims(mirror, OP_double_free), CLAIM_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mirror),
		cmocka_unit_test(test_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
