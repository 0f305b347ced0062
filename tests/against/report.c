/* SPDX-License-Identifier: MIT */
/* Operations, machines and differences as text. */
#include <string.h>

#include "pair.h"

static const char *const call_names[SHIM_NR_CALLS] = {
#define F(name) #name,
	SHIM_CALLS(F)
#undef F
};

static const char *const hook_names[SHIM_NR_HOOKS] = {
#define F(name) #name,
	SHIM_HOOKS(F)
#undef F
};

static const char *const feature_names[SHIM_NR_FEATURES] = {
#define F(name) #name,
	SHIM_FEATURES(F)
#undef F
};

static const struct {
	const char *name, *at[SHIM_MAX_AT];
} labels[] = {
#define LABEL(name, a, b, c, d) { #name, { a, b, c, d } },
#include "labels.def"
};

static void print_task(FILE *out, const struct shim_op *op)
{
	if (op->task_flags)
		fprintf(out, " task_flags=0x%x", op->task_flags);
	if (op->in_interrupt)
		fputs(op->in_softirq ? " in_softirq" : " in_interrupt", out);
	if (op->rt)
		fputs(" rt", out);
	if (op->oom_victim)
		fputs(" oom_victim", out);
	if (op->mems_allowed)
		fprintf(out, " mems_allowed=0x%x", op->mems_allowed);
}

void op_print(FILE *out, const struct shim_op *op)
{
	fprintf(out, "%s cpu=%u order=%u gfp=0x%x", call_names[op->call], op->cpu, op->order,
		op->gfp);
	fprintf(out, " node=%d nodemask=0x%x pfn=%u", op->node, op->nodemask, op->pfn);
	fprintf(out, " count=%u which=%u value=%d", op->count, op->which, op->value);
	print_task(out, op);
	if (op->nr_pfns)
		fprintf(out, " pfns=%u, the first %u", op->nr_pfns, op->pfns[0]);
	if (op->nr_relief)
		fprintf(out, " relief=%u blocks", op->nr_relief);
	fputc('\n', out);
}

static void print_names(FILE *out, uint32_t mask, const char *const *names, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		if (mask >> i & 1)
			fprintf(out, " %s", names[i]);
}

static void print_ranges(FILE *out, const char *name, const struct shim_range *ranges, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		fprintf(out, " %s=%u-%u@%u", name, ranges[i].start_pfn, ranges[i].end_pfn,
			ranges[i].node);
}

void machine_print(FILE *out, const struct shim_machine *machine)
{
	static const char *const profiles[SHIM_NR_PROFILES] = { "x86_64", "debian", "uml" };

	fprintf(out, "%s pageblock_order=%u cpus=%u nodes=%u", profiles[machine->profile],
		machine->pageblock_order, machine->nr_cpus, machine->nr_nodes);
	print_ranges(out, "memory", machine->memory, machine->nr_memory);
	print_ranges(out, "reserved", machine->reserved, machine->nr_reserved);
	fprintf(out, " zone_end=%d,%d,%d", (int)machine->zone_end_pfn[0],
		(int)machine->zone_end_pfn[1], (int)machine->zone_end_pfn[2]);
	fprintf(out, " movablecore=%u kernelcore=%u", machine->movablecore_pages,
		machine->kernelcore_pages);
	fprintf(out, " min_free=%d scale=%u boost=%u fraction=%u ratio=%d",
		machine->min_free_kbytes, machine->watermark_scale_factor,
		machine->watermark_boost_factor, machine->percpu_pagelist_high_fraction,
		machine->lowmem_reserve_ratio);
	fputs("; features:", out);
	print_names(out, machine->features, feature_names, SHIM_NR_FEATURES);
	fputs("; hooks:", out);
	print_names(out, machine->hooks, hook_names, SHIM_NR_HOOKS);
	fputc('\n', out);
}

/* ---- differences ---- */

static void name_word(char *text, size_t size, const struct shim_word *word)
{
	size_t length = (size_t)snprintf(text, size, "%s", labels[word->label].name);

	for (uint32_t i = 0; i < SHIM_MAX_AT && *labels[word->label].at[i]; i++)
		length += (size_t)snprintf(text + length, size - length, " %s %u",
					   labels[word->label].at[i], word->at[i]);
}

static bool same_word(const struct shim_word *one, const struct shim_word *other)
{
	return one->value == other->value && one->label == other->label &&
	       memcmp(one->at, other->at, sizeof(one->at)) == 0;
}

/* Lists of different length put the rest of the walk out of step: then the place is named twice. */
static void describe_words(struct pair *pair, const struct shim_word *older,
			   const struct shim_word *newer)
{
	char old_name[128], new_name[128];

	name_word(old_name, sizeof(old_name), older);
	name_word(new_name, sizeof(new_name), newer);
	if (strcmp(old_name, new_name) == 0)
		snprintf(pair->difference, sizeof(pair->difference), "%s: old %lld, new %lld",
			 old_name, (long long)older->value, (long long)newer->value);
	else
		snprintf(pair->difference, sizeof(pair->difference),
			 "old has %s: %lld where new has %s: %lld", old_name,
			 (long long)older->value, new_name, (long long)newer->value);
}

void difference_of_states(struct pair *pair, enum shim_depth depth)
{
	const struct shim_word *words[NR_SIDES];
	uint64_t nr[NR_SIDES];

	for (int side = OLD; side < NR_SIDES; side++)
		nr[side] = pair->ops[side]->tell(pair->shims[side], depth, &words[side]);
	for (uint64_t i = 0; i < nr[OLD] && i < nr[NEW]; i++) {
		if (same_word(&words[OLD][i], &words[NEW][i]))
			continue;
		describe_words(pair, &words[OLD][i], &words[NEW][i]);
		return;
	}
	snprintf(pair->difference, sizeof(pair->difference),
		 "the state: old has %llu words, new %llu", (unsigned long long)nr[OLD],
		 (unsigned long long)nr[NEW]);
}

static bool differ_in(struct pair *pair, const char *name, uint64_t older, uint64_t newer)
{
	if (older == newer)
		return false;
	snprintf(pair->difference, sizeof(pair->difference), "%s: old %lld, new %lld", name,
		 (long long)older, (long long)newer);
	return true;
}

static void event_text(char *text, size_t size, const struct shim_answer *answer, uint32_t n)
{
	const struct shim_event *event = &answer->events[n];
	size_t length;

	if (n >= answer->nr_events) {
		snprintf(text, size, "nothing");
		return;
	}
	length = (size_t)snprintf(text, size, "%s(", hook_names[event->kind]);
	for (uint32_t i = 0; i < 7; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%d", i ? ", " : "",
					   (int)event->args[i]);
	snprintf(text + length, size - length, ")");
}

static void difference_of_events(struct pair *pair)
{
	const struct shim_answer *older = &pair->answers[OLD], *newer = &pair->answers[NEW];
	char old_text[128], new_text[128];
	uint32_t n = 0;

	while (n < SHIM_MAX_EVENTS && n < older->nr_events && n < newer->nr_events &&
	       memcmp(&older->events[n], &newer->events[n], sizeof(older->events[n])) == 0)
		n++;
	if (n == SHIM_MAX_EVENTS) {
		snprintf(pair->difference, sizeof(pair->difference),
			 "hooks called: old %u, new %u; one after the first %u differs",
			 older->nr_events, newer->nr_events, n);
		return;
	}
	event_text(old_text, sizeof(old_text), older, n);
	event_text(new_text, sizeof(new_text), newer, n);
	snprintf(pair->difference, sizeof(pair->difference), "hook call %u: old %s, new %s", n,
		 old_text, new_text);
}

void difference_of_answers(struct pair *pair)
{
	const struct shim_answer *older = &pair->answers[OLD], *newer = &pair->answers[NEW];
	char name[32];

	if (differ_in(pair, "answer: trapped", older->trapped, newer->trapped) ||
	    differ_in(pair, "answer", older->result, newer->result) ||
	    differ_in(pair, "answer: number of pages", older->nr_pfns, newer->nr_pfns))
		return;
	for (uint32_t i = 0; i < older->nr_pfns; i++) {
		snprintf(name, sizeof(name), "answer: page %u", i);
		if (differ_in(pair, name, older->pfns[i], newer->pfns[i]))
			return;
	}
	if (!differ_in(pair, "answer: blocks reclaimed", older->nr_relief, newer->nr_relief))
		difference_of_events(pair);
}
