/* SPDX-License-Identifier: MIT */
/* Twins tell what depends on an address, on old memory, or on the run before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diff/lockstep/twins.h"

/* The core, but for one flaw of its own. */
static struct subject_ops flawed;
static uint64_t nr_hashes;

static uint64_t hash_of_address(void *self)
{
	return (uint64_t)(uintptr_t)self;
}

static uint64_t hash_of_run(void *self)
{
	return subject_core()->hash(self) + nr_hashes++;
}

/* What a core that forgets to clear a field would answer. */
static uint8_t dirt_of_last;

static void *create_and_keep_dirt(const struct buddy_config *config, const struct snapshot *initial,
				  const struct env *env, char *error, size_t error_size)
{
	dirt_of_last = env->dirt;
	return subject_core()->create(config, initial, env, error, error_size);
}

static void answer_by_dirt(void *self, const struct call *call, struct event *event)
{
	subject_core()->apply(self, call, event);
	event->result += call->code == OP_alloc_pages ? dirt_of_last : 0;
}

/* Traced runs of a deterministic subject may only differ in what is traced. */
static bool nr_traced_ops_seen;

static void answer_by_trace(void *self, const struct call *call, struct event *event)
{
	subject_core()->apply(self, call, event);
	for (uint32_t i = 0; i < NR_TRACE_KINDS; i++)
		nr_traced_ops_seen = nr_traced_ops_seen || event->nr_traces[i];
}

/* What a broken lock does: only the traced machine has locks. */
static void *traced_machine;

static void *create_and_note_traced(const struct buddy_config *config,
				    const struct snapshot *initial, const struct env *env,
				    char *error, size_t error_size)
{
	void *self = subject_core()->create(config, initial, env, error, error_size);

	traced_machine = env->trace ? self : NULL;
	return self;
}

static void trap_when_traced(void *self, const struct call *call, struct event *event)
{
	subject_core()->apply(self, call, event);
	if (self != traced_machine || call->code != OP_alloc_pages)
		return;
	event->status = EVENT_TRAPPED;
	event->bug_condition = "the lock of zone 0 is still held";
}

static void agree(bool wanted, const char *reason)
{
	struct program program = { .machine = buddy_config_uml(0, 1024) };
	struct op op = op_make(OP_alloc_pages);
	char error[256] = "";
	struct twins *twins = twins_create(&flawed, error, sizeof(error));

	assert_non_null(twins);
	assert_true(program_append(&program, &op));
	assert_int_equal(twins_agree(twins, &program, error, sizeof(error)), wanted);
	assert_int_equal(twins_nr_ops(twins), 1);
	if (!strstr(error, reason))
		fail_msg("'%s' does not say '%s'", error, reason);
	twins_free(twins);
	program_free(&program);
}

static int setup(void **state)
{
	(void)state;
	flawed = *subject_core();
	return 0;
}

static void the_core_agrees(void **state)
{
	(void)state;
	nr_traced_ops_seen = false;
	flawed.apply = answer_by_trace;
	agree(true, "");
	assert_true(nr_traced_ops_seen);
}

static void an_address_shows(void **state)
{
	(void)state;
	flawed.hash = hash_of_address;
	agree(false, "at another address leaves another image behind");
}

static void a_second_run_shows(void **state)
{
	(void)state;
	flawed.hash = hash_of_run;
	agree(false, "the second run leaves another image behind");
}

static void old_memory_shows(void **state)
{
	(void)state;
	flawed.create = create_and_keep_dirt;
	flawed.apply = answer_by_dirt;
	agree(false, "at another address answers differently");
}

static void a_fault_of_the_traced_run_is_told(void **state)
{
	(void)state;
	flawed.create = create_and_note_traced;
	flawed.apply = trap_when_traced;
	agree(false, "the lock of zone 0 is still held");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_core_agrees, setup),
		cmocka_unit_test_setup(an_address_shows, setup),
		cmocka_unit_test_setup(a_second_run_shows, setup),
		cmocka_unit_test_setup(old_memory_shows, setup),
		cmocka_unit_test_setup(a_fault_of_the_traced_run_is_told, setup),
	};

	return cmocka_run_group_tests_name("diff.twins", tests, NULL, NULL);
}
