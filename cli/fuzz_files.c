/* SPDX-License-Identifier: MIT */
/* Files and folders of a campaign. One that cannot make its folders is over: the helpers say so and
 * exit. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/fuzz.h"
#include "cli/out_folder.h"
#include "fuzz/input/file.h"

static void die(const char *what, const char *path)
{
	fprintf(stderr, "buddy fuzz: cannot %s %s: %s\n", what, path, strerror(errno));
	exit(2);
}

void path_format(char path[FUZZ_PATH_MAX], const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(path, FUZZ_PATH_MAX, format, args);
	va_end(args);
	if (length < 0 || length >= FUZZ_PATH_MAX) {
		errno = ENAMETOOLONG;
		die("use", path);
	}
}

void folder_create(const char *path)
{
	char error[FUZZ_PATH_MAX + 128];

	if (out_folder_create(path, error, sizeof(error)))
		return;
	fprintf(stderr, "buddy fuzz: %s\n", error);
	exit(2);
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	return where->level == 0 ? 0 : remove(path);
}

void folder_empty(const char *path)
{
	folder_create(path);
	if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
		die("empty the folder", path);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

uint64_t file_size_bytes(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_plain_file(const char *folder, const struct dirent *entry)
{
	char path[FUZZ_PATH_MAX];
	struct stat info;

	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_REG;
	path_format(path, "%s/%s", folder, entry->d_name);
	return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

void name_list_append(struct name_list *list, const char *name)
{
	char **names = realloc(list->names, (list->nr + 1) * sizeof(*names));
	char *copy = strdup(name);

	if (!names || !copy)
		die("list", name);
	list->names = names;
	list->names[list->nr++] = copy;
}

void name_list_read(struct name_list *list, const char *folder, const char *prefix)
{
	const struct dirent *entry;
	DIR *dir = opendir(folder);

	list->names = NULL;
	list->nr = 0;
	if (!dir)
		return;
	while (list->nr < FUZZ_MAX_FILES && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' && is_plain_file(folder, entry) &&
		    strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			name_list_append(list, entry->d_name);
	}
	closedir(dir);
	if (list->nr > 1)
		qsort(list->names, list->nr, sizeof(*list->names), compare_names);
}

void name_list_append_paths(struct name_list *list, const char *folder, const char *prefix)
{
	char path[FUZZ_PATH_MAX];
	struct name_list found;
	size_t i;

	name_list_read(&found, folder, prefix);
	for (i = 0; i < found.nr; i++) {
		path_format(path, "%s/%s", folder, found.names[i]);
		name_list_append(list, path);
	}
	name_list_free(&found);
}

void name_list_free(struct name_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		free(list->names[i]);
	free(list->names);
	list->names = NULL;
	list->nr = 0;
}

uint8_t *file_bytes(const char *path, size_t *size)
{
	struct stat info;
	FILE *in = fopen(path, "rb");
	uint8_t *data = NULL;

	if (in && fstat(fileno(in), &info) == 0 && S_ISREG(info.st_mode))
		data = malloc((size_t)info.st_size + 1);
	if (data)
		*size = fread(data, 1, (size_t)info.st_size, in);
	if (data && (ferror(in) || *size != (size_t)info.st_size)) {
		free(data);
		data = NULL;
	}
	if (in)
		fclose(in);
	return data;
}

bool file_store(const char *path, const void *data, size_t size)
{
	char beside[FUZZ_PATH_MAX];
	const char *slash = strrchr(path, '/');
	FILE *out;
	bool written;
	int reason;

	path_format(beside, "%.*s.buddy-fuzz-new", slash ? (int)(slash - path) + 1 : 0, path);
	out = fopen(beside, "wb");
	if (!out)
		return false;
	errno = ENOSPC; /* a short write sets none */
	written = fwrite(data, 1, size, out) == size;
	written = fclose(out) == 0 && written && rename(beside, path) == 0;
	reason = errno;
	if (!written)
		remove(beside);
	errno = reason;
	return written;
}

bool file_copy(const char *from, const char *to)
{
	size_t size;
	uint8_t *data = file_bytes(from, &size);
	bool copied = data && file_store(to, data, size);
	int reason = errno;

	free(data);
	errno = reason;
	return copied;
}

bool file_keep(const char *from, const char *to, char *error, size_t error_size)
{
	size_t size;
	uint8_t *data = file_bytes(from, &size);
	bool kept = data && file_write(to, data, size, error, error_size);

	if (!data)
		snprintf(error, error_size, "%s: cannot be read: %s", from, strerror(errno));
	free(data);
	return kept;
}

void file_tail(const char *path, char *text, size_t size)
{
	FILE *in = fopen(path, "rb");
	size_t length = 0;
	long end;

	if (in && fseek(in, 0, SEEK_END) == 0) {
		end = ftell(in);
		if (end > (long)(size - 1))
			fseek(in, end - (long)(size - 1), SEEK_SET);
		else
			rewind(in);
		length = fread(text, 1, size - 1, in);
	}
	text[length] = '\0';
	if (in)
		fclose(in);
}

void file_print(const char *path, const char *indent)
{
	FILE *in = fopen(path, "r");
	char line[1024];

	if (!in)
		return;
	while (fgets(line, sizeof(line), in))
		printf("%s%s", indent, line);
	fclose(in);
}

uint64_t file_hash(const char *path)
{
	uint64_t hash = 0xcbf29ce484222325u;
	FILE *in = fopen(path, "rb");
	int byte;

	if (!in)
		return 0;
	while ((byte = getc(in)) != EOF)
		hash = (hash ^ (uint64_t)byte) * 0x100000001b3u;
	fclose(in);
	return hash;
}
