/* SPDX-License-Identifier: MIT */
/*
 * What afl-fuzz sees: it sends a request of 4 bytes, reads the process id that it kills should time
 * run out, and reads a wait status. The id is told ahead, in one message with the status before it:
 * so afl-fuzz waits once an input. A worker's death is told by its parent, which therefore has to
 * know whether a request is unanswered: afl-fuzz kills at any time, and an answer too many would
 * shift all that follow, one too few stop all. So a request is counted while it still lies in its
 * pipe, and answers lie ready in a pipe of their own: answering is moving one, which no signal can
 * cut in two.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/engines/glue_afl_server.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(addr, size) ((void)(addr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(addr, size) ((void)(addr), (void)(size))
#endif

#define ANSWERS_AT_ONCE 512 /* a page of the pipe */
/* Told ahead, the id may be that of a worker that is gone since: afl-fuzz cannot end its hang. */
#define STALE_ID_LIMIT_S 60

/* Which id afl-fuzz reads at its next request: none yet, the worker's, that of one that is gone. */
enum told_id { ID_NONE, ID_RIGHT, ID_STALE };

struct answer {
	int32_t status, next_pid;
};

/* Shared by the server and its worker. */
struct ledger {
	volatile uint32_t nr_requests;
	volatile uint32_t nr_ready; /* answers that were put into the pipe */
};

struct afl_session {
	struct afl_server server;
	const volatile uint32_t *input_size;
	const uint8_t *input;
	size_t max_size, last_size; /* bytes behind last_size are poisoned */
	struct ledger *ledger;
	int ready[2]; /* the pipe of answers */
};

static bool is_number(const char *text)
{
	return text && *text >= '0' && *text <= '9';
}

bool afl_server_wanted(void)
{
	/* Without the third, the runtime has started its own server before main. */
	return is_number(getenv("__AFL_SHM_ID")) && is_number(getenv("__AFL_SHM_FUZZ_ID")) &&
	       getenv("__AFL_DEFER_FORKSRV") && !getenv("AFL_DISABLE_LLVM_INSTRUMENTATION") &&
	       fcntl(AFL_REQUEST_FD, F_GETFD) != -1 && fcntl(AFL_ANSWER_FD, F_GETFD) != -1;
}

static bool send_words(const void *words, size_t size)
{
	return write(AFL_ANSWER_FD, words, size) == (ssize_t)size;
}

static bool receive_word(uint32_t *word)
{
	return read(AFL_REQUEST_FD, word, sizeof(*word)) == sizeof(*word);
}

static bool shake_hands(const struct afl_server *server)
{
	uint32_t wanted = AFL_HELLO | AFL_HELLO_SHARED_INPUT;
	uint32_t hello = wanted | AFL_HELLO_MAP_SIZE | (server->map_size - 1) << 1;
	uint32_t reply;

	return send_words(&hello, sizeof(hello)) && receive_word(&reply) &&
	       (reply & wanted) == wanted;
}

static bool map_input(struct afl_session *session)
{
	int id = atoi(getenv("__AFL_SHM_FUZZ_ID"));
	struct shmid_ds segment;
	void *memory = shmat(id, NULL, 0);

	if (memory == (void *)-1 || shmctl(id, IPC_STAT, &segment) != 0 ||
	    segment.shm_segsz <= sizeof(uint32_t))
		return false;
	session->input_size = memory;
	session->input = (const uint8_t *)memory + sizeof(uint32_t);
	session->max_size = segment.shm_segsz - sizeof(uint32_t);
	ASAN_POISON_MEMORY_REGION(session->input, session->max_size);
	return true;
}

/* A read behind the end of the input shall be seen. */
static void fence_input(struct afl_session *session, size_t size)
{
	size_t last_size = session->last_size;

	if (size > last_size)
		ASAN_UNPOISON_MEMORY_REGION(session->input + last_size, size - last_size);
	else
		ASAN_POISON_MEMORY_REGION(session->input + size, last_size - size);
	session->last_size = size;
}

static void run_input(struct afl_session *session)
{
	size_t size = *session->input_size;

	if (size > session->max_size)
		size = session->max_size;
	fence_input(session, size);
	session->server.map[0] = 1; /* afl-fuzz takes an empty map for a broken target */
	session->server.run(session->input, size);
}

/* As many as the pipe holds. Returns how many. */
static uint32_t lay_answers(struct afl_session *session)
{
	struct answer answers[ANSWERS_AT_ONCE];
	uint32_t i, nr = 0;

	for (i = 0; i < ANSWERS_AT_ONCE; i++)
		answers[i] = (struct answer){ .status = 0, .next_pid = getpid() };
	while (write(session->ready[1], answers, sizeof(answers)) == sizeof(answers)) {
		session->ledger->nr_ready += ANSWERS_AT_ONCE;
		nr += ANSWERS_AT_ONCE;
	}
	return nr;
}

static void give_answer(struct afl_session *session)
{
	if (splice(session->ready[0], NULL, AFL_ANSWER_FD, NULL, sizeof(struct answer), 0) !=
	    sizeof(struct answer))
		_exit(1);
}

/* Returns once a request lies there; false: afl-fuzz is gone. */
static bool await_request(void)
{
	struct pollfd request = { .fd = AFL_REQUEST_FD, .events = POLLIN };

	return poll(&request, 1, -1) == 1 && (request.revents & POLLIN);
}

static void run_request(struct afl_session *session, enum told_id told)
{
	if (told == ID_STALE)
		alarm(STALE_ID_LIMIT_S);
	run_input(session);
	if (told == ID_STALE)
		alarm(0);
}

static _Noreturn void work(struct afl_session *session, enum told_id told)
{
	uint32_t request, nr_left = 0;
	int32_t id = getpid();

	if (told == ID_NONE && !send_words(&id, sizeof(id)))
		_exit(0);
	for (;; nr_left--) {
		if (!nr_left)
			nr_left = lay_answers(session);
		if (!nr_left)
			_exit(1);
		if (!await_request())
			_exit(0);
		session->ledger->nr_requests++;
		if (!receive_word(&request))
			_exit(0);
		run_request(session, told);
		give_answer(session);
		told = ID_RIGHT;
	}
}

/* Returns its process id, or -1. */
static pid_t start_worker(struct afl_session *session, enum told_id told)
{
	pid_t server = getpid();
	pid_t worker;

	session->ledger->nr_requests = session->ledger->nr_ready = 0;
	if (pipe2(session->ready, O_NONBLOCK | O_CLOEXEC) != 0)
		return -1;
	worker = fork();
	if (worker != 0)
		return worker;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != server)
		_exit(1);
	work(session, told);
}

/* Of a worker that is gone: whether it took a request and did not answer. Drops its answers. */
static bool request_is_open(struct afl_session *session)
{
	const struct ledger *ledger = session->ledger;
	int left = 0, waiting = 0; /* bytes */

	ioctl(session->ready[0], FIONREAD, &left);
	ioctl(AFL_REQUEST_FD, FIONREAD, &waiting);
	close(session->ready[0]);
	close(session->ready[1]);
	/* Killed while it laid answers, more may be left than it counted: that is not 1. */
	return !waiting &&
	       ledger->nr_requests - (ledger->nr_ready - (uint32_t)left / sizeof(struct answer)) ==
		       1;
}

static int serve(struct afl_session *session)
{
	pid_t worker = start_worker(session, ID_NONE);
	struct answer answer = { .next_pid = worker };

	if (worker < 0)
		return 1;
	for (;;) {
		bool open;

		if (waitpid(worker, &answer.status, 0) != worker)
			return 1;
		open = request_is_open(session);
		if (!open && WIFEXITED(answer.status))
			return WEXITSTATUS(answer.status);
		worker = answer.next_pid = start_worker(session, open ? ID_RIGHT : ID_STALE);
		if (worker < 0 || (open && !send_words(&answer, sizeof(answer))))
			return 1;
	}
}

int afl_server_run(const struct afl_server *server)
{
	struct afl_session session = { .server = *server };

	session.ledger = mmap(NULL, sizeof(*session.ledger), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (session.ledger == MAP_FAILED || !map_input(&session))
		return 1;
	signal(SIGCHLD, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* killed, afl-fuzz leaves nobody behind */
	return shake_hands(server) ? serve(&session) : 1;
}
