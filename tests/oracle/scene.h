/* SPDX-License-Identifier: MIT */
/* One judged call on the paper machine, built step by step: what was asked, what was answered, what
 * then is. */
#pragma once

#include "oracle/ledger/holdings.h"
#include "oracle/ops/ops.h"
#include "tests/oracle/fake_view.h"

#define SCENE_SLOTS 256u

struct scene {
	struct fake fake;
	struct ledger *ledger;
	struct judge *judge;
	struct op op; /* of the call: on the slot that has its page, or on an empty one */
	struct call call;
	struct event event;
	pfn_t pfns[CALL_MAX_PFNS], event_pfns[CALL_MAX_PFNS];
	struct effect effects[8];
	size_t op_index;
};

/* view: false judges the subject blind. */
void scene_open(struct scene *scene, bool view);
/* Another judge, of the machine as it is now. */
void scene_reopen(struct scene *scene, bool view, const struct judge_options *options);
void scene_close(struct scene *scene);
/* The next call; the judge has looked before it. Fill in operands first through scene_call(). */
struct call *scene_call(struct scene *scene, enum op_code code);
struct event *scene_before(struct scene *scene);
/* false: the verdict is in. */
bool scene_after(struct scene *scene);
/* alloc_pages that answers pfn (PFN_NONE: fails) and does to the machine what it should, up to the
 * answer. */
struct event *scene_alloc(struct scene *scene, gfp_t gfp, uint32_t order, pfn_t pfn);
/* free_pages of a block of one reference, whose frames go to the free list as they are. */
struct event *scene_free(struct scene *scene, pfn_t pfn, uint32_t order);
