/* SPDX-License-Identifier: MIT */
/*
 * Boots on zeroed memory, with the host's page faults (memory as mmap gives it) and without (memory
 * that was touched and cleared before). Small machines boot again and again until a slice is over.
 */
#include "bench/clock.h"
#include "bench/host_memory.h"

#define MIB_PAGES UINT64_C(256)
#define GIB_PAGES UINT64_C(262144)
#define UNTIMED_TOO 4u /* mapping and clearing may take this many slices */

/* One boot in this memory; returns its time, 0 when it failed. */
static uint64_t time_boot(const struct bench_core *core, struct bench_machine *machine,
			  void *memory)
{
	const uint64_t start = bench_now_ns();

	return core->boot(machine, memory) ? bench_now_ns() - start : 0;
}

static uint64_t boot_fresh(const struct bench_core *core, struct bench_machine *machine)
{
	const size_t size_bytes = core->image_bytes(machine);
	void *memory = host_memory_fresh(size_bytes);
	uint64_t elapsed;

	if (!memory)
		return 0;
	elapsed = time_boot(core, machine, memory);
	host_memory_return(memory, size_bytes);
	return elapsed;
}

static uint64_t boot_touched(const struct bench_core *core, struct bench_machine *machine)
{
	void *memory = host_memory_touched(core->image_bytes(machine));

	return memory ? time_boot(core, machine, memory) : 0;
}

typedef uint64_t boot_once(const struct bench_core *core, struct bench_machine *machine);

/* Whichever comes first: enough timed, or enough time gone. */
static bool boot_slice(struct bench_job *job, struct bench_machine *machine, boot_once *boot,
		       struct bench_sample *sample)
{
	const uint64_t start = bench_now_ns();
	uint64_t timed = 0, nr_boots = 0;

	do {
		uint64_t elapsed = boot(job->subject->core, machine);

		if (!elapsed)
			return false;
		timed += elapsed;
		nr_boots++;
	} while (timed < job->slice_ns && bench_now_ns() - start < UNTIMED_TOO * job->slice_ns);
	sample->ns = (double)timed / (double)nr_boots;
	return true;
}

static bool run_boot(struct bench_job *job, boot_once *boot, struct bench_sample *sample)
{
	const struct bench_core *core = job->subject->core;
	struct bench_machine *machine = core->prepare(BENCH_DEBIAN, (uint32_t)job->argument, 1);
	bool ok;

	job->problem = "there is no such machine";
	if (!machine)
		return false;
	job->problem = "it does not boot: is there enough memory for its image?";
	ok = boot_slice(job, machine, boot, sample);
	core->dispose(machine);
	return ok;
}

static bool run_fresh(struct bench_job *job, struct bench_sample *sample)
{
	return run_boot(job, boot_fresh, sample);
}

static bool run_touched(struct bench_job *job, struct bench_sample *sample)
{
	return run_boot(job, boot_touched, sample);
}

#define ROW(title, pages, is_slow, function)                                                    \
	{                                                                                       \
		.name = "boot/" title, .unit = "boot", .scope = BENCH_CORES, .argument = pages, \
		.argument_quick = pages, .run = function, .finish = host_memory_forget,         \
		.slow = is_slow                                                                 \
	}

const struct bench_row *bench_boot_rows(size_t *nr)
{
	static const struct bench_row rows[] = {
		ROW("64MiB-faults", 64 * MIB_PAGES, false, run_fresh),
		ROW("64MiB-touched", 64 * MIB_PAGES, false, run_touched),
		ROW("1GiB-faults", GIB_PAGES, false, run_fresh),
		ROW("1GiB-touched", GIB_PAGES, false, run_touched),
		ROW("16GiB-faults", 16 * GIB_PAGES, false, run_fresh),
		ROW("16GiB-touched", 16 * GIB_PAGES, false, run_touched),
		ROW("256GiB-faults", 256 * GIB_PAGES, true, run_fresh),
		ROW("256GiB-touched", 256 * GIB_PAGES, true, run_touched),
		ROW("1TiB-faults", 1024 * GIB_PAGES, true, run_fresh),
	};

	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
