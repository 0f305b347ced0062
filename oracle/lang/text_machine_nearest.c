/* SPDX-License-Identifier: MIT */
/* Which keys of the machine line somebody may have meant. */
#include <string.h>

#include "oracle/lang/text_line.h"
#include "oracle/lang/text_machine.h"

#define WORD_MAX 40
#define NR_NEAREST 3

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* How many letters must be put in, left out or changed; a beginning of the key counts as one. */
static uint32_t edit_distance(const char *word, size_t length, const char *key)
{
	uint32_t row[WORD_MAX + 1];

	if (length && !strncmp(key, word, length))
		return key[length] != '\0';
	for (size_t i = 0; i <= length; i++)
		row[i] = (uint32_t)i;
	for (size_t j = 0; key[j]; j++) {
		uint32_t diagonal = row[0];

		row[0]++;
		for (size_t i = 1; i <= length; i++) {
			uint32_t changed = diagonal + (word[i - 1] != key[j]);

			diagonal = row[i];
			row[i] = smaller(changed, smaller(row[i], row[i - 1]) + 1);
		}
	}
	return row[length];
}

void machine_nearest_keys(const char *word, size_t length, char *nearest)
{
	struct line line = { nearest, 0, MACHINE_NEAREST_MAX };
	uint32_t nr = 0;

	length = length < WORD_MAX ? length : WORD_MAX;
	for (uint32_t distance = 0; nr < NR_NEAREST; distance++)
		for (const struct machine_key *key = machine_keys; key->key; key++)
			if (nr < NR_NEAREST && edit_distance(word, length, key->key) == distance)
				line_put(&line, "%s%s=", nr++ ? ", " : "", key->key);
}
