/* SPDX-License-Identifier: MIT */
/*
 * The text of a finding: first sentence, lists before the op, the program around it, the life of
 * the page.
 */
#include "diff/report/report.h"

#include <stdio.h>
#include <string.h>

#include "diff/report/text_buffer.h"

#define LINES_BEFORE 6
#define LINES_AFTER 2
#define LIST_SHOWN 6
#define OP_TEXT_MAX 160

static const char *status_name(enum event_status status)
{
	static const char *const names[] = {
		[EVENT_DONE] = "done",
		[EVENT_SKIPPED] = "did not fit",
		[EVENT_UNSUPPORTED] = "unsupported",
		[EVENT_TRAPPED] = "trapped",
		[EVENT_STALLED] = "stalled",
	};

	return names[status];
}

static void put_event(struct text_buffer *out, const char *name, const struct event *event)
{
	text_put(out, "\n  %s: %s", name, status_name(event->status));
	if (event->status == EVENT_TRAPPED)
		text_put(out, " on %s", event->bug_condition ? event->bug_condition : "?");
	if (event->pfn != PFN_NONE)
		text_put(out, ", page frame %u", event->pfn);
	text_put(out, ", result %lld", (long long)event->result);
	for (uint32_t i = 0; i < event->nr_pfns && i < LIST_SHOWN; i++)
		text_put(out, "%s %d", i ? "" : ", pages", (int32_t)event->pfns[i]);
	if (event->nr_pfns > LIST_SHOWN)
		text_put(out, " ... (%u)", event->nr_pfns);
}

void report_difference(struct finding *finding, const char *what, const struct op *op,
		       const char *const names[2], const struct event *const events[2])
{
	struct text_buffer out = { finding->text, sizeof(finding->text), 0 };
	char text[OP_TEXT_MAX];

	op_describe(op, text, sizeof(text));
	text_put(&out, "%s differs from %s at op %zu, %s: %s", names[1], names[0],
		 finding->op_index, text, what);
	put_event(&out, names[0], events[0]);
	put_event(&out, names[1], events[1]);
	text_put(&out, "\n");
}

/* ---- story ---- */

void story_init(struct story *story, const struct finding *finding)
{
	memset(story, 0, sizeof(*story));
	story->subject = finding->subject;
	story->pfn = finding->verdict.pfn;
	story->op_index = finding->op_index;
}

static void put_list(struct text_buffer *out, const struct view *view, uint32_t zone,
		     uint32_t order, enum migratetype type)
{
	pfn_t pfn = view->free_first(view->self, zone, order, type);
	uint32_t nr = 0;

	if (pfn == PFN_NONE)
		return;
	text_put(out, " [%u]", type);
	for (; pfn != PFN_NONE && nr < LIST_SHOWN; nr++) {
		text_put(out, " %u", pfn);
		pfn = view->free_next(view->self, zone, order, type, pfn);
	}
	text_put(out, "%s", pfn != PFN_NONE ? " ..." : "");
}

static void put_pcp(struct text_buffer *out, const struct view *view, uint32_t zone, uint32_t cpu)
{
	struct pcp_info pcp;

	view->pcp(view->self, zone, cpu, &pcp);
	text_put(out, "  zone %u cpu %u pcp: count %d batch %d high %d factor %d;", zone, cpu,
		 pcp.count, pcp.batch, pcp.high, pcp.free_factor);
	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++) {
		pfn_t pfn = view->pcp_first(view->self, zone, cpu, pindex);

		if (pfn == PFN_NONE)
			continue;
		text_put(out, " [%u]", pindex);
		for (uint32_t nr = 0; pfn != PFN_NONE && nr < 3; nr++) {
			text_put(out, " %u", pfn);
			pfn = view->pcp_next(view->self, zone, cpu, pindex, pfn);
		}
		text_put(out, "%s", pfn != PFN_NONE ? " .." : "");
	}
	text_put(out, "\n");
}

static void put_zone(struct text_buffer *out, const struct view *view, uint32_t zone,
		     const struct op *op)
{
	struct zone_info info;
	uint32_t first = op_table[op->code].operands & OPERAND_ORDER ? op->order : 0;

	view->zone(view->self, zone, &info);
	text_put(out, "  zone %u: free %lld, min %u low %u boost %u, highatomic %u\n", zone,
		 (long long)info.nr_free_pages, info.watermark[WMARK_MIN],
		 info.watermark[WMARK_LOW], info.watermark_boost, info.nr_reserved_highatomic);
	put_pcp(out, view, zone, op->cpu == OP_CPU_CURRENT ? 0 : op->cpu);
	for (uint32_t order = first; order < NR_PAGE_ORDERS; order++) {
		if (!info.nr_free[order])
			continue;
		text_put(out, "  order %u:", order);
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			put_list(out, view, zone, order, (enum migratetype)type);
		text_put(out, "\n");
	}
}

void story_before(struct story *story, size_t op_index, const struct op *op,
		  const struct view *view)
{
	struct text_buffer out = { story->lists, sizeof(story->lists), 0 };
	struct machine_info machine;
	struct page_info page;
	uint32_t only = UINT32_MAX;

	if (op_index != story->op_index || !view)
		return;
	view->machine(view->self, &machine);
	if (story->pfn != PFN_NONE && view->page(view->self, story->pfn, &page))
		only = page.zone;
	for (uint32_t zone = 0; zone < machine.nr_zones; zone++)
		if (only == UINT32_MAX || only == zone)
			put_zone(&out, view, zone, op);
}

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

/* Pages that a single-block op is about. */
static uint32_t block_pages(const struct call *call)
{
	if (op_table[call->code].operands & OPERAND_BYTES || call->code == OP_free_pages_exact)
		return pages_of_bytes(call->count);
	return 1u << (call->order < 31 ? call->order : 31);
}

void story_after(struct story *story, size_t op_index, const struct op *op, const struct call *call,
		 const struct event *event)
{
	struct story_event *slot = &story->events[story->nr_events % STORY_MAX_EVENTS];
	uint32_t nr_pages = block_pages(call);
	bool dest = op_table[op->code].operands & OPERAND_DEST;
	bool gained, touched;

	if (story->pfn == PFN_NONE)
		return;
	gained = dest && (covers(event->pfn, nr_pages, story->pfn) ||
			  listed(event->pfns, event->nr_pfns, story->pfn));
	touched = !dest &&
		  (covers(call->pfn, nr_pages, story->pfn) ||
		   (call->code == OP_release_pages && listed(call->pfns, call->count, story->pfn)));
	if (!gained && !touched)
		return;
	*slot = (struct story_event){
		.op_index = op_index,
		.op = *op,
		.gained = gained,
		.pfn = gained && event->pfn != PFN_NONE           ? event->pfn
		       : gained || call->code == OP_release_pages ? story->pfn
								  : call->pfn,
		.nr_pages = event->nr_pfns || call->code == OP_release_pages ? 1 : nr_pages,
		.result = event->result,
		.nr_bad_pages = event->nr_bad_pages,
	};
	story->nr_events++;
}

static void put_story(struct text_buffer *out, const struct story *story, const char *subject)
{
	size_t first =
		story->nr_events > STORY_MAX_EVENTS ? story->nr_events - STORY_MAX_EVENTS : 0;
	char text[OP_TEXT_MAX];

	if (story->pfn == PFN_NONE)
		return;
	text_put(out, "life of page frame %u in %s (%zu ops touched it):\n", story->pfn, subject,
		 story->nr_events);
	for (size_t i = first; i < story->nr_events; i++) {
		const struct story_event *event = &story->events[i % STORY_MAX_EVENTS];

		op_describe(&event->op, text, sizeof(text));
		text_put(out, "  %6zu  %s: %s %u..%u, result %lld%s\n", event->op_index, text,
			 event->gained ? "got" : "on", event->pfn, event->pfn + event->nr_pages - 1,
			 (long long)event->result,
			 event->nr_bad_pages ? ", bad page reported" : "");
	}
}

static void put_program(struct text_buffer *out, const struct finding *finding,
			const struct program *program)
{
	size_t at = finding->op_index;
	size_t first = at > LINES_BEFORE ? at - LINES_BEFORE : 0;
	char text[OP_TEXT_MAX];

	text_put(out, "program around op %zu of %zu:\n", at, program->nr_ops);
	for (size_t i = first; i < program->nr_ops && i <= at + LINES_AFTER; i++) {
		op_describe(&program->ops[i], text, sizeof(text));
		text_put(out, "%s %6zu  %s\n", i == at ? ">" : " ", i, text);
	}
	if (at >= program->nr_ops)
		text_put(out, "> at the end\n");
}

void report_write(struct finding *finding, const struct program *program, const char *subject,
		  const struct story *story)
{
	struct text_buffer out = { finding->text, sizeof(finding->text), strlen(finding->text) };

	put_program(&out, finding, program);
	put_story(&out, story, subject);
	if (story->lists[0])
		text_put(&out, "%s before that op ([n]: migratetype or pcp list):\n%s", subject,
			 story->lists);
}
