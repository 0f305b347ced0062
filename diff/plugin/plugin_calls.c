/* SPDX-License-Identifier: MIT */
/*
 * An op as calls of a plug-in's members, and what they answer as an event. Whether the answer is
 * right is the judge's business; what is no answer at all ends the program like an assertion of the
 * plug-in.
 */
#include "buddy/gfp.h"
#include "diff/plugin/subject_plugin.h"
#include "oracle/lang/fuzz_assert.h"

#define CALL_PAGES(bytes) (((uint64_t)(bytes) + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE)

/* ---- requests ---- */

static uint32_t flags_of(gfp_t gfp)
{
	static const struct {
		gfp_t gfp;
		uint32_t flag;
	} flags[] = {
		{ __GFP_ZERO, BUDDYFUZZ_ZEROED },
		{ __GFP_COMP, BUDDYFUZZ_COMPOUND },
		{ __GFP_DIRECT_RECLAIM, BUDDYFUZZ_MAY_SLEEP },
		{ __GFP_HIGH, BUDDYFUZZ_URGENT },
		{ __GFP_MOVABLE, BUDDYFUZZ_MOVABLE },
		{ __GFP_RECLAIMABLE, BUDDYFUZZ_RECLAIMABLE },
		{ __GFP_DMA, BUDDYFUZZ_DMA },
		{ __GFP_DMA32, BUDDYFUZZ_DMA32 },
		{ __GFP_THISNODE, BUDDYFUZZ_THIS_NODE },
	};
	uint32_t set = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (gfp & flags[i].gfp)
			set |= flags[i].flag;
	return set;
}

static struct buddyfuzz_request request_of(const struct plugin_machine *machine,
					   const struct call *call)
{
	const struct buddyfuzz_plugin *plugin = machine->plugin;
	gfp_t gfp = plugin_knows(plugin, BUDDYFUZZ_KNOWS_FLAGS) ? call->gfp : GFP_KERNEL;

	/* What is made page by page has no tails, and a zeroed page a mapping of the kernel's. */
	if (call->code != OP_alloc_pages)
		gfp &= ~(gfp_t)__GFP_COMP;
	if (call->code == OP_get_zeroed_page)
		gfp &= ~(gfp_t)__GFP_HIGHMEM;
	return (struct buddyfuzz_request){
		.flags = flags_of(gfp),
		.gfp = gfp,
		.node = plugin_knows(plugin, BUDDYFUZZ_KNOWS_NODES) ? call->node : 0,
		.cpu = plugin_knows(plugin, BUDDYFUZZ_KNOWS_CPUS) ? call->cpu : 0,
	};
}

/* GF-4, FP-4, FR-83: what no allocator may grant is not asked for. */
static bool may_ask(const struct call *call)
{
	return call->order <= MAX_PAGE_ORDER && gfp_is_legal(call->gfp);
}

/* A frame as the judge takes it: one that no number of his can name is no answer. */
static pfn_t take_frame(struct plugin_machine *machine, uint64_t frame)
{
	if (frame == BUDDYFUZZ_NO_FRAME)
		return PFN_NONE;
	if (frame >= PFN_NONE)
		plugin_trap(machine, "a frame number beyond 32 bits was answered", PFN_NONE);
	return (pfn_t)frame;
}

static void answer_block(struct event *event, pfn_t pfn)
{
	event->pfn = pfn;
	event->result = pfn != PFN_NONE;
}

/* ---- operations ---- */

static void do_alloc(struct plugin_machine *m, const struct call *call, struct event *event)
{
	struct buddyfuzz_request request = request_of(m, call);
	uint32_t order = call->code == OP_alloc_pages ? call->order : 0;

	if (!may_ask(call))
		return;
	answer_block(event, take_frame(m, m->plugin->alloc(m->self, order, &request)));
	plugin_books_hold(m, event->pfn, 1u << order);
}

/* FR-5, FR-6: with references left nothing is free but the tails of a plain block. */
static void do_free(struct plugin_machine *m, const struct call *call, struct event *event)
{
	m->plugin->free(m->self, call->pfn, call->order);
	if (m->plugin->references)
		event->result = m->plugin->references(m->self, call->pfn);
	if (!event->result)
		plugin_books_drop(m, call->pfn, 1u << call->order);
}

static void do_alloc_bytes(struct plugin_machine *m, const struct call *call, struct event *event)
{
	struct buddyfuzz_request request = request_of(m, call);

	if (!may_ask(call) || !call->count)
		return;
	answer_block(event, take_frame(m, m->plugin->alloc_bytes(m->self, call->count, &request)));
	plugin_books_hold(m, event->pfn, (uint32_t)CALL_PAGES(call->count));
}

static void do_free_bytes(struct plugin_machine *m, const struct call *call, struct event *event)
{
	m->plugin->free_bytes(m->self, call->pfn, call->count);
	plugin_books_drop(m, call->pfn, (uint32_t)CALL_PAGES(call->count));
	event->result = 1;
}

/* As many as it got, in subject->frames. */
static uint32_t ask_bulk(struct plugin_machine *m, const struct call *call, uint32_t nr)
{
	struct buddyfuzz_request request = request_of(m, call);
	uint64_t *frames = m->subject->frames;
	uint32_t got;

	FUZZ_ASSERT(nr <= CALL_MAX_PFNS);
	got = nr && gfp_is_legal(call->gfp) ? m->plugin->alloc_bulk(m->self, nr, frames, &request)
					    : 0;
	if (got > nr)
		plugin_trap(m, "alloc_bulk() answered more pages than it was asked for", PFN_NONE);
	return got;
}

static void do_bulk_list(struct plugin_machine *m, const struct call *call, struct event *event)
{
	uint32_t got = ask_bulk(m, call, call->count);

	for (uint32_t i = 0; i < got; i++) {
		event->pfns[i] = take_frame(m, m->subject->frames[i]);
		plugin_books_hold(m, event->pfns[i], 1);
	}
	event->nr_pfns = got;
	event->result = got;
}

/* FP-60: the pages go to the empty places in order, and the answer is the first that stays so. */
static void do_bulk_array(struct plugin_machine *m, const struct call *call, struct event *event)
{
	uint32_t nr_empty = 0, got, used = 0;

	for (uint32_t i = 0; i < call->count; i++)
		nr_empty += call->pfns[i] == PFN_NONE;
	got = ask_bulk(m, call, nr_empty);
	event->result = call->count;
	for (uint32_t i = 0; i < call->count; i++) {
		event->pfns[i] = call->pfns[i];
		if (call->pfns[i] != PFN_NONE)
			continue;
		if (used < got) {
			event->pfns[i] = take_frame(m, m->subject->frames[used++]);
			plugin_books_hold(m, event->pfns[i], 1);
		} else if (event->result == call->count) {
			event->result = i;
		}
	}
	event->nr_pfns = call->count;
}

static void do_free_bulk(struct plugin_machine *m, const struct call *call, struct event *event)
{
	uint64_t *frames = m->subject->frames;

	FUZZ_ASSERT(call->count <= CALL_MAX_PFNS);
	for (uint32_t i = 0; i < call->count; i++)
		frames[i] = call->pfns[i];
	m->plugin->free_bulk(m->self, call->count, frames);
	for (uint32_t i = 0; i < call->count; i++)
		plugin_books_drop(m, call->pfns[i], 1);
	event->result = 1;
}

static void do_get(struct plugin_machine *m, const struct call *call, struct event *event)
{
	plugin_books_close(m);
	event->result = m->plugin->get(m->self, call->pfn);
}

static void do_put(struct plugin_machine *m, const struct call *call, struct event *event)
{
	plugin_books_close(m);
	event->result = m->plugin->put(m->self, call->pfn);
}

static void do_get_unless_zero(struct plugin_machine *m, const struct call *call,
			       struct event *event)
{
	if (m->plugin->references(m->self, call->pfn))
		do_get(m, call, event);
}

static void do_split(struct plugin_machine *m, const struct call *call, struct event *event)
{
	m->plugin->split(m->self, call->pfn, call->order);
	event->result = 1;
}

static void do_alloc_fragment(struct plugin_machine *m, const struct call *call,
			      struct event *event)
{
	struct buddyfuzz_request request = request_of(m, call);

	plugin_books_close(m);
	if (gfp_is_legal(call->gfp))
		answer_block(event, take_frame(m, m->plugin->alloc_fragment(m->self, call->count,
									    &event->offset_bytes,
									    &request)));
}

static void do_free_fragment(struct plugin_machine *m, const struct call *call, struct event *event)
{
	m->plugin->free_fragment(m->self, call->pfn, call->value, call->count);
	event->result = 1;
}

static uint32_t cpu_of(const struct plugin_machine *m, const struct call *call)
{
	return plugin_knows(m->plugin, BUDDYFUZZ_KNOWS_CPUS) ? call->cpu : 0;
}

static void do_drain_fragments(struct plugin_machine *m, const struct call *call,
			       struct event *event)
{
	m->plugin->drain_fragments(m->self, cpu_of(m, call));
	event->result = 1;
}

static void do_drain(struct plugin_machine *m, const struct call *call, struct event *event)
{
	m->plugin->drain(m->self,
			 call->code == OP_drain_all_pages ? BUDDYFUZZ_ALL_CPUS : cpu_of(m, call));
	event->result = 1;
}

static void do_nothing(struct plugin_machine *m, const struct call *call, struct event *event)
{
	(void)m, (void)call;
	event->result = 1;
}

/* ---- the subject's calls ---- */

typedef void (*plugin_call)(struct plugin_machine *m, const struct call *call, struct event *event);

static const plugin_call plugin_calls[NR_OP_CODES] = {
	[OP_alloc_pages] = do_alloc,
	[OP_get_zeroed_page] = do_alloc,
	[OP_free_pages] = do_free,
	[OP_alloc_pages_exact] = do_alloc_bytes,
	[OP_free_pages_exact] = do_free_bytes,
	[OP_alloc_pages_bulk_array] = do_bulk_array,
	[OP_alloc_pages_bulk_list] = do_bulk_list,
	[OP_release_pages] = do_free_bulk,
	[OP_get_page] = do_get,
	[OP_put_page] = do_put,
	[OP_get_page_unless_zero] = do_get_unless_zero,
	[OP_split_page] = do_split,
	[OP_free_page] = do_free,
	[OP_page_frag_alloc] = do_alloc_fragment,
	[OP_page_frag_free] = do_free_fragment,
	[OP_page_frag_cache_drain] = do_drain_fragments,
	[OP_drain_local_pages] = do_drain,
	[OP_drain_all_pages] = do_drain,
	[OP_cpu] = do_nothing,
};

static void tell_trap(const struct plugin_machine *machine, struct event *event)
{
	event->status = EVENT_TRAPPED;
	event->bug_condition = machine->broken;
	event->bug_pfn = machine->bug_pfn;
}

void plugin_apply(void *self, const struct call *call, struct event *event)
{
	struct plugin_machine *machine = self;

	if (machine->broken || setjmp(machine->trap)) {
		tell_trap(machine, event);
		return;
	}
	FUZZ_ASSERT(plugin_calls[call->code]);
	machine->event = event;
	event->status = EVENT_DONE;
	plugin_calls[call->code](machine, call, event);
	plugin_books_check(machine);
	machine->event = NULL;
}

void plugin_reset(void *self)
{
	struct plugin_machine *machine = self;

	machine->event = NULL;
	machine->broken = NULL;
	machine->bug_pfn = PFN_NONE;
	plugin_books_open(machine);
	machine->was_reset = true;
	if (setjmp(machine->trap))
		return;
	machine->broken = machine->plugin->reset(machine->self, &machine->machine);
	if (!machine->broken)
		plugin_books_check(machine);
}

bool plugin_counts(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages, int64_t *pcp_pages)
{
	struct plugin_machine *machine = self;

	(void)cpu;
	if (zone || !machine->one_zone || machine->broken || setjmp(machine->trap))
		return false;
	*free_pages = (int64_t)machine->plugin->free_pages(machine->self);
	*pcp_pages = 0;
	return true;
}
