/* SPDX-License-Identifier: MIT */
/* Both machines live at the same time: so their addresses differ, whatever malloc does. */
#include "diff/lockstep/twins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIRT_PLAIN 0x5a
#define DIRT_TRACED 0xa5

struct outcome {
	uint64_t history, image;
	bool found; /* a rule broke or the subject trapped */
};

struct twins {
	struct lockstep *plain, *traced;
	uint64_t nr_ops;
	struct finding finding;
};

static struct lockstep *twin_create(const struct subject_ops *subject, bool trace, uint8_t dirt,
				    char *error, size_t error_size)
{
	const struct lockstep_options options = { .judge = true, .trace = trace, .dirt = dirt };

	return lockstep_create(&subject, 1, &options, NULL, error, error_size);
}

struct twins *twins_create(const struct subject_ops *subject, char *error, size_t error_size)
{
	struct twins *twins = calloc(1, sizeof(*twins));

	if (!twins) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	twins->plain = twin_create(subject, false, DIRT_PLAIN, error, error_size);
	if (twins->plain)
		twins->traced = twin_create(subject, true, DIRT_TRACED, error, error_size);
	if (twins->traced)
		return twins;
	twins_free(twins);
	return NULL;
}

void twins_free(struct twins *twins)
{
	if (twins->plain)
		lockstep_free(twins->plain);
	if (twins->traced)
		lockstep_free(twins->traced);
	free(twins);
}

/* false: the machine could not be made. */
static bool run(struct twins *twins, struct lockstep *lockstep, const struct program *program,
		struct outcome *outcome)
{
	lockstep_run(lockstep, program, NULL, &twins->finding);
	if (twins->finding.kind == FINDING_ERROR)
		return false;
	outcome->history = lockstep_history_hash(lockstep);
	outcome->image = lockstep_image_hash(lockstep, 0);
	outcome->found = twins->finding.kind != FINDING_NONE;
	return true;
}

static bool same(const struct outcome *a, const struct outcome *b, const char *which, char *error,
		 size_t error_size)
{
	bool history = a->history == b->history;

	if (history && a->image == b->image)
		return true;
	snprintf(error, error_size, "%s %s: %016llx, first %016llx", which,
		 history ? "leaves another image behind" : "answers differently",
		 (unsigned long long)(history ? b->image : b->history),
		 (unsigned long long)(history ? a->image : a->history));
	return false;
}

/* Only the watched run checks locks, so it may find what the others cannot. */
static bool found_by_watching(const struct twins *twins, const struct outcome *first,
			      const struct outcome *watched, char *error, size_t error_size)
{
	const char *text = twins->finding.text;

	if (first->found || !watched->found)
		return false;
	snprintf(error, error_size, "the traced run with locks finds what the first did not: %.*s",
		 (int)strcspn(text, "\n"), text);
	return true;
}

bool twins_agree(struct twins *twins, const struct program *program, char *error, size_t error_size)
{
	struct outcome first, again, other;

	twins->nr_ops = 0;
	if (!run(twins, twins->plain, program, &first))
		goto failed;
	twins->nr_ops = lockstep_stats(twins->plain)->nr_ops;
	if (!run(twins, twins->plain, program, &again) ||
	    !run(twins, twins->traced, program, &other))
		goto failed;
	return same(&first, &again, "the second run", error, error_size) &&
	       !found_by_watching(twins, &first, &other, error, error_size) &&
	       same(&first, &other, "the run at another address", error, error_size);
failed:
	snprintf(error, error_size, "%s", twins->finding.text);
	return false;
}

uint64_t twins_nr_ops(const struct twins *twins)
{
	return twins->nr_ops;
}
