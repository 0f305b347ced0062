/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, fourth part: what every call begins and ends with, and who gives pages back.
 */
/* @always */
/* ---- what all calls share ---- */

static struct task *begin(const char *name, uint32_t on_cpu)
{
	op = name;
	may_trap = false;
	waits = nr_reports = 0;
	/* @also hook_answers */
	asked_node = machine.cpu_node[on_cpu == CPU_CURRENT ? cpu : on_cpu];
	captured = false;
	/* @end */
	return &tasks[on_cpu == CPU_CURRENT ? cpu : on_cpu];
}

static int64_t skip(void)
{
	step++;
	return SKIPPED;
}

static int64_t done(int64_t answer)
{
	uint32_t walk_every = nr_frames / 16 > 64 ? nr_frames / 16 : 64;

	/* @also hook_locks */
	check_no_lock("is held when the call has returned");
	/* @end */
	if (judged && machine.pageblock_order < MAX_PAGE_ORDER)
		note_types();
	if (++since_walk >= walk_every)
		walk();
	step++;
	return answer;
}

static void check_refs(pfn_t pfn)
{
	const struct frame *frame = frame_at(pfn);
	int32_t refs = page_at(pfn).refcount;

	if (judged && !refs_are_right(frame, refs))
		fail("refcount_shadow",
		     "after an op its pages have as many references as were taken",
		     "page frame %u has %d, and %d were taken.", pfn, refs, frame->refs);
}

static void check_answer(pfn_t pfn, int64_t answer, int64_t wanted)
{
	if (judged && answer != wanted)
		fail("refcount_answer",
		     "the reference count that is answered is the number of references held",
		     "%s of page frame %u answered %lld, and %lld are held.", op, pfn,
		     (long long)answer, (long long)wanted);
}

static void give_back(pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < nr_pages; i++) {
		struct frame *frame = frame_at(pfn + i);

		frame->owner = FREE;
		frame->compound = false;
		frame->refs = 0;
		frame->order = 0;
		frame->head = pfn + i;
	}
}

static void empty(struct slot *slot)
{
	slot->kind = EMPTY;
	slot->lru = slot->exact = false;
	slot->pfn = PFN_NONE;
}

static void unmark_lru(struct slot *slot)
{
	if (slot->lru)
		buddy_set_lru(&sys, slot->pfn, frame_at(slot->pfn)->order, false);
	slot->lru = false;
}

/* One reference less on a block or a page of a split one; the last one gives it back. */
static void drop(struct slot *slot, pfn_t head)
{
	struct frame *frame = frame_at(head);

	if (--frame->refs)
		return;
	give_back(head, 1u << frame->order);
	if (slot->kind == BLOCK || !--slot->nr_left)
		empty(slot);
}

/* @part nop */
static void op_nop(void)
{
	step++;
}
