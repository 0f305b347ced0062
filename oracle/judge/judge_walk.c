/* SPDX-License-Identifier: MIT */
/*
 * When the judge looks at more than the op at hand. A walk goes over the lists and the numbers, and
 * rereads touched pages: all of them, or in rotation the next part of them. An op that is likelier
 * to go wrong than others is followed by a walk of everything, and so are the program and its end.
 * How late a fault may show by this: docs/reference-rules.md.
 */
#include "oracle/judge/rules.h"
#include "oracle/lang/fuzz_assert.h"

/* Of WALK_AUTO. Each grows with the machine, so that a walk costs every op about the same. */
#define WALK_OPS_MIN 256u
#define PAGES_PER_WALK_OP 8u
#define PART_PAGES_MIN 256u
#define PARTS 8u
#define SUSPECT_OPS_MIN 64u
#define PAGES_PER_SUSPECT_OP 256u

/*
 * A program of so many ops is looked at before it gives everything back. A shorter one is not: what
 * it costs is mostly the walk at its end, and two would double that.
 */
#define LONG_PROGRAM_OPS 64u

static uint32_t at_least(uint32_t nr, uint32_t min)
{
	return nr > min ? nr : min;
}

void walks_init(struct judge *judge, uint32_t walk_every_ops)
{
	struct walks *walks = &judge->walks;
	uint32_t nr_pages = config_nr_pages(&judge->ledger->machine);

	walks->asked_every = walk_every_ops;
	walks->every = walk_every_ops;
	walks->part_pages = UINT32_MAX;
	walks->suspect_every = 0;
	if (walk_every_ops != JUDGE_WALK_AUTO)
		return;
	walks->every = at_least(nr_pages / PAGES_PER_WALK_OP, WALK_OPS_MIN);
	walks->part_pages = at_least((judge->ledger->nr_pages + PARTS - 1) / PARTS, PART_PAGES_MIN);
	walks->suspect_every = at_least(nr_pages / PAGES_PER_SUSPECT_OP, SUSPECT_OPS_MIN);
}

void walks_reset(struct judge *judge)
{
	struct walks *walks = &judge->walks;

	walks->nr_ops = 0;
	walks->next = walks->every && judge->view ? walks->every : UINT64_MAX;
	/* A short program has its end instead: a second walk would cost it a fifth. */
	walks->next_suspect =
		walks->suspect_every && judge->view ? walks->suspect_every : UINT64_MAX;
	walks->next_touched = 0;
	walks->watched_every = 0;
	walks->fresh = false;
}

void judge_watch(struct judge *judge, uint64_t first, uint64_t every)
{
	judge->walks.next = judge->view ? first : UINT64_MAX;
	judge->walks.next_suspect = UINT64_MAX;
	judge->walks.watched_every = every;
}

uint64_t judge_nr_ops(const struct judge *judge)
{
	return judge->walks.nr_ops;
}

/* ---- one walk ---- */

static bool walk(struct judge *judge, size_t op_index, bool whole)
{
	struct walks *walks = &judge->walks;

	if (judge->verdict.broken || judge->verdict.over)
		return false;
	judge->verdict.op_index = op_index;
	if (!judge->view)
		return true;
	walks->whole = whole;
	walks->fresh = whole;
	census_take(judge);
	return judge_ask_rules(judge, WHEN_WALK);
}

bool judge_walk(struct judge *judge, size_t op_index)
{
	return walk(judge, op_index, true);
}

uint32_t walks_take_part(struct judge *judge, uint32_t *nr_pages)
{
	struct walks *walks = &judge->walks;
	uint32_t nr_touched = judge->ledger->nr_touched, first = walks->next_touched;

	if (walks->whole || nr_touched <= walks->part_pages) {
		*nr_pages = nr_touched;
		return 0;
	}
	FUZZ_ASSERT(first < nr_touched);
	*nr_pages = walks->part_pages;
	walks->next_touched = (first + *nr_pages) % nr_touched;
	return first;
}

/* ---- after an op ---- */

/*
 * The op changes much at once, or was a misuse that was survived. A page that was called bad is
 * withheld with its block. A request that got nothing, or was given up, went through the whole slow
 * path, where reserves are returned to the lists; and so, with a drain in its midst, did one for
 * which reclaim or compaction claimed to have done something.
 */
static bool is_suspicious(const struct judge *judge)
{
	const struct event *event = judge->event;
	const uint8_t code = judge->call->code;
	uint32_t odd = event->nr_bad_pages | (event->status ^ EVENT_DONE);

	odd |= event->answers & (ANSWER_DRAINED | ANSWER_CAPTURED);
	return odd || judge->call->misuse || op_table[code].traits & TRAIT_SWEEPING ||
	       (event->pfn == PFN_NONE && op_allocates(code) && !event->result);
}

/* A walk after a suspicious op takes the place of the next one in turn. */
static bool walk_if_due(struct judge *judge, size_t op_index)
{
	struct walks *walks = &judge->walks;
	bool suspicious = walks->nr_ops >= walks->next_suspect && is_suspicious(judge);

	if (suspicious)
		walks->next_suspect = walks->nr_ops + walks->suspect_every;
	else if (walks->nr_ops < walks->next)
		return true;
	walks->next = walks->nr_ops + (walks->watched_every ? walks->watched_every : walks->every);
	return walk(judge, op_index, suspicious || !walks->suspect_every || walks->watched_every);
}

bool walks_after_op(struct judge *judge, size_t op_index)
{
	struct walks *walks = &judge->walks;

	walks->fresh = false;
	if (++walks->nr_ops < walks->next && walks->nr_ops < walks->next_suspect)
		return true;
	return walk_if_due(judge, op_index);
}

/* ---- the end ---- */

bool judge_after_program(struct judge *judge, size_t op_index, bool is_end)
{
	struct walks *walks = &judge->walks;

	if (walks->fresh)
		return !judge->verdict.broken;
	if (is_end || !walks->asked_every || walks->nr_ops >= LONG_PROGRAM_OPS)
		return walk(judge, op_index, true);
	return true;
}

bool judge_end(struct judge *judge, size_t op_index)
{
	return judge_after_program(judge, op_index, true) && judge_ask_rules(judge, WHEN_END);
}
