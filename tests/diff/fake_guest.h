/* SPDX-License-Identifier: MIT */
/*
 * A guest without a kernel: a process that serves diff/linux/protocol.h with our own core, honest
 * or with one planted fault. The test program plays it itself: a link to it named `linux` stands in
 * a temporary folder, and main() asks fake_guest_wanted first.
 */
#pragma once

#include <stdbool.h>

/* Names the fault; it comes true at the first alloc_pages of FAKE_FAULT_ORDER. Unset: none. */
#define FAKE_FAULT_ENV "BUDDY_FAKE_FAULT"
#define FAKE_FAULT_ORDER 3
/* What it writes into the shared text when it is asked to quit. */
#define FAKE_QUITS "the fake guest quits"

bool fake_guest_wanted(int argc, char **argv);
/* Serves until it is killed. linux_kernel.release says "fake PID FOLDER". */
void fake_guest_serve(int argc, char **argv);
/* Points BUDDY_LINUX_DIR at a temporary folder whose kernel is this program. */
bool fake_guest_install(void);
void fake_guest_remove(void);
