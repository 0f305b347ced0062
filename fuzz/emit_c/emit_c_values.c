/* SPDX-License-Identifier: MIT */
/*
 * Values by the names that the public headers give them, made of the language's own. A hook of
 * which nothing is told is not there, which is the same as one that has done nothing (hooks.h).
 */
#include <ctype.h>
#include <string.h>

#include "buddy/gfp.h"
#include "fuzz/emit_c/emission.h"
#include "oracle/lang/names.h"

void emit_c_put_constant(FILE *out, const char *prefix, const char *name)
{
	fputs(prefix, out);
	for (; *name; name++)
		fputc(toupper((unsigned char)*name), out);
}

/* "GFP_KERNEL|0x10" -> "GFP_KERNEL | 0x10u" */
void emit_c_put_gfp(struct emission *emission, const struct step *step)
{
	char text[GFP_TEXT_MAX];
	const char *name = text;

	gfp_format(step->op->gfp, text);
	if (!step->op->gfp)
		PUT(emission, "0");
	while (*name) {
		size_t length = strcspn(name, "|");

		PUT(emission, "%.*s%s%s", (int)length, name, *name == '0' ? "u" : "",
		    name[length] ? " | " : "");
		name += length + (name[length] == '|');
	}
}

/* The numbers of enum buddy_sysctl_name are those of the language. */
void emit_c_put_type(struct emission *emission, const struct step *step)
{
	uint8_t type = step->call->type;

	if (step->op->code == OP_sysctl)
		emit_c_put_constant(emission->steps, "SYSCTL_",
				    name_of(sysctl_names, type) + strlen("vm."));
	else
		emit_c_put_constant(emission->steps, "MIGRATE_", name_of(migratetype_names, type));
}

/* ---- the task ---- */

static void put_task(struct emission *emission, uint32_t cpu, uint32_t value)
{
	static const struct {
		uint32_t bits;
		const char *member;
	} contexts[] = {
		{ OP_TASK_INTERRUPT | OP_TASK_SOFTIRQ, "in_interrupt" },
		{ OP_TASK_SOFTIRQ, "in_softirq" },
		{ OP_TASK_RT, "rt" },
		{ OP_TASK_OOM_VICTIM, "oom_victim" },
	};
	const char *before = ", .flags = ";

	PUT(emission, "task[%u] = (struct task){ .sys = &sys, .cpu = %u", cpu, cpu);
	for (const struct task_flag *flag = task_flags; flag->name; flag++)
		if (value & flag->bit && !strncmp(flag->meaning, "PF_", 3)) {
			PUT(emission, "%s%s", before, flag->meaning);
			before = " | ";
		}
	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (value & contexts[i].bits)
			PUT(emission, ", .%s = true", contexts[i].member);
	if (emission->hooks & OP_HOOKS_CPUSET)
		PUT(emission, ", .mems_allowed = task[%u].mems_allowed", cpu);
	PUT(emission, " }");
}

/* ---- hooks ---- */

/* Numbers beyond the last name begin with the first again. */
static uint32_t number_of(const struct hooks_field *field, uint32_t value)
{
	uint32_t number = op_hooks_get(value, field->mask), nr = 0;

	while (field->names && field->names[nr])
		nr++;
	return nr ? number % nr : number;
}

uint32_t emit_c_hooks(uint32_t value)
{
	uint32_t hooks = 0;

	for (const struct hooks_field *field = hooks_fields; field->name; field++)
		hooks |= op_hooks_put(number_of(field, value), field->mask);
	if (hooks & OP_HOOKS_ABSENT)
		hooks &= ~(uint32_t)(OP_HOOKS_ABSENT | OP_HOOKS_RECLAIM | OP_HOOKS_COMPACT_TIMES);
	if (!(hooks & OP_HOOKS_COMPACT_TIMES))
		hooks &= ~(uint32_t)OP_HOOKS_COMPACT;
	if (op_hooks_get(hooks, OP_HOOKS_COMPACT) != COMPACT_SUCCESS)
		hooks &= ~(uint32_t)OP_HOOKS_CAPTURE;
	return hooks;
}

static void put_hooks(struct emission *emission)
{
	const char *comma = "";

	PUT(emission, "answer_hooks((struct answers){ ");
	for (const struct hooks_field *field = hooks_fields; field->name; field++) {
		uint32_t number = op_hooks_get(emission->hooks, field->mask);

		if (!number)
			continue;
		PUT(emission, "%s.%s = ", comma, field->name);
		if (field->mask == OP_HOOKS_COMPACT)
			emit_c_put_constant(emission->steps, "COMPACT_", field->names[number]);
		else
			PUT(emission, "%u", number);
		comma = ", ";
	}
	PUT(emission, *comma ? " })" : "0 })");
}

void emit_c_put_context(struct emission *emission, const struct step *step)
{
	if (step->op->code == OP_task) {
		put_task(emission, step->call->cpu, step->call->value);
		return;
	}
	emission->hooks = emit_c_hooks(step->call->value);
	emission->told_hooks = true;
	put_hooks(emission);
}
