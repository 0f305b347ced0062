/* SPDX-License-Identifier: MIT */
/* Commands of the protocol over subject_core, in the other process. */
#define _GNU_SOURCE
#include "tests/diff/fake_guest.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "buddy/buddy.h"
#include "diff/linux/linux_process.h"
#include "diff/linux/linux_state.h"
#include "diff/subjects/subject.h"

#define LAB_PAGES 8192
#define FILE_ARGUMENT "buddy.file="
#define FOLDER_ARGUMENT "uml_dir="

struct fake_machine {
	void *core; /* NULL: not built */
	const struct view *view;
	uint32_t min_free_kbytes;
};

struct fake {
	struct linux_shared *shared;
	const char *fault;
	struct fake_machine machines[LINUX_MACHINES];
	unsigned int nr_built;
	struct fake_machine *now; /* the one that the command is about */
	struct event event;
	struct linux_state state;
	bool state_is_wrong;
};

static const char *argument(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, strlen(name)))
			return argv[i] + strlen(name);
	return NULL;
}

bool fake_guest_wanted(int argc, char **argv)
{
	return argument(argc, argv, FILE_ARGUMENT);
}

static bool has_fault(const struct fake *fake, const char *name)
{
	return fake->fault && !strcmp(fake->fault, name);
}

/* ---- the machine ---- */

/* A machine of one range whose zones come out where they are wanted. */
static struct buddy_config config_of(const struct linux_machine *machine)
{
	const struct linux_zone *first = &machine->zones[0];
	const struct linux_zone *last = &machine->zones[machine->nr_zones - 1];
	struct buddy_config config = buddy_config_uml(
		first->start_pfn, last->start_pfn + last->spanned_pages - first->start_pfn);

	if (last->index == ZONE_MOVABLE)
		config.movablecore_pages = last->spanned_pages;
	config.sysctl.min_free_kbytes = (int32_t)machine->min_free_kbytes;
	config.sysctl.watermark_scale_factor = machine->watermark_scale_factor;
	config.sysctl.watermark_boost_factor = machine->watermark_boost_factor;
	config.sysctl.percpu_pagelist_high_fraction = machine->percpu_pagelist_high_fraction;
	memcpy(config.sysctl.lowmem_reserve_ratio, machine->lowmem_reserve_ratio,
	       sizeof(config.sysctl.lowmem_reserve_ratio));
	return config;
}

/* An imported core knows no min_free_kbytes: writing the one it was booted with changes nothing
 * else. */
static void start_over(struct fake *fake)
{
	struct call call = {
		.code = OP_sysctl,
		.type = SYSCTL_MIN_FREE_KBYTES,
		.value = fake->now->min_free_kbytes,
	};

	subject_core()->reset(fake->now->core);
	event_clear(&fake->event);
	subject_core()->apply(fake->now->core, &call, &fake->event);
	fake->state_is_wrong = false;
}

static void build_machine(struct fake *fake)
{
	static struct snapshot snapshot;
	struct linux_shared *shared = fake->shared;
	const struct env env = { .track_contents = false };
	struct buddy_config config;

	if (fake->now->core)
		subject_core()->destroy(fake->now->core);
	fake->now->core = NULL;
	if (linux_state_snapshot(&shared->machine, shared->state, NULL, &snapshot)) {
		config = config_of(&shared->machine);
		fake->now->core = subject_core()->create(&config, &snapshot, &env, shared->text,
							 sizeof(shared->text));
	} else {
		snprintf(shared->text, sizeof(shared->text), "the words are not well-formed");
	}
	shared->error = !fake->now->core;
	if (!fake->now->core)
		return;
	shared->reset_ns = ++fake->nr_built; /* a count where the real one tells a time */
	fake->now->view = subject_core()->view(fake->now->core);
	fake->now->min_free_kbytes = shared->machine.min_free_kbytes;
	start_over(fake);
}

static void note_state(struct fake *fake)
{
	linux_state_take(&fake->state, fake->now->view, false);
	fake->state.machine.zones[0].watermark[WMARK_LOW] += fake->state_is_wrong;
}

static void tell_state(struct fake *fake)
{
	struct linux_shared *shared = fake->shared;

	note_state(fake);
	shared->machine = fake->state.machine;
	memcpy(shared->state, fake->state.words,
	       fake->state.machine.nr_state_words * sizeof(*shared->state));
}

/* ---- calls ---- */

/* What happens instead of the call, or beside it. */
static void break_down(struct fake *fake)
{
	if (has_fault(fake, "hang"))
		pause();
	if (has_fault(fake, "kill"))
		raise(SIGKILL);
	if (has_fault(fake, "panic")) {
		puts("Kernel panic - not syncing: planted on purpose");
		fflush(stdout);
		_exit(1);
	}
	if (has_fault(fake, "bug")) {
		puts("kernel BUG at planted.c:1!");
		fflush(stdout);
		pause();
	}
	if (has_fault(fake, "bad-page"))
		puts("BUG: Bad page state in process swapper  pfn:00042");
	fflush(stdout);
	fake->state_is_wrong = fake->state_is_wrong || has_fault(fake, "state");
}

static void answer_wrong(const struct fake *fake, struct linux_answer *answer)
{
	if (has_fault(fake, "frame"))
		answer->pfn += 1u << FAKE_FAULT_ORDER;
	if (has_fault(fake, "counts"))
		answer->free_pages[0]--;
	answer->nr_bad_pages += has_fault(fake, "bad-page") || has_fault(fake, "unprinted");
	if (has_fault(fake, "unsupported"))
		answer->status = LINUX_UNSUPPORTED;
}

static void execute(struct fake *fake, const struct linux_call *in, struct linux_answer *answer)
{
	const struct subject_ops *core = subject_core();
	unsigned int *pfns = &fake->shared->pfns[in->first_pfn];
	struct call call = {
		.code = in->code,
		.order = in->order,
		.type = in->type,
		.gfp = in->gfp,
		.count = in->count,
		.value = in->value,
		.pfn = in->pfn,
		.pfns = pfns,
	};

	event_clear(&fake->event);
	core->apply(fake->now->core, &call, &fake->event);
	memcpy(pfns, fake->event.pfns, fake->event.nr_pfns * sizeof(*pfns));
	*answer = (struct linux_answer){
		.status = fake->event.status == EVENT_DONE ? LINUX_DONE : LINUX_UNSUPPORTED,
		.pfn = fake->event.pfn,
		.result = fake->event.result,
		.offset_bytes = fake->event.offset_bytes,
		.nr_bad_pages = fake->event.nr_bad_pages,
	};
	for (uint32_t z = 0; z < LINUX_MAX_ZONES; z++) {
		int64_t free_pages = 0, pcp_pages = 0;

		core->counts(fake->now->core, z, 0, &free_pages, &pcp_pages);
		answer->free_pages[z] = (unsigned int)free_pages;
		answer->pcp_pages[z] = (unsigned int)pcp_pages;
	}
}

static bool differs(const struct linux_call *call, const struct linux_answer *answer)
{
	if (call->compare & LINUX_CHECK_ANSWER &&
	    (answer->pfn != call->expected_pfn || answer->result != call->expected_result))
		return true;
	return call->compare & LINUX_CHECK_COUNTS &&
	       (memcmp(answer->free_pages, call->expected_free, sizeof(answer->free_pages)) ||
		memcmp(answer->pcp_pages, call->expected_pcp, sizeof(answer->pcp_pages)));
}

static void run(struct fake *fake)
{
	struct linux_shared *shared = fake->shared;

	for (unsigned int i = 0; i < shared->nr_calls && !shared->differs; i++) {
		struct linux_call *call = &shared->calls[i];
		struct linux_answer *answer = &shared->answers[i];
		bool faulty = call->code == OP_alloc_pages && call->order == FAKE_FAULT_ORDER;

		if (faulty)
			break_down(fake);
		execute(fake, call, answer);
		if (faulty)
			answer_wrong(fake, answer);
		shared->nr_done = i + 1;
		if (answer->status != LINUX_DONE)
			return;
		shared->differs = shared->flags & LINUX_COMPARE && differs(call, answer);
	}
	if (!(shared->flags & LINUX_FINAL_HASH))
		return;
	note_state(fake);
	shared->state_hash = linux_state_hash(&fake->state.machine, fake->state.words);
}

/* ---- commands ---- */

static void introduce(struct fake *fake, const char *folder)
{
	struct linux_kernel *kernel = &fake->shared->kernel;

	kernel->pageblock_order = MAX_PAGE_ORDER;
	kernel->nr_zones_configured = 2;
	kernel->has_cma = 1;
	kernel->lab_pages = LAB_PAGES;
	snprintf(kernel->release, sizeof(kernel->release), "fake %d %s", (int)getpid(), folder);
}

static void serve(struct fake *fake, const char *folder)
{
	struct linux_shared *shared = fake->shared;

	fake->now = &fake->machines[shared->slot % LINUX_MACHINES];
	switch (shared->command) {
	case LINUX_HELLO:
		introduce(fake, folder);
		break;
	case LINUX_MACHINE:
		build_machine(fake);
		break;
	case LINUX_RUN:
	case LINUX_RESET:
		start_over(fake);
		if (shared->command == LINUX_RUN)
			run(fake);
		break;
	case LINUX_STEP:
		run(fake);
		break;
	case LINUX_QUIT:
		snprintf(shared->text, sizeof(shared->text), FAKE_QUITS);
		break;
	case LINUX_STATE:
		tell_state(fake);
		break;
	default:
		shared->error = 1;
		snprintf(shared->text, sizeof(shared->text), "unknown command");
	}
}

static void wait_for_request(struct linux_shared *shared, unsigned int served)
{
	atomic_store((atomic_uint *)&shared->guest_sleeps, 1);
	while (atomic_load((atomic_uint *)&shared->request) == served)
		syscall(SYS_futex, &shared->request, FUTEX_WAIT, served, NULL, NULL, 0);
	atomic_store((atomic_uint *)&shared->guest_sleeps, 0);
}

static struct linux_shared *open_shared(const char *path)
{
	int fd = open(path, O_RDWR);
	void *memory = MAP_FAILED;

	if (fd >= 0)
		memory = mmap(NULL, sizeof(struct linux_shared), PROT_READ | PROT_WRITE, MAP_SHARED,
			      fd, 0);
	if (memory != MAP_FAILED)
		return memory;
	puts("the fake guest cannot map the shared file");
	exit(3);
}

void fake_guest_serve(int argc, char **argv)
{
	static struct fake fake;
	static pfn_t pfns[CALL_MAX_PFNS];
	const char *folder = argument(argc, argv, FOLDER_ARGUMENT);

	fake.shared = open_shared(argument(argc, argv, FILE_ARGUMENT));
	fake.fault = getenv(FAKE_FAULT_ENV);
	fake.event.pfns = pfns;
	puts("the fake guest is up");
	fflush(stdout);
	if (has_fault(&fake, "silent"))
		pause();
	for (unsigned int served = 0;; served++) {
		wait_for_request(fake.shared, served);
		serve(&fake, folder ? folder : "");
		atomic_store((atomic_uint *)&fake.shared->answer, served + 1);
		syscall(SYS_futex, &fake.shared->answer, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
}

/* ---- in the test ---- */

static char folder_name[64];

bool fake_guest_install(void)
{
	char program[PATH_MAX], path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	strcpy(folder_name, "/tmp/buddy-fake-XXXXXX");
	if (length < 0 || !mkdtemp(folder_name))
		return false;
	program[length] = '\0';
	snprintf(path, sizeof(path), "%s/plain", folder_name);
	if (mkdir(path, 0700))
		return false;
	snprintf(path, sizeof(path), "%s/plain/linux", folder_name);
	return !symlink(program, path) && !setenv("BUDDY_LINUX_DIR", folder_name, 1) &&
	       !unsetenv("BUDDY_LINUX_VARIANT");
}

void fake_guest_remove(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/plain/linux", folder_name);
	unlink(path);
	snprintf(path, sizeof(path), "%s/plain", folder_name);
	rmdir(path);
	rmdir(folder_name);
}
