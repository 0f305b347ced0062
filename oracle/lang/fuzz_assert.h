/* SPDX-License-Identifier: MIT */
/*
 * Assertions of the harness: what must hold whatever program runs on whatever subject. They are on
 * in every build, for a harness that goes on with a wrong book accuses the innocent.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

/* Ends the process by abort(), which every engine keeps as a crash, with place and condition. */
#define FUZZ_ASSERT(condition)                                                             \
	do {                                                                               \
		if (__builtin_expect(!(condition), 0)) {                                   \
			fprintf(stderr, "%s:%d: harness assertion failed: %s\n", __FILE__, \
				__LINE__, #condition);                                     \
			abort();                                                           \
		}                                                                          \
	} while (0)

/* The caller must not drop what the function returns. */
#define FUZZ_MUST_CHECK __attribute__((warn_unused_result))
