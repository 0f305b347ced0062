/* SPDX-License-Identifier: MIT */
/*
 * Any allocator under the judge: the plug-in that was linked in (cmake -DBUDDY_SUBJECT=my.c; else
 * the example), or BUDDY_SUBJECT_SO, a plug-in's path or a subject's name. BUDDY_BESIDE=core or
 * bitmap: compared with that one as far as claims go. Any program is first made into one that the
 * subject can run.
 */
#include <stdlib.h>
#include <string.h>

#include "diff/plugin/subject_plugin.h"
#include "fuzz/input/subject_program.h"
#include "fuzz/targets/harness.h"

#define BESIDE_ENV "BUDDY_BESIDE"

/* The build gives it this name. */
extern const struct buddyfuzz_plugin buddyfuzz_linked_plugin;

static const struct subject_ops *subject, *beside;

static const struct subject_ops *get_subject(void)
{
	return subject;
}

static const struct subject_ops *get_beside(void)
{
	return beside;
}

static struct harness harness = {
	.subjects = { get_subject },
	.nr_subjects = 1,
	.options = { .judge = true, .walk_every_ops = LOCKSTEP_WALK_AUTO, .free_at_end = true },
};

static const struct subject_ops *find_subject(char *error, size_t error_size)
{
	const char *name = getenv(TARGET_SUBJECT_ENV);

	if (name && *name)
		return subject_find(name, error, error_size);
	return subject_plugin(&buddyfuzz_linked_plugin, "the plug-in that is linked in", error,
			      error_size);
}

static bool find_beside(char *error, size_t error_size)
{
	const char *name = getenv(BESIDE_ENV);

	if (!name || !*name)
		return true;
	beside = subject_find(name, error, error_size);
	harness.subjects[0] = get_beside;
	harness.subjects[1] = get_subject;
	harness.nr_subjects = 2;
	harness.options.compare_counts = true;
	return beside;
}

/* Once; a subject that cannot be had stays so. */
static bool start(char *error, size_t error_size)
{
	if (subject)
		return true;
	if (!find_beside(error, error_size))
		return false;
	subject = find_subject(error, error_size);
	return subject;
}

/* Does the subject take the program's machine? Fuzzing changes machines seldom. */
static bool takes_machine(const struct program *program)
{
	static struct buddy_config last;
	const struct env env = { .ops = subject };
	char error[512];
	void *self;

	if (program->start != START_FRESH || !memcmp(&last, &program->machine, sizeof(last)))
		return true;
	self = subject->create(&program->machine, NULL, &env, error, sizeof(error));
	if (!self)
		return false;
	subject->destroy(self);
	last = program->machine;
	return true;
}

static void fit(struct program *program)
{
	char error[512];

	if (!start(error, sizeof(error)))
		return;
	subject_program_fit(subject, program, false);
	if (!takes_machine(program))
		subject_program_fit(subject, program, true);
}

static bool list_ops(struct op_set *ops, char *error, size_t error_size)
{
	if (!start(error, error_size))
		return false;
	*ops = subject_program_ops(subject);
	return true;
}

static bool run_program(const struct program *program, struct finding *finding)
{
	char error[512];

	if (start(error, sizeof(error)))
		return harness_run(&harness, program, finding);
	finding_set(finding, FINDING_ERROR, "error/create", "%s", error);
	return false;
}

const struct target target_this = {
	.name = "subject",
	.property = "every answer of your allocator is allowed, and all memory comes back",
	.run_program = run_program,
	.fit = fit,
	.ops = list_ops,
};
