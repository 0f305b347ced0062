/* SPDX-License-Identifier: MIT */
/* Files named on a command line, folders replaced by what is in them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct file_list {
	char **paths;
	size_t nr, capacity;
};

/*
 * Adds a file, or every regular file below a folder whose name ends in this suffix, with or without
 * .gz, in sorted order; pipes, devices and links to nothing are left out with a line on stderr. "-"
 * is standard input. false: *problem tells.
 */
bool file_list_add(struct file_list *list, const char *path, const char *suffix,
		   const char **problem);
void file_list_free(struct file_list *list);
