/* SPDX-License-Identifier: MIT */
/* buddy_rewind() as diff/subjects/subject_core.c uses it: copy, map of what is listed, map of what
 * is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/shim/machine.h"

static bool machine_remember(struct bench_machine *machine)
{
	const size_t nr_words = buddy_map_words(&machine->sys);

	machine->copy = malloc(machine->image_bytes);
	machine->taken = calloc(2 * nr_words, sizeof(*machine->taken));
	if (!machine->copy || !machine->taken)
		return false;
	machine->listed = machine->taken + nr_words;
	memcpy(machine->copy, machine->sys.image, machine->image_bytes);
	buddy_map_lists(&machine->sys, machine->listed);
	memcpy(machine->taken, machine->listed, nr_words * sizeof(*machine->taken));
	machine->sys.taken = machine->taken;
	return true;
}

static void machine_rewind(struct bench_machine *machine)
{
	buddy_rewind(&machine->sys, machine->copy, machine->listed);
}

const struct bench_rewind shim_rewind = {
	.remember = machine_remember,
	.rewind = machine_rewind,
};
