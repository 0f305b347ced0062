/* SPDX-License-Identifier: MIT */
/*
 * An allocator that ends or stops the process which it runs in. What it does depends on the order
 * that is asked for; BUDDY_RUDE in the environment makes it so while it is loaded or reset.
 * BUDDY_READY names a file, or a FIFO, to which a line is written before it spins.
 */
#include <buddyfuzz/plugin.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rude {
	uint64_t next_frame, end_frame;
};

static void die_of_memory(void)
{
	volatile uintptr_t nowhere = sizeof(int);

	*(volatile int *)nowhere = 1;
}

static void tell_ready(void)
{
	const char *path = getenv("BUDDY_READY");
	FILE *out = path ? fopen(path, "w") : NULL;

	if (!out)
		return;
	fputs("ready\n", out);
	fclose(out);
}

static void spin(void)
{
	volatile uint64_t turns = 0;

	tell_ready();
	for (;;)
		turns++;
}

static void be_rude(const char *how)
{
	if (!strcmp(how, "exit"))
		exit(0);
	if (!strcmp(how, "quick-exit"))
		_exit(0);
	if (!strcmp(how, "crash"))
		die_of_memory();
	if (!strcmp(how, "spin"))
		spin();
	if (!strcmp(how, "interrupt"))
		kill(getppid(), SIGTERM);
}

static void be_rude_when(const char *when)
{
	const char *wanted = getenv("BUDDY_RUDE");

	if (wanted && !strncmp(wanted, when, strlen(when)))
		be_rude(wanted + strlen(when));
}

__attribute__((constructor)) static void rude_load(void)
{
	be_rude_when("load-");
}

static size_t rude_bytes(const struct buddyfuzz_machine *machine)
{
	(void)machine;
	return sizeof(struct rude);
}

static const char *rude_reset(void *self, const struct buddyfuzz_machine *machine)
{
	struct rude *rude = self;

	rude->next_frame = machine->ranges->start_frame;
	rude->end_frame = machine->ranges->end_frame;
	be_rude_when("reset-");
	return NULL;
}

static uint64_t rude_alloc(void *self, uint32_t order, const struct buddyfuzz_request *request)
{
	static const char *const by_order[] = { "",      "exit", "quick-exit",
						"crash", "spin", "interrupt" };
	struct rude *rude = self;
	uint64_t nr_pages = UINT64_C(1) << order;
	uint64_t frame = (rude->next_frame + nr_pages - 1) & ~(nr_pages - 1);

	(void)request;
	if (order < sizeof(by_order) / sizeof(by_order[0]))
		be_rude(by_order[order]);
	if (frame + nr_pages > rude->end_frame)
		return BUDDYFUZZ_NO_FRAME;
	rude->next_frame = frame + nr_pages;
	return frame;
}

static void rude_free(void *self, uint64_t frame, uint32_t order)
{
	(void)self, (void)frame, (void)order;
}

const struct buddyfuzz_plugin buddyfuzz_plugin = {
	.head = BUDDYFUZZ_HEAD,
	.name = "rude",
	.knows = BUDDYFUZZ_KNOWS_RANGES,
	.self_bytes = rude_bytes,
	.reset = rude_reset,
	.alloc = rude_alloc,
	.free = rude_free,
};
