/* SPDX-License-Identifier: MIT */
/* Random bytes and programs for the tests of the fuzz room; the same seed gives the same ones. */
#pragma once

#include "fuzz/input/input.h"

struct random {
	uint64_t state;
};

uint32_t random_u32(struct random *random);
void random_bytes(struct random *random, uint8_t *bytes, size_t size);
/* Decodes up to max_ops random records; program must be initialised. */
void random_program(struct random *random, size_t max_ops, struct program *program);

/* Fails the test when the two are not the same program. */
void assert_same_program(const struct program *a, const struct program *b);
/* The program as text, to be freed. */
char *print_program(const struct program *program, size_t *size);
/* Parses text that must be right. */
void parse_text(const char *text, struct program *program);
