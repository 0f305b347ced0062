/* SPDX-License-Identifier: MIT */
/*
 * Any program made into one that a subject can run to its end: no op that it declines, a machine of
 * the kind that it knows, and of what it does not tell apart one kind only, so that no execution is
 * spent on it. Ops keep their places. What fits already stays as it is.
 */
#pragma once

#include "diff/subjects/subject.h"

/* What it does not decline, for mutate_allow(). */
struct op_set subject_program_ops(const struct subject_ops *subject);
/* In place. plain_machine: an even plainer one, for a subject that has refused the other. */
void subject_program_fit(const struct subject_ops *subject, struct program *program,
			 bool plain_machine);
