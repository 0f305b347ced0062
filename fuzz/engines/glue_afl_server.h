/* SPDX-License-Identifier: MIT */
/*
 * A fork server for AFL++ whose worker answers afl-fuzz by itself. AFL++'s own loop stops the
 * worker after each input and has its parent tell so: three processes and a signal for what two
 * can do over a pipe. Only for inputs in shared memory; whatever else afl-fuzz wants is left to
 * AFL++'s driver.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Descriptors, and words of the handshake, as AFL++ has them. */
#define AFL_REQUEST_FD 198
#define AFL_ANSWER_FD 199
#define AFL_HELLO 0x80000001u
#define AFL_HELLO_MAP_SIZE 0x40000000u     /* size - 1 in bits 1 to 23 */
#define AFL_HELLO_SHARED_INPUT 0x01000000u /* a length of 4 bytes, then the bytes */
#define AFL_MAX_MAP_SIZE 0x800000u

struct afl_server {
	volatile uint8_t *map; /* coverage, shared with afl-fuzz */
	uint32_t map_size;     /* bytes, at most AFL_MAX_MAP_SIZE */
	int (*run)(const uint8_t *data, size_t size);
};

/* Whether afl-fuzz, or a tool of its kind, waits for a fork server that reads shared memory. */
bool afl_server_wanted(void);

/* Serves until afl-fuzz hangs up; returns an exit status. Workers do not return. */
int afl_server_run(const struct afl_server *server);
