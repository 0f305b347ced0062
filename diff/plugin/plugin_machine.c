/* SPDX-License-Identifier: MIT */
/* A machine in a plug-in's words: which frames are its to give, as ranges. */
#include <stdio.h>
#include <stdlib.h>

#include "diff/plugin/subject_plugin.h"

/* By frame of the span: 0 is somebody's, else 1 + the node whose free page it is. */
struct frames {
	pfn_t base_pfn;
	uint32_t nr;
	uint8_t *node;
};

static void mark(struct frames *frames, pfn_t start, pfn_t end, uint8_t node)
{
	for (pfn_t pfn = start; pfn < end; pfn++)
		if (pfn - frames->base_pfn < frames->nr)
			frames->node[pfn - frames->base_pfn] = node;
}

/* Frames in use on a machine with a history have been marked as somebody's. */
static void mark_free(void *context, pfn_t pfn, uint32_t order)
{
	struct frames *frames = context;

	for (pfn_t p = pfn; p < pfn + (1u << order); p++)
		if (p - frames->base_pfn < frames->nr)
			frames->node[p - frames->base_pfn] &= 0x7f;
}

static void mark_initial(struct frames *frames, const struct snapshot *initial)
{
	for (uint32_t i = 0; i < frames->nr; i++)
		frames->node[i] |= 0x80;
	snapshot_each_free(initial, mark_free, frames);
	for (uint32_t i = 0; i < frames->nr; i++)
		if (frames->node[i] & 0x80)
			frames->node[i] = 0;
}

static bool frames_init(struct frames *frames, const struct buddy_config *config,
			const struct snapshot *initial, bool nodes)
{
	const struct buddy_range *last = &config->memory[config->nr_memory - 1];

	frames->base_pfn = config->memory[0].start_pfn;
	frames->nr = last->end_pfn - frames->base_pfn;
	frames->node = calloc(frames->nr, 1);
	if (!frames->node)
		return false;
	for (uint32_t i = 0; i < config->nr_memory; i++)
		mark(frames, config->memory[i].start_pfn, config->memory[i].end_pfn,
		     (uint8_t)(nodes ? 1 + config->memory[i].node : 1));
	for (uint32_t i = 0; i < config->nr_reserved; i++)
		mark(frames, config->reserved[i].start_pfn, config->reserved[i].end_pfn, 0);
	if (initial)
		mark_initial(frames, initial);
	return true;
}

/* Writes the ranges where there is room for them; returns how many there are. */
static uint32_t find_ranges(const struct frames *frames, struct buddyfuzz_range *ranges)
{
	uint32_t nr = 0;

	for (uint32_t start = 0, end; start < frames->nr; start = end) {
		end = start + 1;
		while (end < frames->nr && frames->node[end] == frames->node[start])
			end++;
		if (!frames->node[start])
			continue;
		if (ranges)
			ranges[nr] = (struct buddyfuzz_range){
				.start_frame = frames->base_pfn + start,
				.end_frame = frames->base_pfn + end,
				.node = frames->node[start] - 1u,
			};
		nr++;
	}
	return nr;
}

static uint64_t zone_end(const struct buddy_config *config, enum zone_type zone)
{
	return config->zones >> zone & 1u ? config->zone_end_pfn[zone] : 0;
}

static void describe_rest(struct plugin_machine *machine, const struct buddy_config *config)
{
	const struct buddyfuzz_plugin *plugin = machine->plugin;
	bool limits = plugin_knows(plugin, BUDDYFUZZ_KNOWS_LIMITS);

	machine->machine.page_bytes = BUDDY_PAGE_SIZE;
	machine->machine.max_order = MAX_PAGE_ORDER;
	machine->machine.nr_nodes =
		plugin_knows(plugin, BUDDYFUZZ_KNOWS_NODES) ? config->nr_nodes : 1;
	machine->machine.nr_cpus = plugin_knows(plugin, BUDDYFUZZ_KNOWS_CPUS) ? config->nr_cpus : 1;
	machine->machine.dma_end_frame = limits ? zone_end(config, ZONE_DMA) : 0;
	machine->machine.dma32_end_frame = limits ? zone_end(config, ZONE_DMA32) : 0;
	machine->machine.harness = machine;
	machine->machine.report_bad_page = plugin_report_bad_page;
	machine->machine.trap = plugin_trap;
	machine->one_zone = config->nr_nodes == 1 && !config->movablecore_pages &&
			    !config->kernelcore_pages &&
			    !(config->zones & (1u << ZONE_DMA | 1u << ZONE_DMA32));
}

static bool check_ranges(const struct plugin_machine *machine, char *error, size_t error_size)
{
	uint32_t nr = machine->machine.nr_ranges;

	if (nr == 1 || plugin_knows(machine->plugin, BUDDYFUZZ_KNOWS_RANGES))
		return true;
	snprintf(error, error_size,
		 "it takes machines of one range of free memory (no BUDDYFUZZ_KNOWS_RANGES), and "
		 "this one has %u: give a machine without holes, reserved frames and start_state",
		 nr);
	return false;
}

bool plugin_describe(struct plugin_machine *machine, const struct buddy_config *config,
		     const struct snapshot *initial, char *error, size_t error_size)
{
	struct buddyfuzz_machine *to = &machine->machine;
	struct frames frames = { .nr = 0 };

	if (!config->nr_memory) {
		snprintf(error, error_size, "it needs a machine with memory");
		return false;
	}
	describe_rest(machine, config);
	if (frames_init(&frames, config, initial,
			plugin_knows(machine->plugin, BUDDYFUZZ_KNOWS_NODES))) {
		to->first_frame = frames.base_pfn;
		to->end_frame = (uint64_t)frames.base_pfn + frames.nr;
		to->nr_ranges = find_ranges(&frames, NULL);
		machine->ranges = calloc(to->nr_ranges + 1ul, sizeof(*machine->ranges));
	}
	if (machine->ranges)
		find_ranges(&frames, machine->ranges);
	else
		snprintf(error, error_size, "out of memory");
	free(frames.node);
	to->ranges = machine->ranges;
	for (uint32_t i = 0; machine->ranges && i < to->nr_ranges; i++)
		machine->nr_pages += to->ranges[i].end_frame - to->ranges[i].start_frame;
	return machine->ranges && check_ranges(machine, error, error_size);
}
