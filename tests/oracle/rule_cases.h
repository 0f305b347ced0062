/* SPDX-License-Identifier: MIT */
/* The scenes of test_rules.c: each ends honest, or with one defect that breaks its rule. */
#pragma once

#include "tests/oracle/scene.h"

struct rule_case {
	enum rule_id rule;
	const char *defect;
	/* Plays the scene; returns what the judge said last. */
	bool (*play)(struct scene *scene, bool forged);
	bool blind; /* without a view */
};

/* Of one op (rule_cases_op.c) and of the whole machine (rule_cases_walk.c). */
extern const struct rule_case rule_cases_op[], rule_cases_walk[];
extern const size_t nr_rule_cases_op, nr_rule_cases_walk;
