/* SPDX-License-Identifier: MIT */
/*
 * The one guest of this process: a built kernel that serves diff/linux/protocol.h. It is started on
 * first use, watched while it works, ended when it misbehaves, and started again by the next use.
 *
 * Environment: BUDDY_LINUX_VARIANT (default plain) names the kernel, BUDDY_LINUX_DIR the folder of
 * variants (default: build/linux), BUDDY_LINUX_DEADLINE_MS how long one command may take.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diff/linux/protocol.h"

enum linux_trouble {
	LINUX_FINE,
	LINUX_REFUSED, /* the guest says no: shared->text tells why */
	LINUX_PANIC,   /* from here on: the guest is gone, its log tells more */
	LINUX_BUG,
	LINUX_BAD_PAGE, /* "Bad page state": a report of the kernel's about its own pages */
	LINUX_HANG,     /* no answer in time */
	LINUX_DEATH
};

/* "linux-panic", ...: the first part of a finding's signature. */
const char *linux_trouble_name(enum linux_trouble trouble);

/* The shared file; it stays mapped, whether a guest runs or not. NULL: error tells. */
struct linux_shared *linux_guest_shared(char *error, size_t error_size);
/* Makes sure that a guest runs. false: error tells. */
bool linux_guest_start(char *error, size_t error_size);
/* The same, and what it says about itself. */
bool linux_guest_kernel(struct linux_kernel *kernel, char *error, size_t error_size);
/* Another number after each start: what the guest was told before is forgotten. */
uint32_t linux_guest_generation(void);
/* The input stands in the shared file, its flags too. Returns when the guest has answered. */
enum linux_trouble linux_guest_command(enum linux_command command);
/* What the guest printed during the last command that met trouble. */
const char *linux_guest_log(void);
void linux_guest_stop(void);
