/* SPDX-License-Identifier: MIT */
/* What somebody who waits sees, on stderr and after two seconds, and how he stops it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* From now on SIGINT and SIGTERM ask for the end; the second one ends at once. */
void progress_begin(void);
/* Row nr of nr_rows is at work. */
void progress_row(const char *name, size_t nr, size_t nr_rows);
/* Before anything is printed on stdout. */
void progress_clear(void);
bool progress_stopped(void);
