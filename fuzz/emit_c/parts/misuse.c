/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, seventh part: what a correct caller never does. From the first misuse on nobody
 * is judged any more, but a kernel with DEBUG_VM must see at once what it can see.
 */
/* @part double_free free_wrong_order free_foreign free_tail */
/* A reference that is not there is dropped: DEBUG_VM stops the call. */
static int64_t misuse(struct task *tsk, pfn_t pfn, uint32_t order, bool sees_refs)
{
	bool must_trap =
		judged && sees_refs && machine.features & BUDDY_DEBUG_VM && !page_at(pfn).refcount;
	int64_t refs;

	judged = false;
	if (!pfn_valid(&sys, pfn))
		return skip();
	__free_pages(tsk, pfn_to_page(&sys, pfn), order);
	if (must_trap)
		fail("misuse_detected", "a misuse that the allocator can see is reported",
		     "%s of page frame %u went on, where DEBUG_VM stops.", op, pfn);
	refs = page_ref_count(pfn_to_page(&sys, pfn));
	return done(refs);
}

/* @part double_free */
static int64_t op_double_free(uint32_t r, uint32_t on_cpu)
{
	struct task *tsk = begin("double_free", on_cpu);
	const struct slot *slot = &slots[r];
	pfn_t pfn = slot->last_pfn;

	if (slot->kind != EMPTY || pfn == PFN_NONE || slot->last_order || hidden ||
	    frame_at(pfn)->owner != FREE)
		return skip();
	return misuse(tsk, pfn, 0, true);
}

/* @part free_wrong_order */
static int64_t op_free_wrong_order(uint32_t r, uint32_t order, uint32_t on_cpu)
{
	struct task *tsk = begin("free_wrong_order", on_cpu);
	struct slot *slot = &slots[r];
	pfn_t pfn = slot->pfn;

	if (slot->kind != BLOCK || order == frame_at(pfn)->order || slot->lru ||
	    order > MAX_PAGE_ORDER || !frame_at(pfn + (1u << order) - 1))
		return skip();
	empty(slot);
	slot->last_pfn = PFN_NONE;
	return misuse(tsk, pfn, order, false);
}

/* @part free_foreign */
static int64_t op_free_foreign(pfn_t pfn, uint32_t order, uint32_t on_cpu)
{
	struct task *tsk = begin("free_foreign", on_cpu);

	for (uint32_t i = 0; i < 1u << order; i++)
		if (hidden || !frame_at(pfn + i) || frame_at(pfn + i)->owner > FOREIGN)
			return skip();
	return misuse(tsk, pfn, order, !order);
}

/* @part free_tail */
static int64_t op_free_tail(uint32_t r, uint32_t index, uint32_t on_cpu)
{
	struct task *tsk = begin("free_tail", on_cpu);
	const struct slot *slot = &slots[r];

	if (slot->kind != BLOCK || !index || index >= 1u << frame_at(slot->pfn)->order)
		return skip();
	return misuse(tsk, slot->pfn + index, 0, true);
}

/* @part free_referenced */
static int64_t op_free_referenced(uint32_t r, uint32_t on_cpu)
{
	struct task *tsk = begin("free_referenced", on_cpu);
	struct slot *slot = &slots[r];
	bool first = judged, strict = machine.features & BUDDY_DEBUG_VM;
	pfn_t pfn = slot->pfn;

	if (slot->kind != BLOCK || frame_at(pfn)->order > PAGE_ALLOC_COSTLY_ORDER || slot->lru)
		return skip();
	judged = false;
	free_the_page(tsk, pfn_to_page(&sys, pfn), frame_at(pfn)->order);
	if (first && strict && !nr_reports)
		fail("misuse_detected", "a misuse that the allocator can see is reported",
		     "%s of page frame %u passed without a report.", op, pfn);
	empty(slot);
	slot->last_pfn = PFN_NONE;
	return done(1);
}
