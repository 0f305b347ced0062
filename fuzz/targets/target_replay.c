/* SPDX-License-Identifier: MIT */
/* The parser of recorded kernel runs takes any bytes: a checked recording or an error that tells
 * why. */
#include "diff/recorded/recorded.h"
#include "fuzz/targets/harness.h"

static bool run_bytes(const uint8_t *data, size_t size, struct finding *finding)
{
	struct recorded recorded;
	char error[512] = "";

	if (recorded_parse((const char *)data, size, &recorded, error, sizeof(error))) {
		recorded_free(&recorded);
		return true;
	}
	if (error[0])
		return true;
	finding_set(finding, FINDING_RULE, "replay/error",
		    "a recording is refused without a reason");
	return false;
}

/* Letters of operations and words of the format, with the blanks that the parser wants. */
static void print_words(FILE *out)
{
	static const char *const words[] = {
		"ORACLE 1 kernel ",
		" machine x86_64",
		" pageblock_order ",
		" max_order 11",
		" mtypes ",
		" pcp_lists ",
		" zones ",
		" boost_factor ",
		" mobility_off ",
		" smp ",
		" nofragment ",
		" cma ",
		" irqoff ",
		" cpu ",
		" online ",
		"SYSCTL min_free_kbytes ",
		" watermark_scale_factor ",
		" percpu_pagelist_high_fraction ",
		" lowmem_reserve_ratio ",
		"SNAP initial",
		"SNAP final",
		"ENDSNAP",
		"zone 1 Normal node 0",
		" start ",
		" spanned ",
		" present ",
		" managed ",
		"wmark 1 min ",
		" low ",
		" high ",
		" promo ",
		" boost ",
		"reserve 1 ",
		"stat 1 free ",
		" highatomic ",
		" isolate ",
		" flags ",
		" threshold ",
		"area 1 ",
		" nr_free ",
		"fl 1 ",
		"pcp 1 0 count ",
		" batch ",
		" free_factor ",
		"pl 1 ",
		"pb 1 ",
		"drift 1 ",
		"mov 1 ",
		"RESULTS ",
		"EVENTS ",
		"TIME ",
		"END",
		" = ",
		" : ",
		"A 0 ",
		"F 0 ",
		"G 0 ",
		"P 0 ",
		"S 0 ",
		"f 0 ",
		"L 0 ",
		"R 0 ",
		"B 0 ",
		"c 0 ",
		"D",
		"d ",
		"J ",
		"X ",
		"E 0 ",
		"e 0 ",
		"K 0 ",
		"k 0 ",
		"C",
		"b 0 ",
		"y 0 ",
		"T ",
		"V ",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		fprintf(out, "\"%s\"\n", words[i]);
}

const struct target target_this = {
	.name = "replay",
	.property = "any bytes are a recording that is consistent, or are refused with a reason",
	.run_bytes = run_bytes,
	.print_words = print_words,
};
