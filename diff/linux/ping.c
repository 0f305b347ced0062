/* SPDX-License-Identifier: MIT */
/*
 * Is the guest in good health, and how fast is it? Boots it, builds a small machine, runs
 * programs, lets the module check itself, and feeds it noise. diff/linux/linux_guest.c is the other
 * half.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "diff/linux/linux_guest.h"
#include "oracle/lang/op.h"

#define ZONE_PAGES 1024u
#define NR_CALLS 64u
#define SLOTS 16u
#define NO_PFN (~0u)
#define PAGE_ORDER_MAX 10u

static struct linux_shared *shared;
static unsigned int nr_failures;

static void expect(bool condition, const char *what)
{
	printf("%-52s %s\n", what, condition ? "ok" : "FAILED");
	nr_failures += !condition;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void need(enum linux_trouble trouble, const char *what)
{
	if (!trouble)
		return;
	fprintf(stderr, "ping: %s: %s: %s\n%s", what, linux_trouble_name(trouble), shared->text,
		linux_guest_log());
	exit(1);
}

/* ---- a machine: zones of 1024 pages, all free ---- */

static unsigned int put_zone(unsigned int z, unsigned int start, unsigned int at)
{
	const unsigned int block = 1u << PAGE_ORDER_MAX, nr = ZONE_PAGES / block;
	const unsigned int free_list[] = { z, 0, PAGE_ORDER_MAX, MIGRATE_MOVABLE, nr };
	const unsigned int types[] = { z, 2, 0, 0, nr };

	memcpy(shared->state + at, free_list, sizeof(free_list));
	at += 5;
	for (unsigned int i = 0; i < nr; i++)
		shared->state[at++] = start + i * block;
	memcpy(shared->state + at, types, sizeof(types));
	at += 5;
	for (unsigned int i = 0; i < nr; i++)
		shared->state[at++] = MIGRATE_MOVABLE;
	return at;
}

static void describe_machine(unsigned int nr_zones)
{
	struct linux_machine *machine = &shared->machine;
	unsigned int first_index = nr_zones == 3 ? ZONE_DMA32 : ZONE_NORMAL, at = 0;

	memset(machine, 0, sizeof(*machine));
	machine->nr_zones = nr_zones;
	machine->min_free_kbytes = 256;
	machine->watermark_scale_factor = 10;
	machine->watermark_boost_factor = 15000;
	for (unsigned int z = 0; z < nr_zones; z++) {
		machine->zones[z] = (struct linux_zone){
			.index = first_index + z,
			.start_pfn = 4096 + z * ZONE_PAGES,
			.spanned_pages = ZONE_PAGES,
			.managed_pages = ZONE_PAGES,
			.watermark = { 32, 40, 48, 56 },
			.nr_free_pages = ZONE_PAGES,
			.pcp_high = 60,
			.pcp_batch = 15,
		};
		at = put_zone(z, machine->zones[z].start_pfn, at);
	}
	machine->nr_state_words = at;
}

static void check_state(void)
{
	static unsigned int words[LINUX_STATE_WORDS];
	struct linux_machine given = shared->machine;
	unsigned int bytes = given.nr_state_words * (unsigned int)sizeof(words[0]);

	memcpy(words, shared->state, bytes);
	memset(shared->state, 0, bytes);
	need(linux_guest_command(LINUX_STATE), "state");
	expect(!memcmp(&given, &shared->machine, sizeof(given)) &&
		       !memcmp(words, shared->state, bytes),
	       "STATE gives back what MACHINE was given");
}

/* ---- a program: made step by step, as the kernel answers, then kept with its answers ---- */

static unsigned int random_number(void)
{
	static unsigned long long seed = 1;

	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(seed >> 33);
}

static void take_answer(struct linux_call *kept, const struct linux_call *call)
{
	const struct linux_answer *answer = &shared->answers[0];

	*kept = *call;
	kept->compare = LINUX_CHECK_ANSWER | LINUX_CHECK_COUNTS;
	kept->expected_pfn = answer->pfn;
	kept->expected_result = answer->result;
	memcpy(kept->expected_free, answer->free_pages, sizeof(kept->expected_free));
	memcpy(kept->expected_pcp, answer->pcp_pages, sizeof(kept->expected_pcp));
}

static void make_program(struct linux_call *program)
{
	static const unsigned int gfps[] = { GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_ATOMIC };
	struct linux_call held[SLOTS] = { 0 };

	need(linux_guest_command(LINUX_RESET), "reset");
	for (unsigned int i = 0; i < NR_CALLS; i++) {
		struct linux_call *slot = &held[random_number() % SLOTS];
		unsigned int random = random_number();

		if (!slot->code)
			*slot = (struct linux_call){ .code = OP_alloc_pages,
						     .order = (unsigned char)(random % 4),
						     .gfp = gfps[random / 4 % 3] };
		shared->calls[0] = *slot;
		shared->flags = 0;
		need(linux_guest_command(LINUX_STEP), "step");
		take_answer(&program[i], slot);
		slot->pfn = shared->answers[0].pfn;
		slot->code = slot->code == OP_alloc_pages && slot->pfn != NO_PFN ? OP_free_pages
										 : OP_nop;
	}
}

static void load_program(void)
{
	static struct linux_call program[NR_CALLS];

	make_program(program);
	memcpy(shared->calls, program, sizeof(program));
	shared->nr_calls = NR_CALLS;
	shared->flags = LINUX_COMPARE;
	need(linux_guest_command(LINUX_RUN), "run");
	expect(shared->nr_done == NR_CALLS && !shared->differs, "a program runs as its steps did");
}

static void measure(const char *what, enum linux_command command, unsigned int runs,
		    unsigned int flags)
{
	unsigned long long reset_ns = 0, run_ns = 0;
	double start = now_s(), elapsed;

	for (unsigned int i = 0; i < runs; i++) {
		shared->flags = flags;
		need(linux_guest_command(command), what);
		reset_ns += shared->reset_ns;
		run_ns += shared->run_ns;
	}
	elapsed = now_s() - start;
	printf("%-28s %9.0f a second, %5.2f M ops/s; reset %.1f us, calls %.1f us\n", what,
	       runs / elapsed, runs / elapsed * NR_CALLS * 1e-6, (double)reset_ns / runs * 1e-3,
	       (double)run_ns / runs * 1e-3);
}

static double fastest_round_trip_s(unsigned int runs)
{
	double fastest = 1;

	for (unsigned int i = 0; i < runs; i++) {
		double start = now_s(), elapsed;

		need(linux_guest_command(LINUX_HELLO), "hello");
		elapsed = now_s() - start;
		if (elapsed < fastest)
			fastest = elapsed;
	}
	return fastest;
}

static void check_throughput(unsigned int runs)
{
	printf("%-28s %9.2f us\n", "fastest round trip", fastest_round_trip_s(runs) * 1e6);
	measure("programs, compared", LINUX_RUN, runs, LINUX_COMPARE);
	expect(!shared->differs, "the last one answered as the first");
	measure("programs, final hash", LINUX_RUN, runs, LINUX_COMPARE | LINUX_FINAL_HASH);
	if (shared->kernel.has_coverage)
		measure("programs, coverage", LINUX_RUN, runs, LINUX_COMPARE | LINUX_COVERAGE);
}

static void check_self(void)
{
	enum linux_trouble trouble = linux_guest_command(LINUX_SELF_CHECK);

	printf("%s", shared->text);
	expect(!trouble, "self-check");
}

/* Calls that no harness would make: none may reach the kernel or end it. */
static void check_noise(unsigned int runs)
{
	unsigned int nr_bad = 0;

	for (unsigned int i = 0; i < runs; i++) {
		struct linux_call *call = &shared->calls[0];
		unsigned char *bytes = (unsigned char *)call;

		for (size_t k = 0; k < sizeof(*call); k++)
			bytes[k] = (unsigned char)random_number();
		call->code %= 48;
		if (random_number() % 2)
			call->pfn = 4096 + random_number() % ZONE_PAGES;
		if (random_number() % 2)
			call->order %= 11;
		if (random_number() % 2)
			call->count %= 64;
		shared->flags = 0;
		need(linux_guest_command(i % 64 ? LINUX_STEP : LINUX_RUN), "a call of noise");
		nr_bad += shared->answers[0].status != LINUX_DONE;
	}
	printf("%u calls of noise, %u refused\n", runs, nr_bad);
	shared->machine.nr_zones = 9;
	expect(linux_guest_command(LINUX_MACHINE) == LINUX_REFUSED,
	       "an impossible machine is refused");
	expect(linux_guest_command((enum linux_command)99) == LINUX_REFUSED,
	       "an unknown command is refused");
}

struct settings {
	unsigned int runs, zones, checks; /* checks: a bit each, in the order of check_names */
};

static const char *const check_names[] = { "state", "throughput", "self", "noise" };
#define NR_CHECKS (sizeof(check_names) / sizeof(check_names[0]))

static int usage(int status)
{
	fprintf(status ? stderr : stdout,
		"usage: ping [--runs N] [--zones 1|2|3] [state|throughput|self|noise]...\n"
		"Checks the guest that `make linux` built and tells its speed; all checks by "
		"default.\n"
		"BUDDY_LINUX_VARIANT names the kernel: plain, dma32 or kcov.\n");
	return status;
}

static bool parse_number(const char *text, unsigned int highest, unsigned int *number)
{
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : 0;

	*number = (unsigned int)value;
	return text && !*end && value >= 1 && value <= highest;
}

static bool parse_check(const char *name, unsigned int *checks)
{
	for (unsigned int i = 0; i < NR_CHECKS; i++)
		if (!strcmp(name, check_names[i])) {
			*checks |= 1u << i;
			return true;
		}
	return false;
}

static bool parse(char **argv, struct settings *settings)
{
	for (char **argument = argv + 1; *argument; argument++) {
		bool good;

		if (!strcmp(*argument, "--runs"))
			good = parse_number(*++argument, 1000000000, &settings->runs);
		else if (!strcmp(*argument, "--zones"))
			good = parse_number(*++argument, LINUX_MAX_ZONES, &settings->zones);
		else
			good = parse_check(*argument, &settings->checks);
		if (!good)
			return false;
	}
	return true;
}

static bool start_guest(void)
{
	char error[20000];
	double start = now_s();

	shared = linux_guest_shared(error, sizeof(error));
	if (!shared || !linux_guest_start(error, sizeof(error))) {
		fprintf(stderr, "ping: %s\n", error);
		return false;
	}
	printf("Linux %s, %u zones, lab of %u pages, up in %.2f s\n", shared->kernel.release,
	       shared->kernel.nr_zones_configured, shared->kernel.lab_pages, now_s() - start);
	return true;
}

static void run_checks(const struct settings *settings)
{
	unsigned int checks = settings->checks ? settings->checks : (1u << NR_CHECKS) - 1;

	if (checks & 1)
		check_state();
	load_program();
	if (checks & 2)
		check_throughput(settings->runs);
	if (checks & 4)
		check_self();
	if (checks & 8)
		check_noise(settings->runs);
}

int main(int argc, char **argv)
{
	struct settings settings = { .runs = 20000, .zones = 2 };

	if (argc == 2 && !strcmp(argv[1], "--help"))
		return usage(0);
	if (!parse(argv, &settings))
		return usage(2);
	if (!start_guest())
		return 2;
	describe_machine(settings.zones);
	need(linux_guest_command(LINUX_MACHINE), "machine");
	run_checks(&settings);
	expect(!linux_guest_command(LINUX_QUIT), "the guest quits when told to");
	linux_guest_stop();
	return nr_failures ? 1 : 0;
}
