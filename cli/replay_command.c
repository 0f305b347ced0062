/* SPDX-License-Identifier: MIT */
#include "cli/replay_command.h"

#include <stdio.h>
#include <string.h>

static size_t add_char(char *text, size_t size, size_t length, char c)
{
	if (length + 1 < size) {
		text[length] = c;
		text[length + 1] = '\0';
	}
	return length + 1;
}

static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./=,:+@%";

	return *word && word[strspn(word, plain)] == '\0';
}

/* Quoted, only the quote itself means anything. */
static size_t add_quoted(char *text, size_t size, size_t length, const char *word)
{
	length = add_char(text, size, length, '\'');
	for (; *word; word++) {
		length = add_char(text, size, length, *word);
		if (*word != '\'')
			continue;
		for (const char *escaped = "\\''"; *escaped; escaped++)
			length = add_char(text, size, length, *escaped);
	}
	return add_char(text, size, length, '\'');
}

size_t replay_add_word(char *text, size_t size, size_t length, const char *word)
{
	if (length)
		length = add_char(text, size, length, ' ');
	if (!is_plain(word))
		return add_quoted(text, size, length, word);
	for (; *word; word++)
		length = add_char(text, size, length, *word);
	return length;
}

void replay_command(const struct session *session, const char *path, char *text, size_t size)
{
	char walk[16];
	size_t length = 0;

	length = replay_add_word(text, size, length, "buddy");
	length = replay_add_word(text, size, length, session->nr_subjects > 1 ? "diff" : "run");
	for (uint32_t i = 0; i < session->nr_subjects; i++) {
		length = replay_add_word(text, size, length, "--subject");
		length = replay_add_word(text, size, length, session->subject_names[i]);
	}
	if (session->options.walk_every_ops != LOCKSTEP_WALK_AUTO) {
		snprintf(walk, sizeof(walk), "%u", session->options.walk_every_ops);
		length = replay_add_word(text, size, length, "--walk");
		length = replay_add_word(text, size, length, walk);
	}
	if (!session->options.judge) {
		length = replay_add_word(text, size, length, "--judge");
		length = replay_add_word(text, size, length, "off");
	}
	if (path[0] == '-' && path[1])
		length = replay_add_word(text, size, length, "--");
	replay_add_word(text, size, length, path);
}
