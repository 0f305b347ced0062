/* SPDX-License-Identifier: MIT */
/*
 * What lies in the corpus. libFuzzer writes without looking whether that succeeded, and names a
 * file by the SHA-1 of what should be in it: so a file that a full disk or a kill cut short shows.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/fuzz.h"
#include "cli/sha1.h"

static bool is_sha1(const char *name)
{
	return strlen(name) == SHA1_TEXT_BYTES - 1 &&
	       strspn(name, "0123456789abcdef") == SHA1_TEXT_BYTES - 1;
}

/* What cannot be read is not called cut short: it would be removed. */
static bool is_whole(const char *path, const char *name)
{
	char text[SHA1_TEXT_BYTES];
	size_t size;
	uint8_t *data = file_bytes(path, &size);

	if (!data)
		return true;
	sha1_text(data, size, text);
	free(data);
	return strcmp(text, name) == 0;
}

static void look_at(struct corpus_look *look, const char *path, const char *name, double since_s)
{
	struct stat info;

	if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
		return;
	bool is_new = (double)info.st_ctim.tv_sec + 1 >= since_s;

	if (is_sha1(name) && (is_new || info.st_size == 0) && !is_whole(path, name)) {
		look->nr_cut++;
		if (unlink(path) == 0)
			return;
	}
	look->nr_inputs += info.st_size > 0;
}

struct corpus_look corpus_look(const char *folder, double since_s)
{
	struct corpus_look look = { 0 };
	const struct dirent *entry;
	char path[FUZZ_PATH_MAX];
	DIR *dir = opendir(folder);

	while (dir && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		path_format(path, "%s/%s", folder, entry->d_name);
		look_at(&look, path, entry->d_name, since_s);
	}
	if (dir)
		closedir(dir);
	return look;
}
