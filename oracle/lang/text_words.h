/* SPDX-License-Identifier: MIT */
/*
 * The words of program text as a dictionary of a fuzzing engine: one quoted word a line. They come
 * from the tables that printer and parser use, so a new operation is in it by itself.
 */
#pragma once

#include <stdio.h>

void text_print_words(FILE *out);
