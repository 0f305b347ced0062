/* SPDX-License-Identifier: MIT */
/*
 * The plug-in to copy: a first fit over a sorted list of free runs. It offers blocks alone and
 * knows one range of memory; put your allocator behind reset, alloc and free, and add the members
 * of <buddyfuzz/plugin.h> that it can do.
 */
#include <buddyfuzz/plugin.h>

struct run {
	uint64_t start, end;
};

struct first_fit {
	uint64_t nr_free;
	uint32_t nr_runs;
	struct run runs[]; /* ascending, never adjacent */
};

/* Free runs are kept apart by held pages, so there are at most half as many as pages. */
static size_t first_fit_bytes(const struct buddyfuzz_machine *machine)
{
	uint64_t nr_pages = machine->end_frame - machine->first_frame;

	return sizeof(struct first_fit) + (nr_pages / 2 + 2) * sizeof(struct run);
}

static const char *first_fit_reset(void *self, const struct buddyfuzz_machine *machine)
{
	struct first_fit *fit = self;

	fit->nr_runs = 1;
	fit->runs[0] = (struct run){ machine->ranges->start_frame, machine->ranges->end_frame };
	fit->nr_free = fit->runs[0].end - fit->runs[0].start;
	return NULL;
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

/* Takes [start, start + nr_pages) out of the run:  AAAA####BB */
static void cut(struct first_fit *fit, uint32_t at, uint64_t start, uint64_t nr_pages)
{
	struct run before = { fit->runs[at].start, start };
	struct run after = { start + nr_pages, fit->runs[at].end };

	remove_run(fit, at);
	if (after.start < after.end)
		insert_run(fit, at, after);
	if (before.start < before.end)
		insert_run(fit, at, before);
	fit->nr_free -= nr_pages;
}

static uint64_t first_fit_alloc(void *self, uint32_t order, const struct buddyfuzz_request *request)
{
	struct first_fit *fit = self;
	uint64_t nr_pages = UINT64_C(1) << order;

	(void)request;
	for (uint32_t i = 0; i < fit->nr_runs; i++) {
		uint64_t start = (fit->runs[i].start + nr_pages - 1) & ~(nr_pages - 1);

		if (start + nr_pages > fit->runs[i].end)
			continue;
		cut(fit, i, start, nr_pages);
		return start;
	}
	return BUDDYFUZZ_NO_FRAME;
}

static void first_fit_free(void *self, uint64_t frame, uint32_t order)
{
	struct first_fit *fit = self;
	struct run run = { frame, frame + (UINT64_C(1) << order) };
	uint32_t at = 0;

	fit->nr_free += run.end - run.start;
	while (at < fit->nr_runs && fit->runs[at].start < frame)
		at++;
	if (at < fit->nr_runs && fit->runs[at].start == run.end) {
		run.end = fit->runs[at].end;
		remove_run(fit, at);
	}
	if (at > 0 && fit->runs[at - 1].end == run.start)
		fit->runs[at - 1].end = run.end;
	else
		insert_run(fit, at, run);
}

static uint64_t first_fit_free_pages(void *self)
{
	return ((struct first_fit *)self)->nr_free;
}

const struct buddyfuzz_plugin buddyfuzz_plugin = {
	.head = BUDDYFUZZ_HEAD,
	.name = "first_fit",
	.self_bytes = first_fit_bytes,
	.reset = first_fit_reset,
	.alloc = first_fit_alloc,
	.free = first_fit_free,
	.free_pages = first_fit_free_pages,
};
