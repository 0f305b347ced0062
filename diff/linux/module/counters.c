// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines and branches of mm/, where gcc has put counters into the kernel (variant gcov). They begin
 * anew when the lab opens, so that boot does not count, and its runtime writes them to the host's
 * .gcda files when the lab has closed: it allocates, which needs the real machine. The counters
 * are none of the lab's regions, so a reset leaves them alone.
 */
#include <linux/kallsyms.h>
#include <linux/string.h>

#include "kernel.h"
#include "lab.h"

#define COUNTER_PREFIX "__gcov"

void counters_clear(void)
{
	if (kernel.gcov_reset)
		kernel.gcov_reset();
}

void counters_write(void)
{
	if (kernel.gcov_dump)
		kernel.gcov_dump();
}

bool counters_hold(unsigned long address)
{
	char name[KSYM_SYMBOL_LEN];

	if (!kernel.gcov_dump)
		return false;
	sprint_symbol(name, address);
	return !strncmp(name, COUNTER_PREFIX, strlen(COUNTER_PREFIX));
}
