/* SPDX-License-Identifier: MIT */
/*
 * The machine itself: boot from fresh zero pages of the host (their first touch is part of the
 * time), and snapshots, which are copies of the image.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/bench.h"
#include "buddy/buddy.h"

#define MIB_PAGES 256u
#define GIB_PAGES 262144u
#define SNAPSHOT_REPEATS 8

struct machine {
	struct buddy_config config;
	struct buddy_system sys;
	void *image;
	size_t size;
};

static bool machine_map(struct machine *machine, uint64_t nr_pages, const char **problem)
{
	machine->config = buddy_config_debian(0, (uint32_t)nr_pages);
	machine->size = buddy_image_size(&machine->config);
	if (machine->size == 0) {
		*problem = "no such machine";
		return false;
	}
	machine->image = mmap(NULL, machine->size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (machine->image != MAP_FAILED)
		return true;
	*problem = "not enough memory for the image";
	return false;
}

static bool machine_boot(struct machine *machine, const char **problem)
{
	if (buddy_boot(&machine->sys, &machine->config, machine->image, machine->size,
		       BUDDY_BOOT_ZEROED, NULL) == 0)
		return true;
	*problem = "the machine does not boot";
	return false;
}

static bool run_boot(const struct bench_case *what, uint64_t nr_pages,
		     struct bench_subject *subject, struct bench_sample *sample,
		     const char **problem)
{
	struct machine machine;
	uint64_t start;
	bool ok;

	(void)what;
	(void)subject;
	if (!machine_map(&machine, nr_pages, problem))
		return false;
	start = bench_now_ns();
	ok = machine_boot(&machine, problem);
	sample->ns = (double)(bench_now_ns() - start);
	munmap(machine.image, machine.size);
	return ok;
}

/* Copies the image out and back; each way has been touched before it is timed. */
static bool run_snapshot(const struct bench_case *what, struct machine *machine,
			 struct bench_sample *sample, const char **problem)
{
	const bool restore = strstr(what->name, "restore") != NULL;
	void *copy = malloc(machine->size);
	uint64_t start;
	int failed = 0;

	if (!copy) {
		*problem = "not enough memory for the copy";
		return false;
	}
	memcpy(copy, machine->image, machine->size);
	memcpy(machine->image, copy, machine->size);
	start = bench_now_ns();
	for (int i = 0; i < SNAPSHOT_REPEATS; i++) {
		memcpy(restore ? machine->image : copy, restore ? copy : machine->image,
		       machine->size);
		if (restore)
			failed |= buddy_attach(&machine->sys, machine->image, machine->size, NULL);
	}
	sample->ns = (double)(bench_now_ns() - start) / SNAPSHOT_REPEATS;
	free(copy);
	if (failed)
		*problem = "the copy is no image";
	return !failed;
}

static bool run_copy(const struct bench_case *what, uint64_t nr_pages,
		     struct bench_subject *subject, struct bench_sample *sample,
		     const char **problem)
{
	struct machine machine;
	bool ok;

	(void)subject;
	if (!machine_map(&machine, nr_pages, problem))
		return false;
	ok = machine_boot(&machine, problem) && run_snapshot(what, &machine, sample, problem);
	munmap(machine.image, machine.size);
	return ok;
}

#define BOOT(name, pages, quick)                                       \
	{                                                              \
		"boot/" name, "boot", false, 0, pages, quick, run_boot \
	}
#define COPY(name, pages)                                                  \
	{                                                                  \
		"snapshot/" name, "copy", false, 0, pages, pages, run_copy \
	}

const struct bench_case *bench_machine_cases(size_t *nr)
{
	static const struct bench_case cases[] = {
		BOOT("64MiB", 64 * MIB_PAGES, 64 * MIB_PAGES),
		BOOT("256MiB", 256 * MIB_PAGES, 256 * MIB_PAGES),
		BOOT("1GiB", GIB_PAGES, GIB_PAGES),
		BOOT("4GiB", 4 * GIB_PAGES, 4 * GIB_PAGES),
		BOOT("16GiB", 16 * GIB_PAGES, 16 * GIB_PAGES),
		BOOT("64GiB", 64 * GIB_PAGES, 0),
		BOOT("256GiB", 256 * GIB_PAGES, 0),
		COPY("64MiB-save", 64 * MIB_PAGES),
		COPY("64MiB-restore", 64 * MIB_PAGES),
		COPY("1GiB-save", GIB_PAGES),
		COPY("1GiB-restore", GIB_PAGES),
	};

	*nr = sizeof(cases) / sizeof(cases[0]);
	return cases;
}
