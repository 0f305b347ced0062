/* SPDX-License-Identifier: MIT */
/* Who is first in line is answered (FP-42, BU-36). */
#include "oracle/judge/rules.h"

struct first_in_line {
	pfn_t pfn; /* who is, in the zone of judge->line; PFN_NONE: nobody can tell */
};

static struct first_in_line *first_in_line(struct judge *judge)
{
	return rule_memory(judge, RULE_first_in_line, sizeof(struct first_in_line));
}

/*
 * BU-41: movable requests may be served from CMA first, and from no per-CPU list where their flags
 * lack it (FP-31). FP-35, SP-35: the slow path takes from the high-order atomic reserve, or gives
 * it back to the lists on its way. The first attempt of a page that will be written may pass a zone
 * over for its dirty pages (FP-11), however plain that is.
 */
static bool order_is_certain(const struct judge *judge, const struct zone_info *zone)
{
	const struct request *request = judge->request;
	bool by_first_attempt =
		zone_is_beyond_doubt(judge, judge->line.zone) && !(request->gfp & __GFP_WRITE);

	if (judge->machine.features & BUDDY_CMA && request->type == MIGRATE_MOVABLE)
		return by_first_attempt && !zone->nr_free_cma_pages;
	return by_first_attempt ||
	       (!zone->nr_reserved_highatomic && !(request->slow_flags & ALLOC_HIGHATOMIC));
}

/* BU-36: of an order without per-CPU lists, the smallest block that is large enough. */
static pfn_t first_free(const struct judge *judge)
{
	const struct request *request = judge->request;
	uint16_t orders[MIGRATE_TYPES];

	view_read_free_orders(judge->view, judge->line.zone, request->order, 1u << request->type,
			      orders);
	if (!orders[request->type])
		return PFN_NONE;
	return view_free_first(judge->view, judge->line.zone,
			       (uint32_t)__builtin_ctz(orders[request->type]), request->type);
}

void rule_first_in_line_before(struct judge *judge)
{
	struct first_in_line *first = first_in_line(judge);
	const struct line *line = &judge->line;

	first->pfn = PFN_NONE;
	if (line->zone == NO_ZONE || op_table[judge->call->code].result != RESULT_BLOCK)
		return;
	if (!order_is_certain(judge, &judge->zones_before[line->zone]))
		return;
	first->pfn = judge->asked->pindex != NO_PINDEX ? line->front.first : first_free(judge);
}

/* On its way the op met something that changes lists, or kept it off one. */
static bool lists_were_moved(const struct event *event)
{
	return event->answers & (ANSWER_DRAINED | ANSWER_CAPTURED | ANSWER_BUSY) ||
	       event->nr_bad_pages || event->nr_slow_calls;
}

static __attribute__((cold)) void fail_line(struct judge *judge, pfn_t pfn)
{
	judge_fail(judge, RULE_first_in_line, judge->event->pfn,
		   "%s (order %u, type %u, CPU %u) got page frame %u of zone %u, where page "
		   "frame %u came first on the %s list.",
		   op_table[judge->call->code].name, judge->request->order, judge->request->type,
		   judge->call->cpu, judge->event->pfn, judge->line.zone, pfn,
		   judge->line.front.first != PFN_NONE ? "per-CPU" : "free");
}

void rule_first_in_line(struct judge *judge)
{
	const struct event *event = judge->event;
	pfn_t pfn = first_in_line(judge)->pfn;

	if (judge->line.zone == NO_ZONE || pfn == PFN_NONE ||
	    judge->zone_gained != judge->line.zone || lists_were_moved(event))
		return;
	rule_reached(judge, RULE_first_in_line);
	if (event->pfn != pfn)
		fail_line(judge, pfn);
}
