/* SPDX-License-Identifier: MIT */
/* Watermarks, reserves and pcp sizes computed from the machine (MM-60..86). No other call is under
 * way; zone locks are taken for the marks. */
#pragma once

#include "base/image.h"

/* init_per_zone_wmark_min (MM-64): everything below, in the kernel's order. */
void init_per_zone_wmark_min(struct buddy_system *sys);
void calculate_min_free_kbytes(struct buddy_system *sys, bool imported);
/* Watermarks, then pcp high and batch of every zone (MM-63). Resets the boost. */
void setup_per_zone_wmarks(struct buddy_system *sys);
/* MM-70..74 */
void setup_per_zone_lowmem_reserve(struct buddy_system *sys);
/* MM-82..84; boot: before watermarks exist. */
void zone_set_pageset_high_and_batch(struct buddy_system *sys, struct zone *zone);
uint32_t zone_batchsize(uint32_t managed_pages);
/* MM-74: who changes marks or reserves calls it. */
void calculate_totalreserve_pages(struct buddy_system *sys);
/* MM-92 */
void refresh_zone_stat_thresholds(struct buddy_system *sys);
uint32_t normal_stat_threshold(uint32_t nr_cpus, uint32_t managed_pages);
void update_percpu_drift_mark(const struct buddy_system *sys, struct zone *zone,
			      uint32_t threshold);
