/* SPDX-License-Identifier: MIT */
/* The installed judge: the oracle's, with slots, page contents and locks of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/judge/include/buddyfuzz/judge.h"
#include "diff/subjects/core_locks.h"
#include "diff/subjects/core_view.h"
#include "diff/subjects/page_tags.h"
#include "oracle/judge/judge.h"
#include "oracle/ops/ops.h"
#include "oracle/lang/fuzz_assert.h"
#include "oracle/lang/text.h"

struct buddy_judge {
	struct buddy_config config;
	struct buddy_system *sys;
	struct view view;
	struct judge *judge;
	struct ledger *ledger;
	uint32_t nr_slots;
	struct page_tags contents;
	struct core_locks locks;
	struct program line;                           /* of the op that was parsed last */
	char text[TEXT_MACHINE_MAX + TEXT_OP_MAX + 2]; /* a program: this machine, and one op */
	size_t machine_length;
	struct call call;
	struct event event; /* of the call under way */
	size_t nr_ops;
	bool told;    /* of any call: what is in use is known */
	bool waiting; /* for an answer */
	char syntax[320];
};

/* ---- life ---- */

static bool look_afresh(struct buddy_judge *judge)
{
	static const struct judge_options options = { .walk_every_ops = JUDGE_WALK_AUTO };

	judge_free(judge->judge);
	ledger_free(judge->ledger);
	judge->judge = NULL;
	judge->ledger = ledger_create(&judge->config, judge->nr_slots, true);
	if (judge->ledger)
		judge->judge = judge_create(judge->ledger, &judge->view, &options);
	return judge->judge;
}

static void lock_broken(void *context, const char *text)
{
	const struct buddy_judge *judge = context;
	const struct buddy_hooks *hooks = &judge->sys->hooks;

	if (hooks->bug)
		hooks->bug(hooks->context, text, PFN_NONE);
	abort();
}

static void lock_is_busy(void *context)
{
	struct buddy_judge *judge = context;

	judge->event.answers |= ANSWER_BUSY;
}

static bool judge_init(struct buddy_judge *judge, uint32_t nr_slots)
{
	struct machine_info machine;

	judge->line.machine = judge->config;
	judge->machine_length = text_format_machine(&judge->line, judge->text);
	judge->text[judge->machine_length++] = '\n';
	judge->view = core_view(judge->sys);
	inspect_machine(judge->sys, &machine);
	core_locks_init(&judge->locks, machine.nr_zones, machine.nr_cpus, lock_broken, judge);
	judge->event.pfns = malloc(CALL_MAX_PFNS * sizeof(*judge->event.pfns));
	judge->nr_slots = nr_slots > OP_FUZZ_SLOTS ? nr_slots : OP_FUZZ_SLOTS;
	return judge->event.pfns &&
	       page_tags_init(&judge->contents, machine.base_pfn,
			      machine.end_pfn - machine.base_pfn) &&
	       look_afresh(judge);
}

struct buddy_judge *buddy_judge_create(const struct buddy_config *config, struct buddy_system *sys,
				       uint32_t nr_slots)
{
	struct buddy_judge *judge = calloc(1, sizeof(*judge));

	if (!judge)
		return NULL;
	judge->config = *config;
	judge->sys = sys;
	program_init(&judge->line);
	if (judge_init(judge, nr_slots))
		return judge;
	buddy_judge_free(judge);
	return NULL;
}

void buddy_judge_free(struct buddy_judge *judge)
{
	if (!judge)
		return;
	judge_free(judge->judge);
	ledger_free(judge->ledger);
	page_tags_free(&judge->contents);
	program_free(&judge->line);
	free(judge->event.pfns);
	free(judge);
}

/* ---- verdicts ---- */

static const char *sentence(const struct buddy_judge *judge)
{
	if (judge->syntax[0])
		return judge->syntax;
	if (!judge->judge)
		return "memory is short";
	return judge_verdict(judge->judge)->broken ? judge_verdict(judge->judge)->text : NULL;
}

const char *buddy_judge_rule(const struct buddy_judge *judge)
{
	if (!judge)
		return NULL;
	if (judge->syntax[0])
		return "syntax";
	return sentence(judge) && judge->judge ? rule_name(judge_verdict(judge->judge)->rule)
					       : NULL;
}

const char *buddy_judge_walk(struct buddy_judge *judge)
{
	if (!sentence(judge) && (judge->told || look_afresh(judge)))
		judge_walk(judge->judge, judge->nr_ops);
	return sentence(judge);
}

const char *buddy_judge_end(struct buddy_judge *judge)
{
	if (!sentence(judge))
		judge_end(judge->judge, judge->nr_ops);
	return sentence(judge);
}

/* ---- one call ---- */

static bool parse(struct buddy_judge *judge, const char *op)
{
	struct text_error error = { .message = "it is too long" };
	size_t length = strlen(op);

	judge->line.nr_ops = 0;
	if (length <= TEXT_OP_MAX) {
		memcpy(judge->text + judge->machine_length, op, length);
		if (text_parse(judge->text, judge->machine_length + length, &judge->line, &error) &&
		    judge->line.nr_ops == 1)
			return true;
	}
	snprintf(judge->syntax, sizeof(judge->syntax), "'%.80s' is no operation: %.200s", op,
		 judge->line.nr_ops > 1 ? "these are several" : error.message);
	return false;
}

bool buddy_judge_op(struct buddy_judge *judge, const char *op)
{
	const struct op *line;

	FUZZ_ASSERT(!judge->waiting);
	if (sentence(judge) || judge_verdict(judge->judge)->over || !parse(judge, op))
		return false;
	line = &judge->line.ops[0];
	judge->nr_ops++;
	if (!ops_resolve(judge->ledger, line, &judge->call))
		return false;
	event_clear(&judge->event);
	judge_before(judge->judge, &judge->call);
	judge->told = judge->waiting = true;
	return true;
}

static const char *answered(struct buddy_judge *judge)
{
	FUZZ_ASSERT(judge->waiting);
	core_locks_check_idle(&judge->locks, "when the call has returned");
	judge->waiting = false;
	ops_take(judge->ledger, &judge->line.ops[0], &judge->call, &judge->event,
		 judge_taken(judge->judge));
	judge_after(judge->judge, judge->nr_ops - 1, &judge->call, &judge->event);
	return sentence(judge);
}

static uint32_t pages_of_call(const struct call *call)
{
	if (call->code == OP_alloc_pages_exact)
		return pages_of_bytes(call->count);
	return 1u << call->order;
}

/* The program writes to what it gets; the first page that was not zero is told once. */
static void write_pages(struct buddy_judge *judge, pfn_t pfn, uint32_t nr_pages)
{
	pfn_t dirty = page_tags_dirty(&judge->contents, pfn, nr_pages);

	if (judge->call.gfp & __GFP_ZERO && judge->event.unzeroed_pfn == PFN_NONE)
		judge->event.unzeroed_pfn = dirty;
}

const char *buddy_judge_page(struct buddy_judge *judge, const struct page *page)
{
	if (page) {
		judge->event.pfn = page_to_pfn(judge->sys, page);
		judge->event.result = 1;
		write_pages(judge, judge->event.pfn, pages_of_call(&judge->call));
	}
	return answered(judge);
}

const char *buddy_judge_pages(struct buddy_judge *judge, uint32_t result, struct page *const *pages)
{
	bool whole = judge->call.code == OP_alloc_pages_bulk_array;
	uint32_t nr_pages = whole ? judge->call.count : result;
	struct event *event = &judge->event;

	event->result = result;
	event->nr_pfns = nr_pages < CALL_MAX_PFNS ? nr_pages : CALL_MAX_PFNS;
	for (uint32_t i = 0; i < event->nr_pfns; i++) {
		event->pfns[i] = pages[i] ? page_to_pfn(judge->sys, pages[i]) : PFN_NONE;
		if (pages[i] && (!whole || judge->call.pfns[i] == PFN_NONE))
			write_pages(judge, event->pfns[i], 1);
	}
	return answered(judge);
}

const char *buddy_judge_fragment(struct buddy_judge *judge, const struct page *page,
				 uint32_t offset_bytes)
{
	if (page) {
		judge->event.pfn = page_to_pfn(judge->sys, page);
		judge->event.result = 1;
		judge->event.offset_bytes = offset_bytes;
	}
	return answered(judge);
}

const char *buddy_judge_result(struct buddy_judge *judge, int64_t result)
{
	judge->event.result = result;
	return answered(judge);
}

const char *buddy_judge_trap(struct buddy_judge *judge, const char *condition, pfn_t pfn)
{
	if (!judge->waiting)
		return condition;
	core_locks_reset(&judge->locks);
	judge->event.status = EVENT_TRAPPED;
	judge->event.bug_condition = condition;
	judge->event.bug_pfn = pfn;
	return answered(judge);
}

bool buddy_judge_holds(const struct buddy_judge *judge, uint32_t slot)
{
	return slot < judge->ledger->nr_slots && judge->ledger->slots[slot].kind != SLOT_EMPTY;
}

/* ---- what it hears ---- */

void buddy_judge_bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)
{
	struct buddy_judge *judge = context;
	uint32_t nr = judge->event.nr_bad_pages++;

	if (nr >= EVENT_MAX_BAD_PAGES)
		return;
	judge->event.bad_pages[nr].pfn = pfn;
	judge->event.bad_pages[nr].reason = reason;
}

void buddy_judge_clear_pages(void *context, pfn_t pfn, uint32_t nr_pages)
{
	struct buddy_judge *judge = context;

	page_tags_clear(&judge->contents, pfn, nr_pages);
}

void buddy_judge_note(struct buddy_judge *judge, enum buddy_judge_note note)
{
	static const uint32_t answers[] = {
		[BUDDY_JUDGE_DRAINED] = ANSWER_DRAINED,
		[BUDDY_JUDGE_CAPTURED] = ANSWER_CAPTURED,
		[BUDDY_JUDGE_REFUSED] = ANSWER_REFUSED,
		[BUDDY_JUDGE_STALLED] = 0,
	};

	judge->event.answers |= answers[note];
	if (note == BUDDY_JUDGE_STALLED)
		judge->event.status = EVENT_STALLED;
}

const struct buddy_sync *buddy_judge_locks(struct buddy_judge *judge, uint32_t fail_every)
{
	core_locks_refuse(&judge->locks, fail_every, lock_is_busy);
	return &judge->locks.sync;
}
