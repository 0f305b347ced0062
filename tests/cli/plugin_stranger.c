/* SPDX-License-Identifier: MIT */
/* A shared object that is no plug-in, and one of an interface that is gone: what loading says. */
#include <buddyfuzz/plugin.h>

__attribute__((visibility("default"))) const void *buddy_subject(void);

const void *buddy_subject(void)
{
	return NULL;
}
