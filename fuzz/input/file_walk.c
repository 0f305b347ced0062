/* SPDX-License-Identifier: MIT */
/* A stack of paths instead of recursion. Folders that cannot be read count as empty. */
#include "fuzz/input/file_walk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool push(struct file_walk *walk, char *path)
{
	if (path && walk->nr == walk->capacity) {
		size_t capacity = walk->capacity ? walk->capacity * 2 : 64;
		char **pending = realloc(walk->pending, capacity * sizeof(*pending));

		if (pending) {
			walk->pending = pending;
			walk->capacity = capacity;
		}
	}
	if (!path || walk->nr == walk->capacity) {
		free(path);
		return false;
	}
	walk->pending[walk->nr++] = path;
	return true;
}

static char *join(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = malloc(size);

	if (path)
		snprintf(path, size, "%s/%s", folder, name);
	return path;
}

static int is_input(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' &&
	       !(length > 3 && !strcmp(entry->d_name + length - 3, ".md"));
}

static void leave_out(struct file_walk *walk, char *path)
{
	walk->nr_left_out++;
	if (walk->left_out)
		free(path);
	else
		walk->left_out = path;
}

/* Links to files count as these; a link to a folder might lead back. */
static bool is_file_or_folder(const char *path)
{
	struct stat here, there;

	return !lstat(path, &here) &&
	       (S_ISDIR(here.st_mode) || (!stat(path, &there) && S_ISREG(there.st_mode)));
}

/* Last name first onto the stack, so that the first one is on top. */
static void push_folder(struct file_walk *walk, const char *folder)
{
	struct dirent **entries = NULL;
	int nr = scandir(folder, &entries, is_input, alphasort);

	for (int i = nr; i-- > 0;) {
		char *path = join(folder, entries[i]->d_name);

		if (path && !is_file_or_folder(path))
			leave_out(walk, path);
		else
			push(walk, path);
		free(entries[i]);
	}
	free(entries);
}

bool file_walk_begin(struct file_walk *walk, const char *path)
{
	struct stat stat_of;

	memset(walk, 0, sizeof(*walk));
	if (strcmp(path, "-") && stat(path, &stat_of))
		return false;
	return push(walk, strdup(path));
}

const char *file_walk_next(struct file_walk *walk)
{
	struct stat stat_of;

	free(walk->current);
	walk->current = NULL;
	while (walk->nr) {
		char *path = walk->pending[--walk->nr];

		if (stat(path, &stat_of) || !S_ISDIR(stat_of.st_mode)) {
			walk->current = path;
			return path;
		}
		push_folder(walk, path);
		free(path);
	}
	return NULL;
}

void file_walk_tell_left_out(const struct file_walk *walk, const char *who)
{
	if (walk->nr_left_out)
		fprintf(stderr, "%s: left out %s%s: only regular files are read\n", who,
			walk->left_out, walk->nr_left_out > 1 ? " and others" : "");
}

void file_walk_end(struct file_walk *walk)
{
	while (walk->nr)
		free(walk->pending[--walk->nr]);
	free(walk->pending);
	free(walk->current);
	free(walk->left_out);
	memset(walk, 0, sizeof(*walk));
}
