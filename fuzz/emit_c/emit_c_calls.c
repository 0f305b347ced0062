/* SPDX-License-Identifier: MIT */
/* An op as the call of the core's API that it meant in the recorded run. */
#include <string.h>

#include "buddy/gfp.h"
#include "fuzz/emit_c/emission.h"

#define PUT(emission, ...) line_put(&(emission)->call, __VA_ARGS__)

/*
 * What a call looks like. In it stand:
 *	$s slot  $t task  $p page  $P the pages of release_pages  $o order  $g gfp  $n node  $c
 *count $v value  $V its name  $w the value of task and hook_answers $r where a number that is
 *answered goes  $a what tells how many references are left $u in front of a free: what was on the
 *LRU is taken off  $l puts it on $f in front of a request: what hooks must know of it  $e and which
 *slots are empty
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
	[OP_free_pages] = { "$u__free_pages($t, $p, $o)$a", ANSWERS_REFS },
	[OP_free_pages_exact] = { "free_pages_exact($t, $p, $c)", ANSWERS_NOTHING },
	[OP_free_page] = { "__free_pages($t, $p, 0)$a", ANSWERS_REFS },
	[OP_get_page] = { "get_page($t, $p)$a", ANSWERS_REFS },
	[OP_put_page] = { "$uput_page($t, $p)$a", ANSWERS_REFS },
	[OP_get_page_unless_zero] = { "$rget_page_unless_zero($t, $p)$a", ANSWERS_RESULT },
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
	[OP_double_free] = { "__free_pages($t, $p, $o)$a", ANSWERS_REFS },
	[OP_free_wrong_order] = { "__free_pages($t, $p, $o)$a", ANSWERS_REFS },
	[OP_free_foreign] = { "__free_pages($t, $p, $o)$a", ANSWERS_REFS },
	[OP_free_tail] = { "__free_pages($t, $p, $o)$a", ANSWERS_REFS },
	[OP_free_referenced] = { "free_the_page($t, $p, $o)", ANSWERS_NOTHING },
};

/* On a node of its own choice. */
static const char alloc_pages_node_form[] = "$fr[$s] = alloc_pages_node($t, $n, $g, $o)";

/* ---- requests ---- */

/* "GFP_KERNEL|0x10" -> "GFP_KERNEL | 0x10u" */
static void put_gfp(struct emission *emission, gfp_t gfp)
{
	char text[GFP_TEXT_MAX];
	const char *name = text;

	gfp_format(gfp, text);
	if (!gfp)
		PUT(emission, "0");
	while (*name) {
		size_t length = strcspn(name, "|");

		PUT(emission, "%.*s%s%s", (int)length, name, *name == '0' ? "u" : "",
		    name[length] ? " | " : "");
		name += length + (name[length] == '|');
	}
}

/* Compaction that hands over a block takes it from the node that was asked. */
static void put_for_hooks(struct emission *emission, const struct emit_c_step *step)
{
	if (step->call.gfp & __GFP_NOFAIL)
		emission_need(emission, NEED_NOFAIL);
	if (!(emission->needs & NEED_CAPTURE) || emission->asked_node == step->call.node)
		return;
	emission->asked_node = step->call.node;
	PUT(emission, "asked_node = %u, ", step->call.node);
}

/* ---- values ---- */

static const char *type_name(const struct emit_c_step *step)
{
	static const char *const types[MIGRATE_TYPES] = {
		"MIGRATE_UNMOVABLE",  "MIGRATE_MOVABLE", "MIGRATE_RECLAIMABLE",
		"MIGRATE_HIGHATOMIC", "MIGRATE_CMA",     "MIGRATE_ISOLATE"
	};
	/* The numbers of enum buddy_sysctl_name are those of the language. */
	static const char *const sysctls[OP_NR_SYSCTLS] = { "SYSCTL_MIN_FREE_KBYTES",
							    "SYSCTL_WATERMARK_SCALE_FACTOR",
							    "SYSCTL_WATERMARK_BOOST_FACTOR",
							    "SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION",
							    "SYSCTL_LOWMEM_RESERVE_RATIO" };

	if (step->op.code == OP_sysctl)
		return step->call.type < OP_NR_SYSCTLS ? sysctls[step->call.type] : "NR_SYSCTLS";
	return step->call.type < MIGRATE_TYPES ? types[step->call.type] : "MIGRATE_TYPES";
}

static void put_task_flags(struct emission *emission, uint32_t value)
{
	static const struct {
		uint32_t bits;
		const char *flag;
	} flags[] = {
		{ OP_TASK_MEMALLOC, "PF_MEMALLOC" },  { OP_TASK_NOFS, "PF_MEMALLOC_NOFS" },
		{ OP_TASK_NOIO, "PF_MEMALLOC_NOIO" }, { OP_TASK_PIN, "PF_MEMALLOC_PIN" },
		{ OP_TASK_DUMPCORE, "PF_DUMPCORE" },
	}, contexts[] = {
		{ OP_TASK_INTERRUPT | OP_TASK_SOFTIRQ, "in_interrupt" },
		{ OP_TASK_SOFTIRQ, "in_softirq" },
		{ OP_TASK_RT, "rt" },
		{ OP_TASK_OOM_VICTIM, "oom_victim" },
	};
	const char *before = ", .flags = ";

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (value & flags[i].bits) {
			PUT(emission, "%s%s", before, flags[i].flag);
			before = " | ";
		}
	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (value & contexts[i].bits)
			PUT(emission, ", .%s = true", contexts[i].flag);
}

static void put_value(struct emission *emission, const struct emit_c_step *step)
{
	uint32_t cpu = step->call.cpu;

	if (step->op.code == OP_hook_answers) {
		if (emission->needs & NEED_HOOKS) /* else none is ever told to do anything */
			emit_c_hooks(emission, step->call.value);
		return;
	}
	emission_need(emission, NEED_TASK);
	PUT(emission, "task[%u] = (struct task){ .sys = &sys, .cpu = %u", cpu, cpu);
	put_task_flags(emission, step->call.value);
	if (emission->needs & NEED_CPUSET)
		PUT(emission, ", .mems_allowed = task[%u].mems_allowed", cpu);
	PUT(emission, " }");
}

/* A number that is answered is kept, or told to the judge at once. */
static void put_result(struct emission *emission)
{
	if (emission->rules)
		return;
	emission_need(emission, NEED_RESULT);
	PUT(emission, "result = ");
}

/* ---- a call ---- */

static void put_operand(struct emission *emission, const struct emit_c_step *step, char operand)
{
	const struct call *call = &step->call;

	switch (operand) {
	case 's':
		PUT(emission, "%u", step->op.slot);
		break;
	case 't':
		emission_need(emission, NEED_TASK);
		PUT(emission, "&task[%u]", call->cpu);
		break;
	case 'p':
		emit_c_put_page(emission, step);
		break;
	case 'P':
		emit_c_put_released(emission, step);
		break;
	case 'o':
		PUT(emission, "%u", call->order);
		break;
	case 'g':
		put_gfp(emission, step->op.gfp);
		break;
	case 'n':
		PUT(emission, "%u", call->node);
		break;
	case 'c':
		PUT(emission, "%u", call->count);
		break;
	case 'v':
		PUT(emission, "%d", (int32_t)call->value);
		break;
	case 'V':
		PUT(emission, "%s", type_name(step));
		break;
	case 'w':
		put_value(emission, step);
		break;
	case 'r':
		put_result(emission);
		break;
	case 'a':
		emit_c_note_references(emission, step);
		break;
	case 'u':
		emit_c_put_off_lru(emission, step);
		break;
	case 'l':
		emit_c_note_lru(emission, step);
		break;
	case 'f':
		put_for_hooks(emission, step);
		break;
	default: /* e */
		emit_c_put_empty_slots(emission, step);
	}
}

static void note_needs(struct emission *emission, const struct emit_c_step *step)
{
	if (op_table[step->op.code].operands & (OPERAND_DEST | OPERAND_SLOT))
		emission_need(emission, NEED_SLOTS);
	if (step->op.code == OP_set_pageblock_type)
		emission_need(emission, NEED_SET_TYPES);
	if (step->op.code == OP_page_frag_alloc)
		emission_need(emission, NEED_FRAGMENT);
	if (step->op.code == OP_page_frag_alloc || step->op.code == OP_page_frag_cache_drain)
		emission_need(emission, NEED_CACHE);
}

enum answer_kind emit_c_call(struct emission *emission, const struct emit_c_step *step)
{
	const struct form *form = &forms[step->op.code];
	const char *text = form->call;
	const struct buddy_config *machine = &emission->program->machine;

	FUZZ_ASSERT(text);
	emission->call.length = emission->about.length = 0;
	emission->call_text[0] = emission->about_text[0] = '\0';
	note_needs(emission, step);
	if (step->op.code == OP_alloc_pages && step->call.node != machine->cpu_node[step->call.cpu])
		text = alloc_pages_node_form;
	for (; *text; text++)
		if (*text == '$')
			put_operand(emission, step, *++text);
		else
			PUT(emission, "%c", *text);
	FUZZ_ASSERT(emission->call.length + 1 < STATEMENT_MAX);
	return form->kind;
}
