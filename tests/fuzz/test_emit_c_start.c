/* SPDX-License-Identifier: MIT */
/* What an emitted file does to begin on a used machine gives the image of the harness, bit by bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buddy/buddy.h"
#include "buddy/inspect.h"
#include "diff/start/start_state.h"
#include "diff/subjects/subject.h"
#include "oracle/lang/text.h"
#include "oracle/lang/names.h"

static struct buddy_system sys;

#include "fuzz/emit_c/parts/start.c"

static void recipe_fresh(struct recipe *recipe)
{
	(void)recipe;
}

static void (*const recipes[NR_PROGRAM_STARTS])(struct recipe *recipe) = {
	recipe_fresh,
	recipe_fragmented,
	recipe_low,
	recipe_boosted,
};

static uint64_t hash_of_harness(const struct buddy_config *config, enum program_start start)
{
	static const struct env env = { .no_reset = true };
	static struct snapshot snapshot;
	char error[256];
	uint64_t hash;
	void *core;

	snapshot_init(&snapshot);
	assert_true(start_state_make(config, start, &snapshot, error, sizeof(error)));
	core = subject_core()->create(config, &snapshot, &env, error, sizeof(error));
	assert_non_null(core);
	hash = subject_core()->hash(core);
	subject_core()->destroy(core);
	snapshot_free(&snapshot);
	return hash;
}

static uint64_t hash_of_emitted(const struct buddy_config *config, enum program_start start)
{
	size_t size = buddy_image_size(config);
	void *image = aligned_alloc(64, size);
	uint64_t hash;

	assert_non_null(image);
	assert_int_equal(buddy_boot(&sys, config, image, size, BUDDY_BOOT_IMPORT, NULL), 0);
	start_used(config, size, recipes[start]);
	hash = buddy_hash(&sys);
	free(image);
	return hash;
}

static void same_image_on_every_machine(void **state)
{
	static const char *const machines[] = {
		"profile=uml pages=4096",
		"profile=x86_64 pages=8192 cpus=3",
		"profile=x86_64 pages=8192 nodes=2 cpus=2",
		"profile=x86_64 pages=4096 movablecore=1024",
		"profile=debian start=1027 pages=2045 pageblock=4",
		"profile=uml start=3 pages=1021 pageblock=1 -smp",
	};
	struct text_error error;
	struct program program;
	char text[128];

	(void)state;
	program_init(&program);
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		uint64_t fresh = 0;

		snprintf(text, sizeof(text), "machine %s\nnop\n", machines[i]);
		if (!text_parse(text, strlen(text), &program, &error))
			fail_msg("%s: %s", text, error.message);
		for (enum program_start start = 0; start < NR_PROGRAM_STARTS; start++) {
			uint64_t hash = hash_of_emitted(&program.machine, start);

			if (hash != hash_of_harness(&program.machine, start))
				fail_msg("%s, %s", machines[i], program_start_names[start]);
			if (start == START_FRESH)
				fresh = hash;
			else
				assert_int_not_equal(hash, fresh);
		}
	}
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_image_on_every_machine),
	};

	return cmocka_run_group_tests_name("fuzz.emit_c_start", tests, NULL, NULL);
}
