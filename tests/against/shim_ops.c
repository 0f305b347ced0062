/* SPDX-License-Identifier: MIT */
/* The operations as calls of the core: one function each, found by its number. */
#include <string.h>

#include "shim_core.h"

typedef uint64_t (*shim_function)(struct shim *shim, struct task *tsk, const struct shim_op *op);

static struct page *page_at(struct shim *shim, uint32_t pfn)
{
	return pfn_to_page(&shim->sys, pfn);
}

static uint64_t frame_of(struct shim *shim, const struct page *page)
{
	return page ? page_to_pfn(&shim->sys, page) : SHIM_NONE;
}

static uint64_t do_alloc_pages(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	return frame_of(shim, alloc_pages(tsk, op->gfp, op->order));
}

static uint64_t do_alloc_pages_node(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	return frame_of(shim, alloc_pages_node(tsk, op->node, op->gfp, op->order));
}

static uint32_t node_of(const struct shim *shim, const struct shim_op *op)
{
	return op->node < 0 ? shim->info.cpu_node[op->cpu] : (uint32_t)op->node;
}

static const uint32_t *mask_of(const struct shim_op *op)
{
	return op->nodemask ? &op->nodemask : NULL;
}

static uint64_t do_alloc_pages_nodemask(struct shim *shim, struct task *tsk,
					const struct shim_op *op)
{
	return frame_of(shim,
			__alloc_pages(tsk, op->gfp, op->order, node_of(shim, op), mask_of(op)));
}

static uint64_t do_get_zeroed_page(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	return frame_of(shim, get_zeroed_page(tsk, op->gfp));
}

static uint64_t do_alloc_pages_exact(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	return frame_of(shim, alloc_pages_exact(tsk, op->count, op->gfp));
}

static void tell_pages(struct shim *shim, uint32_t nr)
{
	shim->answer->nr_pfns = nr;
	for (uint32_t i = 0; i < nr; i++)
		shim->answer->pfns[i] = (uint32_t)frame_of(shim, shim->pages[i]);
}

static uint64_t do_alloc_pages_bulk_array(struct shim *shim, struct task *tsk,
					  const struct shim_op *op)
{
	uint32_t nr;

	for (uint32_t i = 0; i < op->nr_pfns; i++)
		shim->pages[i] = op->pfns[i] == SHIM_NONE ? NULL : page_at(shim, op->pfns[i]);
	nr = alloc_pages_bulk_array(tsk, op->gfp, node_of(shim, op), mask_of(op), op->nr_pfns,
				    shim->pages);
	tell_pages(shim, op->nr_pfns);
	return nr;
}

static uint64_t do_alloc_pages_bulk_list(struct shim *shim, struct task *tsk,
					 const struct shim_op *op)
{
	uint32_t nr = alloc_pages_bulk_list(tsk, op->gfp, node_of(shim, op), mask_of(op), op->count,
					    shim->pages);

	tell_pages(shim, nr);
	return nr;
}

static uint64_t do_page_frag_alloc(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	uint32_t offset_bytes = 0;
	struct page *page = page_frag_alloc(tsk, &shim->frags[op->which], op->count, op->gfp,
					    (uint32_t)op->value, &offset_bytes);

	return (uint64_t)offset_bytes << 32 | frame_of(shim, page);
}

static uint64_t do_free_pages(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	struct page *page = page_at(shim, op->pfn);

	__free_pages(tsk, page, op->order);
	return (uint32_t)page_ref_count(page);
}

static uint64_t do_free_the_page(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	free_the_page(tsk, page_at(shim, op->pfn), op->order);
	return 0;
}

static uint64_t do_free_pages_exact(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	free_pages_exact(tsk, page_at(shim, op->pfn), op->count);
	return 0;
}

static uint64_t do_free_contig_range(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	free_contig_range(tsk, page_at(shim, op->pfn), op->count);
	return 0;
}

static uint64_t do_release_pages(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	for (uint32_t i = 0; i < op->nr_pfns; i++)
		shim->pages[i] = page_at(shim, op->pfns[i]);
	release_pages(tsk, shim->pages, op->nr_pfns);
	return 0;
}

static uint64_t do_get_page(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	get_page(tsk, page_at(shim, op->pfn));
	return 0;
}

static uint64_t do_get_page_unless_zero(struct shim *shim, struct task *tsk,
					const struct shim_op *op)
{
	return get_page_unless_zero(tsk, page_at(shim, op->pfn));
}

static uint64_t do_put_page(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	put_page(tsk, page_at(shim, op->pfn));
	return 0;
}

static uint64_t do_split_page(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	split_page(tsk, page_at(shim, op->pfn), op->order);
	return 0;
}

static uint64_t do_page_frag_free(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	page_frag_free(tsk, page_at(shim, op->pfn));
	return 0;
}

static uint64_t do_page_frag_cache_drain(struct shim *shim, struct task *tsk,
					 const struct shim_op *op)
{
	page_frag_cache_drain(tsk, &shim->frags[op->which]);
	return 0;
}

static uint64_t do_drain_local_pages(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	(void)shim, (void)op;
	drain_local_pages(tsk);
	return 0;
}

static uint64_t do_drain_all_pages(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	(void)shim, (void)op;
	drain_all_pages(tsk);
	return 0;
}

static uint64_t do_set_pageblock_migratetype(struct shim *shim, struct task *tsk,
					     const struct shim_op *op)
{
	(void)tsk;
	set_pageblock_migratetype(&shim->sys, op->pfn, (enum migratetype)op->count);
	return 0;
}

static uint64_t do_buddy_set_lru(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	(void)tsk;
	buddy_set_lru(&shim->sys, op->pfn, op->order, op->count);
	return 0;
}

static uint64_t do_buddy_tick(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	(void)shim, (void)op;
	buddy_tick(tsk);
	return 0;
}

static uint64_t do_buddy_sysctl_write(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	static const enum buddy_sysctl_name names[SHIM_NR_SYSCTLS] = {
		[SHIM_MIN_FREE_KBYTES] = SYSCTL_MIN_FREE_KBYTES,
		[SHIM_WATERMARK_SCALE_FACTOR] = SYSCTL_WATERMARK_SCALE_FACTOR,
		[SHIM_WATERMARK_BOOST_FACTOR] = SYSCTL_WATERMARK_BOOST_FACTOR,
		[SHIM_PERCPU_PAGELIST_HIGH_FRACTION] = SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION,
		[SHIM_LOWMEM_RESERVE_RATIO] = SYSCTL_LOWMEM_RESERVE_RATIO,
	};

	(void)tsk;
	return (uint64_t)buddy_sysctl_write(&shim->sys, names[op->which], op->count, op->value);
}

static uint64_t do_move(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	(void)tsk, (void)op;
	return shim_move(shim);
}

static uint64_t do_remember(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	(void)tsk, (void)op;
	return shim_remember(shim);
}

static uint64_t do_forget(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	(void)tsk, (void)op;
	shim_forget(shim);
	return 0;
}

static uint64_t do_rewind(struct shim *shim, struct task *tsk, const struct shim_op *op)
{
	(void)tsk, (void)op;
	return shim_rewind(shim);
}

static const shim_function functions[SHIM_NR_CALLS] = {
#define F(name) [SHIM_CALL_##name] = do_##name,
	SHIM_CALLS(F)
#undef F
};

static struct task *ask_as(struct shim *shim, const struct shim_op *op)
{
	struct task *tsk = &shim->tasks[op->cpu];

	tsk->flags = op->task_flags;
	tsk->in_interrupt = op->in_interrupt;
	tsk->in_softirq = op->in_softirq;
	tsk->rt = op->rt;
	tsk->oom_victim = op->oom_victim;
	tsk->mems_allowed = op->mems_allowed ? &op->mems_allowed : NULL;
	return tsk;
}

void shim_apply(struct shim *shim, const struct shim_op *op, struct shim_answer *answer)
{
	answer->result = answer->event_hash = 0;
	answer->nr_pfns = answer->nr_relief = answer->nr_events = 0;
	answer->trapped = false;
	shim->op = op;
	shim->answer = answer;
	shim->nr_random = shim->nr_claims = 0;
	shim->capturing = false;
	if (setjmp(shim->trap))
		answer->trapped = true;
	else
		answer->result = functions[op->call](shim, ask_as(shim, op), op);
}
