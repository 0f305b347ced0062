/* SPDX-License-Identifier: MIT */
/* What every op meant for the core and what the core answered, from one run under the judge. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/emit_c/emit_c.h"
#include "fuzz/targets/harness.h"

struct recorder {
	struct emit_c_recording *recording;
	struct lockstep *lockstep;
};

static pfn_t *copy_pfns(const pfn_t *pfns, uint32_t nr, bool *out_of_memory)
{
	pfn_t *copy = malloc((nr + 1) * sizeof(*copy));

	if (!copy)
		*out_of_memory = true;
	else if (nr)
		memcpy(copy, pfns, nr * sizeof(*copy));
	return copy;
}

static bool reserve_step(struct emit_c_recording *recording)
{
	size_t capacity = recording->capacity ? 2 * recording->capacity : 64;
	struct emit_c_step *steps;

	if (recording->nr_steps < recording->capacity)
		return true;
	steps = realloc(recording->steps, capacity * sizeof(*steps));
	if (!steps)
		return false;
	recording->steps = steps;
	recording->capacity = capacity;
	return true;
}

static bool add_step(struct emit_c_recording *recording, size_t op_index, const struct op *op,
		     const struct call *call, const struct event *event)
{
	struct emit_c_step *step;

	if (!reserve_step(recording)) {
		recording->out_of_memory = true;
		return false;
	}
	step = &recording->steps[recording->nr_steps++];
	*step = (struct emit_c_step){ op_index, *op, *call, *event };
	step->event.pfns = copy_pfns(event->pfns, event->nr_pfns, &recording->out_of_memory);
	step->call.pfns =
		copy_pfns(call->pfns, call->pfns ? call->count : 0, &recording->out_of_memory);
	return !recording->out_of_memory;
}

static bool read_zones(struct emit_c_recording *recording, const struct view *view)
{
	struct machine_info machine;
	struct zone_info info;

	view->machine(view->self, &machine);
	recording->zones = calloc(machine.nr_zones, sizeof(*recording->zones));
	if (!recording->zones) {
		recording->out_of_memory = true;
		return false;
	}
	recording->nr_zones = machine.nr_zones;
	for (uint32_t z = 0; z < machine.nr_zones; z++) {
		view->zone(view->self, z, &info);
		memcpy(recording->zones[z].nr_free, info.nr_free, sizeof(info.nr_free));
	}
	return true;
}

static bool observe(void *context, size_t op_index, const struct op *op, const struct call *call,
		    const struct event *event)
{
	struct recorder *recorder = context;

	if (op)
		return add_step(recorder->recording, op_index, op, call, event);
	return read_zones(recorder->recording, lockstep_view(recorder->lockstep, 0));
}

bool emit_c_record(const struct program *program, struct emit_c_recording *recording)
{
	static const struct lockstep_options options = { .judge = true,
							 .walk_every_ops = LOCKSTEP_WALK_AUTO,
							 .free_at_end = true,
							 .observe_all = true };
	const struct subject_ops *core = subject_core();
	struct finding *finding = &recording->finding;
	struct recorder recorder = { .recording = recording };
	char error[512];

	memset(recording, 0, sizeof(*recording));
	recorder.lockstep = lockstep_create(&core, 1, &options, NULL, error, sizeof(error));
	if (!recorder.lockstep) {
		finding_set(finding, FINDING_ERROR, "error/create", "%s", error);
		return false;
	}
	lockstep_observe(recorder.lockstep, observe, &recorder);
	lockstep_run(recorder.lockstep, program, NULL, finding);
	lockstep_free(recorder.lockstep);
	if (recording->out_of_memory)
		finding_set(finding, FINDING_ERROR, "error/memory", "memory is short");
	return finding->kind != FINDING_ERROR;
}

void emit_c_recording_free(struct emit_c_recording *recording)
{
	for (size_t i = 0; i < recording->nr_steps; i++) {
		free(recording->steps[i].event.pfns);
		free(recording->steps[i].call.pfns);
	}
	free(recording->steps);
	free(recording->zones);
}
