/* SPDX-License-Identifier: MIT */
/* Scenes on the paper machine. */
#include "tests/oracle/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void scene_open(struct scene *scene, bool view)
{
	memset(scene, 0, sizeof(*scene));
	fake_init(&scene->fake);
	scene->judge = judge_create(&scene->fake.config, view ? &scene->fake.view : NULL, NULL);
	assert_non_null(scene->judge);
}

void scene_close(struct scene *scene)
{
	judge_free(scene->judge);
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
	judge_before(scene->judge, &scene->call);
	scene->event.pfns = scene->event_pfns;
	event_clear(&scene->event);
	return &scene->event;
}

bool scene_after(struct scene *scene)
{
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
