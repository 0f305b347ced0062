/* SPDX-License-Identifier: MIT */
/*
 * One lockstep per target and process. Rare paths that the core marks become libFuzzer's extra
 * counters, so that reaching one for the first time counts as new coverage.
 */
#include "fuzz/targets/harness.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "buddy/marks.h"
#include "fuzz/engines/fuzz_stats.h"
#include "fuzz/input/input.h"
#include "oracle/lang/text.h"

#define PRINT_MAX_OPS 400

static uint32_t marks[NR_MARKS];

/* libFuzzer finds the section by name, clears it before each run and reads it after. */
__attribute__((section("__libfuzzer_extra_counters"),
	       used)) static uint8_t extra_counters[NR_MARKS];

static void export_marks(void)
{
	for (uint32_t i = 0; i < NR_MARKS; i++)
		extra_counters[i] = marks[i] < UINT8_MAX ? (uint8_t)marks[i] : UINT8_MAX;
}

void finding_set(struct finding *finding, enum finding_kind kind, const char *signature,
		 const char *format, ...)
{
	va_list arguments;

	finding->kind = kind;
	snprintf(finding->signature, sizeof(finding->signature), "%s", signature);
	va_start(arguments, format);
	vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
}

/* BUDDY_WALK, where somebody wants it otherwise than the target. */
static bool take_walk(struct harness *harness, struct finding *finding)
{
	const char *walk = getenv("BUDDY_WALK");

	if (!walk || lockstep_parse_walk(walk, &harness->options.walk_every_ops))
		return true;
	finding_set(finding, FINDING_ERROR, "error/create",
		    "BUDDY_WALK wants a number of ops or auto, not '%s'", walk);
	return false;
}

static bool harness_start(struct harness *harness, struct finding *finding)
{
	const struct subject_ops *subjects[LOCKSTEP_MAX_SUBJECTS];
	char error[512] = "";

	if (!take_walk(harness, finding))
		return false;
	for (uint32_t i = 0; i < harness->nr_subjects; i++)
		subjects[i] = harness->subjects[i]();
	harness->lockstep = lockstep_create(subjects, harness->nr_subjects, &harness->options,
					    marks, error, sizeof(error));
	if (!harness->lockstep)
		finding_set(finding, FINDING_ERROR, "error/create",
			    "the subjects cannot be made: %s", error);
	return harness->lockstep;
}

bool harness_observe(struct harness *harness, lockstep_observer observer, void *context,
		     struct finding *finding)
{
	if (!harness->lockstep && !harness_start(harness, finding))
		return false;
	lockstep_observe(harness->lockstep, observer, context);
	return true;
}

bool harness_run(struct harness *harness, const struct program *program, struct finding *finding)
{
	if (!harness->lockstep && !harness_start(harness, finding))
		return false;
	memset(marks, 0, sizeof(marks));
	bool clean = lockstep_run(harness->lockstep, program, NULL, finding);

	export_marks();
	fuzz_stats_add(FUZZ_DECLINED_OPS, lockstep_stats(harness->lockstep)->nr_declined);
	if (harness->options.judge)
		fuzz_stats_add(FUZZ_CHECKED_OPS, lockstep_stats(harness->lockstep)->nr_ops);
	return clean;
}

static void finding_clear(struct finding *finding)
{
	finding->kind = FINDING_NONE;
	finding->op_index = 0;
	finding->signature[0] = '\0';
	finding->text[0] = '\0';
}

bool target_run_program(const struct target *target, const struct program *program,
			struct finding *finding)
{
	finding_clear(finding);
	return target->run_program(program, finding);
}

bool target_run(const struct target *target, const uint8_t *data, size_t size,
		struct program *scratch, struct finding *finding)
{
	finding_clear(finding);
	if (!target->run_program)
		return target->run_bytes(data, size, finding);
	if (input_decode(data, size, scratch)) {
		if (target->fit)
			target->fit(scratch);
		return target->run_program(scratch, finding);
	}
	finding_set(finding, FINDING_ERROR, "error/memory",
		    "out of memory while decoding the input");
	return false;
}

static void print_program(const struct program *program, size_t op_index, FILE *out)
{
	char text[TEXT_MACHINE_MAX];
	size_t first = op_index > PRINT_MAX_OPS ? op_index - PRINT_MAX_OPS : 0;

	text_format_machine(program, text);
	fprintf(out, "%s\n", text);
	if (first)
		fprintf(out, "# %zu operations before\n", first);
	for (size_t i = first; i < program->nr_ops && i <= op_index; i++) {
		text_format_op(&program->ops[i], text);
		fprintf(out, "%s\n", text);
	}
}

void finding_print(const struct target *target, const struct program *program,
		   const struct finding *finding, FILE *out)
{
	size_t length = strlen(finding->text);

	fprintf(out, "FINDING of %s: %s\n", target->name, target->property);
	fprintf(out, "%s%s", finding->text,
		length && finding->text[length - 1] == '\n' ? "" : "\n");
	if (program) {
		fprintf(out, "The program up to the operation at fault:\n");
		print_program(program, finding->op_index, out);
	}
	fprintf(out, "BF-SIG: %s\n", finding->signature);
}
