/* SPDX-License-Identifier: MIT */
/*
 * Any program made into one that a User-Mode Linux can run: the nearest machine that such a kernel
 * can be, and no op that it would decline, because the rest would not be compared. Ops keep their
 * places. What fits already stays as it is.
 */
#pragma once

#include "oracle/lang/op.h"

#define LINUX_MIN_PAGES 1024u
/* Linux groups by mobility from 6144 pages on, and boosts watermarks of zones from 4096 on. */
#define LINUX_MAX_PAGES 10240u

/* dma32: the kernel has a DMA32 zone as well. false: out of memory. */
bool linux_program_fit(const struct program *from, bool dma32, struct program *to);
/* Of about the same size, without holes and settings: for a machine that the kernel refuses. */
struct buddy_config linux_plain_machine(const struct buddy_config *from, bool dma32);
