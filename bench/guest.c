/* SPDX-License-Identifier: MIT */
#include "bench/guest.h"

#include <stdio.h>
#include <string.h>

#include "bench/clock.h"
#include "diff/linux/linux_guest.h"
#include "diff/subjects/subject.h"

#define HELD_MAX (GUEST_CALLS / 2)

static struct {
	void *machine; /* of subject_linux(), NULL: none */
	struct guest_pattern pattern;
	struct linux_shared *shared;
	struct linux_call batch[GUEST_CALLS], nops[GUEST_CALLS];
} guest;

static bool command(enum linux_command what, uint32_t nr_calls, char *error, size_t error_size)
{
	struct linux_shared *shared = guest.shared;
	enum linux_trouble trouble;

	shared->flags = 0;
	shared->nr_calls = nr_calls;
	trouble = linux_guest_command(what);
	if (trouble)
		snprintf(error, error_size, "%s: %.200s", linux_trouble_name(trouble),
			 shared->text);
	else if (shared->nr_done != nr_calls)
		snprintf(error, error_size, "the kernel did %u of %u calls", shared->nr_done,
			 nr_calls);
	return !trouble && shared->nr_done == nr_calls;
}

/* Does a call, and keeps it with the frame it was answered with. */
static bool step(const struct linux_call *call, uint32_t *pfn, char *error, size_t error_size)
{
	guest.shared->calls[0] = *call;
	if (!command(LINUX_STEP, 1, error, error_size))
		return false;
	if (call->code == OP_alloc_pages)
		*pfn = guest.shared->answers[0].pfn;
	return true;
}

static bool make_burst(uint32_t gfp, struct linux_call *calls, char *error, size_t error_size)
{
	const struct guest_pattern *pattern = &guest.pattern;
	uint32_t pfns[HELD_MAX] = { 0 };

	for (uint32_t i = 0; i < 2 * pattern->nr_held; i++) {
		const bool request = i < pattern->nr_held;
		uint32_t *pfn = &pfns[i % pattern->nr_held];

		calls[i] = (struct linux_call){
			.code = request ? OP_alloc_pages : OP_free_pages,
			.order = (unsigned char)pattern->order,
			.gfp = gfp,
			.pfn = request ? 0 : *pfn,
		};
		if (!step(&calls[i], pfn, error, error_size))
			return false;
	}
	return true;
}

/* The kernel answers the same calls behind a reset with the same frames. */
static bool make_batch(uint32_t gfp, char *error, size_t error_size)
{
	const uint32_t burst = 2 * guest.pattern.nr_held;

	guest.shared->nr_done = 0;
	if (!command(LINUX_RESET, 0, error, error_size))
		return false;
	for (uint32_t i = 0; i < GUEST_CALLS; i += burst)
		if (!make_burst(gfp, &guest.batch[i], error, error_size))
			return false;
	for (uint32_t i = 0; i < GUEST_CALLS; i++)
		guest.nops[i] = (struct linux_call){ .code = OP_nop };
	return true;
}

static bool make_machine(uint32_t nr_pages, char *error, size_t error_size)
{
	const struct buddy_config config = buddy_config_uml(0, nr_pages);
	const struct env env = { .no_reset = true };

	guest.machine = subject_linux()->create(&config, NULL, &env, error, error_size);
	if (!guest.machine)
		return false;
	guest.shared = linux_guest_shared(error, error_size);
	return guest.shared != NULL;
}

bool guest_prepare(uint32_t nr_pages, uint32_t gfp, const struct guest_pattern *pattern,
		   char *error, size_t error_size)
{
	if (guest.machine && memcmp(&guest.pattern, pattern, sizeof(*pattern)) == 0)
		return true;
	guest_release();
	guest.pattern = *pattern;
	if (make_machine(nr_pages, error, error_size) && make_batch(gfp, error, error_size))
		return true;
	guest_release();
	return false;
}

bool guest_run(enum guest_batch what, uint64_t *elapsed_ns, char *error, size_t error_size)
{
	const struct linux_call *calls = what == GUEST_BATCH ? guest.batch : guest.nops;
	uint64_t start;

	memcpy(guest.shared->calls, calls, sizeof(guest.batch));
	start = bench_now_ns();
	if (!command(LINUX_RUN, what == GUEST_EMPTY ? 0 : GUEST_CALLS, error, error_size))
		return false;
	*elapsed_ns = bench_now_ns() - start;
	return true;
}

void guest_release(void)
{
	if (guest.machine)
		subject_linux()->destroy(guest.machine);
	guest.machine = NULL;
}
