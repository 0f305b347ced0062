/* SPDX-License-Identifier: MIT */
/* Outcomes of programs for people or other programs, and the exit status that they add up to. */
#pragma once

#include "cli/outcome.h"

struct verdicts {
	const struct session *session;
	struct results *results; /* NULL: text for people */
	size_t nr_judged;        /* programs with a verdict */
	uint64_t nr_ops;         /* of all, those of an interrupted one, too */
	int status;
};

/* false: no memory. */
bool verdicts_begin(struct verdicts *verdicts, const struct session *session);
void verdicts_add(struct verdicts *verdicts, const char *path, const struct outcome *outcome);
/* Tells of an interrupt how far it came. Returns the exit status. */
int verdicts_end(struct verdicts *verdicts);
