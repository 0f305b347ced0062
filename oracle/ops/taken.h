/* SPDX-License-Identifier: MIT */
/*
 * What the ledger's taking in of an answer brought to light, as plain data for a judge: conflicts
 * with what was known, and the pages that the op was about. Nothing of it was acted on.
 */
#pragma once

#include "oracle/ledger/ledger.h"

enum taken_note {
	TAKEN_ANSWER,   /* not as many references as the answer says: expected_refs */
	TAKEN_FAILURE,  /* pages were asked for that did not come */
	TAKEN_BULK,     /* single pages were asked for in bulk */
	TAKEN_SKEW,     /* a block begins inside another of its size */
	TAKEN_CLASH,    /* pages came that are not there to be given: out_of_range, overlap */
	TAKEN_FRAGMENT, /* a fragment was asked for: overlap_fragment, fragment_astray */
	TAKEN_SPLIT,    /* pages stand alone now */
	TAKEN_TUNED,    /* marks or factors were set anew */
	TAKEN_RETYPED,  /* pageblocks got a type: retyped_pfn, and those of EFFECT_TYPE */
	TAKEN_EFFECT    /* an effect that cannot be: effect_clash */
};

enum touch_kind {
	TOUCH_GAINED,         /* a block of 2^order pages was handed out */
	TOUCH_GAINED_SINGLES, /* nr_pages single pages in a row were */
	TOUCH_GAINED_ONE,     /* one of several single pages was */
	TOUCH_ALONE,          /* nr_pages pages live for themselves now */
	TOUCH_DROPPED,        /* nr_pages pages in a row lost a reference each */
	TOUCH_PAGE            /* looked at, or one more reference */
};

struct touch {
	pfn_t pfn;
	uint32_t nr_pages;
	uint8_t kind, order; /* order: of the block that began there before */
	bool compound;
};

struct taken {
	uint32_t notes; /* mask, 1 << TAKEN_* */
	uint32_t nr_touches;
	int64_t expected_refs;       /* that the answer must tell, or -1: not judged */
	pfn_t out_of_range, overlap; /* witnesses, or PFN_NONE */
	uint8_t overlap_state;
	uint64_t overlap_start, overlap_end; /* of a fragment, in bytes from frame 0; end 0: none */
	bool fragment_astray;
	pfn_t retyped_pfn; /* by the op itself */
	uint32_t nr_retyped;
	const char *effect_clash; /* what is wrong with the effect on frame effect_pfn */
	pfn_t effect_pfn;
	struct touch touches[CALL_MAX_PFNS];
};

static inline void taken_clear(struct taken *taken)
{
	taken->notes = 0;
	taken->nr_touches = 0;
	taken->expected_refs = -1;
	taken->out_of_range = PFN_NONE;
	taken->overlap = PFN_NONE;
	taken->overlap_end = 0;
	taken->fragment_astray = false;
	taken->nr_retyped = 0;
	taken->effect_clash = NULL;
}

/* Of a subject that is not judged taken is NULL, and nothing is noted. */
static inline void taken_note(struct taken *taken, enum taken_note note)
{
	if (taken)
		taken->notes |= 1u << note;
}

static inline void taken_touch(struct taken *taken, enum touch_kind kind, pfn_t pfn,
			       uint32_t nr_pages, uint32_t order, bool compound)
{
	if (taken && taken->nr_touches < CALL_MAX_PFNS)
		taken->touches[taken->nr_touches++] = (struct touch){
			.pfn = pfn,
			.nr_pages = nr_pages,
			.kind = (uint8_t)kind,
			.order = (uint8_t)order,
			.compound = compound,
		};
}
