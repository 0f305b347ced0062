/* SPDX-License-Identifier: MIT */
/*
 * The gate of writers: whatever calls have done, correct or not, every page that is promised to be
 * spotless is, or the machine knows that it cannot tell. And after correct calls every page that is
 * not as it was at the boot is noted, so that buddy_rewind() copies it back. A new writer that goes
 * around the gate is found here as soon as one of these calls reaches it.
 */
#include <string.h>

#include "buddy/gfp.h"
#include "world.h"

#define NR_HELD 64
#define NR_BULK 8
#define MAX_PAGES 8192u

static struct world world;
static struct {
	struct page *page;
	uint32_t order;
} held[NR_HELD];
static struct page_frag_cache fragments;
static uint32_t seed;
static struct page at_boot[MAX_PAGES];
static uint64_t taken[MAX_PAGES / 64 + 64];

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static bool is_spotless(const struct page *page)
{
	return !(page->flags | (uint32_t)page->refcount | page->type | page->mapping);
}

static uint32_t first_stain(const struct page *page, uint32_t nr)
{
	uint32_t i = 0;

	while (i < nr && is_spotless(page + i))
		i++;
	return i;
}

/* Both promises of page_written.h. Returns the index of a page that breaks one, or PFN_NONE. */
static uint32_t broken_promise(void)
{
	for (uint32_t index = 0; index < world.sys.head->nr_pages; index++) {
		const struct page *page = world.sys.mem_map + index;
		uint32_t order = page_whole_order(page), stain;

		if (page_is_buddy_head(page)) {
			if (page->type != PG_BUDDY || page->flags || page->refcount ||
			    page->mapping)
				return index;
			order = page->private_value;
		}
		stain = first_stain(page + 1, BIT(order) - 1);
		if (stain < BIT(order) - 1)
			return index + 1 + stain;
	}
	return PFN_NONE;
}

/* The index of a page that buddy_rewind() would leave as it is now, or PFN_NONE. */
static uint32_t unnoted_page(void)
{
	for (uint32_t index = 0; index < world.sys.head->nr_pages; index++)
		if (!(taken[index / 64] >> index % 64 & 1) &&
		    memcmp(&world.sys.mem_map[index], &at_boot[index], sizeof(*at_boot)) != 0)
			return index;
	return PFN_NONE;
}

static void assert_promises(const char *call)
{
	uint32_t index = world.sys.head->stray_writes ? PFN_NONE : broken_promise();

	if (index != PFN_NONE)
		fail_msg("page %u is not spotless after %s", index, call);
}

static void assert_kept(const char *call)
{
	uint32_t index = unnoted_page();

	assert_promises(call);
	if (index != PFN_NONE)
		fail_msg("page %u is written but not noted after %s", index, call);
}

/* ---- correct calls ---- */

static gfp_t random_gfp(void)
{
	static const gfp_t kinds[] = {
		GFP_KERNEL, GFP_HIGHUSER_MOVABLE,        GFP_KERNEL | __GFP_RECLAIMABLE,
		GFP_ATOMIC, GFP_KERNEL | __GFP_COMP,     GFP_KERNEL | __GFP_ZERO,
		GFP_NOWAIT, GFP_KERNEL | __GFP_MEMALLOC, GFP_KERNEL | __GFP_DMA,
	};

	return kinds[random_below(sizeof(kinds) / sizeof(kinds[0]))] | __GFP_NOWARN | __GFP_NORETRY;
}

static void call_alloc(uint32_t n)
{
	held[n].order = random_below(3) ? random_below(5) : random_below(NR_PAGE_ORDERS);
	held[n].page = alloc_pages(&world.tsk, random_gfp(), held[n].order);
}

static void call_free(uint32_t n)
{
	__free_pages(&world.tsk, held[n].page, held[n].order);
	held[n].page = NULL;
}

/* FR-5: somebody looks at the block meanwhile, and has the first page of a plain one afterwards. */
static void call_free_while_referenced(uint32_t n)
{
	struct page *page = held[n].page;
	bool compound = page_is_compound(page);

	assert_true(get_page_unless_zero(&world.tsk, page));
	__free_pages(&world.tsk, page, held[n].order);
	if (!compound)
		held[n].order = 0;
}

static void call_split(uint32_t n)
{
	if (page_is_compound(held[n].page)) {
		call_free(n);
		return;
	}
	split_page(&world.tsk, held[n].page, held[n].order);
	assert_promises("split_page");
	free_contig_range(&world.tsk, held[n].page, BIT(held[n].order));
	held[n].page = NULL;
}

static void call_references(uint32_t n)
{
	get_page(&world.tsk, held[n].page);
	assert_promises("get_page");
	put_page(&world.tsk, held[n].page);
}

static void call_lru(uint32_t n)
{
	pfn_t pfn = page_to_pfn(&world.sys, held[n].page);

	buddy_set_lru(&world.sys, pfn, held[n].order, true);
	assert_promises("buddy_set_lru");
	buddy_set_lru(&world.sys, pfn, held[n].order, false);
}

static void call_exact(uint32_t n)
{
	size_t size_bytes = BUDDY_PAGE_SIZE * (1 + random_below(40));
	struct page *page = alloc_pages_exact(&world.tsk, size_bytes, GFP_KERNEL | __GFP_NORETRY);

	(void)n;
	assert_promises("alloc_pages_exact");
	if (page)
		free_pages_exact(&world.tsk, page, size_bytes);
}

static void call_bulk(uint32_t n)
{
	struct page *pages[NR_BULK] = { NULL };
	uint32_t nr = alloc_pages_bulk_array(&world.tsk, GFP_KERNEL | __GFP_NORETRY, 0, NULL,
					     NR_BULK, pages);

	(void)n;
	release_pages(&world.tsk, pages, nr);
}

static void call_fragment(uint32_t n)
{
	uint32_t offset_bytes;
	struct page *page = page_frag_alloc(&world.tsk, &fragments, 1 + random_below(9000),
					    GFP_KERNEL | __GFP_NORETRY, ~0u, &offset_bytes);

	(void)n;
	if (page && random_below(2))
		page_frag_free(&world.tsk, page);
	else if (page)
		page_frag_free(&world.tsk, page + offset_bytes / BUDDY_PAGE_SIZE);
	if (!random_below(4))
		page_frag_cache_drain(&world.tsk, &fragments);
}

static void call_upkeep(uint32_t n)
{
	pfn_t pfn = random_below(world.sys.head->nr_pages) + world.sys.head->base_pfn;

	if (n % 2)
		drain_all_pages(&world.tsk);
	else
		set_pageblock_migratetype(&world.sys, pfn,
					  (enum migratetype)random_below(MIGRATE_PCPTYPES));
	buddy_tick(&world.tsk);
}

static const struct {
	const char *name;
	void (*call)(uint32_t n);
	bool of_held; /* of a block that is held */
} calls[] = {
	{ "alloc_pages", call_alloc, false },
	{ "alloc_pages_exact", call_exact, false },
	{ "alloc_pages_bulk_array", call_bulk, false },
	{ "page_frag_alloc", call_fragment, false },
	{ "upkeep", call_upkeep, false },
	{ "__free_pages", call_free, true },
	{ "__free_pages while referenced", call_free_while_referenced, true },
	{ "free_contig_range", call_split, true },
	{ "put_page", call_references, true },
	{ "buddy_set_lru", call_lru, true },
};
#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))
#define NR_FREE_CALLS 5u

static void correct_call(void)
{
	uint32_t n = random_below(NR_HELD);
	uint32_t i = 0;

	if (held[n].page)
		i = NR_FREE_CALLS + random_below(NR_CALLS - NR_FREE_CALLS);
	else if (!random_below(4))
		i = random_below(NR_FREE_CALLS);
	assert_int_equal(calls[i].of_held, held[n].page != NULL);
	calls[i].call(n);
	assert_kept(calls[i].name);
}

/* ---- a caller's sin, of any page ---- */

static void sin_free(struct page *page)
{
	__free_pages(&world.tsk, page, 0);
}

static void sin_get(struct page *page)
{
	get_page(&world.tsk, page);
}

static void sin_put(struct page *page)
{
	put_page(&world.tsk, page);
}

static void sin_release(struct page *page)
{
	release_pages(&world.tsk, &page, 1);
}

static void sin_fragment(struct page *page)
{
	page_frag_free(&world.tsk, page);
}

static void sin_lru(struct page *page)
{
	buddy_set_lru(&world.sys, page_to_pfn(&world.sys, page), 0, true);
}

static void sin_free_referenced(struct page *page)
{
	if (page->refcount > 0)
		free_the_page(&world.tsk, page, 0);
}

/* The machine may be beyond repair afterwards; its promises are not. */
static void sinful_call(void)
{
	static const struct {
		const char *name;
		void (*commit)(struct page *page);
	} sins[] = {
		{ "a free too many", sin_free },
		{ "get_page of any page", sin_get },
		{ "put_page of any page", sin_put },
		{ "release_pages of any page", sin_release },
		{ "page_frag_free of any page", sin_fragment },
		{ "buddy_set_lru of any page", sin_lru },
		{ "free_the_page in spite of references", sin_free_referenced },
	};
	uint32_t i = random_below(sizeof(sins) / sizeof(sins[0]));
	struct page *page = held[random_below(NR_HELD)].page;

	if (!page || random_below(2))
		page = world.sys.mem_map + random_below(world.sys.head->nr_pages);
	if (!page_zone(&world.sys, page) || page_is_compound(page) || page_is_buddy_head(page))
		return;
	sins[i].commit(page);
	assert_promises(sins[i].name);
}

/* ---- programs ---- */

static struct buddy_config machine_of(uint32_t n)
{
	struct buddy_config config =
		n % 3 ? buddy_config_x86_64(0, 256u << n % 5) : buddy_config_uml(64, 256u << n % 5);

	config.features &= ~(uint32_t)BUDDY_DEBUG_VM;
	if (n % 2)
		config.pageblock_order = 4 + n % 3;
	return config;
}

/* FR-25.4: a per-CPU list is busy now and then, and the block goes to the free lists unseen. */
static bool busy_trylock(void *context, uint32_t id)
{
	(void)context;
	(void)id;
	return random_below(3) > 0;
}

static void no_lock(void *context, uint32_t id)
{
	(void)context;
	(void)id;
}

static const struct buddy_sync busy = { .lock = no_lock,
					.trylock = busy_trylock,
					.unlock = no_lock };

/* From here on pages are held against what they are now. */
static void note_from_now_on(void)
{
	uint32_t nr_pages = world.sys.head->nr_pages;

	assert_true(nr_pages <= MAX_PAGES);
	assert_true(buddy_map_words(&world.sys) <= sizeof(taken) / sizeof(*taken));
	memcpy(at_boot, world.sys.mem_map, nr_pages * sizeof(*at_boot));
	memset(taken, 0, sizeof(taken));
	buddy_map_lists(&world.sys, taken);
	world.sys.taken = taken;
}

static void run_program(uint32_t n, bool watched, bool sin)
{
	struct buddy_config config = machine_of(n);

	seed = n;
	memset(held, 0, sizeof(held));
	memset(&fragments, 0, sizeof(fragments));
	world_boot(&world, &config, false);
	if (!watched)
		world_set_hook(&world, trace, NULL);
	if (n % 2)
		buddy_set_sync(&world.sys, &busy);
	assert_promises("boot");
	note_from_now_on();
	for (uint32_t i = 0; i < 250; i++)
		correct_call();
	assert_int_equal(world.sys.head->stray_writes, 0);
	if (sin)
		sinful_call();
	world_free(&world);
}

static void test_correct_calls(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 40; n++)
		run_program(n, n % 4 == 0, false);
}

static void test_misuse(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 600; n++)
		run_program(n, n % 4 == 0, true);
}

/* The map of frames that rewinding copies back learns of the page. */
static void test_rewind_learns(void **state)
{
	struct buddy_config config = machine_of(1);
	struct page *page;

	(void)state;
	world_boot(&world, &config, false);
	memset(taken, 0, sizeof(taken));
	world.sys.taken = taken;
	page = world.sys.mem_map + 77;
	page_note_written(&world.sys, page);
	assert_int_equal(taken[1], UINT64_C(1) << 13);
	assert_int_equal(world.sys.head->stray_writes, 0);
	pages_note_written(&world.sys, page + 1, 64);
	assert_int_equal(taken[1], UINT64_MAX << 13);
	assert_int_equal(taken[2], (UINT64_C(1) << 14) - 1);
	page_written(&world.sys, page + 100);
	assert_int_equal(taken[2] >> 49, 1);
	assert_int_equal(world.sys.head->stray_writes, 1);
	world_free(&world);
}

/* What the check of these programs would say of a writer that forgets. */
static void test_an_omission_is_found(void **state)
{
	struct buddy_config config = machine_of(1);
	struct page *page;

	(void)state;
	world_boot(&world, &config, false);
	note_from_now_on();
	assert_int_equal(unnoted_page(), PFN_NONE);
	page = world.sys.mem_map + 77;
	page->lru.prev++;
	assert_int_equal(unnoted_page(), 77);
	page_note_written(&world.sys, page);
	assert_int_equal(unnoted_page(), PFN_NONE);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_correct_calls),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_rewind_learns),
		cmocka_unit_test(test_an_omission_is_found),
	};

	return cmocka_run_group_tests_name("core.page_written", tests, NULL, NULL);
}
