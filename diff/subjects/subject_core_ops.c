/* SPDX-License-Identifier: MIT */
/*
 * The operations of the language as calls of the core: one function per op, found by its code. Each
 * notes its answer in the event as event.h and the rules of the slots want it.
 */
#include "diff/subjects/subject_core.h"

static struct task *task_of(struct core *core, const struct call *call)
{
	return &core->tasks[call->cpu];
}

static struct page *page_at(struct core *core, pfn_t pfn)
{
	return pfn_to_page(&core->sys, pfn);
}

/* Writes to pages that a request returned; the first one that was not zeroed is kept. */
static void write_pages(struct core *core, struct event *event, pfn_t pfn, uint32_t nr_pages,
			gfp_t gfp)
{
	pfn_t dirty;

	if (!core->contents.tags)
		return;
	dirty = page_tags_dirty(&core->contents, pfn, nr_pages);
	if (gfp & __GFP_ZERO && event->unzeroed_pfn == PFN_NONE)
		event->unzeroed_pfn = dirty;
}

/* Notes what came out of a request for nr_pages pages and writes to them. */
static void block_allocated(struct core *core, struct event *event, struct page *page,
			    uint32_t nr_pages, gfp_t gfp)
{
	if (!page)
		return;
	event->pfn = page_to_pfn(&core->sys, page);
	event->result = 1;
	write_pages(core, event, event->pfn, nr_pages, gfp);
}

static void do_alloc_pages(struct core *core, const struct call *call, struct event *event)
{
	struct page *page =
		alloc_pages_node(task_of(core, call), call->node, call->gfp, call->order);

	block_allocated(core, event, page, 1u << call->order, call->gfp);
}

static void do_get_zeroed_page(struct core *core, const struct call *call, struct event *event)
{
	struct page *page = get_zeroed_page(task_of(core, call), call->gfp);

	block_allocated(core, event, page, 1, call->gfp | __GFP_ZERO);
}

static void do_alloc_pages_exact(struct core *core, const struct call *call, struct event *event)
{
	struct page *page = alloc_pages_exact(task_of(core, call), call->count, call->gfp);

	block_allocated(core, event, page, pages_of_bytes(call->count), call->gfp);
}

static void do_alloc_pages_bulk_array(struct core *core, const struct call *call,
				      struct event *event)
{
	uint32_t nr = call->count;
	const pfn_t *held = call->pfns;
	pfn_t *pfns = event->pfns;

	for (uint32_t i = 0; i < nr; i++)
		core->pages[i] = held[i] == PFN_NONE ? NULL : page_at(core, held[i]);
	event->result = alloc_pages_bulk_array(task_of(core, call), call->gfp, call->node, NULL, nr,
					       core->pages);
	event->nr_pfns = nr;
	for (uint32_t i = 0; i < nr; i++) {
		pfns[i] = core->pages[i] ? page_to_pfn(&core->sys, core->pages[i]) : PFN_NONE;
		if (held[i] == PFN_NONE && core->pages[i])
			write_pages(core, event, pfns[i], 1, call->gfp);
	}
}

static void do_alloc_pages_bulk_list(struct core *core, const struct call *call,
				     struct event *event)
{
	uint32_t nr = alloc_pages_bulk_list(task_of(core, call), call->gfp, call->node, NULL,
					    call->count, core->pages);

	event->result = nr;
	event->nr_pfns = nr;
	for (uint32_t i = 0; i < nr; i++) {
		event->pfns[i] = page_to_pfn(&core->sys, core->pages[i]);
		write_pages(core, event, event->pfns[i], 1, call->gfp);
	}
}

/* ---- fragments ---- */

struct chunk {
	pfn_t pfn; /* PFN_NONE: none */
	uint32_t nr_pages;
};

static struct chunk cached_chunk(struct core *core)
{
	struct page *page = core->frag_cache.page;

	return page ? (struct chunk){ page_to_pfn(&core->sys, page),
				      core->frag_cache.size_bytes >> BUDDY_PAGE_SHIFT }
		    : (struct chunk){ PFN_NONE, 0 };
}

static struct effect cache_effect(enum effect_kind kind, const struct chunk *chunk)
{
	return (struct effect){
		.kind = (uint8_t)kind,
		.holder = HOLDER_fragment_cache,
		.order = (uint8_t)__builtin_ctz(chunk->nr_pages),
		.pfn = chunk->pfn,
		.value = -1,
	};
}

/* FR-77: what became of the chunk that the cache had. One that still has references is left to its
 * fragments; one whose frames the cache has again went back in between. */
static void tell_of_cache(struct core *core, struct event *event, struct chunk before)
{
	struct chunk now = cached_chunk(core);
	bool gone;

	if (before.pfn == now.pfn && before.nr_pages == now.nr_pages)
		return;
	if (before.nr_pages) {
		gone = (now.nr_pages && before.pfn < now.pfn + now.nr_pages &&
			now.pfn < before.pfn + before.nr_pages) ||
		       !page_ref_count(page_at(core, before.pfn));
		event_add_effect(event, cache_effect(gone ? EFFECT_GIVE : EFFECT_REF, &before));
	}
	if (now.nr_pages)
		event_add_effect(event, cache_effect(EFFECT_TAKE, &now));
}

static void do_page_frag_alloc(struct core *core, const struct call *call, struct event *event)
{
	struct chunk before = cached_chunk(core);
	struct page *page = page_frag_alloc(task_of(core, call), &core->frag_cache, call->count,
					    call->gfp, UINT32_MAX, &event->offset_bytes);

	block_allocated(core, event, page, 0, call->gfp & ~__GFP_ZERO);
	tell_of_cache(core, event, before);
}

/* LRU marks stand for pages that reclaim would take off its lists before they are freed. */
static void unmark_lru(struct core *core, pfn_t pfn, uint32_t order)
{
	struct page_info info;

	if (core->lru_used && inspect_page(&core->sys, pfn, &info) && info.flags & 1u << PG_lru)
		buddy_set_lru(&core->sys, pfn, order, false);
}

static void do_set_lru(struct core *core, const struct call *call, struct event *event)
{
	buddy_set_lru(&core->sys, call->pfn, call->order, true);
	core->lru_used = true;
	event->result = 1;
}

static void do_free_pages(struct core *core, const struct call *call, struct event *event)
{
	struct page *page = page_at(core, call->pfn);

	unmark_lru(core, call->pfn, call->order);
	__free_pages(task_of(core, call), page, call->order);
	event->result = page_ref_count(page);
}

static void do_free_pages_exact(struct core *core, const struct call *call, struct event *event)
{
	free_pages_exact(task_of(core, call), page_at(core, call->pfn), call->count);
	event->result = 1;
}

/* References of a tail page are kept by its head (FR-60). */
static struct page *head_of(struct core *core, pfn_t pfn)
{
	struct page_info info;

	if (!inspect_page(&core->sys, pfn, &info) || !info.tail)
		return page_at(core, pfn);
	return page_at(core, info.compound_head);
}

static void do_get_page(struct core *core, const struct call *call, struct event *event)
{
	get_page(task_of(core, call), page_at(core, call->pfn));
	event->result = page_ref_count(head_of(core, call->pfn));
}

static void do_get_page_unless_zero(struct core *core, const struct call *call, struct event *event)
{
	if (get_page_unless_zero(task_of(core, call), page_at(core, call->pfn)))
		event->result = page_ref_count(head_of(core, call->pfn));
}

static void do_put_page(struct core *core, const struct call *call, struct event *event)
{
	struct page *head = head_of(core, call->pfn);

	unmark_lru(core, page_to_pfn(&core->sys, head), call->order);
	put_page(task_of(core, call), page_at(core, call->pfn));
	event->result = page_ref_count(head);
}

static void do_split_page(struct core *core, const struct call *call, struct event *event)
{
	split_page(task_of(core, call), page_at(core, call->pfn), call->order);
	event->result = 1;
}

static void do_free_contig_range(struct core *core, const struct call *call, struct event *event)
{
	free_contig_range(task_of(core, call), page_at(core, call->pfn), call->count);
	event->result = 1;
}

static void do_release_pages(struct core *core, const struct call *call, struct event *event)
{
	for (uint32_t i = 0; i < call->count; i++) {
		unmark_lru(core, call->pfns[i], 0);
		core->pages[i] = page_at(core, call->pfns[i]);
	}
	release_pages(task_of(core, call), core->pages, call->count);
	event->result = 1;
}

static void do_put_pages_list(struct core *core, const struct call *call, struct event *event)
{
	for (uint32_t i = 0; i < call->count; i++)
		core->pages[i] = page_at(core, call->pfns[i]);
	put_pages_list(task_of(core, call), core->pages, call->count);
	event->result = 1;
}

static void do_page_frag_free(struct core *core, const struct call *call, struct event *event)
{
	page_frag_free(task_of(core, call), page_at(core, call->pfn));
	event->result = 1;
}

static void do_page_frag_cache_drain(struct core *core, const struct call *call,
				     struct event *event)
{
	struct chunk before = cached_chunk(core);

	page_frag_cache_drain(task_of(core, call), &core->frag_cache);
	tell_of_cache(core, event, before);
	event->result = 1;
}

static void do_drain_local_pages(struct core *core, const struct call *call, struct event *event)
{
	drain_local_pages(task_of(core, call));
	event->result = 1;
}

static void do_drain_all_pages(struct core *core, const struct call *call, struct event *event)
{
	drain_all_pages(task_of(core, call));
	event->result = 1;
}

static void do_set_pageblock_type(struct core *core, const struct call *call, struct event *event)
{
	pfn_t end = call->pfn + (1u << call->order);

	for (pfn_t pfn = call->pfn; pfn < end; pfn += 1u << core->config.pageblock_order)
		set_pageblock_migratetype(&core->sys, pfn, (enum migratetype)call->type);
	event->result = 1;
}

static void do_sysctl(struct core *core, const struct call *call, struct event *event)
{
	event->result = buddy_sysctl_write(&core->sys, (enum buddy_sysctl_name)call->type,
					   call->order, (int32_t)call->value);
}

static void do_tick(struct core *core, const struct call *call, struct event *event)
{
	buddy_tick(task_of(core, call));
	event->result = 1;
}

static void do_nothing(struct core *core, const struct call *call, struct event *event)
{
	(void)core;
	(void)call;
	event->result = 1;
}

static void do_task(struct core *core, const struct call *call, struct event *event)
{
	static const struct {
		uint32_t bit, flag;
	} flags[] = {
		{ OP_TASK_MEMALLOC, PF_MEMALLOC },  { OP_TASK_NOFS, PF_MEMALLOC_NOFS },
		{ OP_TASK_NOIO, PF_MEMALLOC_NOIO }, { OP_TASK_PIN, PF_MEMALLOC_PIN },
		{ OP_TASK_DUMPCORE, PF_DUMPCORE },
	};
	struct task *tsk = task_of(core, call);

	tsk->flags = 0;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (call->value & flags[i].bit)
			tsk->flags |= flags[i].flag;
	tsk->in_interrupt = call->value & (OP_TASK_INTERRUPT | OP_TASK_SOFTIRQ);
	tsk->in_softirq = call->value & OP_TASK_SOFTIRQ;
	tsk->rt = call->value & OP_TASK_RT;
	tsk->oom_victim = call->value & OP_TASK_OOM_VICTIM;
	event->result = 1;
}

static void do_hook_answers(struct core *core, const struct call *call, struct event *event)
{
	core_set_answers(core, call->value);
	event->result = 1;
}

/* It may write to its frames and to the heads and tails of the blocks that they belong to. */
static void note_misuse(struct core *core, const struct call *call)
{
	const pfn_t mask = (1u << MAX_PAGE_ORDER) - 1;
	pfn_t start = call->pfn & ~mask;
	pfn_t end = (call->pfn + (1u << call->order) + mask) & ~mask;

	if (start < core->machine.base_pfn)
		start = core->machine.base_pfn;
	if (end > core->machine.end_pfn)
		end = core->machine.end_pfn;
	if (core->sys.taken && start < end)
		buddy_note_written(&core->sys, start, end - start);
}

/* One page, or by misuse any frame, also one of a hole, where there is no struct page to pass. */
static void do_free_frame(struct core *core, const struct call *call, struct event *event)
{
	struct page *page;

	if (!pfn_valid(&core->sys, call->pfn)) {
		event->status = EVENT_SKIPPED;
		return;
	}
	if (call->misuse)
		note_misuse(core, call);
	page = page_at(core, call->pfn);
	__free_pages(task_of(core, call), page, call->order);
	event->result = page_ref_count(page);
}

static void do_free_referenced(struct core *core, const struct call *call, struct event *event)
{
	note_misuse(core, call);
	free_the_page(task_of(core, call), page_at(core, call->pfn), call->order);
	event->result = 1;
}

const core_op core_ops[NR_OP_CODES] = {
	[OP_nop] = do_nothing,
	[OP_alloc_pages] = do_alloc_pages,
	[OP_get_zeroed_page] = do_get_zeroed_page,
	[OP_alloc_pages_exact] = do_alloc_pages_exact,
	[OP_alloc_pages_bulk_array] = do_alloc_pages_bulk_array,
	[OP_alloc_pages_bulk_list] = do_alloc_pages_bulk_list,
	[OP_page_frag_alloc] = do_page_frag_alloc,
	[OP_free_pages] = do_free_pages,
	[OP_free_pages_exact] = do_free_pages_exact,
	[OP_free_page] = do_free_frame,
	[OP_get_page] = do_get_page,
	[OP_put_page] = do_put_page,
	[OP_get_page_unless_zero] = do_get_page_unless_zero,
	[OP_split_page] = do_split_page,
	[OP_free_contig_range] = do_free_contig_range,
	[OP_put_pages_list] = do_put_pages_list,
	[OP_release_pages] = do_release_pages,
	[OP_page_frag_free] = do_page_frag_free,
	[OP_page_frag_cache_drain] = do_page_frag_cache_drain,
	[OP_set_lru] = do_set_lru,
	[OP_drain_local_pages] = do_drain_local_pages,
	[OP_drain_all_pages] = do_drain_all_pages,
	[OP_set_pageblock_type] = do_set_pageblock_type,
	[OP_sysctl] = do_sysctl,
	[OP_cpu] = do_nothing,
	[OP_tick] = do_tick,
	[OP_task] = do_task,
	[OP_hook_answers] = do_hook_answers,
	[OP_double_free] = do_free_frame,
	[OP_free_wrong_order] = do_free_frame,
	[OP_free_foreign] = do_free_frame,
	[OP_free_tail] = do_free_frame,
	[OP_free_referenced] = do_free_referenced,
};
