/* SPDX-License-Identifier: MIT */
/* An op as the call of the core's API that it meant in the run. */
#include "fuzz/emit_c/emission.h"
#include "oracle/lang/text.h"

/*
 * What a call looks like. In it stand:
 *	$s slot  $t task  $p page  $P the pages of release_pages  $o order  $g gfp  $n node  $c
 *count $v value  $V its name  $w what task and hook_answers do  $r where a number that is answered
 *	goes  $a what tells how many references are left  $u in front of a free: what was on the LRU
 *	is taken off  $l notes that it is put there  $f in front of a request: what hooks must know
 *	of it  $e and which slots are empty
 * And in a statement around it:
 *	$C the call  $i number of the op  $q the op in quotes  $B the condition of a trap, likewise
 *	$F the frame that was answered  $R the number that was
 */
struct form {
	const char *call;
	enum answer_kind kind;
};

static const struct form forms[NR_OP_CODES] = {
	[OP_alloc_pages] = { "$fr[$s] = alloc_pages($t, $g, $o)", ANSWERS_PAGE },
	[OP_get_zeroed_page] = { "$fr[$s] = get_zeroed_page($t, $g)", ANSWERS_PAGE },
	[OP_alloc_pages_exact] = { "$fr[$s] = alloc_pages_exact($t, $c, $g)", ANSWERS_PAGE },
	[OP_alloc_pages_bulk_array] = { "$e$f$ralloc_pages_bulk_array($t, $g, $n, NULL, $c, "
					"&r[$s])",
					ANSWERS_PAGES },
	[OP_alloc_pages_bulk_list] = { "$f$ralloc_pages_bulk_list($t, $g, $n, NULL, $c, &r[$s])",
				       ANSWERS_PAGES },
	[OP_page_frag_alloc] = { "$fr[$s] = page_frag_alloc($t, &frag_cache, $c, $g, ~0u, "
				 "&frag_offset)",
				 ANSWERS_FRAGMENT },
	[OP_free_pages] = { "$u__free_pages($t, $p, $o)", ANSWERS_REFS },
	[OP_free_pages_exact] = { "free_pages_exact($t, $p, $c)", ANSWERS_NOTHING },
	[OP_free_page] = { "__free_pages($t, $p, 0)", ANSWERS_REFS },
	[OP_get_page] = { "get_page($t, $p)", ANSWERS_REFS },
	[OP_put_page] = { "$uput_page($t, $p)", ANSWERS_REFS },
	[OP_get_page_unless_zero] = { "$rget_page_unless_zero($t, $p) ? $a : 0", ANSWERS_RESULT },
	[OP_split_page] = { "split_page($t, $p, $o)", ANSWERS_NOTHING },
	[OP_free_contig_range] = { "free_contig_range($t, $p, $c)", ANSWERS_NOTHING },
	[OP_release_pages] = { "$urelease_pages($t, (struct page *[]){ $P }, $c)",
			       ANSWERS_NOTHING },
	[OP_put_pages_list] = { "put_pages_list($t, (struct page *[]){ $P }, $c)",
				ANSWERS_NOTHING },
	[OP_page_frag_free] = { "page_frag_free($t, $p)", ANSWERS_NOTHING },
	[OP_page_frag_cache_drain] = { "page_frag_cache_drain($t, &frag_cache)", ANSWERS_NOTHING },
	[OP_set_lru] = { "set_lru($p, $o, true)$l", ANSWERS_NOTHING },
	[OP_drain_local_pages] = { "drain_local_pages($t)", ANSWERS_NOTHING },
	[OP_drain_all_pages] = { "drain_all_pages($t)", ANSWERS_NOTHING },
	[OP_set_pageblock_type] = { "set_types($p, $o, $V)", ANSWERS_NOTHING },
	[OP_sysctl] = { "$rbuddy_sysctl_write(&sys, $V, $o, $v)", ANSWERS_RESULT },
	[OP_cpu] = { "", ANSWERS_NOTHING }, /* the calls that follow name the task */
	[OP_tick] = { "buddy_tick($t)", ANSWERS_NOTHING },
	[OP_task] = { "$w", ANSWERS_NOTHING },
	[OP_hook_answers] = { "$w", ANSWERS_NOTHING },
	[OP_double_free] = { "__free_pages($t, $p, $o)", ANSWERS_REFS },
	[OP_free_wrong_order] = { "__free_pages($t, $p, $o)", ANSWERS_REFS },
	[OP_free_foreign] = { "__free_pages($t, $p, $o)", ANSWERS_REFS },
	[OP_free_tail] = { "__free_pages($t, $p, $o)", ANSWERS_REFS },
	[OP_free_referenced] = { "free_the_page($t, $p, $o)", ANSWERS_NOTHING },
};

/* On a node of its own choice. */
static const char alloc_pages_node_form[] = "$fr[$s] = alloc_pages_node($t, $n, $g, $o)";

/* ---- what stands for something ---- */

static void put_call(struct emission *emission, const struct step *step)
{
	const struct call *call = step->call;
	const char *form = forms[step->op->code].call;

	FUZZ_ASSERT(form);
	if (call->code == OP_alloc_pages &&
	    call->node != emission->program->machine.cpu_node[call->cpu])
		form = alloc_pages_node_form;
	emit_c_put(emission, step, form);
}

static void put_task(struct emission *emission, const struct step *step)
{
	PUT(emission, "&task[%u]", step->call->cpu);
}

/* Compaction that hands over a block takes it from the node that was asked. */
static void put_for_hooks(struct emission *emission, const struct step *step)
{
	if (!(emission->hooks & OP_HOOKS_CAPTURE) || emission->asked_node == step->call->node)
		return;
	emission->asked_node = step->call->node;
	PUT(emission, "asked_node = %u, ", step->call->node);
}

/* A number that is answered is kept, or told to the judge at once. */
static void put_result(struct emission *emission, const struct step *step)
{
	(void)step;
	PUT(emission, "%s", emission->rules ? "" : "result = ");
}

static void put_frame(struct emission *emission, const struct step *step)
{
	if (step->event->pfn == PFN_NONE)
		PUT(emission, "NONE");
	else
		PUT(emission, "%u", step->event->pfn);
}

static void put_quoted(struct emission *emission, const char *words)
{
	PUT(emission, "\"");
	for (; *words; words++)
		PUT(emission, *words == '"' || *words == '\\' ? "\\%c" : "%c", *words);
	PUT(emission, "\"");
}

static void put_words(struct emission *emission, const struct step *step)
{
	char words[TEXT_OP_MAX];

	text_format_op(step->op, words);
	put_quoted(emission, words);
}

static void put_condition(struct emission *emission, const struct step *step)
{
	put_quoted(emission, step->event->bug_condition ? step->event->bug_condition : "");
}

static void (*const putters['z' + 1])(struct emission *, const struct step *) = {
	['t'] = put_task,
	['p'] = emit_c_put_page,
	['P'] = emit_c_put_released,
	['g'] = emit_c_put_gfp,
	['V'] = emit_c_put_type,
	['w'] = emit_c_put_context,
	['r'] = put_result,
	['a'] = emit_c_put_references,
	['u'] = emit_c_put_off_lru,
	['l'] = emit_c_note_lru,
	['f'] = put_for_hooks,
	['e'] = emit_c_put_empty_slots,
	['C'] = put_call,
	['q'] = put_words,
	['B'] = put_condition,
	['F'] = put_frame,
};

static long long number_of(const struct step *step, char letter)
{
	switch (letter) {
	case 'i':
		return (long long)step->op_index;
	case 's':
		return step->op->slot;
	case 'o':
		return step->call->order;
	case 'n':
		return step->call->node;
	case 'c':
		return step->call->count;
	case 'v':
		return (int32_t)step->call->value;
	default:
		FUZZ_ASSERT(letter == 'R');
		return step->event->result;
	}
}

void emit_c_put(struct emission *emission, const struct step *step, const char *form)
{
	for (; *form; form++)
		if (*form != '$')
			PUT(emission, "%c", *form);
		else if (putters[(unsigned char)*++form])
			putters[(unsigned char)*form](emission, step);
		else
			PUT(emission, "%lld", number_of(step, *form));
}

/* ---- a step ---- */

enum answer_kind emit_c_answer_kind(const struct step *step)
{
	return forms[step->op->code].kind;
}

/* Hooks of which nothing was told yet do nothing. */
bool emit_c_is_silent(const struct emission *emission, const struct step *step)
{
	if (step->op->code == OP_hook_answers)
		return !emission->told_hooks && !emit_c_hooks(step->call->value);
	return !*forms[step->op->code].call;
}
