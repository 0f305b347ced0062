/* SPDX-License-Identifier: MIT */
#include "bench/host_memory.h"

#include <string.h>
#include <sys/mman.h>

static struct {
	void *memory;
	size_t size_bytes;
} kept;

static void *map(size_t size_bytes, int flags)
{
	void *memory = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void *host_memory_fresh(size_t size_bytes)
{
	return map(size_bytes, MAP_NORESERVE);
}

void host_memory_return(void *memory, size_t size_bytes)
{
	munmap(memory, size_bytes);
}

void *host_memory_touched(size_t size_bytes)
{
	if (kept.memory && kept.size_bytes == size_bytes) {
		memset(kept.memory, 0, size_bytes);
		return kept.memory;
	}
	host_memory_forget();
	kept.memory = map(size_bytes, MAP_POPULATE);
	kept.size_bytes = size_bytes;
	return kept.memory;
}

void host_memory_forget(void)
{
	if (kept.memory)
		munmap(kept.memory, kept.size_bytes);
	kept.memory = NULL;
}
