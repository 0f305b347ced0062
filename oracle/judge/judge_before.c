/* SPDX-License-Identifier: MIT */
/*
 * What must be known of the state before the subject asks for pages: the counters and blocks by
 * which the watermarks let the request in or not.
 */
#include "oracle/judge/rules.h"

/* ---- watermarks ---- */

/*
 * SP-20, SP-30: reclaim and compaction that claim success free the pages of the pcp lists. What
 * merges then is not foreseen: any block may be there. On the way a difference of a CPU may be
 * folded, with an overstep (MM-91).
 */
static bool drained_allowed(const struct judge *judge, struct zone_info zone, uint32_t z)
{
	struct zone_blocks any = zone_blocks_any();
	struct pcp_info pcp;

	for (uint32_t cpu = 0; cpu < judge->machine.nr_cpus; cpu++) {
		judge->view->pcp(judge->view->self, z, cpu, &pcp);
		zone.nr_free_pages += (int64_t)pcp.count + pcp.stat_threshold;
		if (pcp.diff_free > 0)
			zone.nr_free_pages += pcp.diff_free;
	}
	return request_may_take(judge->request, &zone, &any);
}

/* The largest blocks live longest. */
static void know_largest(struct zone_front *front, const struct zone_blocks *blocks)
{
	static const uint8_t types[] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE };
	uint32_t best = 1;

	front->order = 0;
	for (uint32_t i = 0; i < sizeof(types); i++)
		if (blocks->orders[types[i]] > best) {
			best = blocks->orders[types[i]];
			front->order = (uint8_t)(31 - __builtin_clz(best));
			front->type = types[i];
		}
}

/* As far as the request asks: one block that it may take answers all that the rules ask. */
static void read_blocks(struct judge *judge, uint32_t z)
{
	struct zone_blocks *blocks = &judge->blocks_before[z];
	struct zone_front *front = &judge->fronts_before[z];
	uint32_t order = judge->request->order;

	if (front->order >= order && front->has_free) {
		*blocks = zone_blocks_one(front->order);
	} else if (zone_has_pages(&judge->zones_before[z], order)) {
		zone_blocks_read(judge->view, z, order, blocks);
		know_largest(front, blocks);
	}
}

static void read_zone(struct judge *judge, uint32_t z)
{
	const struct request *request = judge->request;
	struct zone_info *zone = &judge->zones_before[z];
	struct zone_front *front = &judge->fronts_before[z];

	front->cpu = judge->call->cpu;
	/* Most requests are served from the first zone of their list. */
	front->pindex = z == judge->asked->first_zone ? judge->asked->pindex : NO_PINDEX;
	view_read_zone_front(judge->view, z, zone, front);
	if (request->order)
		read_blocks(judge, z);
	if (judge->ledger->hook_answers & (OP_HOOKS_RECLAIM | OP_HOOKS_COMPACT_TIMES) &&
	    request->gfp & __GFP_DIRECT_RECLAIM && drained_allowed(judge, *zone, z))
		judge->zones_allowed_drained |= 1ull << z;
}

bool zone_was_plain(const struct judge *judge, uint32_t zone)
{
	const struct request *request = judge->request;

	return judge->asked->fit >> zone & 1 &&
	       !op_hooks_get(judge->ledger->hook_answers, OP_HOOKS_CPUSET) &&
	       plain_zone(&judge->zones_before[zone], &judge->blocks_before[zone], request->order,
			  request->highest_zoneidx);
}

/* first is that of the list, and not plain. */
static uint32_t line_zone(const struct judge *judge, uint32_t first)
{
	for (const uint8_t *z = judge->request->zonelist; *z < judge->machine.nr_zones; z++)
		if (*z != first && zone_was_plain(judge, *z))
			return *z;
	return first;
}

static void read_line(struct judge *judge)
{
	struct line *line = &judge->line;

	line->front.first = PFN_NONE;
	line->zone = judge->asked->first_zone;
	if (line->zone == NO_ZONE)
		return;
	if (zone_was_plain(judge, line->zone))
		judge->zones_plain = 1ull << line->zone;
	else
		line->zone = line_zone(judge, line->zone);
	if (line->zone == judge->asked->first_zone)
		line->front = judge->fronts_before[line->zone].pcp;
	else if (judge->asked->pindex != NO_PINDEX)
		view_read_pcp_front(judge->view, line->zone, judge->call->cpu, judge->asked->pindex,
				    &line->front);
}

void judge_read_zones(struct judge *judge)
{
	judge->zones_allowed_drained = 0;
	judge->zones_plain = 0;
	for (uint64_t left = judge->asked->zones; left; left &= left - 1)
		read_zone(judge, (uint32_t)__builtin_ctzll(left));
	read_line(judge);
}

/* ---- the request ---- */

/* FP-61.5: the bulk loop and its fallback differ in what they may use, so all is read. */
static void find_zones(const struct judge *judge, const struct call *call, struct asked *asked)
{
	const struct request *request = &asked->request;
	bool bulk = op_is_bulk(call->code);
	bool one_node = judge->machine.features & BUDDY_NUMA && call->gfp & __GFP_THISNODE;

	asked->zones = 0;
	asked->first_zone = NO_ZONE;
	asked->fit = 0;
	asked->settled = (struct rule_set){ { 0 } };
	asked->pindex = request_pindex(&judge->machine, request);
	if (!judge->view || !request->legal)
		return;
	asked->settled = plain_settles(call, one_node);
	for (const uint8_t *z = request->zonelist; *z < judge->machine.nr_zones; z++) {
		const struct zone_info *zone = &judge->zones_before[*z];

		if (zone->index > request->highest_zoneidx && !bulk)
			continue;
		if (!asked->zones)
			asked->first_zone = *z;
		asked->zones |= 1ull << *z;
		if (!bulk && (!one_node || zone->node == call->node))
			asked->fit |= 1ull << *z;
	}
}

void judge_ask(struct judge *judge, const struct call *call)
{
	uint32_t task = judge->ledger->task[call->cpu % BUDDY_MAX_CPUS];
	uint64_t op =
		1ull << 63 | (uint64_t)call->code << 16 | (uint64_t)call->order << 8 | call->node;
	uint64_t flags = (uint64_t)task << 32 | call->gfp;
	uint64_t hash = (op ^ flags * 0x9e3779b97f4a7c15ull) * 0x9e3779b97f4a7c15ull;
	struct asked *asked = &judge->asked_before[hash >> (64 - ASKED_BITS)];

	judge->asked = asked;
	judge->request = &asked->request;
	if (asked->key[0] == op && asked->key[1] == flags)
		return;
	asked->key[0] = op;
	asked->key[1] = flags;
	asked->request = request_of(&judge->machine, call, task);
	find_zones(judge, call, asked);
}
