/* SPDX-License-Identifier: MIT */
/*
 * One row an op: which members of a plug-in it takes, and how they are called. What they answer
 * becomes an event. Whether the answer is right is the judge's business; what is no answer at all
 * ends the program like an assertion of the plug-in.
 */
#include <string.h>

#include "buddy/gfp.h"
#include "diff/plugin/subject_plugin.h"
#include "oracle/lang/fuzz_assert.h"

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

static void answer_block(struct plugin_machine *m, uint64_t frame, uint32_t nr_pages)
{
	m->event->pfn = take_frame(m, frame);
	m->event->result = m->event->pfn != PFN_NONE;
	plugin_books_hold(m, m->event->pfn, nr_pages);
}

/* ---- operations ---- */

static void do_alloc(struct plugin_machine *m, const struct call *call)
{
	uint32_t order = call->code == OP_alloc_pages ? call->order : 0;

	if (may_ask(call))
		answer_block(m, m->plugin->alloc(m->self, order, &m->request), 1u << order);
}

/* FR-5, FR-6: with references left nothing is free but the tails of a plain block. */
static void do_free(struct plugin_machine *m, const struct call *call)
{
	m->plugin->free(m->self, call->pfn, call->order);
	if (m->plugin->references)
		m->event->result = m->plugin->references(m->self, call->pfn);
	if (!m->event->result)
		plugin_books_drop(m, call->pfn, 1u << call->order);
}

static void do_alloc_bytes(struct plugin_machine *m, const struct call *call)
{
	if (may_ask(call) && call->count)
		answer_block(m, m->plugin->alloc_bytes(m->self, call->count, &m->request),
			     pages_of_bytes(call->count));
}

static void do_free_bytes(struct plugin_machine *m, const struct call *call)
{
	m->plugin->free_bytes(m->self, call->pfn, call->count);
	plugin_books_drop(m, call->pfn, pages_of_bytes(call->count));
}

/* As many as it got, in subject->frames. */
static uint32_t ask_bulk(struct plugin_machine *m, const struct call *call, uint32_t nr)
{
	uint32_t got = 0;

	FUZZ_ASSERT(nr <= CALL_MAX_PFNS);
	if (nr && may_ask(call))
		got = m->plugin->alloc_bulk(m->self, nr, m->subject->frames, &m->request);
	if (got > nr)
		plugin_trap(m, "alloc_bulk() answered more pages than it was asked for", PFN_NONE);
	return got;
}

/*
 * FP-60: the pages go to the empty places in order, and the answer is the first that stays so. An
 * array has places that are held; a list has none, and ends where the pages do.
 */
static void do_alloc_bulk(struct plugin_machine *m, const struct call *call)
{
	bool array = call->code == OP_alloc_pages_bulk_array;
	uint32_t nr_empty = 0, got, used = 0;
	struct event *event = m->event;

	for (uint32_t i = 0; i < call->count; i++) {
		event->pfns[i] = array ? call->pfns[i] : PFN_NONE;
		nr_empty += event->pfns[i] == PFN_NONE;
	}
	got = ask_bulk(m, call, nr_empty);
	event->result = call->count;
	for (uint32_t i = 0; i < call->count; i++) {
		if (event->pfns[i] != PFN_NONE)
			continue;
		if (used < got) {
			event->pfns[i] = take_frame(m, m->subject->frames[used++]);
			plugin_books_hold(m, event->pfns[i], 1);
		} else if (event->result == call->count) {
			event->result = i;
		}
	}
	event->nr_pfns = array ? call->count : (uint32_t)event->result;
}

static void do_free_bulk(struct plugin_machine *m, const struct call *call)
{
	uint64_t *frames = m->subject->frames;

	FUZZ_ASSERT(call->count <= CALL_MAX_PFNS);
	for (uint32_t i = 0; i < call->count; i++)
		frames[i] = call->pfns[i];
	m->plugin->free_bulk(m->self, call->count, frames);
	for (uint32_t i = 0; i < call->count; i++)
		plugin_books_drop(m, call->pfns[i], 1);
}

static void do_get(struct plugin_machine *m, const struct call *call)
{
	plugin_books_close(m);
	m->event->result = m->plugin->get(m->self, call->pfn);
}

static void do_put(struct plugin_machine *m, const struct call *call)
{
	plugin_books_close(m);
	m->event->result = m->plugin->put(m->self, call->pfn);
}

static void do_get_unless_zero(struct plugin_machine *m, const struct call *call)
{
	if (m->plugin->references(m->self, call->pfn))
		do_get(m, call);
}

static void do_split(struct plugin_machine *m, const struct call *call)
{
	m->plugin->split(m->self, call->pfn, call->order);
}

static void do_alloc_fragment(struct plugin_machine *m, const struct call *call)
{
	plugin_books_close(m);
	if (may_ask(call))
		answer_block(m,
			     m->plugin->alloc_fragment(m->self, call->count,
						       &m->event->offset_bytes, &m->request),
			     0);
}

static void do_free_fragment(struct plugin_machine *m, const struct call *call)
{
	m->plugin->free_fragment(m->self, call->pfn, call->value, call->count);
}

static void do_drain_fragments(struct plugin_machine *m, const struct call *call)
{
	(void)call;
	m->plugin->drain_fragments(m->self, m->request.cpu);
}

static void do_drain(struct plugin_machine *m, const struct call *call)
{
	bool all = call->code == OP_drain_all_pages;

	m->plugin->drain(m->self, all ? BUDDYFUZZ_ALL_CPUS : m->request.cpu);
}

static void do_nothing(struct plugin_machine *m, const struct call *call)
{
	(void)m, (void)call;
}

/* ---- one row an op ---- */

#define MEMBER(name) offsetof(struct buddyfuzz_plugin, name)
#define BLOCKS MEMBER(alloc), MEMBER(free)
#define BULK MEMBER(alloc_bulk), MEMBER(free)
#define SIZES MEMBER(alloc_bytes), MEMBER(free_bytes)
#define REFERENCES MEMBER(get), MEMBER(put), MEMBER(references)
#define FRAGMENTS MEMBER(alloc_fragment), MEMBER(free_fragment), MEMBER(drain_fragments)

static const struct {
	void (*call)(struct plugin_machine *m, const struct call *call);
	const char *group; /* what a claim calls it */
	uint32_t knows;    /* enum buddyfuzz_knows that is needed; 0: none */
	size_t members[4]; /* all of them are needed; ends in 0 */
} rows[NR_OP_CODES] = {
	[OP_alloc_pages] = { do_alloc, "blocks", 0, { BLOCKS } },
	[OP_get_zeroed_page] = { do_alloc, "blocks", BUDDYFUZZ_KNOWS_FLAGS, { BLOCKS } },
	[OP_free_pages] = { do_free, "blocks", 0, { BLOCKS } },
	[OP_cpu] = { do_nothing, "blocks", BUDDYFUZZ_KNOWS_CPUS, { 0 } },
	[OP_alloc_pages_exact] = { do_alloc_bytes, "sizes", 0, { SIZES } },
	[OP_free_pages_exact] = { do_free_bytes, "sizes", 0, { SIZES } },
	[OP_alloc_pages_bulk_array] = { do_alloc_bulk, "bulk", 0, { BULK } },
	[OP_alloc_pages_bulk_list] = { do_alloc_bulk, "bulk", 0, { BULK } },
	[OP_release_pages] = { do_free_bulk, "bulk", 0, { MEMBER(free_bulk), MEMBER(free) } },
	[OP_get_page] = { do_get, "references", 0, { REFERENCES } },
	[OP_put_page] = { do_put, "references", 0, { REFERENCES } },
	[OP_get_page_unless_zero] = { do_get_unless_zero, "references", 0, { REFERENCES } },
	[OP_split_page] = { do_split, "split", 0, { MEMBER(split), MEMBER(free) } },
	[OP_free_page] = { do_free, "split", 0, { MEMBER(free) } },
	[OP_page_frag_alloc] = { do_alloc_fragment, "fragments", 0, { FRAGMENTS } },
	[OP_page_frag_free] = { do_free_fragment, "fragments", 0, { FRAGMENTS } },
	[OP_page_frag_cache_drain] = { do_drain_fragments, "fragments", 0, { FRAGMENTS } },
	[OP_drain_local_pages] = { do_drain, "drain", 0, { MEMBER(drain) } },
	[OP_drain_all_pages] = { do_drain, "drain", 0, { MEMBER(drain) } },
	[OP_set_lru] = { do_nothing, "linux", BUDDYFUZZ_IGNORES_LINUX, { 0 } },
	[OP_set_pageblock_type] = { do_nothing, "linux", BUDDYFUZZ_IGNORES_LINUX, { 0 } },
	[OP_sysctl] = { do_nothing, "linux", BUDDYFUZZ_IGNORES_LINUX, { 0 } },
	[OP_tick] = { do_nothing, "linux", BUDDYFUZZ_IGNORES_LINUX, { 0 } },
	[OP_task] = { do_nothing, "linux", BUDDYFUZZ_IGNORES_LINUX, { 0 } },
	[OP_hook_answers] = { do_nothing, "linux", BUDDYFUZZ_IGNORES_LINUX, { 0 } },
};

static bool has_member(const struct buddyfuzz_plugin *plugin, size_t offset)
{
	void (*member)(void);

	memcpy(&member, (const char *)plugin + offset, sizeof(member));
	return member;
}

bool plugin_offers(const struct buddyfuzz_plugin *plugin, uint8_t op_code)
{
	if (!rows[op_code].call || (plugin->knows & rows[op_code].knows) != rows[op_code].knows)
		return false;
	for (const size_t *member = rows[op_code].members; *member; member++)
		if (!has_member(plugin, *member))
			return false;
	/* Who splits blocks or counts references takes pages one by one. */
	return op_code != OP_free_page || plugin_offers(plugin, OP_split_page) ||
	       plugin_offers(plugin, OP_get_page);
}

const char *plugin_group(uint8_t op_code)
{
	return rows[op_code].group;
}

/* ---- the subject's calls ---- */

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
	FUZZ_ASSERT(rows[call->code].call);
	machine->event = event;
	machine->request = request_of(machine, call);
	event->status = EVENT_DONE;
	event->result = op_table[call->code].result == RESULT_DONE;
	rows[call->code].call(machine, call);
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
