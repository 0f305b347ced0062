/* SPDX-License-Identifier: MIT */
/* Runs the program and writes down each op as it is done; then the file around it. */
#include "fuzz/emit_c/emit_c.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/emit_c/emission.h"
#include "fuzz/targets/harness.h"

/* ---- the run ---- */

struct recorder {
	struct emission *emission;
	struct lockstep *lockstep;
};

/* What gives everything back comes after a look at what the program has left. */
static void end_program(struct recorder *recorder)
{
	struct emission *emission = recorder->emission;
	size_t nr_ops = emission->program->nr_ops;

	emission->came_to_the_end = emission->last_op >= nr_ops;
	if (!emission->rules) {
		emit_c_left_out(emission, nr_ops);
		emit_c_expect_zones(emission, lockstep_view(recorder->lockstep, 0));
	} else if (emission->came_to_the_end) {
		PUT(emission, "\tcheck(buddy_judge_walk(judge));\n");
	}
}

/* Up to where the rule broke. */
static bool is_wanted(const struct emission *emission, const struct step *step)
{
	if (!emission->rules)
		return step->op_index < emission->program->nr_ops;
	if (step->op_index == emission->program->nr_ops && !emission->has_fragments &&
	    step->op->code == OP_page_frag_cache_drain)
		return false; /* there is no cache */
	return step->op_index <= emission->last_op;
}

static bool observe(void *context, size_t op_index, const struct op *op, const struct call *call,
		    const struct event *event)
{
	struct recorder *recorder = context;
	struct step step = { op_index, op, call, event };

	if (!op)
		end_program(recorder);
	else if (is_wanted(recorder->emission, &step))
		emit_c_step(recorder->emission, &step);
	return true;
}

/* false: the program cannot be run. */
static bool run(struct emission *emission, struct finding *finding)
{
	static const struct lockstep_options options = { .judge = true,
							 .walk_every_ops = LOCKSTEP_WALK_AUTO,
							 .free_at_end = true,
							 .observe_all = true };
	const struct subject_ops *core = subject_core();
	struct recorder recorder = { .emission = emission };
	char error[512];

	recorder.lockstep = lockstep_create(&core, 1, &options, NULL, error, sizeof(error));
	if (!recorder.lockstep) {
		finding_set(finding, FINDING_ERROR, "error/create", "%s", error);
		return false;
	}
	lockstep_observe(recorder.lockstep, observe, &recorder);
	lockstep_run(recorder.lockstep, emission->program, NULL, finding);
	lockstep_free(recorder.lockstep);
	return finding->kind != FINDING_ERROR;
}

/* ---- a file ---- */

static bool begin(struct emission *emission, char **steps, size_t *size_bytes)
{
	const struct buddy_config *machine = &emission->program->machine;
	uint32_t nr_memory = machine->nr_memory < BUDDY_MAX_RANGES ? machine->nr_memory : 0;

	if (nr_memory) {
		emission->base_pfn = machine->memory[0].start_pfn;
		emission->span_pages = machine->memory[nr_memory - 1].end_pfn - emission->base_pfn;
	}
	emission->lru_order = calloc((size_t)emission->span_pages + 1, 1);
	emission->slots = malloc(((size_t)emission->program->nr_slots + 1) * sizeof(pfn_t));
	for (uint32_t i = 0; emission->slots && i < emission->program->nr_slots; i++)
		emission->slots[i] = PFN_NONE;
	emission->steps = open_memstream(steps, size_bytes);
	return emission->lru_order && emission->slots && emission->steps;
}

/* last_op: up to which the file goes when a rule breaks, as a run before has shown. */
static bool emit(struct emission *emission, FILE *out, struct finding *finding)
{
	char *steps = NULL;
	size_t size_bytes;
	bool done = begin(emission, &steps, &size_bytes) && run(emission, finding);
	bool written = emission->steps && !fclose(emission->steps);
	bool again = finding->kind != FINDING_NONE && emission->last_op == SIZE_MAX;

	if (done && !again) {
		if (written)
			emit_c_file(emission, steps, out);
		done = written && !fflush(out) && !ferror(out);
	}
	if (!done && finding->kind != FINDING_ERROR)
		finding_set(finding, FINDING_ERROR, "error/write", "memory is short, or the disk");
	free(steps);
	free(emission->lru_order);
	free(emission->slots);
	return done;
}

bool emit_c_print(const struct program *program, const char *title, bool rules, FILE *out,
		  struct finding *finding)
{
	struct emission emission = {
		.program = program, .title = title, .rules = rules, .last_op = SIZE_MAX
	};

	memset(finding, 0, sizeof(*finding));
	if (!emit(&emission, out, finding))
		return false;
	if (finding->kind == FINDING_NONE)
		return true;
	emission = (struct emission){
		.program = program, .title = title, .rules = true, .last_op = finding->op_index
	};
	return emit(&emission, out, finding);
}
