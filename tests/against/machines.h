/* SPDX-License-Identifier: MIT */
/* Random machines: small and large, with and without everything a kernel can be built with. */
#pragma once

#include "random.h"
#include "shim.h"

/* Frames of memory that a machine has. */
uint32_t machine_frames(const struct shim_machine *machine);
/* It may be one that cannot be booted: then another is asked for. */
void machine_random(struct random *random, struct shim_machine *machine);
