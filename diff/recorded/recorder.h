/* SPDX-License-Identifier: MIT */
/*
 * Runs a program on one subject and keeps what it answered as a recorded run. Nothing is taken from
 * another allocator: frames, counters and both states are the subject's own. Operations that the
 * format has no letter for, and those that the subject declines, are left out: they are not
 * executed either.
 */
#pragma once

#include "diff/recorded/recorded.h"
#include "diff/subjects/subject.h"

struct recorder {
	const struct subject_ops *ops;
	/* Asked now and then; false: stop. NULL: never. */
	bool (*go_on)(void *context, size_t nr_done, size_t nr_ops);
	void *context;
	/* About the last run: */
	size_t nr_left_out; /* no letter, or declined */
	size_t nr_unfit;    /* did not fit their slots */
	size_t nr_allocs, nr_failed_allocs;
};

/*
 * recorded gets header, initial, final, ops and pfns, and is freed by recorded_free(); the header
 * names no kernel, that is the caller's to say. false: error tells, nothing is left to be freed.
 */
bool recorder_run(struct recorder *recorder, const struct program *program,
		  struct recorded *recorded, char *error, size_t error_size);
