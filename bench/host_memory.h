/* SPDX-License-Identifier: MIT */
/* Memory of the host for images: zero pages that nobody has touched, or pages that are there. */
#pragma once

#include <stddef.h>

/* Zero, each page fetched from the host when it is touched first. NULL: there is not so much. */
void *host_memory_fresh(size_t size_bytes);
void host_memory_return(void *memory, size_t size_bytes);

/*
 * Zero, every page touched before. The same memory each time as long as nobody asks for more of it,
 * so that every subject has the same pages of the host; zeroed again by each call. NULL: there is
 * not so much.
 */
void *host_memory_touched(size_t size_bytes);
void host_memory_forget(void);
