/* SPDX-License-Identifier: MIT */
/*
 * The embedder of the core as OP_hook_answers describes it. Claims of progress are counted down, so
 * every request ends. Nothing is reclaimed or moved: what becomes free was on a per-CPU list.
 * Hooks that have nothing to say are not installed: a core without them takes other paths.
 */
#include "buddy/gfp.h"
#include "diff/subjects/subject_core.h"

#include <string.h>

#define NOFAIL_MAX_ROUNDS 3
#define TRYLOCK_FAILS_EVERY 4
#define NR_COMPACT_RESULTS (COMPACT_SUCCESS + 1u)

static bool claim(uint32_t *nr_left)
{
	if (!*nr_left)
		return false;
	--*nr_left;
	return true;
}

/* ---- slow path ---- */

/* All the freeing there is: the pages on the lists of this CPU. */
static void drain_lists(struct core *core, struct task *tsk)
{
	core->event->answers |= ANSWER_DRAINED;
	drain_local_pages(tsk);
}

static uint32_t hook_reclaim(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct core *core = context;

	(void)gfp;
	(void)order;
	core_locks_check_idle(&core->locks, "where it asks for reclaim");
	/* That it was asked tells a replay where the real kernel went another way. */
	core->event->nr_slow_calls++;
	if (!claim(&core->answers.nr_reclaim))
		return 0;
	drain_lists(core, tsk);
	return 1;
}

/*
 * A block that compaction would have made free, taken from the reserves instead. It comes with the
 * reference of a request, which the core replaces and DEBUG_VM objects to.
 */
static pfn_t capture(struct core *core, struct task *tsk, gfp_t gfp, uint32_t order)
{
	gfp_t kind = gfp & (GFP_ZONEMASK | __GFP_RECLAIMABLE | __GFP_THISNODE);
	struct page *page;

	if (core->config.features & BUDDY_DEBUG_VM)
		return PFN_NONE;
	core->answers.capturing = true;
	page = __alloc_pages(tsk, kind | __GFP_NOWARN, order, core->call->node, NULL);
	core->answers.capturing = false;
	if (!page)
		return PFN_NONE;
	core->event->answers |= ANSWER_CAPTURED;
	return page_to_pfn(&core->sys, page);
}

static enum compact_result hook_compact(void *context, struct task *tsk, gfp_t gfp, uint32_t order,
					enum compact_priority priority, pfn_t *captured)
{
	struct core *core = context;
	uint32_t value = core->answers.value;
	enum compact_result result;

	(void)priority;
	core_locks_check_idle(&core->locks, "where it asks for compaction");
	core->event->nr_slow_calls++;
	if (!claim(&core->answers.nr_compact))
		return COMPACT_SKIPPED;
	result = (enum compact_result)(op_hooks_get(value, OP_HOOKS_COMPACT) % NR_COMPACT_RESULTS);
	if (result == COMPACT_SUCCESS && value & OP_HOOKS_CAPTURE)
		*captured = capture(core, tsk, gfp, order);
	else if (result == COMPACT_SUCCESS)
		drain_lists(core, tsk);
	return result;
}

static bool hook_out_of_memory(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct core *core = context;

	(void)tsk;
	(void)gfp;
	(void)order;
	return claim(&core->answers.nr_oom);
}

static bool hook_nofail_wait(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct core *core = context;

	(void)tsk;
	(void)gfp;
	(void)order;
	core_locks_check_idle(&core->locks, "where it waits for memory");
	if (core->nofail_rounds++ < NOFAIL_MAX_ROUNDS)
		return true;
	core->event->status = EVENT_STALLED;
	return false;
}

static uint64_t hook_reclaimable(void *context, uint32_t zone)
{
	const struct core *core = context;
	uint32_t n = op_hooks_get(core->answers.value, OP_HOOKS_RECLAIMABLE);

	(void)zone;
	return n ? UINT64_C(1) << 12 * (n - 1) : 0;
}

/* ---- nodes and requests ---- */

static bool hook_cpuset_allowed(void *context, const struct task *tsk, uint32_t node, gfp_t gfp)
{
	const struct core *core = context;

	(void)tsk;
	(void)gfp;
	return !op_hooks_bars(core->answers.value, node);
}

static bool hook_node_dirty_ok(void *context, uint32_t node)
{
	const struct core *core = context;

	return !(op_hooks_get(core->answers.value, OP_HOOKS_DIRTY) >> (node & 1u) & 1u);
}

static int hook_node_reclaim(void *context, uint32_t node, gfp_t gfp, uint32_t order)
{
	const struct core *core = context;

	(void)node;
	(void)gfp;
	(void)order;
	return (int)(op_hooks_get(core->answers.value, OP_HOOKS_NODE_RECLAIM) % 5) - 3;
}

static bool hook_should_fail_alloc(void *context, gfp_t gfp, uint32_t order)
{
	struct core *core = context;
	uint32_t every = op_hooks_get(core->answers.value, OP_HOOKS_FAIL);

	(void)gfp;
	(void)order;
	if (core->answers.capturing || ++core->answers.nr_requests % every)
		return false;
	core->event->answers |= ANSWER_REFUSED;
	return true;
}

/* ---- locks ---- */

static void lock_is_busy(void *context)
{
	struct core *core = context;

	core->event->answers |= ANSWER_BUSY;
}

static void install_locks(struct core *core, bool wanted)
{
	core_locks_refuse(&core->locks, wanted ? TRYLOCK_FAILS_EVERY : 0, lock_is_busy);
	buddy_set_sync(&core->sys, wanted || core->sys.hooks.trace ? &core->locks.sync : NULL);
}

/* ---- what is installed ---- */

static uint32_t mems_allowed(uint32_t value)
{
	uint32_t mask = 0;

	for (uint32_t node = 0; node < BUDDY_MAX_NODES; node++)
		mask |= (uint32_t)!op_hooks_bars(value, node) << node;
	return mask;
}

static void install_cpuset(struct core *core, bool cpusets)
{
	core->answers.mems_allowed = mems_allowed(core->answers.value);
	for (uint32_t cpu = 0; cpu < BUDDY_MAX_CPUS; cpu++)
		core->tasks[cpu].mems_allowed = cpusets ? &core->answers.mems_allowed : NULL;
}

void core_set_answers(struct core *core, uint32_t value)
{
	struct buddy_hooks hooks = core->sys.hooks;
	bool absent = value & OP_HOOKS_ABSENT, cpusets = value & OP_HOOKS_CPUSET;

	core->answers = (struct core_answers){
		.value = value,
		.nr_reclaim = op_hooks_get(value, OP_HOOKS_RECLAIM),
		.nr_compact = op_hooks_get(value, OP_HOOKS_COMPACT_TIMES),
		.nr_oom = op_hooks_get(value, OP_HOOKS_OOM),
	};
	install_locks(core, value & OP_HOOKS_SYNC);
	hooks.reclaim = absent ? NULL : hook_reclaim;
	hooks.compact = absent ? NULL : hook_compact;
	hooks.nofail_wait = hook_nofail_wait;
	hooks.out_of_memory = core->answers.nr_oom ? hook_out_of_memory : NULL;
	hooks.reclaimable = value & OP_HOOKS_RECLAIMABLE ? hook_reclaimable : NULL;
	hooks.node_dirty_ok = value & OP_HOOKS_DIRTY ? hook_node_dirty_ok : NULL;
	hooks.node_reclaim =
		op_hooks_get(value, OP_HOOKS_NODE_RECLAIM) % 5 ? hook_node_reclaim : NULL;
	hooks.should_fail_alloc = value & OP_HOOKS_FAIL ? hook_should_fail_alloc : NULL;
	hooks.cpuset_allowed = cpusets ? hook_cpuset_allowed : NULL;
	buddy_set_hooks(&core->sys, &hooks);
	install_cpuset(core, cpusets);
}
