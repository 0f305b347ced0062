/* SPDX-License-Identifier: MIT */
/*
 * main() of a target under AFL++. Inputs in shared memory, nothing else asked for: our own fork
 * server. Files, standard input, CMPLOG, a dictionary made by the linker, arguments (as in
 * `fuzz_safety -1000`, AFL++'s own loop with a fresh worker every 1000 inputs): AFL++'s driver.
 */
#include "fuzz/glue_afl_server.h"

extern uint8_t *__afl_area_ptr;
extern uint32_t __afl_map_size, __afl_dictionary_len;
extern void *__afl_cmp_map;
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));

static bool driver_is_needed(int argc)
{
	return argc > 1 || !afl_server_wanted() || __afl_cmp_map || __afl_dictionary_len ||
	       __afl_map_size > AFL_MAX_MAP_SIZE;
}

int main(int argc, char **argv)
{
	static const uint8_t first[4];
	struct afl_server server = { .run = LLVMFuzzerTestOneInput };

	if (driver_is_needed(argc))
		return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
	LLVMFuzzerInitialize(&argc, &argv);
	/* What only the first run of a process does shall not look like new coverage. */
	LLVMFuzzerTestOneInput(first, sizeof(first));
	server.map = __afl_area_ptr;
	server.map_size = __afl_map_size;
	return afl_server_run(&server);
}
