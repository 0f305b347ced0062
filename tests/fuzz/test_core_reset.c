/* SPDX-License-Identifier: MIT */
/*
 * After any program the core goes back to its start byte for byte, although its reset copies only
 * what was noted: each reset is followed by a hash of the whole image, so a page that is written
 * and not noted is found. With and without a misuse, fresh and used machines, machines with rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diff/lockstep/lockstep.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"
#include "tests/fuzz/random_program.h"

#define MAX_MACHINES 512
#define MIN_PAGES_OF_ROW (16u << MAX_PAGE_ORDER)

/* The core, whose resets are looked at. */
static struct subject_ops watched;
static struct {
	void *self;
	uint64_t hash; /* of its start */
	bool used, has_row;
} machines[MAX_MACHINES];
static uint32_t nr_resets, nr_misused;
static uint32_t nr_rewound_used, nr_rewound_row; /* resets without a misuse */
static bool misused;

/* Enough memory in one piece behind the low zones for blocks that boot does not write (row.h). */
static bool has_row(const struct buddy_config *config)
{
	for (uint32_t i = 0; i < config->nr_memory; i++)
		if (config->memory[i].end_pfn - config->memory[i].start_pfn >= MIN_PAGES_OF_ROW)
			return true;
	return false;
}

static void *create_watched(const struct buddy_config *config, const struct snapshot *initial,
			    const struct env *env, char *error, size_t error_size)
{
	void *self = subject_core()->create(config, initial, env, error, error_size);
	uint32_t i = 0;

	if (!self)
		return NULL;
	while (machines[i].self)
		assert_true(++i < MAX_MACHINES);
	machines[i].self = self;
	machines[i].hash = subject_core()->hash(self);
	machines[i].used = initial;
	machines[i].has_row = !initial && has_row(config);
	return self;
}

static uint32_t number_of(const void *self)
{
	uint32_t i = 0;

	while (machines[i].self != self)
		assert_true(++i < MAX_MACHINES);
	return i;
}

static void destroy_watched(void *self)
{
	machines[number_of(self)].self = NULL;
	subject_core()->destroy(self);
}

static void apply_watched(void *self, const struct call *call, struct event *event)
{
	misused = misused || call->misuse;
	subject_core()->apply(self, call, event);
}

static void reset_watched(void *self)
{
	uint32_t i = number_of(self);

	subject_core()->reset(self);
	nr_resets++;
	nr_misused += misused;
	nr_rewound_used += !misused && machines[i].used;
	nr_rewound_row += !misused && machines[i].has_row;
	misused = false;
	assert_true(subject_core()->hash(self) == machines[i].hash);
}

static struct lockstep *watch(bool free_at_end)
{
	const struct subject_ops *subject = &watched;
	struct lockstep_options options = { .judge = true, .free_at_end = free_at_end };
	struct lockstep *lockstep;
	char error[256] = "";

	watched = *subject_core();
	watched.create = create_watched;
	watched.destroy = destroy_watched;
	watched.apply = apply_watched;
	watched.reset = reset_watched;
	lockstep = lockstep_create(&subject, 1, &options, NULL, error, sizeof(error));
	assert_non_null(lockstep);
	nr_resets = nr_misused = nr_rewound_used = nr_rewound_row = 0;
	misused = false;
	return lockstep;
}

/* Twice: the second run begins with a reset. */
static void run(struct lockstep *lockstep, const struct program *program)
{
	static struct finding finding;
	uint64_t history, image;

	lockstep_run(lockstep, program, NULL, &finding);
	assert_int_not_equal(finding.kind, FINDING_ERROR);
	history = lockstep_history_hash(lockstep);
	image = lockstep_image_hash(lockstep, 0);
	lockstep_run(lockstep, program, NULL, &finding);
	assert_true(lockstep_history_hash(lockstep) == history);
	assert_true(lockstep_image_hash(lockstep, 0) == image);
}

static uint32_t run_folder(struct lockstep *lockstep, const char *path)
{
	struct file_walk walk;
	struct program program;
	const char *file;
	char error[512];
	uint32_t nr = 0;

	assert_true(file_walk_begin(&walk, path));
	program_init(&program);
	while ((file = file_walk_next(&walk))) {
		if (!strstr(file, ".ops") ||
		    !text_read_program(file, &program, error, sizeof(error)))
			continue;
		run(lockstep, &program);
		nr++;
	}
	program_free(&program);
	file_walk_end(&walk);
	return nr;
}

static void after_every_seed(void **state)
{
	static const char *const folders[] = { BUDDY_SOURCE_DIR "/corpus/seeds/safety",
					       BUDDY_SOURCE_DIR "/corpus/seeds/diff",
					       BUDDY_SOURCE_DIR "/corpus/machines",
					       BUDDY_SOURCE_DIR "/corpus/regressions" };
	struct lockstep *lockstep = watch(true);
	uint32_t nr = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		nr += run_folder(lockstep, folders[i]);
	assert_true(nr > 100 && nr_resets >= nr && nr_misused > 5);
	printf("%u %u %u %u\n", nr_resets, nr_misused, nr_rewound_used, nr_rewound_row);
	assert_true(nr_rewound_used >= 5 && nr_rewound_row >= 3);
	lockstep_free(lockstep);
}

/* What the program holds at its end is still out when the machine is reset. */
static void after_random_programs(void **state)
{
	struct lockstep *lockstep = watch(false);
	struct random random = { .state = 1 };
	struct program program;

	(void)state;
	program_init(&program);
	for (uint32_t i = 0; i < 1500; i++) {
		random_program(&random, 60, &program);
		run(lockstep, &program);
	}
	printf("%u %u %u %u\n", nr_resets, nr_misused, nr_rewound_used, nr_rewound_row);
	assert_true(nr_resets >= 1500 && nr_misused > 50);
	assert_true(nr_resets - nr_misused >= 500 && nr_rewound_used > 100);
	program_free(&program);
	lockstep_free(lockstep);
}

/* The machine with so much more memory that boot makes rows of it. */
static bool enlarge(struct program *program)
{
	struct buddy_config *machine = &program->machine;

	if (machine->nr_memory != 1)
		return false;
	machine->memory[0].end_pfn += 2 * MIN_PAGES_OF_ROW;
	program->start = START_FRESH;
	program->machine_hash = 0;
	return !buddy_config_error(machine);
}

static void after_random_programs_on_rows(void **state)
{
	struct lockstep *lockstep = watch(false);
	struct random random = { .state = 2 };
	struct program program;
	uint32_t nr = 0;

	(void)state;
	program_init(&program);
	while (nr < 100) {
		random_program(&random, 60, &program);
		if (!enlarge(&program))
			continue;
		run(lockstep, &program);
		nr++;
	}
	program_free(&program);
	lockstep_free(lockstep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_every_seed),
		cmocka_unit_test(after_random_programs),
		cmocka_unit_test(after_random_programs_on_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
