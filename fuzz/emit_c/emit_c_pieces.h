/* SPDX-License-Identifier: MIT */
/*
 * The fixed C of emitted files in pieces. A piece is there when one of its needs is. A line that
 * begins with @ is there in some files only: @A with answers, @N of which none is a bad page, @R
 * with rules, @F when requests are made to fail, @C when compaction hands over no block.
 */
#pragma once

#include "fuzz/emit_c/emission.h"

#define ALWAYS UINT32_MAX

struct piece {
	uint32_t needs;
	const char *text; /* NULL: the last */
};

extern const struct piece state_pieces[], call_pieces[], hook_pieces[];
extern const struct piece answer_pieces[], rule_pieces[];
