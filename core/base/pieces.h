/* SPDX-License-Identifier: MIT */
/* Memory cut at zone borders: the one place that knows which frame is in which zone. */
#pragma once

#include "base/image.h"

/* Memory [start, end) of one zone, as long as possible. */
struct piece {
	pfn_t start_pfn, end_pfn;
	struct zone *zone;
};

/* The piece after piece->end_pfn, ascending; begin with zeros. false: there is none. */
bool next_piece(const struct buddy_system *sys, struct piece *piece);

/* Owner of the hole behind the last piece: the highest zone of its node (MM-32). */
struct zone *tail_zone(const struct buddy_system *sys);
