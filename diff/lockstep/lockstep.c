/* SPDX-License-Identifier: MIT */
/*
 * The loop: each op is resolved against each subject's own slots, executed, judged and compared
 * with what the reference answered. Claims are cumulative: once two subjects may have parted ways
 * (an op declined, or claimed less), later ops are compared no more strictly than that. A finding
 * is told by a second, watched run; one that a walk made is traced to its op before
 * (lockstep_narrow.c).
 */
#include "diff/lockstep/lockstep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/lockstep/compare.h"
#include "diff/lockstep/lockstep_internal.h"

#define MAX_RELEASES (1u << 24)

/* One run over a program; what it finds goes to finding. */
struct run {
	struct lockstep *lockstep;
	const struct program *program;
	struct finding *finding;
	struct story *story; /* NULL: nobody is told what happens */
};

/* ---- findings ---- */

static const char *op_name(const struct program *program, size_t op_index)
{
	if (op_index >= program->nr_ops)
		return "end";
	return op_table[program->ops[op_index].code].name;
}

void lockstep_set_finding(struct finding *finding, enum finding_cause cause, uint32_t subject,
			  const char *signature, const char *words, const struct program *program,
			  size_t op_index)
{
	finding->kind = cause == CAUSE_RULE ? FINDING_RULE : FINDING_DIFFERENCE;
	finding->cause = cause;
	finding->subject = subject;
	finding->op_index = finding->seen_at = op_index;
	snprintf(finding->signature, sizeof(finding->signature), "%s/%s", signature,
		 op_name(program, op_index));
	snprintf(finding->words, sizeof(finding->words), "%s", words);
}

static enum outcome found_rule(const struct run *run, uint32_t s, size_t op_index)
{
	struct lockstep *lockstep = run->lockstep;
	struct finding *finding = run->finding;
	const struct verdict *verdict = judge_verdict(lockstep->sides[s].judge);

	if (!verdict->broken)
		return STOP;
	lockstep_set_finding(finding, CAUSE_RULE, s, rule_name(verdict->rule), "", run->program,
			     op_index);
	finding->verdict = *verdict;
	return FOUND;
}

static enum outcome found_trap(const struct run *run, uint32_t s, size_t op_index)
{
	const struct event *event = &run->lockstep->sides[s].event;
	const char *condition = event->bug_condition ? event->bug_condition : "no condition given";

	lockstep_set_finding(run->finding, CAUSE_TRAP, s, "trap", condition, run->program,
			     op_index);
	run->finding->verdict.pfn = event->bug_pfn;
	return FOUND;
}

static void keep_answer(struct finding_answer *to, const struct event *event)
{
	uint32_t nr = event->nr_pfns < TEXT_EVENT_PFNS ? event->nr_pfns : TEXT_EVENT_PFNS;

	to->event = *event;
	to->event.pfns = NULL;
	if (nr)
		memcpy(to->pfns, event->pfns, nr * sizeof(*to->pfns));
}

enum outcome lockstep_found_difference(struct lockstep *lockstep, uint32_t s, const char *what,
				       const struct program *program, size_t op_index,
				       struct finding *finding)
{
	const struct event *a = &lockstep->sides[0].event, *b = &lockstep->sides[s].event;

	lockstep_set_finding(finding, CAUSE_ANSWER, s, "difference", what, program, op_index);
	finding->slow_path = a->nr_slow_calls || b->nr_slow_calls;
	finding->verdict.pfn = b->pfn != PFN_NONE ? b->pfn : a->pfn;
	keep_answer(&finding->answers[0], a);
	keep_answer(&finding->answers[1], b);
	return FOUND;
}

/* ---- one op ---- */

static inline uint64_t mix_history(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 32;
}

static void note_history(struct lockstep *lockstep, const struct event *event)
{
	uint64_t hash = mix_history(lockstep->history, event->pfn ^ (uint64_t)event->result << 32);

	if (event->status | event->nr_bad_pages | event->offset_bytes)
		hash = mix_history(hash, (uint64_t)event->status ^
						 (uint64_t)event->nr_bad_pages << 8 ^
						 (uint64_t)event->offset_bytes << 32);
	for (uint32_t i = 0; i < event->nr_pfns; i++)
		hash = mix_history(hash, event->pfns[i]);
	lockstep->history = hash;
}

static void note_stats(struct lockstep *lockstep, const struct call *call,
		       const struct event *event)
{
	struct lockstep_stats *stats = &lockstep->stats;

	stats->nr_ops++;
	if (lockstep->options.trace) {
		stats->nr_fallbacks += event->nr_traces[TRACE_MM_PAGE_ALLOC_EXTFRAG];
		stats->nr_kswapd_wakes += event->nr_traces[TRACE_WAKEUP_KSWAPD];
	}
	if (!op_allocates(call->code))
		return;
	stats->nr_allocs++;
	if (event->pfn == PFN_NONE && !event->result)
		stats->nr_failed_allocs++;
}

/* The subject executes the op, unless it does not fit its slots or is not supported. */
static inline void apply_op(struct side *side, const struct op *op)
{
	event_clear(&side->event);
	side->fits = ops_resolve(side->ledger, op, &side->call);
	side->event.status = EVENT_SKIPPED;
	if (!side->fits)
		return;
	side->event.status = EVENT_UNSUPPORTED;
	if (side->claims[op->code] == CLAIM_NONE)
		return;
	if (side->judge)
		judge_before(side->judge, &side->call);
	side->ops->apply(side->self, &side->call, &side->event);
}

static inline void take_answer(struct side *side, const struct op *op)
{
	enum claim claim = side->claims[op->code];

	side->executed =
		side->event.status != EVENT_SKIPPED && side->event.status != EVENT_UNSUPPORTED;
	if (!side->fits)
		return;
	if (side->event.status == EVENT_UNSUPPORTED)
		claim = CLAIM_SAFE;
	if (claim < side->claim)
		side->claim = claim;
	ops_take(side->ledger, op, &side->call, &side->event,
		 side->judge ? judge_taken(side->judge) : NULL);
}

static inline enum outcome judge_side(const struct run *run, struct side *side, size_t op_index)
{
	if (side->judge) {
		if (!judge_after(side->judge, op_index, &side->call, &side->event))
			return found_rule(run, side->number, op_index);
	} else if (side->event.status == EVENT_TRAPPED && !side->call.misuse) {
		return found_trap(run, side->number, op_index);
	}
	return side->event.status == EVENT_TRAPPED ? STOP : GO_ON;
}

/*
 * Done, taken in and judged; op_index is nr_ops for what the end gives back. applied: it was done,
 * and a trap left the rest to us.
 */
static enum outcome run_op(const struct run *run, struct side *side, const struct op *op,
			   size_t op_index, bool applied)
{
	run->lockstep->position->op_index = op_index;
	run->lockstep->position->subject = side->number;
	if (!applied)
		apply_op(side, op);
	take_answer(side, op);
	if (!side->executed)
		return GO_ON;
	if (run->story && run->story->subject == side->number)
		story_after(run->story, op_index, op, &side->call, &side->event);
	return judge_side(run, side, op_index);
}

static enum outcome compare_side(const struct run *run, uint32_t s, size_t op_index)
{
	struct lockstep *lockstep = run->lockstep;
	struct side *reference = &lockstep->sides[0], *side = &lockstep->sides[s];
	enum claim claim = side->claim < reference->claim ? side->claim : reference->claim;
	const struct call *call = reference->fits ? &reference->call : &side->call;
	struct count_pair pair;
	const char *what;
	char text[160];

	if (!reference->fits && !side->fits)
		return GO_ON;
	what = compare_events(claim, call, &reference->event, &side->event);
	if (what)
		return lockstep_found_difference(lockstep, s, what, run->program, op_index,
						 run->finding);
	if (!lockstep->options.compare_counts ||
	    compare_counts(claim, reference->ops, reference->self, side->ops, side->self,
			   lockstep->machine->nr_zones, reference->ledger->cpu,
			   lockstep->machine->config.nr_cpus, &pair))
		return GO_ON;
	snprintf(text, sizeof(text),
		 "zone %u has %lld free and %lld on cpu %u's lists, here %lld and %lld", pair.zone,
		 (long long)pair.free_pages[0], (long long)pair.pcp_pages[0], pair.cpu,
		 (long long)pair.free_pages[1], (long long)pair.pcp_pages[1]);
	return lockstep_found_difference(lockstep, s, text, run->program, op_index, run->finding);
}

static enum outcome observe(struct lockstep *lockstep, size_t op_index, const struct op *op)
{
	const struct side *side = &lockstep->sides[0];

	if (!lockstep->observer)
		return GO_ON;
	return lockstep->observer(lockstep->observer_context, op_index, op, op ? &side->call : NULL,
				  op ? &side->event : NULL)
		       ? GO_ON
		       : STOP;
}

/* After an op of the reference that came to this. */
static enum outcome observe_outcome(struct lockstep *lockstep, size_t op_index, const struct op *op,
				    enum outcome outcome)
{
	enum outcome seen = GO_ON;

	if (outcome == GO_ON || lockstep->options.observe_all)
		seen = observe(lockstep, op_index, op);
	return outcome == GO_ON ? seen : outcome;
}

static inline void count_declined(struct lockstep *lockstep, const struct side *side)
{
	lockstep->stats.nr_declined += side->event.status == EVENT_UNSUPPORTED;
}

static inline void count_reference(struct lockstep *lockstep, const struct side *side)
{
	if (side->executed) {
		note_history(lockstep, &side->event);
		note_stats(lockstep, &side->call, &side->event);
	} else {
		lockstep->stats.nr_skipped++;
		count_declined(lockstep, side);
	}
}

/* Another subject does what the reference did. */
static enum outcome step_other(const struct run *run, uint32_t s, const struct op *op,
			       size_t op_index)
{
	enum outcome outcome;

	if (run->story && run->story->subject == s)
		story_before(run->story, op_index, op, run->lockstep->sides[s].view);
	outcome = run_op(run, &run->lockstep->sides[s], op, op_index, false);
	count_declined(run->lockstep, &run->lockstep->sides[s]);
	return outcome == GO_ON ? compare_side(run, s, op_index) : outcome;
}

static enum outcome step(const struct run *run, size_t op_index)
{
	const struct op *op = &run->program->ops[op_index];
	struct lockstep *lockstep = run->lockstep;
	struct side *reference = &lockstep->sides[0];
	enum outcome outcome;

	if (run->story && run->story->subject == 0)
		story_before(run->story, op_index, op, reference->view);
	outcome = run_op(run, reference, op, op_index, false);
	count_reference(lockstep, reference);
	for (uint32_t s = 1; s < lockstep->nr_sides && outcome == GO_ON; s++)
		if (!lockstep->sides[s].batch)
			outcome = step_other(run, s, op, op_index);
	if (!reference->executed)
		return outcome;
	if (lockstep->batching)
		batch_note(lockstep, op_index);
	return observe_outcome(lockstep, op_index, op, outcome);
}

/* The reference is the only subject, and nobody looks on. */
static bool is_alone(const struct run *run)
{
	const struct lockstep *lockstep = run->lockstep;

	return lockstep->nr_sides == 1 && !run->story && !lockstep->observer;
}

struct alone {
	const struct run *run;
	size_t op_index, nr_ops;
	bool trapped; /* op_index is done but for what comes behind a trap */
	enum outcome outcome;
};

static void run_alone(void *context)
{
	struct alone *alone = context;
	const struct run *run = alone->run;
	struct lockstep *lockstep = run->lockstep;
	struct side *side = &lockstep->sides[0];

	for (; alone->op_index < alone->nr_ops && alone->outcome == GO_ON; alone->op_index++) {
		alone->outcome = run_op(run, side, &run->program->ops[alone->op_index],
					alone->op_index, alone->trapped);
		count_reference(lockstep, side);
	}
}

static enum outcome steps_alone(const struct run *run, size_t nr_ops)
{
	struct side *side = &run->lockstep->sides[0];
	struct alone alone = { .run = run, .nr_ops = nr_ops, .outcome = GO_ON };

	alone.trapped = side->ops->guard && !side->ops->guard(side->self, run_alone, &alone);
	if (alone.trapped || !side->ops->guard)
		run_alone(&alone);
	return alone.outcome;
}

static enum outcome steps(const struct run *run, size_t nr_ops)
{
	enum outcome outcome = GO_ON;

	for (size_t i = 0; i < nr_ops && outcome == GO_ON; i++)
		outcome = step(run, i);
	return outcome;
}

/* ---- the end ---- */

static enum outcome run_release(const struct run *run, uint32_t s, const struct op *op)
{
	struct lockstep *lockstep = run->lockstep;
	size_t end = run->program->nr_ops;
	enum outcome outcome = run_op(run, &lockstep->sides[s], op, end, false);

	if (!s && lockstep->options.observe_all && lockstep->sides[s].executed)
		return observe_outcome(lockstep, end, op, outcome);
	return outcome;
}

/*
 * Frees what the program still holds, drains every list, and asks what must be true of an empty
 * machine.
 */
static enum outcome release_side(const struct run *run, uint32_t s)
{
	static const uint8_t last_ops[] = { OP_page_frag_cache_drain, OP_drain_all_pages };
	struct side *side = &run->lockstep->sides[s];
	size_t end = run->program->nr_ops;
	enum outcome outcome = GO_ON;
	struct op op;

	for (uint32_t i = 0; i < MAX_RELEASES && outcome == GO_ON; i++) {
		if (!ops_next_release(side->ledger, &op))
			break;
		if (side->claims[op.code] == CLAIM_NONE)
			return STOP;
		outcome = run_release(run, s, &op);
	}
	for (uint32_t i = 0; i < sizeof(last_ops) && outcome == GO_ON; i++) {
		op = op_make((enum op_code)last_ops[i]);
		outcome = run_release(run, s, &op);
	}
	if (outcome == GO_ON && side->judge && !judge_end(side->judge, end))
		outcome = found_rule(run, s, end);
	return outcome;
}

static enum outcome finish(const struct run *run)
{
	struct lockstep *lockstep = run->lockstep;
	size_t end = run->program->nr_ops;
	enum outcome outcome = observe(lockstep, end, NULL);

	for (uint32_t s = 0; s < lockstep->nr_sides && outcome == GO_ON; s++) {
		struct judge *judge = lockstep->sides[s].judge;

		if (lockstep->sides[s].batch)
			continue;
		if (judge && !judge_after_program(judge, end, !lockstep->options.free_at_end))
			outcome = found_rule(run, s, end);
		else if (lockstep->options.free_at_end)
			outcome = release_side(run, s);
	}
	return outcome;
}

/* ---- runs ---- */

static bool prepare(struct lockstep *lockstep, const struct program *program)
{
	uint32_t nr_slots = program->nr_slots < MIN_SLOTS ? MIN_SLOTS : program->nr_slots;

	memset(&lockstep->stats, 0, sizeof(lockstep->stats));
	lockstep->history = 0;
	for (uint32_t s = 0; s < lockstep->nr_sides; s++) {
		struct side *side = &lockstep->sides[s];

		side->self = lockstep->machine->self[s];
		side->ledger = lockstep->machine->ledgers[s];
		side->judge = lockstep->machine->judges[s];
		side->view = machine_view(&lockstep->cache, lockstep->machine, s);
		side->claim = CLAIM_EXACT;
		if (lockstep->watch.every && lockstep->watch.subject == s)
			judge_watch(side->judge, lockstep->watch.first, lockstep->watch.every);
		if (!side->batch && !ledger_reset(side->ledger, nr_slots))
			return false;
	}
	return true;
}

static enum outcome run_ops(const struct run *run, size_t nr_ops)
{
	struct lockstep *lockstep = run->lockstep;

	if (!prepare(lockstep, run->program)) {
		run->finding->kind = FINDING_ERROR;
		snprintf(run->finding->signature, sizeof(run->finding->signature), "error/memory");
		snprintf(run->finding->text, sizeof(run->finding->text),
			 "out of memory for %u slots\n", run->program->nr_slots);
		return FOUND;
	}
	if (lockstep->batching)
		batch_begin(lockstep);
	return is_alone(run) ? steps_alone(run, nr_ops) : steps(run, nr_ops);
}

/* Batches behind the ops. Runs that tell what is wrong there count for nothing. */
static enum outcome finish_batches(const struct run *run, enum outcome outcome)
{
	struct lockstep *lockstep = run->lockstep;
	struct lockstep_stats stats = lockstep->stats;
	uint64_t history = lockstep->history;

	if (batch_finish(lockstep, run->program, run->finding) != FOUND)
		return outcome;
	stats.nr_batched = lockstep->stats.nr_batched;
	lockstep->stats = stats;
	lockstep->history = history;
	return FOUND;
}

static enum outcome run_once(const struct run *run)
{
	struct lockstep *lockstep = run->lockstep;
	enum outcome outcome = run_ops(run, run->program->nr_ops);

	if (lockstep->sides[0].judge)
		lockstep->stats.peak_pages = judge_peak_pages_held(lockstep->sides[0].judge);
	if (lockstep->batching && outcome != FOUND)
		outcome = finish_batches(run, outcome);
	return outcome == GO_ON ? finish(run) : outcome;
}

bool lockstep_repeat(struct lockstep *lockstep, const struct program *program, size_t nr_ops,
		     bool batching)
{
	lockstep_observer observer = lockstep->observer;
	struct finding *scratch = calloc(1, sizeof(*scratch));
	bool were_batching = lockstep->batching, done = false;
	const struct run run = { lockstep, program, scratch, NULL };

	lockstep->observer = NULL;
	lockstep->batching = batching;
	machine_reset(&lockstep->cache, lockstep->machine);
	if (scratch)
		done = run_ops(&run, nr_ops) == GO_ON;
	lockstep->batching = were_batching;
	lockstep->observer = observer;
	free(scratch);
	return done;
}

bool lockstep_again(struct lockstep *lockstep, const struct program *program, struct story *story,
		    struct finding *finding)
{
	const struct run run = { lockstep, program, finding, story };

	memset(finding, 0, sizeof(*finding));
	machine_reset(&lockstep->cache, lockstep->machine);
	return run_once(&run) != FOUND;
}

/*
 * This run ends where the one did that found it: subjects are deterministic. Of a subject that
 * takes batches the reference tells the story.
 */
static void tell_story(struct lockstep *lockstep, const struct program *program,
		       struct finding *finding)
{
	struct finding *again = malloc(sizeof(*again));
	struct story *story = malloc(sizeof(*story));
	const struct run run = { lockstep, program, again, story };
	const char *names[LOCKSTEP_MAX_SUBJECTS];

	for (uint32_t s = 0; s < lockstep->nr_sides; s++)
		names[s] = lockstep->subjects[s]->name;
	if (again && story) {
		story_init(story, finding);
		if (lockstep->sides[finding->subject].batch)
			story->subject = 0;
		if (story->subject == finding->subject) {
			lockstep_again(lockstep, program, story, again);
		} else {
			machine_reset(&lockstep->cache, lockstep->machine);
			if (finding->op_index < program->nr_ops)
				run_ops(&run, finding->op_index + 1);
		}
	}
	report_write(finding, program, names, again ? story : NULL);
	free(again);
	free(story);
}

/* Runs that nobody is told of, and that count for nothing. */
static void tell(struct lockstep *lockstep, const struct program *program, struct finding *finding)
{
	lockstep_observer observer = lockstep->observer;
	struct lockstep_stats stats = lockstep->stats;
	uint64_t history = lockstep->history;
	bool batching = lockstep->batching;

	lockstep->observer = NULL;
	lockstep->batching = false;
	if (finding->kind == FINDING_RULE && rule_when(finding->verdict.rule) == WHEN_WALK)
		lockstep_narrow(lockstep, program, finding);
	tell_story(lockstep, program, finding);
	lockstep->watch.every = 0;
	lockstep->batching = batching;
	lockstep->observer = observer;
	lockstep->stats = stats;
	lockstep->history = history;
}

bool lockstep_run(struct lockstep *lockstep, const struct program *program,
		  const struct snapshot *initial, struct finding *finding)
{
	const struct run run = { lockstep, program, finding, NULL };

	finding->kind = FINDING_NONE;
	finding->signature[0] = '\0';
	finding->text[0] = '\0';
	finding->slow_path = false;
	finding->verdict.pfn = PFN_NONE;
	lockstep->position->op_index = LOCKSTEP_BEFORE_OPS;
	lockstep->machine = machine_cache_get(&lockstep->cache, program, initial, finding->text,
					      sizeof(finding->text));
	if (!lockstep->machine) {
		finding->kind = FINDING_ERROR;
		snprintf(finding->signature, sizeof(finding->signature), "error/create");
		return false;
	}
	if (run_once(&run) != FOUND)
		return true;
	if (finding->kind != FINDING_ERROR)
		tell(lockstep, program, finding);
	if (finding->kind == FINDING_RULE)
		machine_cache_forget(&lockstep->cache, lockstep->machine);
	return false;
}

/* ---- life ---- */

static bool check_subject(const struct subject_ops *ops, char *error, size_t error_size)
{
	if (!ops->claims || !ops->create || !ops->destroy || !ops->reset || !ops->apply) {
		snprintf(error, error_size,
			 "subject %s lacks claims, create, destroy, reset or apply", ops->name);
		return false;
	}
	return true;
}

/* It runs what stands in its one place for a program. */
static bool check_once(const struct subject_ops *const *subjects, uint32_t s, char *error,
		       size_t error_size)
{
	for (uint32_t i = 0; i < s; i++)
		if (subjects[i] == subjects[s] && (subjects[s]->batch || subjects[s]->lives_once)) {
			snprintf(error, error_size, "subject %s is named twice: there is one of it",
				 subjects[s]->name);
			return false;
		}
	return true;
}

static bool init_side(struct side *side, const struct subject_ops *ops, uint32_t number)
{
	side->ops = ops;
	side->number = number;
	side->batch = number ? ops->batch : NULL; /* 0: the reference */
	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		side->claims[code] = (uint8_t)(op_table[code].name ? ops->claims(ops, (uint8_t)code)
								   : CLAIM_NONE);
	side->event.pfns = malloc(CALL_MAX_PFNS * sizeof(*side->event.pfns));
	side->event.effects = malloc(EVENT_MAX_EFFECTS * sizeof(*side->event.effects));
	return side->event.pfns && side->event.effects;
}

struct lockstep *lockstep_create(const struct subject_ops *const *subjects, uint32_t nr_subjects,
				 const struct lockstep_options *options, uint32_t *marks,
				 char *error, size_t error_size)
{
	struct lockstep *lockstep;

	if (!nr_subjects || nr_subjects > LOCKSTEP_MAX_SUBJECTS) {
		snprintf(error, error_size, "%u subjects: 1 to %d can run in lockstep", nr_subjects,
			 LOCKSTEP_MAX_SUBJECTS);
		return NULL;
	}
	for (uint32_t s = 0; s < nr_subjects; s++)
		if (!check_subject(subjects[s], error, error_size) ||
		    !check_once(subjects, s, error, error_size))
			return NULL;
	lockstep = calloc(1, sizeof(*lockstep));
	if (!lockstep) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	lockstep->options = *options;
	lockstep_tell_position(lockstep, &lockstep->unwatched);
	lockstep->nr_sides = nr_subjects;
	memcpy(lockstep->subjects, subjects, nr_subjects * sizeof(*subjects));
	lockstep->cache.subjects = lockstep->subjects;
	lockstep->cache.nr_subjects = nr_subjects;
	lockstep->cache.judge = options->judge;
	lockstep->cache.judge_options.walk_every_ops = options->walk_every_ops;
	lockstep->cache.env = (struct env){
		.track_contents = options->judge,
		.trace = options->trace,
		.marks = marks,
		.dirt = options->dirt,
		.recorded = options->recorded,
	};
	for (uint32_t s = 0; s < nr_subjects; s++)
		if (!init_side(&lockstep->sides[s], subjects[s], s)) {
			snprintf(error, error_size, "out of memory");
			lockstep_free(lockstep);
			return NULL;
		} else if (lockstep->sides[s].batch) {
			lockstep->batching = true;
		}
	return lockstep;
}

void lockstep_free(struct lockstep *lockstep)
{
	machine_cache_free(&lockstep->cache);
	for (uint32_t s = 0; s < lockstep->nr_sides; s++) {
		free(lockstep->sides[s].event.pfns);
		free(lockstep->sides[s].event.effects);
	}
	free(lockstep->batch_ops);
	free(lockstep);
}

void lockstep_observe(struct lockstep *lockstep, lockstep_observer observer, void *context)
{
	lockstep->observer = observer;
	lockstep->observer_context = context;
}

void lockstep_tell_position(struct lockstep *lockstep, struct lockstep_position *position)
{
	lockstep->position = position;
	lockstep->cache.at_hand = &position->subject;
}

const struct lockstep_stats *lockstep_stats(const struct lockstep *lockstep)
{
	return &lockstep->stats;
}

const struct view *lockstep_view(struct lockstep *lockstep, uint32_t subject)
{
	if (!lockstep->machine || subject >= lockstep->nr_sides)
		return NULL;
	return lockstep->sides[subject].view;
}

struct rule_set lockstep_rules_reached(const struct lockstep *lockstep)
{
	const struct judge *judge = lockstep->sides[0].judge;

	return judge ? judge_rules_reached(judge) : (struct rule_set){ { 0 } };
}

uint64_t lockstep_history_hash(const struct lockstep *lockstep)
{
	return lockstep->history;
}

uint64_t lockstep_image_hash(const struct lockstep *lockstep, uint32_t subject)
{
	const struct side *side;

	if (!lockstep->machine || subject >= lockstep->nr_sides)
		return 0;
	side = &lockstep->sides[subject];
	return side->ops->hash ? side->ops->hash(side->self) : 0;
}
