/* SPDX-License-Identifier: MIT */
/*
 * Zones, pcp lists, the pageblock table and the head's variables are small and go back as a whole.
 * Of the memory map only frames can have changed whose bits are set in sys->taken (frame_map.h).
 */
#include <string.h>

#include "alloc/pcp.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/frame_map.h"
#include "base/list.h"

/* With room for the rest of a block that a misuse has put across the end. */
size_t buddy_map_words(const struct buddy_system *sys)
{
	return ((sys->head->nr_pages + BIT(MAX_PAGE_ORDER)) >> MAP_WORD_SHIFT) + 1;
}

static void map_list(const struct buddy_system *sys, uint64_t *map, const struct list_node *list,
		     uint32_t order)
{
	for (uint32_t cell = list->next; cell != node_cell(sys, list);
	     cell = cell_node(sys, cell)->next)
		map_frames(map, page_index(sys, node_page(cell_node(sys, cell))), BIT(order));
}

/*
 * A free block is zero behind its head, and a pcp block is its taker's without further notice.
 * Blocks of a row are mapped when they are written (row.c).
 */
void buddy_map_lists(const struct buddy_system *sys, uint64_t *map)
{
	VM_BUG_ON(sys, !map, PFN_NONE);
	for (uint32_t z = 0; z < sys->head->nr_zones; z++)
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
				map_list(sys, map, &sys->zones[z].areas[order].lists[type], 0);
	for (uint32_t i = 0; i < sys->head->nr_zones * sys->head->nr_cpus; i++)
		for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
			map_list(sys, map, &sys->pcps[i].lists[pindex],
				 pindex_to_order(sys, pindex));
}

/* A misuse may have put a block across the end: buddy_map_words() has room for it. */
static cold_path void check_noted_frames(const struct buddy_system *sys, pfn_t pfn,
					 uint32_t nr_pages)
{
	check_frames(sys, pfn, nr_pages < MAX_ORDER_NR_PAGES ? 0 : nr_pages - MAX_ORDER_NR_PAGES);
}

void buddy_note_written(struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages)
{
	VM_CHECK(sys, check_noted_frames(sys, pfn, nr_pages));
	pages_note_written(sys, pfn_page(sys, pfn), nr_pages);
}

static void copy_back(struct buddy_system *sys, const unsigned char *copy, size_t start, size_t end)
{
	memcpy(sys->image + start, copy + start, end - start);
}

/* The frames of one word of the map, run by run; most runs are of one. */
static void copy_frames(struct page *to, const struct page *from, uint64_t word)
{
	while (word) {
		uint32_t first = (uint32_t)__builtin_ctzll(word);
		uint64_t behind = word + (word & -word); /* the lowest run carries out of itself */
		uint32_t end = behind ? (uint32_t)__builtin_ctzll(behind) : 64;

		if (end - first == 1)
			to[first] = from[first];
		else
			memcpy(to + first, from + first, (end - first) * sizeof(*to));
		word &= behind;
	}
}

/* The first word from i on that has a bit, or end. Most of a large memory is never taken. */
static inline size_t skip_empty_words(const uint64_t *map, size_t i, size_t end)
{
	while (i + 4 <= end && !(map[i] | map[i + 1] | map[i + 2] | map[i + 3]))
		i += 4;
	while (i < end && !map[i])
		i++;
	return i;
}

void buddy_rewind(struct buddy_system *sys, const void *copy, const uint64_t *listed)
{
	const struct image *head = sys->head;
	size_t nr_words = head->nr_pages >> MAP_WORD_SHIFT;
	const struct page *from;

	VM_BUG_ON(sys, !copy || !listed || !sys->taken, PFN_NONE);
	VM_BUG_ON(sys, ((const struct image *)copy)->magic != head->magic, PFN_NONE);
	VM_BUG_ON(sys, ((const struct image *)copy)->size != head->size, PFN_NONE);
	from = (const struct page *)(const void *)((const unsigned char *)copy +
						   head->mem_map_offset);
	copy_back(sys, copy, IMAGE_VARIABLES_START, IMAGE_VARIABLES_END);
	copy_back(sys, copy, head->zones_offset, head->mem_map_offset);
	for (size_t i = 0; (i = skip_empty_words(sys->taken, i, nr_words)) < nr_words; i++) {
		copy_frames(sys->mem_map + (i << MAP_WORD_SHIFT), from + (i << MAP_WORD_SHIFT),
			    sys->taken[i]);
		sys->taken[i] = listed[i];
	}
}
