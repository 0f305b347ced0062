/* SPDX-License-Identifier: MIT */
/* The command that shows a finding again, as a shell takes it. */
#pragma once

#include "cli/session.h"

#define REPLAY_COMMAND_MAX 16384

/* "buddy run --subject ./mine.so p.ops" for this path; too long a one is cut. */
void replay_command(const struct session *session, const char *path, char *text, size_t size);
/* Appends a blank and the word, quoted where a shell would read it otherwise; returns the length.
 */
size_t replay_add_word(char *text, size_t size, size_t length, const char *word);
