/* SPDX-License-Identifier: MIT */
/* A program from its first scene to the last page that comes back. */
#include "program.h"

#define LONG_TIMES 16u

static void everything_back(struct program *program)
{
	struct pair *pair = program->pair;

	if (program->remembered)
		go_back(program, true);
	while (program->held.nr && !pair->different && !pair->trapped)
		give_from(program, 0);
	for (uint32_t which = 0; which < SHIM_NR_FRAG_CACHES; which++) {
		op_begin(program, SHIM_CALL_page_frag_cache_drain)->which = which;
		op_apply(program);
	}
	op_begin(program, SHIM_CALL_buddy_tick);
	op_apply(program);
	op_begin(program, SHIM_CALL_drain_all_pages);
	op_apply(program);
}

bool program_run(struct program *program, struct pair *pair, const struct shim_machine *machine,
		 uint64_t seed, uint64_t max_ops)
{
	program->pair = pair;
	program->machine = machine;
	program->random.state = seed;
	program->held.nr = 0;
	program->nr_ops = 0;
	program->max_ops = program_is_long(program) ? LONG_TIMES * max_ops : max_ops;
	program->odd_tasks = random_once_in(&program->random, 4);
	program->sins = random_once_in(&program->random, 16);
	program->no_relief = program->remembered = false;
	while (!program_is_over(program))
		play_scene(program);
	/* A trap leaves things half done; both have trapped at the same place. */
	if (!pair->different && !pair->trapped && pair_same_state(pair, SHIM_PAGES))
		everything_back(program);
	if (!pair->different && !pair->trapped)
		pair_same_state(pair, SHIM_PAGES);
	return !pair->different;
}
