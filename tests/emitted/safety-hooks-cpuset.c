/* SPDX-License-Identifier: MIT */
/*
 * hooks-cpuset.ops as a C test case, written by `buddy emit-c --expect`.
 *
 *	cc -std=c11 -Icore/include THIS.c libbuddy.a -o test && ./test
 *
 * Status 0: every check held; 1: one did not, its rule and sentence are printed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buddy/buddy.h"
#include "buddy/gfp.h"
#include "buddy/inspect.h"

#define NR_SLOTS 64u

#define CPU_CURRENT UINT32_MAX
#define NODE_LOCAL UINT32_MAX
#define SKIPPED INT64_MIN /* the call did not fit what its slot held and was left out */
#define MAX_ZONES (BUDDY_MAX_NODES * MAX_NR_ZONES)

/* A register that holds a block, the pages of one that was split, or a fragment of a page. */
enum kind { EMPTY, BLOCK, SPLIT, FRAGMENT };
struct slot {
	enum kind kind;
	bool lru, exact;
	pfn_t pfn, last_pfn; /* the last one stays when the slot is emptied */
	uint32_t last_order, nr_pages, nr_left, offset, size;
};

/* Whose a page frame is. */
enum owner { FREE, FOREIGN, HELD, TAIL, CHUNK };
struct frame {
	enum owner owner;
	bool compound, was_free, listed;
	uint8_t list_order;   /* of a block of the free lists that begins here, else NO_ORDER */
	uint32_t slot, order; /* of a block that begins here */
	int32_t refs;
	pfn_t head;
};
#define NO_ORDER 0xffu

static struct buddy_system sys;
static struct task tasks[BUDDY_MAX_CPUS];
static struct machine_info machine;
static struct slot slots[NR_SLOTS];
static struct frame *frames; /* [nr_frames] from machine.base_pfn */
static uint8_t *dirty;       /* contents: not zero */
static uint8_t *seen_types;  /* by pageblock: mask of the types it had */
static uint8_t *set_types;   /* and the type it was given */
static uint32_t nr_frames, cpu, step, since_walk, waits, nr_reports;
static bool judged = true; /* until the program misuses the allocator */
static bool may_trap, hidden, boost_written;
static const char *op = "boot";

static _Noreturn void fail(const char *rule, const char *sentence, const char *format, ...)
{
	va_list values;

	printf("FAIL %s/%s\nOp %u broke the rule %s: %s. But ", rule, op, step, rule, sentence);
	va_start(values, format);
	vprintf(format, values);
	va_end(values);
	putchar('\n');
	exit(1);
}

static struct frame *frame_at(pfn_t pfn)
{
	return pfn >= machine.base_pfn && pfn - machine.base_pfn < nr_frames
		       ? &frames[pfn - machine.base_pfn]
		       : NULL;
}

/* The machine need not begin with a whole pageblock. */
static uint32_t block_of(pfn_t pfn)
{
	return (pfn >> machine.pageblock_order) - (machine.base_pfn >> machine.pageblock_order);
}

static struct page_info page_at(pfn_t pfn)
{
	struct page_info info;

	memset(&info, 0, sizeof(info));
	inspect_page(&sys, pfn, &info);
	return info;
}

/* ---- hooks ---- */

static void hook_bug(void *context, const char *condition, pfn_t pfn)
{
	(void)context;
	if (judged && !may_trap)
		fail("no_trap", "the allocator's own assertions never fire for a correct caller",
		     "it stopped at \"%s\", page frame %d.", condition, (int)pfn);
	printf("Op %u (%s) was refused: %s\n", step, op, condition);
	exit(0);
}

static void hook_bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)
{
	(void)context;
	nr_reports++;
	if (judged)
		fail("bad_page_only_after_misuse",
		     "a page is called bad only after the caller misused it",
		     "page frame %u was, for reason %d.", pfn, (int)reason);
}

static void hook_clear_pages(void *context, pfn_t pfn, uint32_t nr_pages)
{
	(void)context;
	for (uint32_t i = 0; i < nr_pages; i++)
		if (frame_at(pfn + i))
			dirty[pfn + i - machine.base_pfn] = 0;
}

/* Who traces takes the general path. */
static void hook_trace(void *context, const struct buddy_trace *trace)
{
	(void)context, (void)trace;
}

static bool hook_nofail_wait(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	(void)context, (void)tsk, (void)gfp, (void)order;
	return waits++ < 3;
}

/* ---- hooks that answer what they were told ---- */

enum {
	NODE_RECLAIM_OFF,
	NODE_RECLAIM_NOSCAN,
	NODE_RECLAIM_FULL,
	NODE_RECLAIM_SOME,
	NODE_RECLAIM_SUCCESS
};

/* Members that are 0 are hooks that are not there, or have done nothing. */
struct answers {
	uint32_t reclaims;    /* how often reclaim claims progress: it drains the CPU's lists */
	uint32_t compactions; /* how often compaction answers what follows, else SKIPPED */
	enum compact_result compacted; /* ... which, SUCCESS, drains the lists, too */
	bool captures;                 /* ... or hands over a block instead */
	uint32_t oom_kills;            /* how often the OOM killer claims progress */
	uint32_t barred_nodes;         /* mask: outside every task's cpuset */
	uint32_t dirty_nodes;          /* mask: at their dirty limit */
	int32_t node_reclaim;          /* NODE_RECLAIM_* */
	uint32_t fail_every;           /* one request in so many is made to fail */
	uint64_t reclaimable;          /* pages that a zone could give */
	bool absent;                   /* there is neither reclaim nor compaction */
	bool locks;                    /* locks are checked; every fourth trylock fails */
};
static struct answers answers;
static uint32_t asked_node, nr_requests, mems_allowed;
static bool capturing, captured;

static bool claim(uint32_t *nr_left)
{
	if (!*nr_left)
		return false;
	--*nr_left;
	return true;
}

static uint32_t hook_reclaim(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	(void)context, (void)gfp, (void)order;
	if (!claim(&answers.reclaims))
		return 0;
	drain_local_pages(tsk);
	return 1;
}

/* Taken from the reserves; DEBUG_VM objects to the reference that it comes with. */
static pfn_t capture(struct task *tsk, gfp_t gfp, uint32_t order)
{
	gfp_t kind = gfp & (GFP_ZONEMASK | __GFP_RECLAIMABLE | __GFP_THISNODE);
	struct page *page;

	if (machine.features & BUDDY_DEBUG_VM)
		return PFN_NONE;
	capturing = true;
	page = __alloc_pages(tsk, kind | __GFP_NOWARN, order, asked_node, NULL);
	capturing = false;
	captured = captured || page;
	return page ? page_to_pfn(&sys, page) : PFN_NONE;
}

static enum compact_result hook_compact(void *context, struct task *tsk, gfp_t gfp, uint32_t order,
					enum compact_priority priority, pfn_t *pfn)
{
	(void)context, (void)priority;
	if (!claim(&answers.compactions))
		return COMPACT_SKIPPED;
	if (answers.compacted == COMPACT_SUCCESS && answers.captures)
		*pfn = capture(tsk, gfp, order);
	else if (answers.compacted == COMPACT_SUCCESS)
		drain_local_pages(tsk);
	return answers.compacted;
}

static bool hook_out_of_memory(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	(void)context, (void)tsk, (void)gfp, (void)order;
	return claim(&answers.oom_kills);
}

static uint64_t hook_reclaimable(void *context, uint32_t zone)
{
	(void)context, (void)zone;
	return answers.reclaimable;
}

static bool hook_cpuset_allowed(void *context, const struct task *tsk, uint32_t node, gfp_t gfp)
{
	(void)context, (void)tsk, (void)gfp;
	return !(answers.barred_nodes >> node & 1u);
}

static bool hook_node_dirty_ok(void *context, uint32_t node)
{
	(void)context;
	return !(answers.dirty_nodes >> node & 1u);
}

static int hook_node_reclaim(void *context, uint32_t node, gfp_t gfp, uint32_t order)
{
	(void)context, (void)node, (void)gfp, (void)order;
	return answers.node_reclaim - NODE_RECLAIM_SOME;
}

static bool hook_should_fail_alloc(void *context, gfp_t gfp, uint32_t order)
{
	(void)context, (void)gfp, (void)order;
	return !capturing && ++nr_requests % answers.fail_every == 0;
}

/* Hooks that have nothing to say are left out, for the allocator takes other paths then. */
static void install_answers(const struct answers *told)
{
	struct buddy_hooks hooks = sys.hooks;

	answers = *told;
	nr_requests = 0;
	mems_allowed = ~told->barred_nodes;
	hooks.reclaim = told->absent ? NULL : hook_reclaim;
	hooks.compact = told->absent ? NULL : hook_compact;
	hooks.out_of_memory = told->oom_kills ? hook_out_of_memory : NULL;
	hooks.reclaimable = told->reclaimable ? hook_reclaimable : NULL;
	hooks.cpuset_allowed = told->barred_nodes ? hook_cpuset_allowed : NULL;
	hooks.node_dirty_ok = told->dirty_nodes ? hook_node_dirty_ok : NULL;
	hooks.node_reclaim = told->node_reclaim ? hook_node_reclaim : NULL;
	hooks.should_fail_alloc = told->fail_every ? hook_should_fail_alloc : NULL;
	for (uint32_t i = 0; i < BUDDY_MAX_CPUS; i++)
		tasks[i].mems_allowed = told->barred_nodes ? &mems_allowed : NULL;
	buddy_set_hooks(&sys, &hooks);
}

/* ---- rules over the whole machine ---- */

struct zone_sum {
	int64_t free_pages, cma_pages;
	uint32_t nr_free[NR_PAGE_ORDERS];
	int64_t pcp_pages[BUDDY_MAX_CPUS];
};
static struct zone_sum sums[MAX_ZONES];

static const char *list_block(pfn_t pfn, uint32_t order, uint32_t zone, bool buddy)
{
	struct page_info info = page_at(pfn);

	for (uint32_t i = 0; i < 1u << order; i++)
		if (!frame_at(pfn + i) || frame_at(pfn + i)->listed)
			return frame_at(pfn + i) ? "is listed twice" : "is not in the machine";
	for (uint32_t i = 0; i < 1u << order; i++)
		frame_at(pfn + i)->listed = true;
	if (buddy)
		frame_at(pfn)->list_order = (uint8_t)order;
	if (pfn & ((1u << order) - 1))
		return "is not aligned";
	if (info.zone != zone)
		return "belongs to another zone";
	if (info.buddy != buddy || (buddy && info.private_value != order))
		return "is not marked as what it is";
	if (info.refcount || info.flags)
		return "has references or flags";
	return inspect_links_ok(&sys, pfn) ? NULL : "has neighbours that do not point back";
}

static void walk_free_list(uint32_t zone, uint32_t order, enum migratetype type)
{
	struct zone_sum *sum = &sums[zone];
	pfn_t pfn = inspect_free_first(&sys, zone, order, type);
	const char *fault;

	for (; pfn != PFN_NONE; pfn = inspect_free_next(&sys, zone, order, type, pfn)) {
		fault = list_block(pfn, order, zone, true);
		if (fault)
			fail("free_list_integrity",
			     "a free list holds well-linked free blocks of its order and zone",
			     "page frame %u on the list of zone %u, order %u, type %d %s.", pfn,
			     zone, order, (int)type, fault);
		sum->nr_free[order]++;
		sum->free_pages += type == MIGRATE_ISOLATE ? 0 : 1 << order;
		sum->cma_pages += type == MIGRATE_CMA ? 1 << order : 0;
	}
}

/* A merge that leaves a mark behind leaves it at the upper halves inside the block. */
static void check_marks(void)
{
	for (uint32_t i = 0; i < nr_frames; i++) {
		bool block = frames[i].list_order != NO_ORDER;
		pfn_t pfn = machine.base_pfn + i;

		for (uint32_t half = 1; block && half < 1u << frames[i].list_order; half *= 2)
			if (page_at(pfn + half).buddy)
				fail("free_list_integrity",
				     "a free list holds well-linked free blocks of its order and "
				     "zone",
				     "page frame %u is marked as one inside of another.",
				     pfn + half);
		if (frames[i].owner != FOREIGN && !block && page_at(pfn).buddy)
			fail("free_list_integrity",
			     "a free list holds well-linked free blocks of its order and zone",
			     "page frame %u is marked as one and is on no list.", pfn);
	}
}

static bool pcp_type_fits(uint32_t list, uint32_t type)
{
	if (list < NR_PCP_LOW_LISTS && list % MIGRATE_PCPTYPES != MIGRATE_MOVABLE)
		return type == list % MIGRATE_PCPTYPES;
	if (list == NR_PCP_LOW_LISTS)
		return type == MIGRATE_UNMOVABLE || type == MIGRATE_RECLAIMABLE;
	return type == MIGRATE_MOVABLE || type == MIGRATE_HIGHATOMIC || type == MIGRATE_CMA;
}

static void walk_pcp_list(uint32_t zone, uint32_t of_cpu, uint32_t list)
{
	uint32_t order =
		list < NR_PCP_LOW_LISTS ? list / MIGRATE_PCPTYPES : machine.pageblock_order;
	pfn_t pfn = inspect_pcp_first(&sys, zone, of_cpu, list);
	const char *fault;

	for (; pfn != PFN_NONE; pfn = inspect_pcp_next(&sys, zone, of_cpu, list, pfn)) {
		fault = list_block(pfn, order, zone, false);
		if (!fault && !pcp_type_fits(list, page_at(pfn).index))
			fault = "is recorded as of a type that this list does not take";
		if (fault)
			fail("pcp_list_fields",
			     "a per-CPU list holds unused blocks of its order and type",
			     "page frame %u on zone %u, CPU %u, list %u %s.", pfn, zone, of_cpu,
			     list, fault);
		sums[zone].pcp_pages[of_cpu] += 1 << order;
	}
}

static void walk_lists(void)
{
	uint32_t nr_lists = machine.features & BUDDY_THP ? NR_PCP_LISTS : NR_PCP_LOW_LISTS;

	memset(sums, 0, sizeof(sums));
	for (uint32_t i = 0; i < nr_frames; i++) {
		frames[i].listed = false;
		frames[i].list_order = NO_ORDER;
	}
	for (uint32_t zone = 0; zone < machine.nr_zones; zone++)
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
				walk_free_list(zone, order, (enum migratetype)type);
	check_marks();
	for (uint32_t zone = 0; zone < machine.nr_zones; zone++)
		for (uint32_t c = 0; c < machine.nr_cpus; c++)
			for (uint32_t list = 0; list < nr_lists; list++)
				walk_pcp_list(zone, c, list);
}

/* Types change without a merge: a pageblock that was of a special one may be apart for good. */
static void note_types(void)
{
	for (uint32_t i = 0; i < nr_frames; i++)
		if (frames[i].was_free)
			seen_types[block_of(machine.base_pfn + i)] |=
				(uint8_t)(1u << inspect_pageblock(&sys, machine.base_pfn + i));
}

static bool must_merge(pfn_t pfn, uint32_t order)
{
	uint32_t seen = 0, ordinary = (1u << MIGRATE_PCPTYPES) - 1;

	for (uint32_t i = 0; i < 2u << order; i++)
		seen |= seen_types[block_of(pfn + i)];
	return order < machine.pageblock_order || !(seen & ~ordinary) || !(seen & (seen - 1));
}

static void check_buddies(void)
{
	for (uint32_t i = 0; i < nr_frames; i++) {
		uint32_t order = frames[i].list_order;
		pfn_t pfn = machine.base_pfn + i, buddy;

		if (order >= MAX_PAGE_ORDER || pfn >> order & 1)
			continue;
		buddy = pfn + (1u << order);
		if (frame_at(buddy) && frame_at(buddy)->list_order == order &&
		    page_at(pfn).zone == page_at(buddy).zone && must_merge(pfn, order))
			fail("buddies_merged",
			     "two free buddies that may merge are never left apart",
			     "the order %u blocks at page frames %u and %u are both free and "
			     "apart.",
			     order, pfn, buddy);
	}
}

static bool refs_are_right(const struct frame *frame, int32_t refs)
{
	if (frame->owner == FOREIGN || (frame->owner == FREE && hidden))
		return true;
	return frame->owner == CHUNK ? refs >= frame->refs : refs == frame->refs;
}

static void check_owners(void)
{
	for (uint32_t i = 0; i < nr_frames; i++)
		if (frames[i].listed != (frames[i].owner == FREE) && (frames[i].listed || !hidden))
			fail("conservation", "every page is either free on just one list or in use",
			     "page frame %u is %s.", machine.base_pfn + i,
			     frames[i].listed ? "free and in use" : "neither");
	for (uint32_t i = 0; i < nr_frames; i++) {
		int32_t refs = page_at(machine.base_pfn + i).refcount;

		if (!refs_are_right(&frames[i], refs))
			fail("refcounts_at_rest", "every page has as many references as were taken",
			     "page frame %u has %d, and %d were taken.", machine.base_pfn + i, refs,
			     frames[i].refs);
	}
}

static void check_counters(uint32_t z, const struct zone_info *zone)
{
	int64_t free_pages = zone->nr_free_pages, cma_pages = zone->nr_free_cma_pages;
	struct pcp_info pcp;

	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		if (zone->nr_free[order] != sums[z].nr_free[order])
			fail("nr_free_recount",
			     "the block count of an order equals the length of its lists",
			     "zone %u counts %u of order %u and has %u.", z, zone->nr_free[order],
			     order, sums[z].nr_free[order]);
	for (uint32_t c = 0; c < machine.nr_cpus; c++) {
		inspect_pcp(&sys, z, c, &pcp);
		free_pages += pcp.diff_free;
		cma_pages += pcp.diff_cma;
	}
	if (free_pages != sums[z].free_pages)
		fail("free_pages_recount",
		     "the free page counter equals the pages on the free lists",
		     "zone %u counts %lld and has %lld.", z, (long long)free_pages,
		     (long long)sums[z].free_pages);
	if (cma_pages != sums[z].cma_pages)
		fail("cma_recount", "the free CMA page counter equals the pages on the CMA lists",
		     "zone %u counts %lld and has %lld.", z, (long long)cma_pages,
		     (long long)sums[z].cma_pages);
	for (uint32_t c = 0; c < machine.nr_cpus; c++) {
		inspect_pcp(&sys, z, c, &pcp);
		if (pcp.count != sums[z].pcp_pages[c])
			fail("pcp_count",
			     "the page count of a per-CPU list set equals the pages on its lists",
			     "zone %u, CPU %u counts %d and has %lld.", z, c, pcp.count,
			     (long long)sums[z].pcp_pages[c]);
	}
}

static void check_marks_of_zone(uint32_t z, const struct zone_info *zone)
{
	const uint32_t *mark = zone->watermark;
	uint64_t block = 1ull << machine.pageblock_order;
	uint64_t boost = (uint64_t)mark[WMARK_HIGH] * machine.boost_factor / 10000;
	uint64_t reserve = (zone->managed_pages / 100 + 2 * block - 1) / block * block;

	if (mark[WMARK_MIN] > mark[WMARK_LOW] || mark[WMARK_LOW] > mark[WMARK_HIGH] ||
	    mark[WMARK_HIGH] > mark[WMARK_PROMO] ||
	    (!boost_written && zone->watermark_boost > (boost > block ? boost : block)))
		fail("watermark_order",
		     "watermarks rise from min to high, and a boost keeps its limit",
		     "zone %u has min %u, low %u, high %u, promo %u, boost %u.", z, mark[WMARK_MIN],
		     mark[WMARK_LOW], mark[WMARK_HIGH], mark[WMARK_PROMO], zone->watermark_boost);
	if (zone->nr_reserved_highatomic % block || zone->nr_reserved_highatomic > reserve)
		fail("highatomic_reserve",
		     "the high-order atomic reserve is whole pageblocks, within limits",
		     "zone %u reserves %u pages.", z, zone->nr_reserved_highatomic);
}

static bool is_fixed(uint32_t type)
{
	return type == MIGRATE_CMA || type == MIGRATE_ISOLATE;
}

static void check_types(void)
{
	for (uint32_t i = 0; i < nr_frames; i++) {
		uint32_t was = set_types[block_of(machine.base_pfn + i)], now;

		if (!frames[i].was_free)
			continue;
		now = inspect_pageblock(&sys, machine.base_pfn + i);
		if (now >= MIGRATE_TYPES || (now != was && (is_fixed(now) || is_fixed(was))))
			fail("pageblock_types",
			     "pageblock types are legal; CMA and ISOLATE stay as they were set",
			     "that of page frame %u is %u and was set to %u.", machine.base_pfn + i,
			     now, was);
	}
}

static void walk(void)
{
	struct zone_info zone;

	since_walk = 0;
	if (!judged)
		return;
	walk_lists();
	note_types();
	check_buddies();
	check_owners();
	inspect_machine(&sys, &machine);
	for (uint32_t z = 0; z < machine.nr_zones; z++) {
		inspect_zone(&sys, z, &zone);
		check_counters(z, &zone);
	}
	for (uint32_t z = 0; z < machine.nr_zones; z++) {
		inspect_zone(&sys, z, &zone);
		check_marks_of_zone(z, &zone);
	}
	check_types();
}

/* ---- what all calls share ---- */

static struct task *begin(const char *name, uint32_t on_cpu)
{
	op = name;
	may_trap = false;
	waits = nr_reports = 0;
	asked_node = machine.cpu_node[on_cpu == CPU_CURRENT ? cpu : on_cpu];
	captured = false;
	return &tasks[on_cpu == CPU_CURRENT ? cpu : on_cpu];
}

static int64_t skip(void)
{
	step++;
	return SKIPPED;
}

static int64_t done(int64_t answer)
{
	uint32_t walk_every = nr_frames / 16 > 64 ? nr_frames / 16 : 64;

	if (judged && machine.pageblock_order < MAX_PAGE_ORDER)
		note_types();
	if (++since_walk >= walk_every)
		walk();
	step++;
	return answer;
}

static void check_refs(pfn_t pfn)
{
	const struct frame *frame = frame_at(pfn);
	int32_t refs = page_at(pfn).refcount;

	if (judged && !refs_are_right(frame, refs))
		fail("refcount_shadow",
		     "after an op its pages have as many references as were taken",
		     "page frame %u has %d, and %d were taken.", pfn, refs, frame->refs);
}

static void check_answer(pfn_t pfn, int64_t answer, int64_t wanted)
{
	if (judged && answer != wanted)
		fail("refcount_answer",
		     "the reference count that is answered is the number of references held",
		     "%s of page frame %u answered %lld, and %lld are held.", op, pfn,
		     (long long)answer, (long long)wanted);
}

static void give_back(pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++) {
		struct frame *frame = frame_at(pfn + i);

		frame->owner = FREE;
		frame->compound = false;
		frame->refs = 0;
		frame->order = 0;
		frame->head = pfn + i;
	}
}

static void empty(struct slot *slot)
{
	slot->kind = EMPTY;
	slot->lru = slot->exact = false;
	slot->pfn = PFN_NONE;
}

static void unmark_lru(struct slot *slot)
{
	if (slot->lru)
		buddy_set_lru(&sys, slot->pfn, frame_at(slot->pfn)->order, false);
	slot->lru = false;
}

/* One reference less on a block or a page of a split one; the last one gives it back. */
static void drop(struct slot *slot, pfn_t head)
{
	struct frame *frame = frame_at(head);

	if (--frame->refs)
		return;
	give_back(head, 1u << frame->order);
	if (slot->kind == BLOCK || !--slot->nr_left)
		empty(slot);
}

struct request {
	gfp_t gfp, plain_gfp; /* as the task's context makes it, and as it was asked */
	uint32_t nid;
	bool legal, reserves; /* the latter: it may ignore the watermarks */
	bool in_cpuset; /* it may not leave the nodes of its cpuset */
};

static bool may_use_reserves(const struct task *tsk, gfp_t gfp)
{
	bool memalloc = tsk->flags & PF_MEMALLOC && (tsk->in_softirq || !tsk->in_interrupt);

	if (gfp & __GFP_NOFAIL && gfp & __GFP_DIRECT_RECLAIM)
		return true;
	return !(gfp & __GFP_NOMEMALLOC) && (gfp & __GFP_MEMALLOC || memalloc);
}

/* Only the reserves and what must not fail come from elsewhere. */
static bool obeys_cpuset(const struct task *tsk, gfp_t gfp)
{
	bool dying = tsk->oom_victim && !tsk->in_interrupt && !(gfp & __GFP_NOMEMALLOC);

	return (gfp & __GFP_DIRECT_RECLAIM || !(gfp & __GFP_HIGH)) && !dying &&
	       !may_use_reserves(tsk, gfp);
}

static struct request request_of(const struct task *tsk, gfp_t gfp, uint32_t node)
{
	struct request request = { .gfp = gfp, .plain_gfp = gfp };

	if (tsk->flags & PF_MEMALLOC_PIN)
		request.gfp &= ~__GFP_MOVABLE;
	request.nid = node == NODE_LOCAL ? machine.cpu_node[tsk->cpu] : node;
	request.legal = gfp_is_legal(gfp) && gfp_is_legal(request.gfp);
	request.reserves = may_use_reserves(tsk, request.gfp);
	request.in_cpuset = obeys_cpuset(tsk, request.gfp);
	asked_node = request.nid;
	may_trap = !request.legal;
	return request;
}

/* Only FREE frames may be handed out. */
static void check_frames(pfn_t pfn, uint32_t nr_pages, uint32_t order)
{
	const struct frame *frame;

	for (uint32_t i = 0; i < nr_pages; i++) {
		frame = frame_at(pfn + i);
		if (!frame || frame->owner == FOREIGN)
			fail("in_range",
			     "only pages that are the allocator's to give are handed out",
			     "%s answered page frame %u.", op, pfn + i);
	}
	if (pfn & ((1u << order) - 1))
		fail("alignment", "a block begins at a multiple of its size",
		     "that of order %u begins at page frame %u.", order, pfn);
	for (uint32_t i = 0; i < nr_pages; i++) {
		frame = frame_at(pfn + i);
		if (frame->owner != FREE)
			fail("no_overlap", "no page is handed out while somebody still has it",
			     "%s handed out page frame %u of the block at %u.", op, pfn + i,
			     frame->head);
	}
}

static void check_zone(pfn_t pfn, uint32_t nr_pages, const struct request *request, bool bulk)
{
	uint32_t highest = machine.gfp_zone[request->gfp & GFP_ZONEMASK];
	uint32_t plain = machine.gfp_zone[request->plain_gfp & GFP_ZONEMASK];
	uint32_t number = page_at(pfn).zone;
	struct zone_info zone;

	if (bulk && plain > highest)
		highest = plain;
	inspect_zone(&sys, number, &zone);
	if (request->legal && request->in_cpuset && !captured &&
	    answers.barred_nodes >> zone.node & 1u)
		fail("zone_allowed", "a block comes from one zone that the request may use",
		     "page frame %u lies in node %u, which is outside the cpuset.", pfn, zone.node);
	for (uint32_t i = 0; i < nr_pages; i++)
		if (request->legal && (page_at(pfn + i).zone != number || zone.index > highest))
			fail("zone_allowed", "a block comes from one zone that the request may use",
			     "page frame %u lies in zone %u, and kinds up to %u are allowed.",
			     pfn + i, page_at(pfn + i).zone, highest);
	if (machine.features & BUDDY_NUMA && request->gfp & __GFP_THISNODE &&
	    zone.node != request->nid)
		fail("node_allowed", "a request for this node only gets memory of this node",
		     "node %u was asked for page frame %u of node %u.", request->nid, pfn,
		     zone.node);
}

/* The program writes to what it gets. */
static void check_contents(pfn_t pfn, uint32_t nr_pages, gfp_t gfp)
{
	uint8_t *content = &dirty[pfn - machine.base_pfn];

	for (uint32_t i = 0; i < nr_pages; i++)
		if (gfp & __GFP_ZERO && content[i])
			fail("zeroed", "memory that was asked for zeroed is zero",
			     "page frame %u holds old contents.", pfn + i);
	memset(content, 1, nr_pages);
}

static void check_fields(pfn_t pfn, uint32_t order, bool compound, const struct request *request)
{
	for (uint32_t i = 0; i < 1u << order; i++) {
		struct page_info info = page_at(pfn + i);
		bool head = compound && !i, tail = compound && i;

		if (info.flags & ~(head ? 1u << PG_head : 0) || info.mapcount != -1 || info.buddy ||
		    (info.mapping && !tail) || info.private_value)
			fail("clean_at_handout",
			     "a page is handed out without flags, mapping, map count or private "
			     "data",
			     "page frame %u has flags %#x, map count %d, mapping %#x, private %u.",
			     pfn + i, info.flags, info.mapcount, info.mapping, info.private_value);
	}
	for (uint32_t i = 0; i < 1u << order; i++) {
		struct page_info info = page_at(pfn + i);
		bool head = compound && !i, tail = compound && i;

		if (info.tail != tail || (tail && info.compound_head != pfn) ||
		    !(info.flags & 1u << PG_head) == head || (head && info.compound_order != order))
			fail("compound_layout",
			     "the tails of a compound block name its head, and of no other block",
			     "page frame %u, page %u of the block at %u, does not.", pfn + i, i,
			     pfn);
	}
	if (!request->reserves && page_at(pfn).pfmemalloc)
		fail("pfmemalloc_mark",
		     "only a request that may ignore the watermarks gets a page marked so",
		     "page frame %u is marked.", pfn);
}

static void hold_block(uint32_t r, pfn_t pfn, uint32_t order, bool compound)
{
	struct slot *slot = &slots[r];

	for (uint32_t i = 0; i < 1u << order; i++) {
		struct frame *frame = frame_at(pfn + i);

		frame->owner = i ? TAIL : HELD;
		frame->head = pfn;
	}
	frame_at(pfn)->refs = 1;
	frame_at(pfn)->order = order;
	frame_at(pfn)->compound = compound;
	frame_at(pfn)->slot = r;
	slot->kind = BLOCK;
	slot->pfn = slot->last_pfn = pfn;
	slot->last_order = order;
}

/* The answer to a request for one block. */
static int64_t take_block(uint32_t r, const struct page *page, uint32_t order,
			  const struct request *request)
{
	bool compound = order && request->plain_gfp & __GFP_COMP;
	pfn_t pfn = page ? page_to_pfn(&sys, page) : PFN_NONE;

	if (!page)
		return done(-1);
	if (judged) {
		check_frames(pfn, 1u << order, order);
		check_zone(pfn, 1u << order, request, false);
		check_contents(pfn, 1u << order, request->plain_gfp);
		check_fields(pfn, order, compound, request);
	}
	hold_block(r, pfn, order, compound);
	for (uint32_t i = 0; i < 1u << order; i++)
		check_refs(pfn + i);
	return done(pfn);
}

static int64_t op_alloc_pages(uint32_t r, uint32_t order, gfp_t gfp, uint32_t node, uint32_t on_cpu)
{
	struct task *tsk = begin("alloc_pages", on_cpu);
	struct request request = request_of(tsk, gfp, node);

	if (slots[r].kind != EMPTY)
		return skip();
	return take_block(r, __alloc_pages(tsk, gfp, order, request.nid, NULL), order, &request);
}

static void take_single(uint32_t r, const struct page *page, const struct request *request)
{
	pfn_t pfn = page_to_pfn(&sys, page);

	if (judged) {
		check_frames(pfn, 1, 0);
		check_zone(pfn, 1, request, true);
		check_contents(pfn, 1, request->plain_gfp);
		check_fields(pfn, 0, false, request);
	}
	hold_block(r, pfn, 0, false);
	check_refs(pfn);
}

static void check_bulk(bool right, uint32_t nr)
{
	if (judged && !right)
		fail("bulk_result",
		     "a bulk request fills empty places in order and counts them truly",
		     "%s answered %u.", op, nr);
}

static int64_t op_alloc_pages_bulk_array(uint32_t r, uint32_t count, gfp_t gfp, uint32_t node,
					 uint32_t on_cpu)
{
	static struct page *pages[NR_SLOTS];
	struct task *tsk = begin("alloc_pages_bulk_array", on_cpu);
	struct request request = request_of(tsk, gfp, node);
	uint32_t nr;

	count = count < NR_SLOTS - r ? count : NR_SLOTS - r;
	if (!count)
		return skip();
	for (uint32_t i = 0; i < count; i++)
		pages[i] = slots[r + i].kind == EMPTY ? NULL : pfn_to_page(&sys, slots[r + i].pfn);
	nr = alloc_pages_bulk_array(tsk, gfp, request.nid, NULL, count, pages);
	check_bulk(nr <= count, nr);
	for (uint32_t i = 0; i < count; i++)
		check_bulk(slots[r + i].kind == EMPTY
				   ? (i < nr) == (pages[i] != NULL)
				   : pages[i] == pfn_to_page(&sys, slots[r + i].pfn),
			   nr);
	for (uint32_t i = 0; i < count; i++)
		if (pages[i] && slots[r + i].kind == EMPTY)
			take_single(r + i, pages[i], &request);
	return done(nr);
}

static int64_t op_alloc_pages_bulk_list(uint32_t r, uint32_t count, gfp_t gfp, uint32_t node,
					uint32_t on_cpu)
{
	static struct page *pages[NR_SLOTS];
	struct task *tsk = begin("alloc_pages_bulk_list", on_cpu);
	struct request request = request_of(tsk, gfp, node);
	uint32_t nr;

	count = count < NR_SLOTS - r ? count : NR_SLOTS - r;
	for (uint32_t i = 0; i < count; i++)
		if (slots[r + i].kind != EMPTY)
			return skip();
	if (!count)
		return skip();
	nr = alloc_pages_bulk_list(tsk, gfp, request.nid, NULL, count, pages);
	check_bulk(nr <= count, nr);
	for (uint32_t i = 0; i < nr && i < count; i++)
		take_single(r + i, pages[i], &request);
	return done(nr);
}

static struct page_frag_cache fragments;

/* A chunk without live fragments that the cache gave up went back. */
static void settle(void)
{
	for (uint32_t i = 0; i < nr_frames; i++) {
		pfn_t pfn = machine.base_pfn + i;

		if (frames[i].owner == CHUNK && frames[i].head == pfn && !frames[i].refs &&
		    !page_at(pfn).refcount)
			give_back(pfn, 1u << frames[i].order);
	}
}

/* The cache replaced it unseen; the new chunk may have the same frames in another order. */
static void forget_idle(pfn_t head)
{
	if (!frame_at(head)->refs)
		give_back(head, 1u << frame_at(head)->order);
}

/* The chunk of a fragment's first page; its frames are taken when they are new. */
static struct frame *take_chunk(pfn_t pfn)
{
	pfn_t head = page_at(pfn).compound_head;
	struct page_info info = page_at(head);
	uint32_t order = info.flags & 1u << PG_head ? info.compound_order : 0;

	settle();
	if (frame_at(pfn) && frame_at(pfn)->owner == CHUNK && frame_at(frame_at(pfn)->head)->refs)
		return frame_at(frame_at(pfn)->head);
	for (uint32_t i = 0; i < 1u << order; i++)
		if (frame_at(head + i) && frame_at(head + i)->owner == CHUNK)
			forget_idle(frame_at(head + i)->head);
	check_frames(head, 1u << order, order);
	for (uint32_t i = 0; i < 1u << order; i++) {
		frame_at(head + i)->owner = CHUNK;
		frame_at(head + i)->head = head;
	}
	frame_at(head)->order = order;
	return frame_at(head);
}

static void check_fragment(const struct slot *slot, const struct frame *chunk)
{
	uint64_t start = (uint64_t)slot->pfn * BUDDY_PAGE_SIZE + slot->offset;
	uint64_t end = start + slot->size, from;
	bool right = end <= (uint64_t)(chunk->head + (1u << chunk->order)) * BUDDY_PAGE_SIZE;

	for (uint32_t i = 0; i < NR_SLOTS; i++) {
		from = (uint64_t)slots[i].pfn * BUDDY_PAGE_SIZE + slots[i].offset;
		if (slots[i].kind == FRAGMENT && start < from + slots[i].size && from < end)
			right = false;
	}
	if (!right)
		fail("frag_bounds", "a fragment lies inside its page and overlaps no live fragment",
		     "that at page frame %u, offset %u, %u bytes does not.", slot->pfn,
		     slot->offset, slot->size);
}

static int64_t op_page_frag_alloc(uint32_t r, uint32_t size, gfp_t gfp, uint32_t on_cpu)
{
	struct task *tsk = begin("page_frag_alloc", on_cpu);
	struct slot *slot = &slots[r];
	struct frame *chunk;
	struct page *page;

	may_trap = !gfp_is_legal(gfp);
	if (slot->kind != EMPTY || !size)
		return skip();
	page = page_frag_alloc(tsk, &fragments, size, gfp, UINT32_MAX, &slot->offset);
	hidden = !page;
	if (!page) {
		settle();
		return done(-1);
	}
	slot->pfn = slot->last_pfn = page_to_pfn(&sys, page);
	slot->last_order = 0;
	slot->size = size;
	if (judged) {
		chunk = take_chunk(slot->pfn);
		check_fragment(slot, chunk);
		chunk->refs++;
	}
	slot->kind = FRAGMENT;
	return done((int64_t)slot->pfn * BUDDY_PAGE_SIZE + slot->offset);
}

static int64_t op_page_frag_free(uint32_t r, uint32_t on_cpu)
{
	struct task *tsk = begin("page_frag_free", on_cpu);
	struct slot *slot = &slots[r];
	struct frame *frame = slot->kind == EMPTY ? NULL : frame_at(slot->pfn);

	if (slot->kind != FRAGMENT)
		return skip();
	page_frag_free(tsk, pfn_to_page(&sys, slot->pfn));
	if (frame->owner == CHUNK)
		frame_at(frame->head)->refs--;
	empty(slot);
	slot->last_pfn = PFN_NONE;
	settle();
	return done(1);
}

static int64_t op_page_frag_cache_drain(uint32_t on_cpu)
{
	page_frag_cache_drain(begin("page_frag_cache_drain", on_cpu), &fragments);
	hidden = false;
	settle();
	return done(1);
}

static int64_t op_free_pages(uint32_t r, uint32_t on_cpu)
{
	struct task *tsk = begin("free_pages", on_cpu);
	struct slot *slot = &slots[r];
	pfn_t pfn = slot->pfn;
	struct frame *head = frame_at(pfn);
	int64_t refs;

	if (slot->kind != BLOCK)
		return skip();
	uint32_t order = head->order;

	unmark_lru(slot);
	__free_pages(tsk, pfn_to_page(&sys, pfn), order);
	refs = page_ref_count(pfn_to_page(&sys, pfn));
	drop(slot, pfn);
	if (head->refs && !head->compound) { /* the tails go, the head stays until its last put */
		head->order = slot->last_order = 0;
		give_back(pfn + 1, (1u << order) - 1);
	}
	check_answer(pfn, refs, head->refs);
	check_refs(pfn);
	return done(refs);
}

static int64_t op_drain_all_pages(uint32_t on_cpu)
{
	drain_all_pages(begin("drain_all_pages", on_cpu));
	return done(1);
}

/* Who asks on the current CPU from here on. */
static int64_t op_task(uint32_t flags, bool interrupt, bool softirq, bool rt, bool victim)
{
	struct task *tsk = begin("task", CPU_CURRENT);

	tsk->flags = flags;
	tsk->in_interrupt = interrupt;
	tsk->in_softirq = softirq;
	tsk->rt = rt;
	tsk->oom_victim = victim;
	return done(1);
}

static int64_t op_hook_answers(struct answers told)
{
	begin("hook_answers", CPU_CURRENT);
	install_answers(&told);
	return done(1);
}

static void expect(int64_t answer, int64_t recorded)
{
	if (answer == recorded)
		return;
	printf("FAIL answer/%s\nOp %u answered %lld, and the recorded answer is %lld.\n", op,
	       step - 1, (long long)answer, (long long)recorded);
	exit(1);
}

static void expect_slots(uint32_t r, uint32_t nr, const pfn_t *recorded)
{
	for (uint32_t i = 0; i < nr; i++)
		expect(slots[r + i].kind == EMPTY ? -1 : (int64_t)slots[r + i].pfn,
		       recorded[i] == PFN_NONE ? -1 : (int64_t)recorded[i]);
}

static struct buddy_config make_machine(void)
{
	struct buddy_config config = buddy_config_x86_64(0, 1024);

	config.pageblock_order = 3;
	config.nr_nodes = 2;
	config.nr_cpus = 2;
	config.nr_memory = 2;
	config.memory[0] = (struct buddy_range){ 0, 512, 0 };
	config.memory[1] = (struct buddy_range){ 512, 1024, 1 };
	config.cpu_node[1] = 1;
	return config;
}

/* clang-format off */
static void run_program(void)
{
	expect(op_hook_answers((struct answers){ .barred_nodes = 0x55u }), 1);
	expect(op_alloc_pages(0, 0, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), 512);
	expect(op_alloc_pages(1, 0, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), 513);
	expect(op_alloc_pages(2, 0, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), 514);
	expect(op_alloc_pages(3, 3, GFP_KERNEL, 0, CPU_CURRENT), 520);
	expect(op_alloc_pages(4, 3, GFP_KERNEL | __GFP_THISNODE, 0, CPU_CURRENT), -1);
	expect(op_alloc_pages(5, 1, GFP_ATOMIC, 0, CPU_CURRENT), 516);
	expect(op_alloc_pages_bulk_array(6, 5, GFP_KERNEL, 0, CPU_CURRENT), 5);
	expect_slots(6, 5, (const pfn_t[]){ 515, 518, 519, 528, 529 });
	expect(op_page_frag_alloc(12, 512, GFP_ATOMIC, CPU_CURRENT), 2227712);
	expect(op_task(0, true, false, false, false), 1);
	expect(op_alloc_pages(13, 0, GFP_ATOMIC, NODE_LOCAL, CPU_CURRENT), 530);
	expect(op_alloc_pages_bulk_list(14, 4, GFP_NOWAIT, NODE_LOCAL, CPU_CURRENT), 1);
	expect_slots(14, 1, (const pfn_t[]){ 531 });
	expect(op_alloc_pages(18, 0, GFP_NOWAIT, 1, CPU_CURRENT), 532);
	expect(op_task(0, false, false, false, false), 1);
	expect(op_hook_answers((struct answers){ .barred_nodes = 0xaau }), 1);
	expect(op_alloc_pages(19, 0, GFP_HIGHUSER_MOVABLE, 1, CPU_CURRENT), 0);
	expect(op_alloc_pages(20, 4, GFP_KERNEL, 1, CPU_CURRENT), 256);
	expect(op_alloc_pages(21, 6, GFP_KERNEL | __GFP_NOWARN, NODE_LOCAL, CPU_CURRENT), 320);
	expect(op_alloc_pages(22, 6, GFP_KERNEL | __GFP_NOWARN, NODE_LOCAL, CPU_CURRENT), 384);
	expect(op_alloc_pages(23, 6, GFP_KERNEL | __GFP_NOWARN, NODE_LOCAL, CPU_CURRENT), 448);
	expect(op_alloc_pages(24, 6, GFP_KERNEL | __GFP_NOWARN, NODE_LOCAL, CPU_CURRENT), 128);
	expect(op_alloc_pages(25, 6, GFP_KERNEL | __GFP_NOWARN, NODE_LOCAL, CPU_CURRENT), 192);
	expect(op_alloc_pages(26, 6, GFP_KERNEL | __GFP_NOWARN, NODE_LOCAL, CPU_CURRENT), 64);
	expect(op_alloc_pages(27, 6, GFP_KERNEL | __GFP_NOWARN, NODE_LOCAL, CPU_CURRENT), -1);
	expect(op_alloc_pages(28, 6, GFP_KERNEL | __GFP_NOWARN, NODE_LOCAL, CPU_CURRENT), -1);
	expect(op_hook_answers((struct answers){ .reclaims = 1, .oom_kills = 2,
		.barred_nodes = 0xffu }), 1);
	expect(op_alloc_pages(40, 0, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), -1);
	expect(op_free_pages(40, CPU_CURRENT), SKIPPED);
	expect(op_alloc_pages(41, 0, GFP_KERNEL | __GFP_RETRY_MAYFAIL, NODE_LOCAL, CPU_CURRENT),
		-1);
	expect(op_free_pages(41, CPU_CURRENT), SKIPPED);
	expect(op_alloc_pages(42, 0, GFP_KERNEL | __GFP_NORETRY, NODE_LOCAL, CPU_CURRENT), -1);
	expect(op_free_pages(42, CPU_CURRENT), SKIPPED);
	expect(op_alloc_pages(43, 0, GFP_HIGHUSER_MOVABLE, NODE_LOCAL, CPU_CURRENT), -1);
	expect(op_free_pages(43, CPU_CURRENT), SKIPPED);
	expect(op_alloc_pages(44, 3, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), -1);
	expect(op_free_pages(44, CPU_CURRENT), SKIPPED);
	expect(op_alloc_pages(45, 3, GFP_KERNEL | __GFP_RETRY_MAYFAIL, NODE_LOCAL, CPU_CURRENT),
		-1);
	expect(op_free_pages(45, CPU_CURRENT), SKIPPED);
	expect(op_alloc_pages(46, 3, GFP_KERNEL | __GFP_NORETRY, NODE_LOCAL, CPU_CURRENT), -1);
	expect(op_free_pages(46, CPU_CURRENT), SKIPPED);
	expect(op_alloc_pages(47, 3, GFP_HIGHUSER_MOVABLE, NODE_LOCAL, CPU_CURRENT), -1);
	expect(op_free_pages(47, CPU_CURRENT), SKIPPED);
	expect(op_alloc_pages(30, 0, GFP_KERNEL | __GFP_NOFAIL, NODE_LOCAL, CPU_CURRENT), 272);
	expect(op_alloc_pages(31, 0, GFP_KERNEL | __GFP_NOFAIL | __GFP_NORETRY, NODE_LOCAL,
		CPU_CURRENT), 273);
	expect(op_alloc_pages(32, 5, GFP_KERNEL | __GFP_NOFAIL, NODE_LOCAL, CPU_CURRENT), 288);
	expect(op_alloc_pages_bulk_list(33, 3, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), 0);
	expect(op_task(PF_MEMALLOC, false, false, false, false), 1);
	expect(op_alloc_pages(36, 0, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), 274);
	expect(op_task(0, false, false, false, true), 1);
	expect(op_alloc_pages(37, 0, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), 275);
	expect(op_task(0, false, false, false, false), 1);
	expect(op_hook_answers((struct answers){ 0 }), 1);
	expect(op_alloc_pages(40, 0, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), 276);
	expect(op_free_pages(40, CPU_CURRENT), 0);
	expect(op_alloc_pages(41, 0, GFP_KERNEL | __GFP_RETRY_MAYFAIL, NODE_LOCAL, CPU_CURRENT),
		276);
	expect(op_free_pages(41, CPU_CURRENT), 0);
	expect(op_alloc_pages(42, 0, GFP_KERNEL | __GFP_NORETRY, NODE_LOCAL, CPU_CURRENT), 276);
	expect(op_free_pages(42, CPU_CURRENT), 0);
	expect(op_alloc_pages(43, 0, GFP_HIGHUSER_MOVABLE, NODE_LOCAL, CPU_CURRENT), 1);
	expect(op_free_pages(43, CPU_CURRENT), 0);
}
/* clang-format on */

static void boot(void)
{
	static const struct buddy_hooks hooks = {
		.bug = hook_bug,
		.bad_page = hook_bad_page,
		.trace = hook_trace,
		.clear_pages = hook_clear_pages,
		.nofail_wait = hook_nofail_wait,
	};
	struct buddy_config config = make_machine();
	size_t size = buddy_image_size(&config);
	void *image = size ? aligned_alloc(64, size) : NULL;
	uint32_t flags = 0;

	may_trap = true;
	if (!image || buddy_boot(&sys, &config, image, size, flags, &hooks)) {
		printf("The machine does not boot: %s\n",
		       size ? "out of memory" : buddy_config_error(&config));
		exit(2);
	}
	inspect_machine(&sys, &machine);
	nr_frames = machine.end_pfn - machine.base_pfn;
	frames = calloc(nr_frames, sizeof(*frames));
	dirty = calloc(nr_frames, 1);
	seen_types = calloc(block_of(machine.end_pfn) + 1, 1);
	set_types = calloc(block_of(machine.end_pfn) + 1, 1);
	if (!frames || !dirty || !seen_types || !set_types) {
		puts("out of memory");
		exit(2);
	}
	for (uint32_t i = 0; i < BUDDY_MAX_CPUS; i++) {
		tasks[i].sys = &sys;
		tasks[i].cpu = i;
	}
	for (uint32_t i = 0; i < NR_SLOTS; i++)
		slots[i].pfn = slots[i].last_pfn = PFN_NONE;
	for (uint32_t i = 0; i < nr_frames; i++)
		frames[i].head = machine.base_pfn + i;
	walk_lists();
	for (uint32_t i = 0; i < nr_frames; i++) {
		frames[i].was_free = frames[i].listed;
		frames[i].owner = frames[i].listed ? FREE : FOREIGN;
		if (frames[i].listed)
			set_types[block_of(machine.base_pfn + i)] =
				(uint8_t)inspect_pageblock(&sys, machine.base_pfn + i);
	}
	note_types();
	may_trap = false;
}

static void release(uint32_t r)
{
	if (slots[r].kind == FRAGMENT)
		op_page_frag_free(r, CPU_CURRENT);
	while (slots[r].kind == BLOCK)
		op_free_pages(r, CPU_CURRENT);
}

static void check_end(void)
{
	for (uint32_t i = 0; i < nr_frames; i++)
		if (frames[i].was_free && frames[i].owner != FREE)
			fail("end_all_free", "after everything was freed nothing is in use",
			     "page frame %u is.", machine.base_pfn + i);
	for (uint32_t z = 0; z < machine.nr_zones; z++)
		for (uint32_t c = 0; c < machine.nr_cpus; c++)
			if (sums[z].pcp_pages[c])
				fail("end_coalesced",
				     "once all is freed and drained, every page is free as at the "
				     "start",
				     "zone %u, CPU %u keeps %lld pages on its lists.", z, c,
				     (long long)sums[z].pcp_pages[c]);
}

int main(void)
{
	boot();
	run_program();
	for (uint32_t r = 0; judged && r < NR_SLOTS; r++)
		release(r);
	if (judged)
		op_page_frag_cache_drain(CPU_CURRENT);
	if (judged)
		op_drain_all_pages(CPU_CURRENT);
	walk();
	if (judged)
		check_end();
	printf("%u ops, every check held\n", step);
	return 0;
}
