/* SPDX-License-Identifier: MIT */
/* The option walk as text, for command lines and environments. */
#include <stdlib.h>
#include <string.h>

#include "diff/lockstep/lockstep.h"

bool lockstep_parse_walk(const char *text, uint32_t *walk_every_ops)
{
	unsigned long long nr_ops;
	char *end;

	if (!strcmp(text, "auto")) {
		*walk_every_ops = LOCKSTEP_WALK_AUTO;
		return true;
	}
	if (text[0] < '0' || text[0] > '9')
		return false;
	nr_ops = strtoull(text, &end, 10);
	if (*end || nr_ops >= LOCKSTEP_WALK_AUTO)
		return false;
	*walk_every_ops = (uint32_t)nr_ops;
	return true;
}
