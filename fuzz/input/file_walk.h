/* SPDX-License-Identifier: MIT */
/* The inputs below a path, sorted by name: hidden files, *.md and links to folders are left out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct file_walk {
	char **pending; /* a stack: folders are opened when their turn comes */
	size_t nr, capacity;
	char *current;
};

/* false: there is no such path (or no memory). "-" passes as it is. */
bool file_walk_begin(struct file_walk *walk, const char *path);
/* The next file, valid until the next call; NULL: no more. */
const char *file_walk_next(struct file_walk *walk);
void file_walk_end(struct file_walk *walk);
