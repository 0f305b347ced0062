/* SPDX-License-Identifier: MIT */
/*
 * main() of a target under AFL++. Inputs in shared memory, nothing else asked for: our own fork
 * server. Files, standard input, CMPLOG, a dictionary made by the linker, arguments (as in
 * `fuzz_safety -1000`, AFL++'s own loop with a fresh worker every 1000 inputs): AFL++'s driver.
 */
#include "fuzz/engines/glue_afl_server.h"

struct afl_runtime {
	uint8_t **map;
	const uint32_t *map_size, *dictionary_size;
	void **comparisons;
};
extern const struct afl_runtime buddy_afl_runtime;
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));

/* Not by their names in C: instrumentation adds those without looking whether they are there. */
asm(".pushsection .data\n"
    ".balign 8\n"
    ".globl buddy_afl_runtime\n"
    "buddy_afl_runtime:\n"
    ".quad __afl_area_ptr, __afl_map_size, __afl_dictionary_len, __afl_cmp_map\n"
    ".popsection\n");

static bool driver_is_needed(int argc)
{
	const struct afl_runtime *runtime = &buddy_afl_runtime;

	return argc > 1 || !afl_server_wanted() || *runtime->comparisons ||
	       *runtime->dictionary_size || *runtime->map_size > AFL_MAX_MAP_SIZE;
}

int main(int argc, char **argv)
{
	static const uint8_t first[] = { '#', '#', 'S', 'I' }; /* as the driver */
	struct afl_server server = { .run = LLVMFuzzerTestOneInput };

	if (driver_is_needed(argc))
		return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
	LLVMFuzzerInitialize(&argc, &argv);
	/* What only the first run of a process does shall not look like new coverage. */
	LLVMFuzzerTestOneInput(first, sizeof(first));
	server.map = *buddy_afl_runtime.map;
	server.map_size = *buddy_afl_runtime.map_size;
	return afl_server_run(&server);
}
