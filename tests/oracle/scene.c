/* SPDX-License-Identifier: MIT */
/* Scenes on the paper machine. */
#include "tests/oracle/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void scene_reopen(struct scene *scene, bool view, const struct judge_options *options)
{
	scene_close(scene);
	scene->ledger = ledger_create(&scene->fake.config, SCENE_SLOTS, true);
	assert_non_null(scene->ledger);
	scene->judge = judge_create(scene->ledger, view ? &scene->fake.view : NULL, options);
	assert_non_null(scene->judge);
}

void scene_open(struct scene *scene, bool view)
{
	memset(scene, 0, sizeof(*scene));
	fake_init(&scene->fake);
	scene_reopen(scene, view, NULL);
}

void scene_close(struct scene *scene)
{
	judge_free(scene->judge);
	ledger_free(scene->ledger);
	scene->judge = NULL;
	scene->ledger = NULL;
}

/* ---- which slot a call is about ---- */

static bool is_empty_run(const struct scene *scene, uint32_t slot, uint32_t nr)
{
	for (uint32_t i = slot; i < slot + nr; i++)
		if (scene->ledger->slots[i].kind != SLOT_EMPTY)
			return false;
	return true;
}

/* Blocks stand in every other slot, so that a row of slots may have a held one in its midst. */
static uint32_t find_empty(const struct scene *scene, uint32_t nr)
{
	uint32_t slot = 2;

	while (!is_empty_run(scene, slot, nr))
		slot += 2;
	assert_true(slot + nr < SCENE_SLOTS);
	return slot;
}

static uint32_t slot_of_pfn(const struct scene *scene, pfn_t pfn)
{
	const struct ledger_page *head = ledger_held_head(scene->ledger, pfn);

	return head ? ledger_slot_of(scene->ledger, head) : find_empty(scene, 1);
}

static uint32_t slot_of_fragment(const struct scene *scene)
{
	const struct slot *slot = scene->ledger->slots;

	while (slot->kind != SLOT_FRAG || slot->pfn != scene->call.pfn ||
	       slot->offset_bytes != scene->call.value)
		slot++;
	return (uint32_t)(slot - scene->ledger->slots);
}

static uint32_t slot_of_row(const struct scene *scene)
{
	const struct call *call = &scene->call;

	for (uint32_t i = 0; call->code == OP_alloc_pages_bulk_array && i < call->count; i++)
		if (call->pfns[i] != PFN_NONE)
			return slot_of_pfn(scene, call->pfns[i]) - i;
	return find_empty(scene, call->count);
}

static void find_op(struct scene *scene)
{
	const struct call *call = &scene->call;
	uint32_t operands = op_table[call->code].operands;

	scene->op = op_make((enum op_code)call->code);
	scene->op.count = call->count;
	if (operands & OPERAND_DEST)
		scene->op.slot =
			operands & OPERAND_COUNT ? slot_of_row(scene) : find_empty(scene, 1);
	else if (call->code == OP_page_frag_free)
		scene->op.slot = slot_of_fragment(scene);
	else
		scene->op.slot = slot_of_pfn(scene, call->pfn);
	if (operands & OPERAND_INDEX && scene->ledger->slots[scene->op.slot].kind != SLOT_EMPTY)
		scene->op.count = call->pfn - scene->ledger->slots[scene->op.slot].pfn;
}

struct call *scene_call(struct scene *scene, enum op_code code)
{
	scene->call = (struct call){
		.code = (uint8_t)code,
		.misuse = op_table[code].misuse,
		.pfn = PFN_NONE,
		.pfns = scene->pfns,
	};
	return &scene->call;
}

struct event *scene_before(struct scene *scene)
{
	find_op(scene);
	judge_before(scene->judge, &scene->call);
	scene->event.pfns = scene->event_pfns;
	scene->event.effects = scene->effects;
	event_clear(&scene->event);
	return &scene->event;
}

bool scene_after(struct scene *scene)
{
	ops_take(scene->ledger, &scene->op, &scene->call, &scene->event, judge_taken(scene->judge));
	return judge_after(scene->judge, scene->op_index++, &scene->call, &scene->event);
}

struct event *scene_alloc(struct scene *scene, gfp_t gfp, uint32_t order, pfn_t pfn)
{
	struct call *call = scene_call(scene, OP_alloc_pages);
	struct event *event;

	call->gfp = gfp;
	call->order = (uint8_t)order;
	event = scene_before(scene);
	event->pfn = pfn;
	event->result = pfn != PFN_NONE;
	if (pfn != PFN_NONE)
		fake_take(&scene->fake, pfn, order, order && gfp & __GFP_COMP);
	return event;
}

struct event *scene_free(struct scene *scene, pfn_t pfn, uint32_t order)
{
	struct call *call = scene_call(scene, OP_free_pages);

	call->pfn = pfn;
	call->order = (uint8_t)order;
	fake_drop(&scene->fake, pfn, order);
	fake_add_free(&scene->fake, pfn, order, MIGRATE_MOVABLE);
	return scene_before(scene);
}
