/* SPDX-License-Identifier: MIT */
/*
 * Memory of a machine's image. Most of a large machine is zero for ever: what nobody writes takes
 * no memory, and copies leave it so.
 */
#pragma once

#include <stddef.h>

#define CORE_IMAGE_ALIGNMENT 64

/* bytes of zeroed memory, aligned; NULL: out of memory. core_image_free(). */
void *core_image_create(size_t bytes);
void core_image_free(void *memory);
/* Makes to the same bytes as from; both begin at an image and have as many. */
void core_image_copy(void *to, const void *from, size_t bytes);
