/* SPDX-License-Identifier: MIT */
/* Members of a struct as rows of a table, for whoever compares or copies them one after the other.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct member {
	uint16_t at, size; /* bytes; size 0 is never different */
	uint16_t nr_at;    /* where the struct says how many of that size lie there; 0: one */
	const char *says;  /* what a difference means; NULL ends a table */
};
#define MEMBER(type, name, says)                                                       \
	{                                                                              \
		offsetof(struct type, name), sizeof(((struct type *)0)->name), 0, says \
	}

/* The first member of the table that differs, or the end of the table. */
static inline const struct member *member_differs(const struct member *members, const void *a,
						  const void *b)
{
	for (; members->says; members++) {
		const char *of_a = a, *of_b = b;
		uint32_t nr = 1;

		if (members->nr_at)
			memcpy(&nr, of_a + members->nr_at, sizeof(nr));
		if (memcmp(of_a + members->at, of_b + members->at, (size_t)members->size * nr))
			break;
	}
	return members;
}

static inline void members_copy(const struct member *members, void *to, const void *from)
{
	for (; members->says; members++)
		memcpy((char *)to + members->at, (const char *)from + members->at, members->size);
}
