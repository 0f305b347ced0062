/* SPDX-License-Identifier: MIT */
#include "fuzz/engines/engine_ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutate/mutate.h"

static bool add_name(struct op_set *set, const char *name, size_t length)
{
	for (uint32_t code = 0; code < NR_OP_CODES; code++) {
		const char *known = op_table[code].name;

		if (known && strlen(known) == length && !memcmp(known, name, length)) {
			op_set_add(set, code);
			return true;
		}
	}
	return false;
}

bool engine_ops_start(void)
{
	static struct op_set allowed;
	const char *at = getenv(FUZZ_OPS_ENV);
	size_t length;

	if (!at || !*at)
		return true;
	memset(&allowed, 0, sizeof(allowed));
	for (at += strspn(at, ", "); *at; at += length + strspn(at + length, ", ")) {
		length = strcspn(at, ", ");
		if (!add_name(&allowed, at, length)) {
			fprintf(stderr, FUZZ_OPS_ENV ": '%.*s' is no operation of op.def\n",
				(int)length, at);
			return false;
		}
	}
	mutate_allow(&allowed);
	return true;
}
