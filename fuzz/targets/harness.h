/* SPDX-License-Identifier: MIT */
/*
 * What targets share: one lockstep per process, made on first use and kept, so that a run costs a
 * reset. And what every front end does with a target: run bytes or a program, and tell a finding.
 */
#pragma once

#include <stdio.h>

#include "fuzz/targets/target.h"

/* Fill in the first three; the rest belongs to the harness. */
struct harness {
	const struct subject_ops *(*subjects[LOCKSTEP_MAX_SUBJECTS])(void);
	uint32_t nr_subjects;
	struct lockstep_options options;
	struct lockstep *lockstep;
};

/* Who watches the reference subject from now on. false: the harness cannot run, finding tells. */
bool harness_observe(struct harness *harness, lockstep_observer observer, void *context,
		     struct finding *finding);

/* Runs the program; true when nothing was found. A harness that cannot run is a FINDING_ERROR. */
bool harness_run(struct harness *harness, const struct program *program, struct finding *finding);

/* Clears the finding and runs the bytes: decoded for targets over programs. scratch keeps the
 * program. */
bool target_run(const struct target *target, const uint8_t *data, size_t size,
		struct program *scratch, struct finding *finding);
bool target_run_program(const struct target *target, const struct program *program,
			struct finding *finding);

/* Sets a finding of the harness's own making. */
void finding_set(struct finding *finding, enum finding_kind kind, const char *signature,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The report: what was found, the program up to the op at fault (NULL: none), the BF-SIG line. */
void finding_print(const struct target *target, const struct program *program,
		   const struct finding *finding, FILE *out);
