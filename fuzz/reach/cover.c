/* SPDX-License-Identifier: MIT */
/*
 * The rarest first: what only few files reach decides most. For each feature that is not covered
 * yet its first file is kept; in the end whatever the later choices made superfluous goes, from the
 * last file on.
 */
#include "fuzz/reach/cover.h"

#include <stdlib.h>

struct rarity {
	uint32_t id, nr_files;
	size_t first; /* file */
};

struct cover {
	struct cover_file *files;
	size_t nr_files;
	struct rarity *features; /* [limit], sorted by rarity once counted */
	uint32_t *nr_kept;       /* [limit] kept files that reach the feature */
};

static void count(struct cover *cover, uint32_t limit)
{
	for (uint32_t id = 0; id < limit; id++)
		cover->features[id].id = id;
	for (size_t f = 0; f < cover->nr_files; f++) {
		const struct cover_file *file = &cover->files[f];

		for (size_t i = 0; i < file->nr_ids; i++) {
			struct rarity *feature = &cover->features[file->ids[i]];

			if (!feature->nr_files++)
				feature->first = f;
		}
	}
}

static int compare_rarity(const void *a, const void *b)
{
	const struct rarity *first = a, *second = b;

	if (first->nr_files != second->nr_files)
		return first->nr_files < second->nr_files ? -1 : 1;
	return (first->id > second->id) - (first->id < second->id);
}

static void keep(struct cover *cover, struct cover_file *file)
{
	file->kept = true;
	for (size_t i = 0; i < file->nr_ids; i++)
		cover->nr_kept[file->ids[i]]++;
}

static void drop_if_superfluous(struct cover *cover, struct cover_file *file)
{
	if (!file->kept)
		return;
	for (size_t i = 0; i < file->nr_ids; i++)
		if (cover->nr_kept[file->ids[i]] == 1)
			return;
	for (size_t i = 0; i < file->nr_ids; i++)
		cover->nr_kept[file->ids[i]]--;
	file->kept = false;
}

static void choose(struct cover *cover, uint32_t limit)
{
	count(cover, limit);
	qsort(cover->features, limit, sizeof(*cover->features), compare_rarity);
	for (uint32_t i = 0; i < limit; i++) {
		const struct rarity *feature = &cover->features[i];

		if (feature->nr_files && !cover->nr_kept[feature->id])
			keep(cover, &cover->files[feature->first]);
	}
	for (size_t f = cover->nr_files; f-- > 0;)
		drop_if_superfluous(cover, &cover->files[f]);
}

bool cover_choose(struct cover_file *files, size_t nr_files, uint32_t limit)
{
	struct cover cover = { .files = files, .nr_files = nr_files };

	for (size_t f = 0; f < nr_files; f++)
		files[f].kept = false;
	cover.features = calloc(limit, sizeof(*cover.features));
	cover.nr_kept = calloc(limit, sizeof(*cover.nr_kept));
	bool done = cover.features && cover.nr_kept;

	if (done)
		choose(&cover, limit);
	free(cover.features);
	free(cover.nr_kept);
	return done;
}
