/* SPDX-License-Identifier: MIT */
/*
 * A plug-in subject: first fit over a sorted list of free runs, in caller's own memory. It needs no
 * library of the project, only its headers; loaded with `--subject path/to/plugin_first_fit.so`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "diff/subjects/subject.h"

/*
 * Every free run is separated from the next by held pages, so there are at most half as many as
 * pages.
 */
struct run {
	pfn_t start_pfn;
	uint32_t nr_pages;
};

struct first_fit {
	struct run memory;
	uint32_t nr_runs;
	struct run runs[]; /* ascending, never adjacent */
};

__attribute__((visibility("default"))) const struct subject_ops *buddy_subject(void);

static enum claim first_fit_claims(uint8_t op_code)
{
	return op_code == OP_alloc_pages || op_code == OP_free_pages ||
			       op_code == OP_drain_local_pages || op_code == OP_drain_all_pages
		       ? CLAIM_SAFE
		       : CLAIM_NONE;
}

static void first_fit_reset(void *self)
{
	struct first_fit *fit = self;

	fit->nr_runs = 1;
	fit->runs[0] = fit->memory;
}

static void *first_fit_create(const struct buddy_config *config, const struct snapshot *initial,
			      const struct env *env, char *error, size_t error_size)
{
	uint32_t nr_pages = config->memory[0].end_pfn - config->memory[0].start_pfn;
	struct first_fit *fit;

	(void)env;
	if (initial || config->nr_memory != 1 || config->nr_reserved) {
		snprintf(error, error_size, "it knows booted machines of one plain range only");
		return NULL;
	}
	fit = calloc(1, sizeof(*fit) + (nr_pages / 2 + 2) * sizeof(fit->runs[0]));
	if (!fit) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	fit->memory = (struct run){ config->memory[0].start_pfn, nr_pages };
	first_fit_reset(fit);
	return fit;
}

static void insert_run(struct first_fit *fit, uint32_t at, struct run run)
{
	for (uint32_t i = fit->nr_runs++; i > at; i--)
		fit->runs[i] = fit->runs[i - 1];
	fit->runs[at] = run;
}

static void remove_run(struct first_fit *fit, uint32_t at)
{
	fit->nr_runs--;
	for (uint32_t i = at; i < fit->nr_runs; i++)
		fit->runs[i] = fit->runs[i + 1];
}

/* Cuts [pfn, pfn + nr_pages) out of run `at`:  AAAA####BB */
static void cut(struct first_fit *fit, uint32_t at, pfn_t pfn, uint32_t nr_pages)
{
	struct run before = { fit->runs[at].start_pfn, pfn - fit->runs[at].start_pfn };
	struct run after = { pfn + nr_pages, fit->runs[at].nr_pages - before.nr_pages - nr_pages };

	remove_run(fit, at);
	if (after.nr_pages)
		insert_run(fit, at, after);
	if (before.nr_pages)
		insert_run(fit, at, before);
}

static pfn_t first_fit_alloc(struct first_fit *fit, uint32_t order)
{
	uint32_t nr_pages = 1u << order;

	for (uint32_t i = 0; i < fit->nr_runs; i++) {
		struct run run = fit->runs[i];
		uint32_t skipped = (0u - run.start_pfn) & (nr_pages - 1);

		if (run.nr_pages < skipped || run.nr_pages - skipped < nr_pages)
			continue;
		cut(fit, i, run.start_pfn + skipped, nr_pages);
		return run.start_pfn + skipped;
	}
	return PFN_NONE;
}

static void first_fit_free(struct first_fit *fit, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t at = 0;

	while (at < fit->nr_runs && fit->runs[at].start_pfn < pfn)
		at++;
	if (at < fit->nr_runs && fit->runs[at].start_pfn == pfn + nr_pages) {
		nr_pages += fit->runs[at].nr_pages;
		remove_run(fit, at);
	}
	if (at > 0 && fit->runs[at - 1].start_pfn + fit->runs[at - 1].nr_pages == pfn)
		fit->runs[at - 1].nr_pages += nr_pages;
	else
		insert_run(fit, at, (struct run){ pfn, nr_pages });
}

static void first_fit_apply(void *self, const struct call *call, struct event *event)
{
	event->status = EVENT_DONE;
	if (call->code == OP_alloc_pages && call->order <= MAX_PAGE_ORDER)
		event->pfn = first_fit_alloc(self, call->order);
	else if (call->code == OP_free_pages)
		first_fit_free(self, call->pfn, 1u << call->order);
}

const struct subject_ops *buddy_subject(void)
{
	static const struct subject_ops ops = {
		.api_version = SUBJECT_API_VERSION,
		.name = "first_fit",
		.claims = first_fit_claims,
		.create = first_fit_create,
		.destroy = free,
		.reset = first_fit_reset,
		.apply = first_fit_apply,
	};

	return &ops;
}
