/* SPDX-License-Identifier: MIT */
/*
 * The version of the library (semantic; docs/library.md says what counts). The numbers stand here
 * and nowhere else: the build reads them for its packages and for the soname, libbuddy.so.MAJOR.
 */
#pragma once

#include "buddy/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of these headers. */
#define BUDDY_VERSION_MAJOR 1
#define BUDDY_VERSION_MINOR 0
#define BUDDY_VERSION_PATCH 0

#define BUDDY_VERSION_TEXT_(number) #number
#define BUDDY_VERSION_TEXT(number) BUDDY_VERSION_TEXT_(number)
/* "1.0.0" */
#define BUDDY_VERSION                           \
	BUDDY_VERSION_TEXT(BUDDY_VERSION_MAJOR) \
	"." BUDDY_VERSION_TEXT(BUDDY_VERSION_MINOR) "." BUDDY_VERSION_TEXT(BUDDY_VERSION_PATCH)

/* BUDDY_VERSION of the library that the program runs with. Never NULL, never freed. */
BUDDY_API BUDDY_MUST_CHECK const char *buddy_version(void);

#ifdef __cplusplus
}
#endif
