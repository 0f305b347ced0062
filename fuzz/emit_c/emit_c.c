/* SPDX-License-Identifier: MIT */
/* The whole file: the program's part, and around it what that needs. */
#include "fuzz/emit_c/emit_c.h"
#include "oracle/lang/names.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/emit_c/emission.h"

static bool begin(struct emission *emission, const struct program *program)
{
	const struct buddy_config *machine = &program->machine;

	emission->base_pfn = machine->memory[0].start_pfn;
	emission->span_pages = machine->memory[machine->nr_memory - 1].end_pfn - emission->base_pfn;
	emission->lru_order = calloc(emission->span_pages, 1);
	emission->slots = malloc(((size_t)program->nr_slots + 1) * sizeof(*emission->slots));
	emission->call = (struct line){ emission->call_text, 0, STATEMENT_MAX };
	emission->about = (struct line){ emission->about_text, 0, sizeof(emission->about_text) };
	emission->statement =
		(struct line){ emission->statement_text, 0, sizeof(emission->statement_text) };
	if (!emission->lru_order || !emission->slots)
		return false;
	for (uint32_t i = 0; i < program->nr_slots; i++)
		emission->slots[i] = PFN_NONE;
	emission->needs = emit_c_hook_needs(program);
	if (emission->rules)
		emission_need(emission, NEED_RULES);
	if (program->start != START_FRESH)
		emission_need(emission, NEED_START);
	return true;
}

/* The program's part, which says what else is needed. NULL: memory is short. */
static char *run_program(struct emission *emission)
{
	char *text = NULL;
	size_t size;

	emission->out = open_memstream(&text, &size);
	if (!emission->out)
		return NULL;
	emit_c_steps(emission);
	if (!fclose(emission->out))
		return text;
	free(text);
	return NULL;
}

bool emit_c_print(const struct program *program, const char *title,
		  const struct emit_c_recording *recording, bool rules, FILE *out)
{
	struct emission *emission = calloc(1, sizeof(*emission));
	char *steps = NULL;
	bool done;

	if (!emission)
		return false;
	emission->program = program;
	emission->title = title;
	emission->recording = recording;
	emission->rules = rules;
	if (begin(emission, program))
		steps = run_program(emission);
	if (steps) {
		emit_c_head(emission, out);
		fprintf(out, "\nstatic void run_program(void)\n{\n%s}\n", steps);
		emit_c_tail(emission, out);
	}
	done = steps;
	free(steps);
	free(emission->lru_order);
	free(emission->slots);
	free(emission);
	return done && !fflush(out) && !ferror(out);
}
