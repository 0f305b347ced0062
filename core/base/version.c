/* SPDX-License-Identifier: MIT */
/* Which library a program runs with. */
#include "buddy/version.h"

const char *buddy_version(void)
{
	return BUDDY_VERSION;
}
