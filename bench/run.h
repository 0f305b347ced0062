/* SPDX-License-Identifier: MIT */
/* The rounds of every row of a table. */
#pragma once

#include "bench/table.h"

struct bench_pace {
	uint64_t slice_ns;
	uint64_t budget_ns;  /* of one subject in one row: then it is not asked again */
	uint32_t min_slices; /* but so often at least */
	bool quick;
};

/* Prints nothing but who is left out, and why. The row has results where something was measured. */
void bench_run_row(struct bench_table *table, size_t nr_row, const struct bench_pace *pace);
