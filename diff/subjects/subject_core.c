/* SPDX-License-Identifier: MIT */
/*
 * Our core as a subject. The machine is booted, or imported from a snapshot, once; the image is
 * then kept as a template, and reset copies back what calls can have changed (pointers in the
 * handle stay valid, the image has none). Hooks turn reports and traps into fields of the event; a
 * trap longjmps out of the call and leaves the machine to the next reset.
 */
#include "diff/subjects/subject_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/subjects/core_view.h"
#include "diff/subjects/core_image.h"

/* ---- hooks ---- */

static void hook_bug(void *context, const char *condition, pfn_t pfn)
{
	struct core *core = context;

	core->event->status = EVENT_TRAPPED;
	core->event->bug_condition = condition;
	core->event->bug_pfn = pfn;
	core->unsure = true;
	longjmp(core->trap, 1);
}

/* BU-65: broken lock discipline is the core's own sin. */
static void lock_broken(void *context, const char *text)
{
	hook_bug(context, text, PFN_NONE);
}

static void hook_bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)
{
	struct core *core = context;
	uint32_t nr = core->event->nr_bad_pages++;

	if (nr >= EVENT_MAX_BAD_PAGES)
		return;
	core->event->bad_pages[nr].pfn = pfn;
	core->event->bad_pages[nr].reason = reason;
}

static void hook_trace(void *context, const struct buddy_trace *trace)
{
	struct core *core = context;

	core->event->nr_traces[trace->kind]++;
}

static void hook_clear_pages(void *context, pfn_t pfn, uint32_t nr_pages)
{
	struct core *core = context;

	page_tags_clear(&core->contents, pfn, nr_pages);
}

static struct buddy_hooks core_hooks(struct core *core, const struct env *env)
{
	return (struct buddy_hooks){
		.context = core,
		.bug = hook_bug,
		.bad_page = hook_bad_page,
		.trace = env->trace ? hook_trace : NULL,
		.clear_pages = env->track_contents ? hook_clear_pages : NULL,
	};
}

static enum claim core_claims(const struct subject_ops *ops, uint8_t op_code)
{
	(void)ops;
	return core_ops[op_code] ? CLAIM_EXACT : CLAIM_NONE;
}

static inline void do_call(struct core *core, const struct call *call, struct event *event)
{
	core_ops[call->code](core, call, event);
	core_locks_check_idle(&core->locks, "when the call has returned");
}

static __attribute__((noinline)) void do_call_guarded(struct core *core, const struct call *call,
						      struct event *event)
{
	if (!setjmp(core->trap))
		do_call(core, call, event);
}

static void core_apply(void *self, const struct call *call, struct event *event)
{
	struct core *core = self;

	core->event = event;
	core->call = call;
	core->nofail_rounds = 0;
	event->status = EVENT_DONE;
	if (!core_ops[call->code]) {
		event->status = EVENT_UNSUPPORTED;
		return;
	}
	if (core->guarded)
		do_call(core, call, event);
	else
		do_call_guarded(core, call, event);
}

static bool core_guard(void *self, void (*body)(void *context), void *context)
{
	struct core *core = self;
	bool trapped = setjmp(core->trap);

	core->guarded = !trapped;
	if (!trapped)
		body(context);
	core->guarded = false;
	return !trapped;
}

/* ---- life ---- */

static void reset_tasks(struct core *core)
{
	for (uint32_t cpu = 0; cpu < core->config.nr_cpus; cpu++)
		core->tasks[cpu] = (struct task){ .sys = &core->sys, .cpu = cpu };
}

static void reset_image(struct core *core)
{
	if (!core->unsure) {
		buddy_rewind(&core->sys, core->template, core->listed);
		return;
	}
	core_image_copy(core->image, core->template, core->image_bytes);
	memcpy(core->taken, core->listed, core->map_bytes);
	core->unsure = false;
}

static void core_reset(void *self)
{
	struct core *core = self;

	reset_image(core);
	reset_tasks(core);
	core_locks_reset(&core->locks);
	if (core->answers.value) /* else they are as they were created */
		core_set_answers(core, 0);
	memset(&core->frag_cache, 0, sizeof(core->frag_cache));
	page_tags_reset(&core->contents);
	core->lru_used = false;
}

static void core_destroy(void *self)
{
	struct core *core = self;

	core_image_free(core->image);
	core_image_free(core->template);
	free(core->taken);
	page_tags_free(&core->contents);
	free(core);
}

/* Boots into image. Traps of the core end up here, too. */
static bool boot(struct core *core, const struct snapshot *initial, const struct env *env,
		 const char **problem)
{
	struct buddy_hooks hooks = core_hooks(core, env);
	struct event event = { .pfn = PFN_NONE };
	int status;

	core->event = &event;
	if (setjmp(core->trap)) {
		*problem = core->event->bug_condition;
		return false;
	}
	status = buddy_boot(&core->sys, &core->config, core->image, core->image_bytes,
			    (initial ? BUDDY_BOOT_IMPORT : 0) | (env->dirt ? 0 : BUDDY_BOOT_ZEROED),
			    &hooks);
	if (status) {
		*problem = "buddy_boot refused the machine";
		return false;
	}
	inspect_machine(&core->sys, &core->machine);
	core->sys.marks = env->marks;
	FUZZ_ASSERT(buddy_nr_locks(&core->sys) <= BUDDY_MAX_LOCKS);
	core_locks_init(&core->locks, core->machine.nr_zones, core->config.nr_cpus, lock_broken,
			core);
	if (env->trace)
		buddy_set_sync(&core->sys, &core->locks.sync);
	return !initial || core_import(core, initial, problem);
}

static bool allocate_memory(struct core *core, const struct env *env)
{
	core->image = core_image_create(core->image_bytes);
	if (!env->no_reset)
		core->template = core_image_create(core->image_bytes);
	if (core->image && env->dirt)
		memset(core->image, env->dirt, core->image_bytes);
	return core->image && (core->template || env->no_reset);
}

static bool make_template(struct core *core)
{
	core->map_bytes = buddy_map_words(&core->sys) * sizeof(*core->taken);
	core->taken = calloc(2, core->map_bytes);
	if (!core->taken)
		return false;
	core->listed = core->taken + buddy_map_words(&core->sys);
	core_image_copy(core->template, core->image, core->image_bytes);
	buddy_map_lists(&core->sys, core->listed);
	memcpy(core->taken, core->listed, core->map_bytes);
	core->sys.taken = core->taken;
	return true;
}

/* What depends on the span of the booted machine. */
static bool finish_create(struct core *core, const struct env *env)
{
	uint32_t nr_pages = core->machine.end_pfn - core->machine.base_pfn;

	if (!env->no_reset && !make_template(core))
		return false;
	reset_tasks(core);
	core_set_answers(core, 0);
	core->view = core_view(&core->sys);
	return !env->track_contents ||
	       page_tags_init(&core->contents, core->machine.base_pfn, nr_pages);
}

static void *core_create(const struct buddy_config *config, const struct snapshot *initial,
			 const struct env *env, char *error, size_t error_size)
{
	size_t image_bytes = buddy_image_size(config);
	const char *problem = "out of memory";
	struct core *core;

	if (!image_bytes) {
		snprintf(error, error_size, "no such machine: %s", buddy_config_error(config));
		return NULL;
	}
	core = malloc(sizeof(*core));
	if (!core) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	memset(core, 0, offsetof(struct core, pages));
	core->config = *config;
	core->image_bytes = image_bytes;
	if (allocate_memory(core, env) && boot(core, initial, env, &problem) &&
	    finish_create(core, env))
		return core;
	snprintf(error, error_size, "the core cannot start: %s", problem);
	core_destroy(core);
	return NULL;
}

static bool core_counts(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages,
			int64_t *pcp_pages)
{
	struct core *core = self;
	struct zone_info info;
	struct pcp_info pcp;

	if (zone >= core->machine.nr_zones || cpu >= core->config.nr_cpus)
		return false;
	inspect_zone(&core->sys, zone, &info);
	inspect_pcp(&core->sys, zone, cpu, &pcp);
	*free_pages = info.nr_free_pages;
	*pcp_pages = pcp.count;
	return true;
}

static const struct view *core_get_view(void *self)
{
	struct core *core = self;

	return &core->view;
}

static uint64_t core_hash(void *self)
{
	struct core *core = self;

	return buddy_hash(&core->sys);
}

const struct subject_ops *subject_core(void)
{
	static const struct subject_ops ops = {
		.name = "core",
		.claims = core_claims,
		.create = core_create,
		.destroy = core_destroy,
		.reset = core_reset,
		.apply = core_apply,
		.guard = core_guard,
		.counts = core_counts,
		.view = core_get_view,
		.hash = core_hash,
	};

	return &ops;
}
