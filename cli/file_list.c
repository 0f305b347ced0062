/* SPDX-License-Identifier: MIT */
/* Folders are walked with a queue, so depth costs no stack; links are not followed into folders. */
#include "cli/file_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_PATHS (1u << 20)

static bool append(struct file_list *list, char *path)
{
	if (list->nr == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 64;
		char **grown = realloc(list->paths, capacity * sizeof(*grown));

		if (!grown || list->nr >= MAX_PATHS) {
			list->paths = grown ? grown : list->paths;
			free(path);
			return false;
		}
		list->paths = grown;
		list->capacity = capacity;
	}
	list->paths[list->nr++] = path;
	return path;
}

static bool ends_in(const char *name, const char *suffix)
{
	size_t length = strlen(name), n = strlen(suffix);

	return length > n && !strcmp(name + length - n, suffix);
}

static char *join(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = malloc(size);

	if (path)
		snprintf(path, size, "%s%s%s", folder, ends_in(folder, "/") ? "" : "/", name);
	return path;
}

static bool wanted(const char *name, const char *suffix)
{
	char packed[32];

	snprintf(packed, sizeof(packed), "%s.gz", suffix);
	return ends_in(name, suffix) || ends_in(name, packed);
}

/* A pipe or a device might never end. */
static bool is_regular(const char *path)
{
	struct stat status;

	if (!stat(path, &status) && S_ISREG(status.st_mode))
		return true;
	fprintf(stderr, "buddy: left out %s: only regular files are read\n", path);
	return false;
}

/* Puts one entry of a folder where it belongs: wanted files and folders still to be read. */
static bool add_entry(struct file_list *files, struct file_list *queue, const char *folder,
		      const char *name, const char *suffix)
{
	char *path = join(folder, name);
	struct stat status;

	if (!path)
		return false;
	if (name[0] != '.' && !lstat(path, &status)) {
		if (S_ISDIR(status.st_mode))
			return append(queue, path);
		if (wanted(name, suffix) && is_regular(path))
			return append(files, path);
	}
	free(path);
	return true;
}

static bool add_folder(struct file_list *files, struct file_list *queue, const char *folder,
		       const char *suffix, const char **problem)
{
	struct dirent **entries;
	int nr = scandir(folder, &entries, NULL, alphasort);
	bool ok = true;

	if (nr < 0) {
		*problem = strerror(errno);
		return false;
	}
	for (int i = 0; i < nr; i++) {
		ok = ok && add_entry(files, queue, folder, entries[i]->d_name, suffix);
		free(entries[i]);
	}
	free(entries);
	if (!ok)
		*problem = "too many files or out of memory";
	return ok;
}

bool file_list_add(struct file_list *list, const char *path, const char *suffix,
		   const char **problem)
{
	struct file_list queue = { .nr = 0 };
	struct stat status;
	bool ok = true;

	*problem = "out of memory";
	if (!strcmp(path, "-"))
		return append(list, strdup(path));
	if (stat(path, &status)) {
		*problem = strerror(errno);
		return false;
	}
	if (!S_ISDIR(status.st_mode))
		return append(list, strdup(path));
	ok = append(&queue, strdup(path));
	for (size_t i = 0; i < queue.nr && ok; i++)
		ok = add_folder(list, &queue, queue.paths[i], suffix, problem);
	file_list_free(&queue);
	return ok;
}

void file_list_free(struct file_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct file_list){ .nr = 0 };
}
