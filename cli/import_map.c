/* SPDX-License-Identifier: MIT */
/* The frame table of the importer, at most half full. */
#include "cli/import_map.h"

#include <stdlib.h>

#define MAP_MIN_CAPACITY 1024u

void import_map_free(struct import_map *map)
{
	free(map->cells);
	*map = (struct import_map){ 0 };
}

/* Fibonacci hashing: neighbours spread, the high bits decide. */
static size_t home_of(const struct import_map *map, uint64_t pfn)
{
	return (size_t)((pfn * 0x9e3779b97f4a7c15u) >> 32) & (map->capacity - 1);
}

/* The cell of pfn, or the empty cell where it would go. */
static size_t probe(const struct import_map *map, uint64_t pfn)
{
	size_t at = home_of(map, pfn);

	while (map->cells[at].pfn != 0 && map->cells[at].pfn != pfn)
		at = (at + 1) & (map->capacity - 1);
	return at;
}

static bool grow(struct import_map *map)
{
	struct import_map bigger = { .nr_used = map->nr_used };

	bigger.capacity = map->capacity ? map->capacity * 2 : MAP_MIN_CAPACITY;
	bigger.cells = calloc(bigger.capacity, sizeof(*bigger.cells));
	if (!bigger.cells)
		return false;
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->cells[i].pfn != 0)
			bigger.cells[probe(&bigger, map->cells[i].pfn)] = map->cells[i];
	}
	free(map->cells);
	*map = bigger;
	return true;
}

bool import_map_insert(struct import_map *map, const struct holding *holding)
{
	if (map->nr_used * 2 >= map->capacity && !grow(map))
		return false;
	map->cells[probe(map, holding->pfn)] = *holding;
	map->nr_used++;
	return true;
}

const struct holding *import_map_find(const struct import_map *map, uint64_t pfn)
{
	const struct holding *cell;

	if (map->capacity == 0)
		return NULL;
	cell = &map->cells[probe(map, pfn)];
	return cell->pfn == pfn && pfn != 0 ? cell : NULL;
}

void import_map_remove(struct import_map *map, uint64_t pfn)
{
	const size_t mask = map->capacity - 1;
	size_t hole = probe(map, pfn);

	map->nr_used--;
	for (size_t at = (hole + 1) & mask; map->cells[at].pfn != 0; at = (at + 1) & mask) {
		size_t home = home_of(map, map->cells[at].pfn);

		/* Move back whatever would no longer be reached over the hole. */
		if (((at - home) & mask) >= ((at - hole) & mask)) {
			map->cells[hole] = map->cells[at];
			hole = at;
		}
	}
	map->cells[hole].pfn = 0;
}
