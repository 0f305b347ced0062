/* SPDX-License-Identifier: MIT */
/*
 * The text of a finding: first sentence, the program around it, the life of the page, lists before
 * the op.
 */
#include "diff/report/report.h"

#include "oracle/lang/names.h"
#include "oracle/lang/text.h"
#include "oracle/lang/text_line.h"

#define LINES_BEFORE 6
#define LINES_AFTER 2

/* ---- the first sentence ---- */

static void put_answers(struct line *out, const struct finding *finding,
			const struct program *program, const char *const *names)
{
	const char *const both[2] = { names[0], names[finding->subject] };
	char text[TEXT_EVENT_MAX];

	FUZZ_ASSERT(finding->op_index < program->nr_ops);
	text_format_op(&program->ops[finding->op_index], text);
	line_put(out, "%s differs from %s at op %zu, %s: %s", both[1], both[0], finding->op_index,
		 text, finding->words);
	for (uint32_t i = 0; i < 2; i++) {
		struct event event = finding->answers[i].event;

		event.pfns = (pfn_t *)finding->answers[i].pfns;
		text_format_event(&event, text);
		line_put(out, "\n  %s: %s", both[i], text);
	}
	line_put(out, "\n");
}

static void put_sentence(struct line *out, const struct finding *finding,
			 const struct program *program, const char *const *names)
{
	const char *name = names[finding->subject];

	switch (finding->cause) {
	case CAUSE_RULE:
		line_put(out, "%s broke the rule %s: %s\n", name, rule_name(finding->verdict.rule),
			 finding->verdict.text);
		break;
	case CAUSE_TRAP:
		line_put(out, "%s trapped: %s, page frame %d\n", name, finding->words,
			 (int)finding->verdict.pfn);
		break;
	case CAUSE_ANSWER:
		put_answers(out, finding, program, names);
		break;
	case CAUSE_STATE:
		line_put(out, "%s answers like %s, but its state is another behind op %zu:\n%s\n",
			 name, names[0], finding->op_index, finding->words);
		break;
	case CAUSE_TOLD:
		line_put(out, "%s: %s\n", name, finding->words);
		break;
	}
	if (finding->seen_at != finding->op_index)
		line_put(out,
			 "A walk after op %zu saw it. With one after every op it shows here.\n",
			 finding->seen_at);
}

/* ---- the program ---- */

static void put_program(struct line *out, const struct finding *finding,
			const struct program *program)
{
	size_t at = finding->op_index;
	size_t first = at > LINES_BEFORE ? at - LINES_BEFORE : 0;
	char text[TEXT_OP_MAX];

	line_put(out, "program around op %zu of %zu:\n", at, program->nr_ops);
	for (size_t i = first; i < program->nr_ops && i <= at + LINES_AFTER; i++) {
		text_format_op(&program->ops[i], text);
		line_put(out, "%s %6zu  %s\n", i == at ? ">" : " ", i, text);
	}
	if (at >= program->nr_ops)
		line_put(out, "> at the end\n");
}

/* ---- the story ---- */

static void put_life(struct line *out, const struct story *story, const char *subject)
{
	size_t first =
		story->nr_events > STORY_MAX_EVENTS ? story->nr_events - STORY_MAX_EVENTS : 0;
	char text[TEXT_OP_MAX];

	if (story->pfn == PFN_NONE)
		return;
	line_put(out, "life of page frame %u in %s (%zu ops touched it):\n", story->pfn, subject,
		 story->nr_events);
	for (size_t i = first; i < story->nr_events; i++) {
		const struct story_event *event = &story->events[i % STORY_MAX_EVENTS];

		text_format_op(&event->op, text);
		line_put(out, "  %6zu  %s: %s %u..%u, result %lld%s\n", event->op_index, text,
			 event->gained ? "got" : "on", event->pfn, event->pfn + event->nr_pages - 1,
			 (long long)event->result,
			 event->nr_bad_pages ? ", bad page reported" : "");
	}
}

static void put_list(struct line *out, const struct story_list *list)
{
	for (uint32_t i = 0; i < list->nr; i++)
		line_put(out, " %u", list->pfns[i]);
	line_put(out, "%s", list->more ? " ..." : "");
}

static void put_zone(struct line *out, const struct story_zone *zone, uint32_t first_order)
{
	const struct zone_info *info = &zone->info;
	const struct pcp_info *pcp = &zone->pcp;

	line_put(out, "  zone %u: free %lld, min %u low %u boost %u, highatomic %u\n", zone->zone,
		 (long long)info->nr_free_pages, info->watermark[WMARK_MIN],
		 info->watermark[WMARK_LOW], info->watermark_boost, info->nr_reserved_highatomic);
	line_put(out, "  zone %u cpu %u pcp: count %d batch %d high %d factor %d;", zone->zone,
		 zone->cpu, pcp->count, pcp->batch, pcp->high, pcp->free_factor);
	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
		if (zone->pcp_lists[pindex].nr) {
			line_put(out, " [%u]", pindex);
			put_list(out, &zone->pcp_lists[pindex]);
		}
	line_put(out, "\n");
	for (uint32_t order = first_order; order < NR_PAGE_ORDERS; order++) {
		if (!info->nr_free[order])
			continue;
		line_put(out, "  order %u:", order);
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			if (zone->free_lists[order][type].nr) {
				line_put(out, " %s", migratetype_names[type]);
				put_list(out, &zone->free_lists[order][type]);
			}
		line_put(out, "\n");
	}
}

void report_write(struct finding *finding, const struct program *program,
		  const char *const names[LOCKSTEP_MAX_SUBJECTS], const struct story *story)
{
	struct line out = { finding->text, 0, sizeof(finding->text) };

	put_sentence(&out, finding, program, names);
	put_program(&out, finding, program);
	if (!story)
		return;
	put_life(&out, story, names[story->subject]);
	if (story->nr_zones)
		line_put(&out, "%s before that op ([n]: pcp list):\n", names[story->subject]);
	for (uint32_t i = 0; i < story->nr_zones; i++)
		put_zone(&out, &story->zones[i], story->first_order);
}
