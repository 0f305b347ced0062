/* SPDX-License-Identifier: MIT */
/* The allocators that there are to measure. */
#pragma once

#include "bench/bench.h"

/*
 * A core from the shared object at path (bench/shim/api.h). false: error[error_size] tells why it
 * is none.
 */
bool subject_load_core(struct bench_subject *subject, const char *path, char *error,
		       size_t error_size);
/* glibc, those that are loaded at run time, the empty loop; returns their number, at most max. */
size_t subject_list_peers(struct bench_subject *subjects, size_t max);
/* The real kernel; it takes part in its own rows only. */
void subject_make_kernel(struct bench_subject *subject);
