/* SPDX-License-Identifier: MIT */
/*
 * An embedder whose answers follow from the operation's seed and from how often it was asked. Every
 * call of a hook is an event. Claims of progress are counted, so that every request ends.
 */
#include "shim_core.h"

#define MAX_CLAIMS 5u
#define MAX_RELIEF_AT_ONCE 8u

static uint64_t scatter(uint64_t value)
{
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

static uint32_t next_random(struct shim *shim)
{
	uint64_t at = UINT64_C(0x9e3779b97f4a7c15) * ++shim->nr_random;

	return (uint32_t)(scatter(shim->op->seed + at) >> 32);
}

static void note(struct shim *shim, enum shim_hook_number kind, const uint32_t *args, uint32_t nr)
{
	struct shim_answer *answer = shim->answer;
	struct shim_event event = { .kind = kind };

	if (!answer)
		return; /* it boots */

	answer->event_hash = scatter(answer->event_hash + kind);
	for (uint32_t i = 0; i < nr; i++) {
		event.args[i] = args[i];
		answer->event_hash = scatter(answer->event_hash ^ args[i]);
	}
	if (answer->nr_events < SHIM_MAX_EVENTS)
		answer->events[answer->nr_events] = event;
	answer->nr_events++;
}

#define NOTE(shim, name, ...)                                                                      \
	do {                                                                                       \
		const uint32_t args[] = { __VA_ARGS__ };                                           \
                                                                                                   \
		note(shim, SHIM_HOOK_NR_##name, args, (uint32_t)(sizeof(args) / sizeof(args[0]))); \
	} while (0)

static bool claim(struct shim *shim)
{
	return shim->nr_claims < MAX_CLAIMS && ++shim->nr_claims && next_random(shim) % 2;
}

/* Only here: a bug of the core ends the operation, and the program with it. */
static void hook_bug(void *context, const char *condition, pfn_t pfn)
{
	struct shim *shim = context;

	(void)condition;
	(void)pfn;
	longjmp(shim->trap, 1);
}

static void hook_bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)
{
	NOTE((struct shim *)context, bad_page, pfn, (uint32_t)reason);
}

static void hook_trace(void *context, const struct buddy_trace *trace)
{
	NOTE((struct shim *)context, trace, (uint32_t)trace->kind, trace->pfn, trace->order,
	     trace->zone, trace->gfp, trace->migratetype, trace->value);
}

static void hook_clear_pages(void *context, pfn_t pfn, uint32_t nr_pages)
{
	NOTE((struct shim *)context, clear_pages, pfn, nr_pages);
}

/* Frees some of the blocks that the operation offers, in the middle of the request. */
static uint32_t relieve(struct shim *shim, struct task *tsk)
{
	const struct shim_op *op = shim->op;
	uint32_t nr = next_random(shim) % (MAX_RELIEF_AT_ONCE + 1), nr_pages = 0;

	for (; nr && shim->answer->nr_relief < op->nr_relief; nr--) {
		uint32_t n = shim->answer->nr_relief++;

		__free_pages(tsk, pfn_to_page(&shim->sys, op->pfns[op->nr_pfns + n]),
			     op->relief_orders[n]);
		nr_pages += 1u << op->relief_orders[n];
	}
	return nr_pages;
}

static uint32_t hook_reclaim(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct shim *shim = context;

	NOTE(shim, reclaim, gfp, order, tsk->flags);
	return claim(shim) ? relieve(shim, tsk) + next_random(shim) % 2 : 0;
}

static uint64_t hook_reclaimable(void *context, uint32_t zone)
{
	struct shim *shim = context;

	NOTE(shim, reclaimable, zone);
	return next_random(shim) % 2 ? next_random(shim) % 4096 : 0;
}

/*
 * A block that compaction would have made free, taken from the reserves instead. It comes with the
 * reference of a request, which the core replaces and DEBUG_VM objects to.
 */
static pfn_t capture(struct shim *shim, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct page *page;

	if (shim->info.features & BUDDY_DEBUG_VM)
		return PFN_NONE;
	shim->capturing = true;
	page = __alloc_pages(tsk, (gfp & (GFP_ZONEMASK | __GFP_RECLAIMABLE)) | __GFP_NOWARN, order,
			     shim->info.cpu_node[tsk->cpu], NULL);
	shim->capturing = false;
	return page ? page_to_pfn(&shim->sys, page) : PFN_NONE;
}

static enum compact_result hook_compact(void *context, struct task *tsk, gfp_t gfp, uint32_t order,
					enum compact_priority priority, pfn_t *captured)
{
	struct shim *shim = context;
	enum compact_result result;

	NOTE(shim, compact, gfp, order, (uint32_t)priority, tsk->flags);
	if (!claim(shim))
		return next_random(shim) % 4 ? COMPACT_SKIPPED : COMPACT_DEFERRED;
	result = (enum compact_result)(next_random(shim) % (COMPACT_SUCCESS + 1u));
	if (result == COMPACT_SUCCESS && next_random(shim) % 2)
		*captured = capture(shim, tsk, gfp, order);
	else if (result >= COMPACT_COMPLETE)
		drain_local_pages(tsk);
	return result;
}

static bool hook_out_of_memory(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct shim *shim = context;

	NOTE(shim, out_of_memory, gfp, order, tsk->flags);
	return claim(shim) && relieve(shim, tsk);
}

static bool hook_nofail_wait(void *context, struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct shim *shim = context;

	NOTE(shim, nofail_wait, gfp, order, tsk->flags);
	return claim(shim);
}

static bool hook_cpuset_allowed(void *context, const struct task *tsk, uint32_t node, gfp_t gfp)
{
	struct shim *shim = context;

	NOTE(shim, cpuset_allowed, node, gfp, tsk->cpu);
	return shim->op->mems_allowed >> node & 1;
}

static bool hook_node_dirty_ok(void *context, uint32_t node)
{
	struct shim *shim = context;

	NOTE(shim, node_dirty_ok, node);
	return next_random(shim) % 4;
}

static int hook_node_reclaim(void *context, uint32_t node, gfp_t gfp, uint32_t order)
{
	struct shim *shim = context;

	NOTE(shim, node_reclaim, node, gfp, order);
	return (int)(next_random(shim) % 4) - 2;
}

static bool hook_should_fail_alloc(void *context, gfp_t gfp, uint32_t order)
{
	struct shim *shim = context;

	NOTE(shim, should_fail_alloc, gfp, order);
	return !shim->capturing && next_random(shim) % 16 == 0;
}

void shim_install_hooks(struct shim *shim, uint32_t mask)
{
	shim->hooks = (struct buddy_hooks){ .context = shim, .bug = hook_bug };
#define F(name)                     \
	if (mask & SHIM_HOOK(name)) \
		shim->hooks.name = hook_##name;
	SHIM_HOOKS(F)
#undef F
}
