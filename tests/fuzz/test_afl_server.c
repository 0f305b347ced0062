/* SPDX-License-Identifier: MIT */
/*
 * The fork server of AFL++ targets, from the side of afl-fuzz: this file asks, counts and kills as
 * afl-fuzz does. Each run leaves the first byte of its input in the map, so that an answer which
 * belongs to another request is noticed. The server is no part of the library, so it is included.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Written by exit() alone, the counts of a measured build would end with the server. */
__attribute__((weak)) void __gcov_dump(void);

static _Noreturn void leave(int status)
{
	if (__gcov_dump)
		__gcov_dump();
	_exit(status);
}

#define _exit(status) leave(status)
#include "fuzz/engines/glue_afl_server.c"

#define MAP_SIZE 1796
#define INPUT_MAX 64
#define GIVE_UP_S 120
#define NR_KILLS 400 /* a fork takes 15 ms under MSan */

struct tool {
	int request_fd, answer_fd;
	int map_id, input_id;
	volatile uint8_t *map;
	volatile uint32_t *input_size;
	uint8_t *input;
	pid_t server;
};

static volatile uint8_t *map_of_runs;

static int run(const uint8_t *data, size_t size)
{
	static uint8_t nr_runs;

	for (volatile uint32_t i = 0; size && data[0] <= '9' && i < 30000; i++)
		; /* long enough to be killed in it */
	map_of_runs[1] = size ? data[0] : 0;
	map_of_runs[2] = (uint8_t)size;
	map_of_runs[3] = ++nr_runs;
	if (size && data[0] == 'c')
		abort();
	if (size && data[0] == 'x')
		_exit(7);
	while (size && data[0] == 'h')
		pause();
	return 0;
}

static _Noreturn void be_the_server(const struct tool *tool, int request_fd, int answer_fd)
{
	struct afl_server server = { .map = tool->map, .map_size = MAP_SIZE, .run = run };
	char id[16];

	/* Two descriptors may be in the way of each other's new numbers: those are high. */
	if (dup2(request_fd, AFL_REQUEST_FD) < 0 || dup2(answer_fd, AFL_ANSWER_FD) < 0)
		_exit(90);
	for (int fd = 3; fd < AFL_REQUEST_FD; fd++)
		close(fd);
	snprintf(id, sizeof(id), "%d", tool->input_id);
	setenv("__AFL_SHM_FUZZ_ID", id, 1);
	snprintf(id, sizeof(id), "%d", tool->map_id);
	setenv("__AFL_SHM_ID", id, 1);
	if (afl_server_wanted())
		_exit(91);
	setenv("__AFL_DEFER_FORKSRV", "1", 1);
	if (!afl_server_wanted())
		_exit(92);
	map_of_runs = tool->map;
	_exit(afl_server_run(&server));
}

static uint32_t next_word(const struct tool *tool)
{
	uint32_t word = 0;

	assert_int_equal(read(tool->answer_fd, &word, sizeof(word)), sizeof(word));
	return word;
}

static void send_word(const struct tool *tool, uint32_t word)
{
	assert_int_equal(write(tool->request_fd, &word, sizeof(word)), sizeof(word));
}

static int start(void **state)
{
	struct tool *tool = calloc(1, sizeof(*tool));
	int requests[2], answers[2];

	alarm(GIVE_UP_S); /* a lost word would be waited for without end */
	assert_int_equal(pipe(requests) + pipe(answers), 0);
	tool->map_id = shmget(IPC_PRIVATE, MAP_SIZE, IPC_CREAT | 0600);
	tool->input_id = shmget(IPC_PRIVATE, sizeof(uint32_t) + INPUT_MAX, IPC_CREAT | 0600);
	tool->map = shmat(tool->map_id, NULL, 0);
	tool->input_size = shmat(tool->input_id, NULL, 0);
	tool->input = (uint8_t *)tool->input_size + sizeof(uint32_t);
	tool->server = fork();
	if (tool->server == 0)
		be_the_server(tool, requests[0], answers[1]);
	close(requests[0]);
	close(answers[1]);
	tool->request_fd = requests[1];
	tool->answer_fd = answers[0];
	*state = tool;
	return 0;
}

static int stop(void **state)
{
	struct tool *tool = *state;

	kill(tool->server, SIGKILL);
	waitpid(tool->server, NULL, 0);
	close(tool->request_fd);
	close(tool->answer_fd);
	shmdt((const void *)tool->map);
	shmdt((const void *)tool->input_size);
	shmctl(tool->map_id, IPC_RMID, NULL);
	shmctl(tool->input_id, IPC_RMID, NULL);
	free(tool);
	alarm(0);
	return 0;
}

static void greet(const struct tool *tool)
{
	assert_int_equal(next_word(tool), 0xc1000001u | (MAP_SIZE - 1) << 1);
	send_word(tool, 0x81000001u);
}

/* Returns the id of the worker that it is told. */
static pid_t request(const struct tool *tool, char first, uint32_t size, bool was_killed)
{
	memset((void *)tool->map, 0, MAP_SIZE);
	*tool->input_size = size;
	tool->input[0] = (uint8_t)first;
	send_word(tool, was_killed);
	return (pid_t)next_word(tool);
}

static void expect_clean_run(const struct tool *tool, char first, uint32_t size)
{
	assert_int_equal(next_word(tool), 0);
	assert_int_equal(tool->map[0], 1);
	assert_int_equal(tool->map[1], size ? first : 0);
	assert_int_equal(tool->map[2], size);
}

static void one_worker_runs_all(void **state)
{
	const struct tool *tool = *state;
	pid_t worker;

	greet(tool);
	worker = request(tool, 'a', 1, false);
	expect_clean_run(tool, 'a', 1);
	assert_true(worker > 0 && worker != tool->server);
	/* More than the answers that lie ready at once. */
	for (uint32_t i = 0; i < 20000; i++) {
		assert_int_equal(request(tool, (char)('a' + i % 2), i % INPUT_MAX, false), worker);
		expect_clean_run(tool, (char)('a' + i % 2), i % INPUT_MAX);
	}
	request(tool, 'a', 3 * INPUT_MAX, false);
	expect_clean_run(tool, 'a', INPUT_MAX);
}

static void a_death_is_told_and_the_next_worker_is_fresh(void **state)
{
	const struct tool *tool = *state;
	pid_t worker;
	int status;

	greet(tool);
	for (int i = 0; i < 3; i++) {
		worker = request(tool, 'a', 1, false);
		expect_clean_run(tool, 'a', 1);
		assert_int_equal(tool->map[3], 1);
		assert_int_equal(request(tool, i == 1 ? 'x' : 'c', 1, false), worker);
		status = (int)next_word(tool);
		if (i == 1)
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
		else
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
		assert_int_equal(tool->map[3], 2);
		assert_int_not_equal(request(tool, 'b', 1, false), worker);
		expect_clean_run(tool, 'b', 1);
		request(tool, 'c', 1, false);
		next_word(tool);
	}
}

static void a_hang_ends_by_killing_the_id_told(void **state)
{
	const struct tool *tool = *state;

	greet(tool);
	for (int i = 0; i < 3; i++) {
		pid_t worker = request(tool, 'h', 1, i > 0);

		while (!tool->map[3]) /* killed before, it would run in the next */
			sched_yield();
		kill(worker, SIGKILL);
		assert_int_equal(next_word(tool), SIGKILL);
	}
	request(tool, 'a', 1, true);
	expect_clean_run(tool, 'a', 1);
}

/* Whoever kills it: what afl-fuzz asks next is answered, once. */
static void a_worker_may_die_idle(void **state)
{
	const struct tool *tool = *state;
	pid_t worker;

	greet(tool);
	for (int i = 0; i < 3; i++) {
		worker = request(tool, 'a', 1, false);
		expect_clean_run(tool, 'a', 1);
		kill(worker, SIGKILL);
		assert_int_equal(request(tool, 'b', 1, true), worker); /* told ahead */
		expect_clean_run(tool, 'b', 1);
		/* Dead with a request it has not taken. */
		worker = request(tool, 'b', 1, false);
		expect_clean_run(tool, 'b', 1);
		kill(worker, SIGSTOP);
		request(tool, 'd', 1, false);
		kill(worker, SIGKILL);
		expect_clean_run(tool, 'd', 1);
	}
}

/*
 * Time runs out at any moment: one request, one answer, which is its own. Whoever was too early
 * waits longer the next time, so that both are seen on any machine.
 */
static void a_kill_at_any_moment_keeps_step(void **state)
{
	const struct tool *tool = *state;
	uint32_t nr_killed = 0, nr_answered = 0;
	long wait_ns = 50000;
	bool was_killed = false;

	greet(tool);
	for (uint32_t i = 0; i < NR_KILLS || !nr_killed || !nr_answered; i++) {
		struct timespec moment = { .tv_nsec = wait_ns * (long)(i * 7919 % 128) / 64 };
		pid_t worker = request(tool, (char)('0' + i % 10), 1, was_killed);
		int status;

		was_killed = i % 3 != 2;
		if (was_killed) {
			nanosleep(&moment, NULL);
			kill(worker, SIGKILL);
		}
		status = (int)next_word(tool);
		assert_true(status == 0 || (was_killed && status == SIGKILL));
		if (status == 0)
			assert_int_equal(tool->map[1], '0' + i % 10);
		nr_killed += status != 0;
		nr_answered += was_killed && status == 0;
		if (was_killed && wait_ns < 100000000)
			wait_ns = status ? wait_ns + wait_ns / 8 + 1 : wait_ns - wait_ns / 8;
	}
}

static void afl_fuzz_hangs_up(void **state)
{
	struct tool *tool = *state;
	int status;

	greet(tool);
	request(tool, 'a', 1, false);
	expect_clean_run(tool, 'a', 1);
	close(tool->request_fd);
	assert_int_equal(waitpid(tool->server, &status, 0), tool->server);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	tool->request_fd = dup(tool->answer_fd);
	tool->server = fork();
	if (tool->server == 0)
		_exit(0);
}

static void a_tool_without_shared_input_is_refused(void **state)
{
	const struct tool *tool = *state;
	int status;

	next_word(tool);
	send_word(tool, 0x80000001u);
	assert_int_equal(waitpid(tool->server, &status, WUNTRACED), tool->server);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	((struct tool *)*state)->server = fork();
	if (tool->server == 0)
		_exit(0);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(one_worker_runs_all),
		SERVED(a_death_is_told_and_the_next_worker_is_fresh),
		SERVED(a_hang_ends_by_killing_the_id_told),
		SERVED(a_worker_may_die_idle),
		SERVED(a_kill_at_any_moment_keeps_step),
		SERVED(afl_fuzz_hangs_up),
		SERVED(a_tool_without_shared_input_is_refused),
	};

	return cmocka_run_group_tests_name("fuzz.afl_server", tests, NULL, NULL);
}
