/* SPDX-License-Identifier: MIT */
/*
 * The way back from recorded.h: a recorded run as the text that recorded_parse() reads. What the
 * text does not depend on (machine, program, answers) need not be there. The same run gives the
 * same bytes, packed or not.
 */
#pragma once

#include <stdio.h>

#include "diff/recorded/recorded.h"

/* false: the stream failed. */
bool recorded_write(const struct recorded *recorded, FILE *out);
/* The text as a gzip file without name and time, to be freed. NULL: out of memory. */
uint8_t *recorded_pack(const char *text, size_t size, size_t *packed_size);
