/* SPDX-License-Identifier: MIT */
/* Part by part, so that a failure names the part that cannot be made. */
#include "cli/out_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_folder(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

bool out_folder_create(const char *path, char *error, size_t error_size)
{
	char part[PATH_MAX];
	size_t length = strlen(path);

	if (!length || length >= sizeof(part)) {
		snprintf(error, error_size, "%s: expected the name of a folder", path);
		return false;
	}
	for (size_t i = 1; i <= length; i++) {
		if (path[i] && path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (is_folder(part) || !mkdir(part, 0777) || errno == EEXIST)
			continue;
		snprintf(error, error_size, "%s: cannot be created: %s", part, strerror(errno));
		return false;
	}
	if (is_folder(path))
		return true;
	snprintf(error, error_size, "%s: is no folder; expected one, or a new name", path);
	return false;
}

/* Of what is not there yet, the nearest part that is. */
static bool resolve(const char *path, char real[PATH_MAX])
{
	char part[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(part))
		return false;
	memcpy(part, path, length + 1);
	while (length && !realpath(part, real)) {
		while (length && part[length - 1] == '/')
			length--;
		while (length && part[length - 1] != '/')
			length--;
		part[length] = '\0';
	}
	return length || realpath(".", real);
}

bool out_folder_is_in(const char *folder, const char *path)
{
	char outer[PATH_MAX], inner[PATH_MAX];
	size_t length;

	if (!realpath(folder, outer) || !resolve(path, inner))
		return false;
	length = strlen(outer);
	return !strncmp(outer, inner, length) &&
	       (!inner[length] || inner[length] == '/' || outer[length - 1] == '/');
}
