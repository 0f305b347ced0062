/* SPDX-License-Identifier: MIT */
/* The rules of rules.def by number, and sets of them: one bit each, in as many words as it takes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum rule_id {
#define RULE(id, when, sentence) RULE_##id,
#include "oracle/rules/rules.def"
	NR_RULES
};

#define RULE_SET_WORDS ((NR_RULES + 63u) / 64u)

struct rule_set {
	uint64_t words[RULE_SET_WORDS];
};

static inline void rule_set_add(struct rule_set *set, enum rule_id rule)
{
	set->words[rule / 64u] |= UINT64_C(1) << rule % 64u;
}

static inline void rule_set_remove(struct rule_set *set, enum rule_id rule)
{
	set->words[rule / 64u] &= ~(UINT64_C(1) << rule % 64u);
}

static inline bool rule_set_has(const struct rule_set *set, enum rule_id rule)
{
	return set->words[rule / 64u] >> rule % 64u & 1u;
}

static inline void rule_set_join(struct rule_set *set, const struct rule_set *other)
{
	for (uint32_t i = 0; i < RULE_SET_WORDS; i++)
		set->words[i] |= other->words[i];
}
