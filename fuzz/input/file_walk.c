/* SPDX-License-Identifier: MIT */
/* Folders that cannot be read count as empty. */
#include "fuzz/input/file_walk.h"

#include <string.h>
#include <sys/stat.h>

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* What was asked for by its path always is. */
static bool is_input(const FTSENT *entry)
{
	size_t length = entry->fts_namelen;

	return entry->fts_level == FTS_ROOTLEVEL ||
	       (entry->fts_name[0] != '.' &&
		!(length > 3 && !strcmp(entry->fts_name + length - 3, ".md")));
}

bool file_walk_begin(struct file_walk *walk, const char *path)
{
	char *const paths[] = { (char *)path, NULL };
	struct stat stat_of;

	walk->tree = NULL;
	if (!strcmp(path, "-") || !stat(path, &stat_of))
		walk->tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
	return walk->tree;
}

const char *file_walk_next(struct file_walk *walk)
{
	FTSENT *entry;

	while ((entry = fts_read(walk->tree))) {
		if (!is_input(entry))
			fts_set(walk->tree, entry, FTS_SKIP);
		else if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP &&
			 entry->fts_info != FTS_DNR)
			return entry->fts_path;
	}
	return NULL;
}

void file_walk_end(struct file_walk *walk)
{
	if (walk->tree)
		fts_close(walk->tree);
	walk->tree = NULL;
}
