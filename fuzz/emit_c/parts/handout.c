/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, fifth part: the ops that hand pages out, and the rules about what they may
 * answer. A call for a slot that holds something already is left out.
 */
/* @part alloc_* get_zeroed_page */
struct request {
	gfp_t gfp, plain_gfp; /* as the task's context makes it, and as it was asked */
	uint32_t nid;
	bool legal, reserves; /* the latter: it may ignore the watermarks */
	/* @also hook_answers */
	bool in_cpuset; /* it may not leave the nodes of its cpuset */
			/* @end */
};

static bool may_use_reserves(const struct task *tsk, gfp_t gfp)
{
	bool memalloc = tsk->flags & PF_MEMALLOC && (tsk->in_softirq || !tsk->in_interrupt);

	if (gfp & __GFP_NOFAIL && gfp & __GFP_DIRECT_RECLAIM)
		return true;
	return !(gfp & __GFP_NOMEMALLOC) && (gfp & __GFP_MEMALLOC || memalloc);
}

/* @also hook_answers */
/* Only the reserves and what must not fail come from elsewhere. */
static bool obeys_cpuset(const struct task *tsk, gfp_t gfp)
{
	bool dying = tsk->oom_victim && !tsk->in_interrupt && !(gfp & __GFP_NOMEMALLOC);

	return (gfp & __GFP_DIRECT_RECLAIM || !(gfp & __GFP_HIGH)) && !dying &&
	       !may_use_reserves(tsk, gfp);
}

/* @end */
static struct request request_of(const struct task *tsk, gfp_t gfp, uint32_t node)
{
	struct request request = { .gfp = gfp, .plain_gfp = gfp };

	if (tsk->flags & PF_MEMALLOC_PIN)
		request.gfp &= ~__GFP_MOVABLE;
	request.nid = node == NODE_LOCAL ? machine.cpu_node[tsk->cpu] : node;
	request.legal = gfp_is_legal(gfp) && gfp_is_legal(request.gfp);
	request.reserves = may_use_reserves(tsk, request.gfp);
	/* @also hook_answers */
	request.in_cpuset = obeys_cpuset(tsk, request.gfp);
	asked_node = request.nid;
	/* @end */
	may_trap = !request.legal;
	return request;
}

/* @part alloc_* get_zeroed_page page_frag_alloc */
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

/* @part alloc_* get_zeroed_page */
static void check_zone(pfn_t pfn, uint32_t nr_pages, const struct request *request, bool bulk)
{
	uint32_t highest = machine.gfp_zone[request->gfp & GFP_ZONEMASK];
	uint32_t plain = machine.gfp_zone[request->plain_gfp & GFP_ZONEMASK];
	uint32_t number = page_at(pfn).zone;
	struct zone_info zone;

	if (bulk && plain > highest)
		highest = plain;
	inspect_zone(&sys, number, &zone);
	/* @also hook_answers */
	if (request->legal && request->in_cpuset && !captured &&
	    answers.barred_nodes >> zone.node & 1u)
		fail("zone_allowed", "a block comes from one zone that the request may use",
		     "page frame %u lies in node %u, which is outside the cpuset.", pfn, zone.node);
	/* @end */
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

/* @part alloc_pages get_zeroed_page alloc_pages_bulk_* */
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

/* @part alloc_pages get_zeroed_page */
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

/* @part alloc_pages */
static int64_t op_alloc_pages(uint32_t r, uint32_t order, gfp_t gfp, uint32_t node, uint32_t on_cpu)
{
	struct task *tsk = begin("alloc_pages", on_cpu);
	struct request request = request_of(tsk, gfp, node);

	if (slots[r].kind != EMPTY)
		return skip();
	return take_block(r, __alloc_pages(tsk, gfp, order, request.nid, NULL), order, &request);
}

/* @part get_zeroed_page */
static int64_t op_get_zeroed_page(uint32_t r, gfp_t gfp, uint32_t on_cpu)
{
	struct task *tsk = begin("get_zeroed_page", on_cpu);
	struct request request = request_of(tsk, (gfp | __GFP_ZERO) & ~__GFP_HIGHMEM, NODE_LOCAL);

	if (slots[r].kind != EMPTY)
		return skip();
	return take_block(r, get_zeroed_page(tsk, gfp), 0, &request);
}

/* @part alloc_pages_exact split_page */
static void hold_singles(uint32_t r, pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++) {
		struct frame *frame = frame_at(pfn + i);

		frame->owner = HELD;
		frame->head = pfn + i;
		frame->refs = 1;
		frame->order = 0;
		frame->compound = false;
		frame->slot = r;
	}
}

static void check_singles(pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; judged && i < nr_pages; i++) {
		struct page_info info = page_at(pfn + i);

		if (info.refcount != frame_at(pfn + i)->refs || info.tail ||
		    info.flags & 1u << PG_head)
			fail("split_result",
			     "after a split every page stands alone with a reference of its own",
			     "page frame %u has %d references.", pfn + i, info.refcount);
	}
}

/* @part alloc_pages_exact */
static int64_t op_alloc_pages_exact(uint32_t r, uint32_t size, gfp_t gfp, uint32_t on_cpu)
{
	struct task *tsk = begin("alloc_pages_exact", on_cpu);
	struct request request = request_of(tsk, gfp & ~(__GFP_COMP | __GFP_HIGHMEM), NODE_LOCAL);
	uint32_t nr_pages = (uint32_t)(((uint64_t)size + BUDDY_PAGE_SIZE - 1) >> BUDDY_PAGE_SHIFT);
	uint32_t order = 0;
	struct slot *slot = &slots[r];
	struct page *page;

	if (slot->kind != EMPTY)
		return skip();
	while (order < NR_PAGE_ORDERS && (!nr_pages || 1u << order < nr_pages))
		order++;
	page = alloc_pages_exact(tsk, size, gfp);
	if (!page)
		return done(-1);
	slot->pfn = slot->last_pfn = page_to_pfn(&sys, page);
	if (judged) {
		check_frames(slot->pfn, nr_pages, order);
		check_zone(slot->pfn, nr_pages, &request, false);
		check_contents(slot->pfn, nr_pages, gfp);
	}
	slot->kind = SPLIT;
	slot->exact = true;
	slot->last_order = order;
	slot->nr_pages = slot->nr_left = nr_pages;
	hold_singles(r, slot->pfn, nr_pages);
	check_singles(slot->pfn, nr_pages);
	for (uint32_t i = 0; judged && i < nr_pages; i++)
		check_fields(slot->pfn + i, 0, false, &request);
	for (uint32_t i = 0; i < nr_pages; i++)
		check_refs(slot->pfn + i);
	return done(slot->pfn);
}

/* @part alloc_pages_bulk_* */
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

/* @part alloc_pages_bulk_array */
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

/* @part alloc_pages_bulk_list */
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

/* @part page_frag_alloc page_frag_free page_frag_cache_drain */
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

/* @part page_frag_alloc */
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

/* @part page_frag_alloc page_frag_free */
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

/* @part page_frag_alloc page_frag_free page_frag_cache_drain */
static int64_t op_page_frag_cache_drain(uint32_t on_cpu)
{
	page_frag_cache_drain(begin("page_frag_cache_drain", on_cpu), &fragments);
	hidden = false;
	settle();
	return done(1);
}
