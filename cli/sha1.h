/* SPDX-License-Identifier: MIT */
/* SHA-1, by which libFuzzer names its files. No protection against forgery is meant here. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA1_TEXT_BYTES 41 /* 40 digits and the end */

/* The hash of data in lower-case hexadecimal. */
void sha1_text(const uint8_t *data, size_t size, char text[SHA1_TEXT_BYTES]);
