/* SPDX-License-Identifier: MIT */
/* A 32-bit xorshift chooses; the same seed gives the same program everywhere. */
#include "tests/diff/programs.h"

#define FIRST_PFN 1024

void program_on(struct program *program, uint32_t nr_pages)
{
	program_init(program);
	program->machine = buddy_config_uml(FIRST_PFN, nr_pages);
}

void program_add(struct program *program, enum op_code code, uint32_t slot)
{
	struct op op = op_make(code);

	op.slot = slot;
	assert_true(program_append(program, &op));
}

void program_add_alloc(struct program *program, uint32_t slot, uint32_t order, gfp_t gfp)
{
	struct op op = op_make(OP_alloc_pages);

	op.slot = slot;
	op.order = (uint8_t)order;
	op.gfp = gfp;
	assert_true(program_append(program, &op));
}

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

void program_random(struct program *program, uint32_t nr_pages, uint32_t nr_ops, uint32_t seed)
{
	uint32_t state = seed * 2654435761u + 1;

	program_on(program, nr_pages);
	for (uint32_t i = 0; i < nr_ops; i++) {
		uint32_t slot = next_random(&state) % 16, order = next_random(&state) % 5;

		if (next_random(&state) % 2)
			program_add_alloc(program, slot, order, GFP_NOWAIT | __GFP_NOWARN);
		else
			program_add(program, OP_free_pages, slot);
	}
}

struct lockstep *lockstep_of(const struct subject_ops *a, const struct subject_ops *b, bool judge)
{
	const struct subject_ops *subjects[] = { a, b };
	struct lockstep_options options = {
		.judge = judge,
		.walk_every_ops = 64,
		.compare_counts = true,
		.free_at_end = true,
		.trace = true,
	};
	char error[256] = "";
	struct lockstep *lockstep =
		lockstep_create(subjects, b ? 2 : 1, &options, NULL, error, sizeof(error));

	assert_string_equal(error, "");
	assert_non_null(lockstep);
	return lockstep;
}
