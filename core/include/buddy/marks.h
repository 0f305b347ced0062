/* SPDX-License-Identifier: MIT */
/* Names of the rare paths that buddy_system.marks counts. */
#pragma once

enum mark_id {
#define MARK(name) MARK_##name,
#include "buddy/marks.def"
	NR_MARKS
};
