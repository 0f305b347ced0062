/* SPDX-License-Identifier: MIT */
/*
 * Request flags as text, in the kernel's %pGg form (GF-30..34). Pure functions; anyone may call
 * them. Pointers are not checked: no system is there to ask.
 */
#pragma once

#include <stddef.h>

#include "buddy/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define GFP_TEXT_MAX 512 /* bytes that hold any gfp_format() result, NUL included */

/* Writes the %pGg form ("" for 0) and a NUL; returns the length. text has GFP_TEXT_MAX bytes. */
BUDDY_API size_t gfp_format(gfp_t gfp, char *text);

/*
 * Parses names and numbers joined by '|' (blanks allowed), "none" or "" for 0. On success returns
 * true. On failure returns false and sets *error_offset to the byte where the unknown name begins.
 */
BUDDY_API BUDDY_MUST_CHECK bool gfp_parse(const char *text, size_t length, gfp_t *gfp,
					  size_t *error_offset);

/* GF-4, GF-9: the zone nibble is legal, and MOVABLE and RECLAIMABLE do not come together. */
BUDDY_API BUDDY_MUST_CHECK bool gfp_is_legal(gfp_t gfp);

#ifdef __cplusplus
}
#endif
