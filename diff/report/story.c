/* SPDX-License-Identifier: MIT */
/* What a watched run notes: the life of a page, and the lists just before the op at fault. */
#include <string.h>

#include "diff/report/report.h"

void story_init(struct story *story, const struct finding *finding)
{
	memset(story, 0, sizeof(*story));
	story->subject = finding->subject;
	story->pfn = finding->verdict.pfn;
	story->op_index = finding->op_index;
}

/* ---- lists ---- */

/* The first ones of a list. */
static void note_list(struct story_list *list, const struct view *view, struct list_cursor at)
{
	struct list_entry entry;

	while (!list->more && view_next_entry(view, &at, &entry)) {
		list->more = list->nr == STORY_MAX_PFNS;
		if (!list->more)
			list->pfns[list->nr++] = entry.pfn;
	}
}

static void note_zone(struct story_zone *to, const struct view *view, uint32_t zone, uint32_t cpu)
{
	to->zone = zone;
	to->cpu = cpu;
	view->zone(view->self, zone, &to->info);
	view->pcp(view->self, zone, cpu, &to->pcp);
	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
		note_list(&to->pcp_lists[pindex], view, walk_pcp_list(zone, cpu, pindex));
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			note_list(&to->free_lists[order][type], view,
				  walk_free_list(zone, order, type));
}

void story_before(struct story *story, size_t op_index, const struct op *op,
		  const struct view *view)
{
	struct machine_info machine;
	struct page_info page;
	bool one_zone;

	if (op_index != story->op_index || !view)
		return;
	view->machine(view->self, &machine);
	one_zone = story->pfn != PFN_NONE && view->page(view->self, story->pfn, &page);
	story->first_order = op_table[op->code].operands & OPERAND_ORDER ? op->order : 0;
	for (uint32_t zone = 0; zone < machine.nr_zones; zone++)
		if ((!one_zone || page.zone == zone) && story->nr_zones < STORY_MAX_ZONES)
			note_zone(&story->zones[story->nr_zones++], view, zone,
				  op->cpu == OP_CPU_CURRENT ? 0 : op->cpu);
}

/* ---- the page ---- */

static bool covers(pfn_t start, uint32_t nr_pages, pfn_t pfn)
{
	return start != PFN_NONE && pfn >= start && pfn - start < nr_pages;
}

static bool listed(const pfn_t *pfns, uint32_t nr, pfn_t pfn)
{
	for (uint32_t i = 0; i < nr; i++)
		if (pfns[i] == pfn)
			return true;
	return false;
}

/* Pages that a single-block op is about. Where count is no number of slots or pages, it is bytes.
 */
static uint32_t block_pages(const struct call *call)
{
	if (call->count && !(op_table[call->code].operands & (OPERAND_COUNT | OPERAND_INDEX)))
		return (call->count + BUDDY_PAGE_SIZE - 1) >> BUDDY_PAGE_SHIFT;
	return 1u << (call->order < 31 ? call->order : 31);
}

void story_after(struct story *story, size_t op_index, const struct op *op, const struct call *call,
		 const struct event *event)
{
	bool gained = op_allocates(op->code), is_list = op_table[op->code].operands & OPERAND_COUNT;
	const pfn_t *pfns = gained ? event->pfns : call->pfns;
	uint32_t nr_pfns = !is_list ? 0 : gained ? event->nr_pfns : call->count;
	struct story_event to = {
		.op_index = op_index,
		.op = *op,
		.gained = gained,
		.pfn = gained ? event->pfn : call->pfn,
		.nr_pages = block_pages(call),
		.result = event->result,
		.nr_bad_pages = event->nr_bad_pages,
	};

	if (story->pfn == PFN_NONE)
		return;
	if (listed(pfns, nr_pfns, story->pfn)) {
		to.pfn = story->pfn;
		to.nr_pages = 1;
	} else if (!covers(to.pfn, to.nr_pages, story->pfn)) {
		return;
	}
	story->events[story->nr_events++ % STORY_MAX_EVENTS] = to;
}
