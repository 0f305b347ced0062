/* SPDX-License-Identifier: MIT */
/*
 * When are two findings the same one? A signature is "rule-id/op-name"; the rule is what counts.
 */
#pragma once

#include <stdbool.h>

/*
 * The rule must be the same; the op after which it shows may move while ops are dropped.
 * Differences
 * ("difference/op-name") have no rule and are named by their op; wanted may be a rule alone.
 */
bool signature_same_rule(const char *signature, const char *wanted);
/* Not a finding: the harness could not go on. */
bool signature_is_error(const char *signature);
