/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/compiler.h"
#include "buddy/buddy.h"
#include "buddy/marks.h"

static inline void mark_reached(const struct buddy_system *sys, enum mark_id mark)
{
	if (sys->marks)
		sys->marks[mark]++;
}
#define MARK(sys, name) mark_reached(sys, MARK_##name)
