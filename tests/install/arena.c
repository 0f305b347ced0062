/* SPDX-License-Identifier: MIT */
/* An outside program: 64 MiB of real memory, handed out and taken back by the installed library. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <buddy/buddy.h>
#include <buddy/inspect.h>

#define NR_PAGES (64u << 20 >> BUDDY_PAGE_SHIFT)
#define ORDER 3

static struct buddy_system sys;
static unsigned char *arena;

/* Frame numbers begin at 0, so a frame's number is its place in the arena. */
static unsigned char *block_address(const struct page *page)
{
	return arena + ((size_t)page_to_pfn(&sys, page) << BUDDY_PAGE_SHIFT);
}

static void *map(size_t size_bytes)
{
	void *memory =
		mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int main(void)
{
	static struct page *blocks[NR_PAGES >> ORDER];
	const size_t block_bytes = (size_t)BUDDY_PAGE_SIZE << ORDER;
	struct buddy_config config = buddy_config_uml(0, NR_PAGES);
	size_t image_bytes = buddy_image_size(&config);
	void *image = map(image_bytes);
	struct task self = { .sys = &sys };
	struct zone_info before, after;
	uint32_t nr = 0, nr_spoilt = 0;

	arena = map((size_t)NR_PAGES << BUDDY_PAGE_SHIFT);
	if (!arena || !image ||
	    buddy_boot(&sys, &config, image, image_bytes, BUDDY_BOOT_ZEROED, NULL))
		return 2;
	inspect_zone(&sys, 0, &before);

	while (nr < NR_PAGES >> ORDER && (blocks[nr] = alloc_pages(&self, GFP_KERNEL, ORDER)))
		nr++;
	for (uint32_t i = 0; i < nr; i++)
		memset(block_address(blocks[i]), (int)(i % 251), block_bytes);
	for (uint32_t i = 0; i < nr; i++)
		for (size_t at = 0; at < block_bytes; at++)
			nr_spoilt += block_address(blocks[i])[at] != i % 251;
	for (uint32_t i = 0; i < nr; i++)
		__free_pages(&self, blocks[i], ORDER);
	drain_all_pages(&self);

	inspect_zone(&sys, 0, &after);
	printf("%u blocks of %zu bytes, %u bytes spoilt, %lld of %lld pages back\n", nr,
	       block_bytes, nr_spoilt, (long long)after.nr_free_pages,
	       (long long)before.nr_free_pages);
	return nr_spoilt || nr * 8 < NR_PAGES * 9 / 10 ||
	       memcmp(after.nr_free, before.nr_free, sizeof(after.nr_free)) != 0;
}
