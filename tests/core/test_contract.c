/* SPDX-License-Identifier: MIT */
/*
 * What a wrong argument does (contract.def), that no function of the headers is left out there, and
 * which lock ids there are.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buddy/gfp.h"
#include "buddy/version.h"
#include "world.h"

#define NR_FRAMES 4096u
#define MANY 4000000000u
#define BAD_GFP (__GFP_MOVABLE | __GFP_RECLAIMABLE)

static struct world world;
static struct buddy_system *const sys = &world.sys;

/* Right arguments and wrong ones. The machine has one zone, two CPUs and NR_FRAMES frames. */
static struct task *const tsk = &world.tsk;
static struct task lost_task = { .sys = &world.sys, .cpu = 99 };
static struct task *const lost = &lost_task;
static struct page *held, *compound, *free_page, *last, *behind, *crooked, *stranger;
static struct page *one_bad[2], *slots[4];
static pfn_t held_pfn, free_pfn;
static uint64_t strange_memory[64];
static _Alignas(64) unsigned char memory[1 << 20];
static uint64_t map[NR_FRAMES / 64 + 32];
static struct buddy_config config, bad_config;
static struct buddy_system other;
static const enum migratetype bad_type = (enum migratetype)99;
static struct page_frag_cache cache, bad_cache;
static uint32_t offset_bytes;
static const struct buddy_zone_state zone_state;
static const struct buddy_pcp_state pcp_state;
static struct zone_info zone;
static struct pcp_info pcp;
static struct pcp_front pcp_front;
static struct zone_front zone_front, bad_front = { .order = 99 };
static struct page_info page;
static struct page_row rows[4];
static struct list_entry entry;
static struct list_cursor cursor = { .kind = LIST_FREE, .end = 1 };
static struct list_cursor no_zone = { .kind = LIST_FREE, .zone = 99, .end = 1 };
static struct list_cursor no_cpu = { .kind = LIST_PCP, .cpu = 99, .end = 1 };
static struct list_cursor no_list = { .kind = LIST_FREE, .end = 999 };
static struct list_cursor no_frame = { .end = 1, .inside = true, .pfn = NR_FRAMES };
static const pfn_t no_pfn = PFN_NONE;
static int32_t refcount;
static uint64_t marked;
static uint16_t orders[MIGRATE_TYPES];
static uint8_t types[8];

static uint32_t max_lock_id;

static void note_lock(void *context, uint32_t id)
{
	(void)context;
	if (id > max_lock_id)
		max_lock_id = id;
}

static bool try_lock(void *context, uint32_t id)
{
	note_lock(context, id);
	return true;
}

static void drop_lock(void *context, uint32_t id)
{
	(void)context;
	(void)id;
}

static const struct buddy_sync no_lock = { .trylock = try_lock, .unlock = drop_lock };
static const struct buddy_sync no_unlock = { .trylock = try_lock, .lock = note_lock };
static const struct buddy_sync no_trylock = { .lock = note_lock, .unlock = drop_lock };

static void boot(void)
{
	config = buddy_config_debian(0, NR_FRAMES);
	config.features |= BUDDY_DEBUG_VM;
	config.zones = 1u << ZONE_NORMAL;
	config.zone_end_pfn[ZONE_NORMAL] = NR_FRAMES;
	config.nr_cpus = 2;
	bad_config = config;
	bad_config.nr_cpus = 99;
	world_boot(&world, &config, false);
	buddy_set_hooks(sys, &(struct buddy_hooks){ .context = &world, .bug = sys->hooks.bug });
}

static void setup(void)
{
	boot();
	held = alloc_pages(tsk, GFP_KERNEL, 0);
	compound = alloc_pages(tsk, GFP_KERNEL | __GFP_COMP, 2);
	free_page = alloc_pages(tsk, GFP_KERNEL, 0);
	assert_true(held && compound && free_page);
	__free_pages(tsk, free_page, 0);
	held_pfn = page_to_pfn(sys, held);
	free_pfn = page_to_pfn(sys, free_page);
	last = pfn_to_page(sys, NR_FRAMES - 1);
	behind = last + 1;
	stranger = (struct page *)(void *)strange_memory;
	crooked = (struct page *)(void *)((char *)held + 8);
	one_bad[0] = held;
	one_bad[1] = stranger;
	cache = (struct page_frag_cache){ 0 };
	bad_cache = (struct page_frag_cache){ .page = stranger, .size_bytes = 4096 };
}

#pragma GCC diagnostic ignored "-Wunused-result" /* a BUG returns nothing */

#define CALL__(line) call_##line
#define CALL_(line) CALL__(line)
#define CALL CALL_(__LINE__)

/* A function for each line; returns whether the answer, if there is one, was right. */
#define BUG(function, condition, arguments) \
	static bool CALL(void)              \
	{                                   \
		(void)function arguments;   \
		return false;               \
	}
#define ANSWER(function, answer, arguments)            \
	static bool CALL(void)                         \
	{                                              \
		return function arguments == (answer); \
	}
#define SENTENCE(function, words, arguments)                      \
	static bool CALL(void)                                    \
	{                                                         \
		return strstr(function arguments, words) != NULL; \
	}
#define UNCHECKED(function)
#include "contract.def"

struct promise {
	const char *function, *arguments;
	const char *condition; /* NULL: it answers */
	bool (*call)(void);    /* NULL: unchecked */
};

static const struct promise promises[] = {
#define BUG(function, condition, arguments) { #function, #arguments, condition, CALL },
#define ANSWER(function, answer, arguments) { #function, #arguments, NULL, CALL },
#define SENTENCE(function, words, arguments) { #function, #arguments, NULL, CALL },
#define UNCHECKED(function) { #function, "", NULL, NULL },
#include "contract.def"
};
#define NR_PROMISES (sizeof(promises) / sizeof(promises[0]))

static const char *kept_by_bug(const struct promise *promise)
{
	const char *volatile broken = NULL;

	world.expect_trap = true;
	if (!setjmp(world.trap)) {
		promise->call();
		broken = "no bug";
	} else if (!strstr(world.bug_condition, promise->condition)) {
		broken = world.bug_condition;
	}
	world.expect_trap = false;
	return broken;
}

/* NULL: the promise was kept. */
static const char *broken_promise(const struct promise *promise)
{
	uint64_t before = buddy_hash(sys);
	const char *broken = NULL;

	if (promise->condition)
		broken = kept_by_bug(promise);
	else if (!promise->call())
		broken = "another answer";
	if (!broken && buddy_hash(sys) != before)
		broken = "the image has changed";
	return broken;
}

static void test_wrong_arguments(void **state)
{
	uint32_t nr_broken = 0;

	(void)state;
	for (size_t i = 0; i < NR_PROMISES; i++) {
		const struct promise *promise = &promises[i];
		const char *broken;

		if (!promise->call)
			continue;
		setup();
		broken = broken_promise(promise);
		if (broken) {
			print_error("%s%s: %s\n", promise->function, promise->arguments, broken);
			nr_broken++;
		}
		world_free(&world);
	}
	assert_int_equal(nr_broken, 0);
}

static bool is_promised(const char *name, size_t length)
{
	for (size_t i = 0; i < NR_PROMISES; i++) {
		if (strlen(promises[i].function) == length &&
		    memcmp(promises[i].function, name, length) == 0)
			return true;
	}
	return false;
}

/* Functions that a header marks with BUDDY_API: the word before the first parenthesis. */
static uint32_t count_forgotten(const char *path, uint32_t *nr_functions)
{
	static char text[1 << 16];
	FILE *in = fopen(path, "r");
	uint32_t nr_forgotten = 0;
	size_t size;

	assert_non_null(in);
	size = fread(text, 1, sizeof(text) - 1, in);
	text[size] = '\0';
	fclose(in);
	for (char *at = text; (at = strstr(at, "\nBUDDY_API ")); at++) {
		char *end = strchr(at, '('), *name = end;

		assert_non_null(end);
		while (strchr(" *\n\t", name[-1]) == NULL)
			name--;
		(*nr_functions)++;
		if (is_promised(name, (size_t)(end - name)))
			continue;
		print_error("%.*s() is not in contract.def\n", (int)(end - name), name);
		nr_forgotten++;
	}
	return nr_forgotten;
}

static void test_no_function_is_forgotten(void **state)
{
	uint32_t nr_functions = 0, nr_forgotten = 0;
	glob_t headers;

	(void)state;
	assert_int_equal(glob(BUDDY_SOURCE_DIR "/core/include/buddy/*.h", 0, NULL, &headers), 0);
	for (size_t i = 0; i < headers.gl_pathc; i++)
		nr_forgotten += count_forgotten(headers.gl_pathv[i], &nr_functions);
	globfree(&headers);
	assert_int_equal(nr_forgotten, 0);
	assert_true(nr_functions > 70);
}

/* What was dropped before the page without a reference stays dropped. */
static void test_references_before_a_bug(void **state)
{
	struct page *pages[2];

	(void)state;
	setup();
	get_page(tsk, held);
	pages[0] = held;
	pages[1] = free_page;
	assert_trap(&world, "refcount", release_pages(tsk, pages, 2));
	assert_int_equal(page_ref_count(held), 1);
	world_free(&world);
}

static void test_lock_ids(void **state)
{
	const struct buddy_sync sync = { .lock = note_lock,
					 .trylock = try_lock,
					 .unlock = drop_lock };
	struct machine_info machine;

	(void)state;
	boot();
	inspect_machine(sys, &machine);
	assert_int_equal(buddy_nr_locks(sys), machine.nr_zones * (1 + machine.nr_cpus));
	assert_true(buddy_nr_locks(sys) <= BUDDY_MAX_LOCKS);
	buddy_set_sync(sys, &sync);
	drain_all_pages(tsk);
	assert_int_equal(max_lock_id, buddy_nr_locks(sys) - 1);
	world_free(&world);
}

static void test_version(void **state)
{
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "%d.%d.%d", BUDDY_VERSION_MAJOR, BUDDY_VERSION_MINOR,
		 BUDDY_VERSION_PATCH);
	assert_string_equal(BUDDY_VERSION, text);
	assert_string_equal(buddy_version(), BUDDY_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_arguments),
		cmocka_unit_test(test_no_function_is_forgotten),
		cmocka_unit_test(test_references_before_a_bug),
		cmocka_unit_test(test_lock_ids),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests_name("core.contract", tests, NULL, NULL);
}
