/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, sixth part: the ops that give pages back and that count references. A call that
 * does not fit what its slot holds is left out.
 */
/* @always */
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

/* @part alloc_pages_exact split_page free_page */
static int64_t op_free_page(uint32_t r, uint32_t index, uint32_t on_cpu)
{
	struct task *tsk = begin("free_page", on_cpu);
	struct slot *slot = &slots[r];
	pfn_t pfn = slot->pfn + index;
	int64_t refs;

	if (slot->kind != SPLIT || index >= slot->nr_pages || frame_at(pfn)->owner != HELD ||
	    frame_at(pfn)->slot != r)
		return skip();
	__free_pages(tsk, pfn_to_page(&sys, pfn), 0);
	refs = page_ref_count(pfn_to_page(&sys, pfn));
	drop(slot, pfn);
	check_answer(pfn, refs, frame_at(pfn)->refs);
	check_refs(pfn);
	return done(refs);
}

/* @part alloc_pages_exact free_pages_exact */
static int64_t op_free_pages_exact(uint32_t r, uint32_t on_cpu)
{
	struct task *tsk = begin("free_pages_exact", on_cpu);
	struct slot *slot = &slots[r];
	uint32_t nr_pages = slot->nr_pages;
	pfn_t pfn = slot->pfn;

	if (slot->kind != SPLIT || !slot->exact || slot->nr_left != nr_pages)
		return skip();
	free_pages_exact(tsk, pfn_to_page(&sys, pfn), (size_t)nr_pages * BUDDY_PAGE_SIZE);
	for (uint32_t i = 0; i < nr_pages; i++)
		drop(slot, pfn + i);
	for (uint32_t i = 0; i < nr_pages; i++)
		check_refs(pfn + i);
	return done(1);
}

/* @part get_page put_page */
/* A page of the slot on which a reference may be taken or dropped; NULL: none. */
static struct frame *reference(uint32_t r, uint32_t index)
{
	const struct slot *slot = &slots[r];
	struct frame *frame = slot->kind == EMPTY ? NULL : frame_at(slot->pfn);

	if (slot->kind == BLOCK && index < 1u << frame->order && (frame->compound || !index))
		return frame;
	if (slot->kind != SPLIT || index >= slot->nr_pages)
		return NULL;
	frame = frame_at(slot->pfn + index);
	return frame->owner == HELD && frame->slot == r ? frame : NULL;
}

/* @part get_page */
static int64_t op_get_page(uint32_t r, uint32_t index)
{
	struct task *tsk = begin("get_page", CPU_CURRENT);
	struct frame *head = reference(r, index);
	int64_t refs;

	if (!head)
		return skip();
	get_page(tsk, pfn_to_page(&sys, slots[r].pfn + index));
	refs = page_ref_count(pfn_to_page(&sys, head->head));
	check_answer(head->head, refs, ++head->refs);
	check_refs(head->head);
	return done(refs);
}

/* @part put_page */
static int64_t op_put_page(uint32_t r, uint32_t index, uint32_t on_cpu)
{
	struct task *tsk = begin("put_page", on_cpu);
	struct frame *head = reference(r, index);
	struct slot *slot = &slots[r];
	pfn_t pfn;
	int64_t refs;

	/* The last one of a plain block would leak its tails. */
	if (!head || (slot->kind == BLOCK && head->refs == 1 && head->order && !head->compound))
		return skip();
	pfn = head->head;
	unmark_lru(slot);
	put_page(tsk, pfn_to_page(&sys, slot->pfn + index));
	refs = page_ref_count(pfn_to_page(&sys, pfn));
	drop(slot, pfn);
	check_answer(pfn, refs, head->refs);
	check_refs(pfn);
	return done(refs);
}

/* @part get_page_unless_zero */
static int64_t op_get_page_unless_zero(uint32_t r, uint32_t index)
{
	struct task *tsk = begin("get_page_unless_zero", CPU_CURRENT);
	const struct slot *slot = &slots[r];
	pfn_t pfn = slot->last_pfn + index;
	struct frame *frame = frame_at(pfn);
	int64_t refs = 0, wanted;

	if (slot->kind == FRAGMENT || slot->last_pfn == PFN_NONE ||
	    index >= 1u << slot->last_order || !frame || frame->owner == FOREIGN ||
	    frame->owner == CHUNK || (frame->owner == FREE && hidden))
		return skip();
	wanted = frame->owner == HELD ? frame->refs + 1 : 0;
	if (get_page_unless_zero(tsk, pfn_to_page(&sys, pfn)))
		refs = page_ref_count(pfn_to_page(&sys, frame->head));
	check_answer(pfn, refs > 0, wanted > 0);
	if (refs > 0 && wanted > 0)
		frame->refs++;
	check_refs(frame->head);
	return done(refs);
}

/* @part split_page */
static int64_t op_split_page(uint32_t r)
{
	struct task *tsk = begin("split_page", CPU_CURRENT);
	struct slot *slot = &slots[r];
	pfn_t pfn = slot->pfn;
	uint32_t order = slot->kind == BLOCK ? frame_at(pfn)->order : 0;
	int32_t refs;

	if (!order || frame_at(pfn)->compound || slot->lru)
		return skip();
	split_page(tsk, pfn_to_page(&sys, pfn), order);
	refs = frame_at(pfn)->refs;
	slot->kind = SPLIT;
	slot->nr_pages = slot->nr_left = 1u << order;
	hold_singles(r, pfn, 1u << order);
	frame_at(pfn)->refs = refs;
	check_singles(pfn, 1u << order);
	return done(1);
}

/* @part release_pages */
static int64_t op_release_pages(uint32_t r, uint32_t count, uint32_t on_cpu)
{
	static struct page *pages[NR_SLOTS];
	static uint32_t from[NR_SLOTS];
	struct task *tsk = begin("release_pages", on_cpu);
	uint32_t nr = 0;

	for (uint32_t i = r; i < NR_SLOTS && i < r + count; i++) {
		if (slots[i].kind != BLOCK || frame_at(slots[i].pfn)->order ||
		    frame_at(slots[i].pfn)->refs != 1)
			continue;
		unmark_lru(&slots[i]);
		from[nr] = i;
		pages[nr++] = pfn_to_page(&sys, slots[i].pfn);
	}
	if (!nr)
		return skip();
	release_pages(tsk, pages, nr);
	for (uint32_t i = 0; i < nr; i++) {
		pfn_t pfn = slots[from[i]].pfn;

		drop(&slots[from[i]], pfn);
		check_refs(pfn);
	}
	return done(1);
}

/* @part set_lru */
static int64_t op_set_lru(uint32_t r)
{
	struct slot *slot = &slots[r];

	begin("set_lru", CPU_CURRENT);
	if (slot->kind != BLOCK || slot->lru || frame_at(slot->pfn)->refs != 1)
		return skip();
	buddy_set_lru(&sys, slot->pfn, frame_at(slot->pfn)->order, true);
	slot->lru = true;
	return done(1);
}
