/* SPDX-License-Identifier: MIT */
/*
 * The inputs below a path, sorted by name: regular files and links to such. Hidden files and *.md
 * are passed over; what is neither file nor folder (a pipe, a device, a link to a folder or to
 * nothing) is left out and counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct file_walk {
	char **pending; /* a stack: folders are opened when their turn comes */
	size_t nr, capacity;
	char *current;
	size_t nr_left_out;
	char *left_out; /* the first of them, or NULL */
};

/* false: there is no such path (or no memory). A path that is no folder passes as it is, so does
 * "-".
 */
bool file_walk_begin(struct file_walk *walk, const char *path);
/* The next file, valid until the next call; NULL: no more. */
const char *file_walk_next(struct file_walk *walk);
/* One line on stderr, where something was left out; who: the command that says so. */
void file_walk_tell_left_out(const struct file_walk *walk, const char *who);
void file_walk_end(struct file_walk *walk);
