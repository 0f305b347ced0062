/* SPDX-License-Identifier: MIT */
/*
 * What DEBUG_LIST asks of the kernel's lists, of ours: do the neighbours agree? For VM_BUG_ON;
 * whoever holds the lock of the list may ask. They read links that are inside the image only.
 */
#pragma once

#include "base/list.h"

/* Is node, which is about to leave, on a list: do its neighbours point at it? */
must_check bool list_del_valid(const struct buddy_system *sys, const struct list_node *node);

/* May node go between prev and next: are they neighbours, and is it neither of them? */
must_check bool list_add_valid(const struct buddy_system *sys, const struct list_node *node,
			       const struct list_node *prev, const struct list_node *next);
/* May something come to either end of this list? */
must_check bool list_head_valid(const struct buddy_system *sys, const struct list_node *head);
