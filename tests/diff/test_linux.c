/* SPDX-License-Identifier: MIT */
/*
 * The subject "linux" against a guest that is our own core in another process: agreement is exact
 * and complete, every planted fault is found under its name, and no process or file outlives us.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "buddy/buddy.h"
#include "diff/linux/linux_guest.h"
#include "fuzz/shrink/shrink.h"
#include "tests/diff/fake_guest.h"
#include "tests/diff/programs.h"

#define NR_PAGES 2048
#define NR_OPS 64
#define NO_FOLDER "/nonexistent"
#define GONE_TRIES 1000 /* of 10 ms */

static void set_fault(const char *fault)
{
	linux_guest_stop();
	if (fault)
		assert_int_equal(setenv(FAKE_FAULT_ENV, fault, 1), 0);
	else
		assert_int_equal(unsetenv(FAKE_FAULT_ENV), 0);
}

static void add_op(struct program *program, struct op op)
{
	assert_true(program_append(program, &op));
}

/* Allocations around one of the order at which faults come true. */
static void program_with_fault(struct program *program)
{
	program_on(program, NR_PAGES);
	for (uint32_t i = 0; i < 12; i++)
		program_add_alloc(program, i, i % 3, GFP_NOWAIT);
	program_add(program, OP_free_pages, 4);
	program_add_alloc(program, 20, FAKE_FAULT_ORDER, GFP_NOWAIT);
	for (uint32_t i = 0; i < 4; i++)
		program_add(program, OP_free_pages, i);
}

#define FAULT_OP 13

/* Lists, fragments, sysctls and marks, so that every kind of operand goes over. */
static void program_of_all_kinds(struct program *program)
{
	struct op op;

	program_on(program, NR_PAGES);
	program->machine.movablecore_pages = NR_PAGES / 2;
	op = op_make(OP_alloc_pages_bulk_array);
	op.slot = 3;
	op.count = 9;
	op.gfp = GFP_NOWAIT;
	program_add_alloc(program, 5, 0, GFP_NOWAIT);
	add_op(program, op);
	op.code = OP_alloc_pages_bulk_list;
	op.slot = 20;
	add_op(program, op);
	op = op_make(OP_release_pages);
	op.slot = 4;
	op.count = 5;
	add_op(program, op);
	for (uint32_t i = 0; i < 3; i++) {
		op = op_make(OP_page_frag_alloc);
		op.slot = 40 + i;
		op.count = 800;
		op.gfp = GFP_NOWAIT;
		add_op(program, op);
	}
	program_add(program, OP_page_frag_free, 41);
	program_add_alloc(program, 50, 2, GFP_HIGHUSER_MOVABLE & ~__GFP_DIRECT_RECLAIM);
	program_add(program, OP_set_lru, 50);
	op = op_make(OP_sysctl);
	op.type = SYSCTL_WATERMARK_SCALE_FACTOR;
	op.value = 300;
	add_op(program, op);
	program_add_alloc(program, 51, 4, GFP_ATOMIC);
	program_add(program, OP_split_page, 51);
	program_add(program, OP_drain_all_pages, 0);
}

static struct lockstep *with_core(bool judge)
{
	return lockstep_of(subject_core(), subject_linux(), judge);
}

static struct finding run_on(struct lockstep *lockstep, const struct program *program)
{
	struct finding finding;
	bool clean = lockstep_run(lockstep, program, NULL, &finding);

	assert_int_equal(clean, finding.kind == FINDING_NONE);
	return finding;
}

static void run_clean(struct lockstep *lockstep, const struct program *program)
{
	struct finding finding = run_on(lockstep, program);

	if (finding.kind != FINDING_NONE)
		fail_msg("%s: %s", finding.signature, finding.text);
}

/* ---- agreement ---- */

static void check_agreement(bool judge)
{
	struct lockstep *lockstep = with_core(judge);
	struct program program;

	set_fault(NULL);
	for (uint32_t seed = 0; seed < 40; seed++) {
		program_random(&program, seed % 2 ? NR_PAGES : 1024, NR_OPS, seed);
		run_clean(lockstep, &program);
		assert_true(lockstep_stats(lockstep)->nr_batched > 0);
		if (!judge) /* the judge's run goes on with what is given back */
			assert_int_equal(lockstep_stats(lockstep)->nr_batched +
						 lockstep_stats(lockstep)->nr_skipped,
					 NR_OPS);
		program_free(&program);
	}
	lockstep_free(lockstep);
}

static void test_agreement_is_exact(void **state)
{
	(void)state;
	check_agreement(false);
}

static void test_agreement_under_the_judge(void **state)
{
	(void)state;
	check_agreement(true);
}

static void test_every_kind_of_operand_goes_over(void **state)
{
	struct lockstep *lockstep = with_core(false);
	struct program program;

	(void)state;
	set_fault(NULL);
	program_of_all_kinds(&program);
	run_clean(lockstep, &program);
	assert_int_equal(lockstep_stats(lockstep)->nr_batched, program.nr_ops);
	program_free(&program);
	lockstep_free(lockstep);
}

static void test_linux_alone_is_judged_by_its_answers(void **state)
{
	struct lockstep *lockstep = lockstep_of(subject_linux(), NULL, true);
	struct program program;

	(void)state;
	set_fault(NULL);
	program_of_all_kinds(&program);
	run_clean(lockstep, &program);
	assert_int_equal(lockstep_stats(lockstep)->nr_skipped, 0);
	run_clean(lockstep, &program);
	program_free(&program);
	lockstep_free(lockstep);
}

static void test_the_rest_behind_an_unsupported_call_is_not_compared(void **state)
{
	struct lockstep *lockstep = with_core(false);
	struct program program;

	(void)state;
	set_fault("unsupported");
	program_with_fault(&program);
	run_clean(lockstep, &program);
	assert_int_equal(lockstep_stats(lockstep)->nr_batched, FAULT_OP);
	program_free(&program);
	lockstep_free(lockstep);
}

/* ---- faults ---- */

static void check_fault(const char *fault, const char *signature, const char *words)
{
	struct lockstep *lockstep = with_core(false);
	struct program program, harmless;
	struct finding finding;

	set_fault(fault);
	program_with_fault(&program);
	finding = run_on(lockstep, &program);
	assert_int_equal(finding.kind, FINDING_DIFFERENCE);
	assert_string_equal(finding.signature, signature);
	assert_int_equal(finding.op_index, FAULT_OP);
	assert_int_equal(finding.subject, 1);
	if (!strstr(finding.text, words))
		fail_msg("'%s' is not in:\n%s", words, finding.text);
	assert_non_null(strstr(finding.text, "> ")); /* the program */
	/* Whatever happened, the next program finds a guest that works. */
	program_on(&harmless, NR_PAGES);
	program_add_alloc(&harmless, 0, 0, GFP_NOWAIT);
	run_clean(lockstep, &harmless);
	assert_int_equal(lockstep_stats(lockstep)->nr_batched, 1);
	program_free(&harmless);
	program_free(&program);
	lockstep_free(lockstep);
}

static void test_another_frame(void **state)
{
	(void)state;
	check_fault("frame", "difference/alloc_pages", "another page frame");
}

static void test_other_counts(void **state)
{
	(void)state;
	check_fault("counts", "difference/alloc_pages", "zone 0 has");
}

static void test_another_state(void **state)
{
	(void)state;
	check_fault("state", "difference/alloc_pages", "watermark[1]");
}

static void test_panic(void **state)
{
	(void)state;
	check_fault("panic", "linux-panic/alloc_pages", "planted on purpose");
}

static void test_bug(void **state)
{
	(void)state;
	check_fault("bug", "linux-bug/alloc_pages", "planted.c:1");
}

static void test_bad_page(void **state)
{
	(void)state;
	check_fault("bad-page", "linux-bad-page/alloc_pages", "pfn:00042");
}

static void test_bad_page_that_is_not_printed(void **state)
{
	(void)state;
	check_fault("unprinted", "linux-bad-page/alloc_pages", "reported a bad page");
}

static void test_killed_guest(void **state)
{
	(void)state;
	check_fault("kill", "linux-death/alloc_pages", "ended by signal 9");
}

static void test_hang(void **state)
{
	(void)state;
	assert_int_equal(setenv("BUDDY_LINUX_DEADLINE_MS", "500", 1), 0);
	check_fault("hang", "linux-hang/alloc_pages", "deadline");
	assert_int_equal(unsetenv("BUDDY_LINUX_DEADLINE_MS"), 0);
}

struct wanted {
	struct lockstep *lockstep;
	const char *signature;
};

static bool fails(void *context, const struct program *candidate)
{
	struct wanted *wanted = context;
	struct finding finding = run_on(wanted->lockstep, candidate);

	return !strcmp(finding.signature, wanted->signature);
}

static void test_a_difference_is_shrunk(void **state)
{
	static const char *const faults[][2] = { { "frame", "difference/alloc_pages" },
						 { "panic", "linux-panic/alloc_pages" } };
	const struct shrink_options options = { .max_tests = 500 };
	struct program program;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct wanted wanted = { with_core(false), faults[i][1] };

		set_fault(faults[i][0]);
		program_with_fault(&program);
		shrink_program(&program, fails, &wanted, &options);
		assert_int_equal(program.nr_ops, 1);
		assert_int_equal(program.ops[0].order, FAKE_FAULT_ORDER);
		program_free(&program);
		lockstep_free(wanted.lockstep);
	}
}

static bool is_gone(pid_t pid, const char *folder)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };

	for (int i = 0; i < GONE_TRIES; i++) {
		if (kill(pid, 0) && errno == ESRCH && access(folder, F_OK))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* ---- refusals ---- */

static void check_error(const struct buddy_config *config, const char *words)
{
	struct lockstep *lockstep = with_core(false);
	struct program program;
	struct finding finding;

	program_on(&program, NR_PAGES);
	program.machine = *config;
	finding = run_on(lockstep, &program);
	assert_int_equal(finding.kind, FINDING_ERROR);
	if (!strstr(finding.text, words))
		fail_msg("'%s' is not in: %s", words, finding.text);
	program_free(&program);
	lockstep_free(lockstep);
}

static void test_missing_kernel(void **state)
{
	struct buddy_config config = buddy_config_uml(0, NR_PAGES);
	const char *there = getenv("BUDDY_LINUX_DIR");
	char *folder = strdup(there ? there : "");

	(void)state;
	assert_non_null(there);
	set_fault(NULL);
	setenv("BUDDY_LINUX_DIR", "/nonexistent", 1);
	check_error(&config, "run `make linux VARIANT=plain` first");
	setenv("BUDDY_LINUX_DIR", folder, 1);
	setenv("BUDDY_LINUX_VARIANT", "kcov", 1);
	check_error(&config, "/kcov/linux: run `make linux VARIANT=kcov` first");
	unsetenv("BUDDY_LINUX_VARIANT");
	free(folder);
}

/* Somebody killed it while it was idle: no program is to blame. */
static void test_guest_that_died_between_programs(void **state)
{
	const struct timespec pause = { 0, 200 * 1000 * 1000 };
	struct lockstep *lockstep = with_core(false);
	struct program program;
	char error[256];
	int pid = 0;

	(void)state;
	set_fault(NULL);
	program_random(&program, NR_PAGES, NR_OPS, 3);
	run_clean(lockstep, &program);
	assert_int_equal(
		sscanf(linux_guest_shared(error, sizeof(error))->kernel.release, "fake %d", &pid),
		1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_true(is_gone(pid, NO_FOLDER));
	nanosleep(&pause, NULL); /* the keeper ends behind it */
	run_clean(lockstep, &program);
	assert_true(lockstep_stats(lockstep)->nr_batched > 0);
	program_free(&program);
	lockstep_free(lockstep);
}

/* One after the other, and back to the first: the guest keeps them. */
static void test_machines_are_kept(void **state)
{
	struct lockstep *lockstep = with_core(false);
	struct program program;
	char error[256];

	(void)state;
	set_fault(NULL);
	for (uint32_t i = 0; i < 12; i++) {
		program_random(&program, NR_PAGES + 256 * (i % 4), NR_OPS, i);
		run_clean(lockstep, &program);
		program_free(&program);
	}
	assert_int_equal(linux_guest_shared(error, sizeof(error))->reset_ns, 4);
	lockstep_free(lockstep);
}

static void test_more_machines_than_are_kept(void **state)
{
	const struct subject_ops *ops = subject_linux();
	void *selves[LINUX_MACHINES + 3];
	struct call call = { .code = OP_alloc_pages, .gfp = GFP_NOWAIT };
	struct env env = { 0 };
	struct event event;
	pfn_t first = PFN_NONE, pfns[1];
	char error[256];

	(void)state;
	set_fault(NULL);
	event.pfns = pfns;
	for (uint32_t i = 0; i < LINUX_MACHINES + 3; i++) {
		struct buddy_config config = buddy_config_uml(0, NR_PAGES + i);

		selves[i] = ops->create(&config, NULL, &env, error, sizeof(error));
		assert_non_null(selves[i]);
		event_clear(&event);
		ops->apply(selves[i], &call, &event);
		assert_int_equal(event.status, EVENT_DONE);
		first = i ? first : event.pfn;
	}
	ops->reset(selves[0]);
	event_clear(&event);
	ops->apply(selves[0], &call, &event);
	assert_int_equal(event.pfn, first);
	assert_int_equal(linux_guest_shared(error, sizeof(error))->reset_ns, LINUX_MACHINES + 4);
	for (uint32_t i = 0; i < LINUX_MACHINES + 3; i++)
		ops->destroy(selves[i]);
}

static void test_silent_kernel(void **state)
{
	struct buddy_config config = buddy_config_uml(0, NR_PAGES);

	(void)state;
	set_fault("silent");
	setenv("BUDDY_LINUX_DEADLINE_MS", "200", 1);
	check_error(&config, "the fake guest is up");
	unsetenv("BUDDY_LINUX_DEADLINE_MS");
}

static void test_refused_machines(void **state)
{
	const struct buddy_config uml = buddy_config_uml(0, NR_PAGES);
	struct buddy_config config = uml;

	(void)state;
	set_fault(NULL);
	config.nr_cpus = 2;
	config.features |= BUDDY_SMP;
	check_error(&config, "cpus:");
	config = uml;
	config.features |= BUDDY_SMP;
	check_error(&config, "features smp:");
	config = uml;
	config.features |= BUDDY_DEBUG_VM;
	check_error(&config, "features debug_vm:");
	config = uml;
	config.features &= ~(uint32_t)BUDDY_CMA;
	check_error(&config, "features cma:");
	config = uml;
	config.pageblock_order = 9;
	check_error(&config, "pageblock_order 9: the kernel's is 10");
	config = uml;
	config.zones |= 1u << ZONE_DMA32;
	check_error(&config, "zones:");
	config = buddy_config_uml(0, 16384);
	check_error(&config, "pages: 16384 from");
}

static void test_two_of_it_are_refused(void **state)
{
	const struct subject_ops *subjects[] = { subject_core(), subject_linux(), subject_linux() };
	const struct lockstep_options options = { .judge = false };
	char error[256] = "";

	(void)state;
	assert_null(lockstep_create(subjects, 3, &options, NULL, error, sizeof(error)));
	assert_non_null(strstr(error, "linux is named twice"));
}

/* ---- nothing is left ---- */

/* Starts a guest and leaves in the given way. */
static void harness_that_ends(int out, int signal_number)
{
	char error[512];
	struct linux_shared *shared;

	if (!linux_guest_start(error, sizeof(error)))
		_exit(3);
	shared = linux_guest_shared(error, sizeof(error));
	if (write(out, shared->kernel.release, sizeof(shared->kernel.release)) < 0)
		_exit(4);
	signal(signal_number, SIG_DFL);
	if (signal_number)
		raise(signal_number);
	exit(0);
}

static void check_ending(int signal_number)
{
	char release[64] = "", folder[64] = "";
	int ends[2], pid = 0, status;
	pid_t child;

	set_fault(NULL);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		harness_that_ends(ends[1], signal_number);
	assert_int_equal(read(ends[0], release, sizeof(release)), sizeof(release));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, signal_number);
	assert_int_equal(sscanf(release, "fake %d %63s", &pid, folder), 2);
	assert_true(is_gone(pid, folder));
	close(ends[0]);
	close(ends[1]);
}

static void test_nothing_is_left_behind(void **state)
{
	static const int signals[] = { 0, SIGKILL, SIGINT, SIGTERM, SIGSEGV };

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		check_ending(signals[i]);
}

/* It may have something to write down. */
static void test_the_guest_is_asked_to_quit(void **state)
{
	struct lockstep *lockstep = with_core(false);
	struct linux_shared *shared;
	struct program program;
	char error[64];

	(void)state;
	set_fault(NULL);
	program_random(&program, NR_PAGES, NR_OPS, 7);
	run_clean(lockstep, &program);
	linux_guest_stop();
	shared = linux_guest_shared(error, sizeof(error));
	assert_non_null(shared);
	assert_string_equal(shared->text, FAKE_QUITS);
	assert_int_equal(shared->answer, shared->request);
	run_clean(lockstep, &program);
	program_free(&program);
	lockstep_free(lockstep);
}

/* As the shrinker does: a lockstep that has run goes on in a child, with a guest of its own. */
static void test_a_fork_has_its_own_guest(void **state)
{
	struct lockstep *lockstep = with_core(false);
	struct program program;
	int status;
	pid_t child;

	(void)state;
	set_fault(NULL);
	program_random(&program, NR_PAGES, NR_OPS, 7);
	run_clean(lockstep, &program);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		struct finding finding;
		bool clean = lockstep_run(lockstep, &program, NULL, &finding);

		linux_guest_stop();
		_exit(!clean);
	}
	run_clean(lockstep, &program);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	run_clean(lockstep, &program);
	program_free(&program);
	lockstep_free(lockstep);
}

static int install(void **state)
{
	(void)state;
	return !fake_guest_install();
}

static int remove_all(void **state)
{
	(void)state;
	linux_guest_stop();
	fake_guest_remove();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreement_is_exact),
		cmocka_unit_test(test_agreement_under_the_judge),
		cmocka_unit_test(test_every_kind_of_operand_goes_over),
		cmocka_unit_test(test_linux_alone_is_judged_by_its_answers),
		cmocka_unit_test(test_the_rest_behind_an_unsupported_call_is_not_compared),
		cmocka_unit_test(test_another_frame),
		cmocka_unit_test(test_other_counts),
		cmocka_unit_test(test_another_state),
		cmocka_unit_test(test_panic),
		cmocka_unit_test(test_bug),
		cmocka_unit_test(test_bad_page),
		cmocka_unit_test(test_bad_page_that_is_not_printed),
		cmocka_unit_test(test_killed_guest),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_a_difference_is_shrunk),
		cmocka_unit_test(test_missing_kernel),
		cmocka_unit_test(test_guest_that_died_between_programs),
		cmocka_unit_test(test_machines_are_kept),
		cmocka_unit_test(test_more_machines_than_are_kept),
		cmocka_unit_test(test_silent_kernel),
		cmocka_unit_test(test_refused_machines),
		cmocka_unit_test(test_two_of_it_are_refused),
		cmocka_unit_test(test_nothing_is_left_behind),
		cmocka_unit_test(test_the_guest_is_asked_to_quit),
		cmocka_unit_test(test_a_fork_has_its_own_guest),
	};

	if (fake_guest_wanted(argc, argv))
		fake_guest_serve(argc, argv);
	return cmocka_run_group_tests(tests, install, remove_all);
}
