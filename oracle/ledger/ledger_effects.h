/* SPDX-License-Identifier: MIT */
/* What an event tells of blocks that are not its op's own (oracle/lang/effect.h). */
#pragma once

#include "oracle/ledger/ledger.h"

/*
 * NULL, or what is wrong with the effect in a few words: it cannot be, and nothing was changed. Of
 * EFFECT_TYPE the ledger keeps nothing: pageblocks are the judge's. That a block is free to be
 * taken only a judged ledger can tell.
 */
const char *ledger_apply_effect(struct ledger *ledger, const struct effect *effect);

/* The page_frag cache carves from this chunk from here on; from none. */
void ledger_enter_cache(struct ledger *ledger, pfn_t chunk);
void ledger_leave_cache(struct ledger *ledger);
