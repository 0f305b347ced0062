/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, second part: the hooks that a program may tell what to answer, and locks that
 * check how they are taken. Claims of progress are counted down, so every request ends. Nothing is
 * reclaimed or moved: what becomes free was on a per-CPU list.
 */
/* @part hook_locks */
/* ---- locks: a pcp lock outside the zone lock of its zone, nothing held at rest ---- */

#define NO_LOCK UINT32_MAX
#define TRYLOCK_FAILS_EVERY 4
static uint32_t zone_held = NO_LOCK, pcp_held = NO_LOCK, nr_trylocks;

static void lock_fault(uint32_t id, const char *fault)
{
	static char text[128];
	bool of_zone = id < machine.nr_zones;

	snprintf(text, sizeof(text), "the %s lock of zone %u %s", of_zone ? "zone" : "pcp",
		 id % machine.nr_zones, fault);
	hook_bug(NULL, text, PFN_NONE);
}

static void check_no_lock(const char *where)
{
	if (zone_held != NO_LOCK || pcp_held != NO_LOCK)
		lock_fault(zone_held != NO_LOCK ? zone_held : pcp_held, where);
}

static void take_lock(void *context, uint32_t id)
{
	bool of_zone = id < machine.nr_zones;
	uint32_t *held = of_zone ? &zone_held : &pcp_held;

	(void)context;
	if (*held != NO_LOCK)
		lock_fault(id, "is taken while it or another of its kind is held");
	else if (!of_zone && zone_held != NO_LOCK)
		lock_fault(id, "is taken inside a zone lock");
	else if (of_zone && pcp_held != NO_LOCK && pcp_held % machine.nr_zones != id)
		lock_fault(id, "is taken inside the pcp lock of another zone");
	*held = id;
}

static bool try_lock(void *context, uint32_t id)
{
	if (++nr_trylocks % TRYLOCK_FAILS_EVERY == 0)
		return false;
	take_lock(context, id);
	return true;
}

static void drop_lock(void *context, uint32_t id)
{
	uint32_t *held = id < machine.nr_zones ? &zone_held : &pcp_held;

	(void)context;
	if (*held != id)
		lock_fault(id, "is released and was not held");
	*held = NO_LOCK;
}

/* @always */
static bool hook_nofail_wait(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	(void)context, (void)tsk, (void)gfp, (void)order;
	/* @also hook_locks */
	check_no_lock("is held where it waits for memory");
	/* @end */
	return waits++ < 3;
}

/* @part hook_answers */
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
	/* @also hook_locks */
	check_no_lock("is held where it asks for reclaim");
	/* @end */
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
	/* @also hook_locks */
	check_no_lock("is held where it asks for compaction");
	/* @end */
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

/* @part hook_locks */
static const struct buddy_sync checked_locks = {
	.lock = take_lock,
	.trylock = try_lock,
	.unlock = drop_lock,
};

/* @part hook_answers */
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
	/* @also hook_locks */
	nr_trylocks = 0;
	buddy_set_sync(&sys, told->locks ? &checked_locks : NULL);
	/* @end */
}
