/* SPDX-License-Identifier: MIT */
/* The free path behind the reference drop (06). */
#pragma once

#include "alloc/pcp.h"

/* FR-20: straight to the buddy. */
void free_pages_ok(struct task *tsk, struct page *page, uint32_t order, uint32_t fpi);
/* FR-40: order-0 pages without references, in array order. The array is consumed. */
void free_unref_page_list(struct task *tsk, struct page **pages, uint32_t nr);
