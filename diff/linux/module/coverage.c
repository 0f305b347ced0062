// SPDX-License-Identifier: GPL-2.0-only
/* Edges of page_alloc.c, where the kernel was built with KCOV: its buffer lies in host memory. */
#include <linux/kernel.h>
#include <linux/sched.h>

#include "host.h"
#include "lab.h"

#ifdef CONFIG_KCOV
#include <linux/kcov.h>

#define COVERAGE_WORDS (1u << 20)
#define HASH_MULTIPLIER 0x9e3779b1u

static unsigned long *area; /* [0]: number of addresses that follow */

bool coverage_init(void)
{
	area = host_memory(COVERAGE_WORDS * sizeof(*area));
	return area != NULL;
}

void coverage_start(void)
{
	area[0] = 0;
	current->kcov_size = COVERAGE_WORDS;
	current->kcov_area = area;
	barrier();
	current->kcov_mode = KCOV_MODE_TRACE_PC;
	barrier();
}

/* An edge is a cell: hash of where it leads to and of where it came from. */
void coverage_stop(unsigned char *cells)
{
	unsigned long nr;
	u32 before = 0;

	barrier();
	current->kcov_mode = KCOV_MODE_DISABLED;
	barrier();
	nr = min_t(unsigned long, area[0], COVERAGE_WORDS - 1);
	for (unsigned long i = 1; i <= nr; i++) {
		u32 here = (u32)area[i] * HASH_MULTIPLIER >> 13;
		u32 cell = (here ^ before) % LINUX_COVERAGE_CELLS;

		if (cells[cell] != 255)
			cells[cell]++;
		before = here % LINUX_COVERAGE_CELLS >> 1;
	}
}
#else
bool coverage_init(void)
{
	return true;
}

void coverage_start(void)
{
}

void coverage_stop(unsigned char *cells)
{
}
#endif
