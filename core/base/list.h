/* SPDX-License-Identifier: MIT */
/*
 * Circular doubly linked lists inside the image. A link is a cell number, the offset from the image
 * base in 8-byte units, so list heads in zones and nodes in pages need no case distinction and
 * nothing holds an address. A page never on a list has links 0; a list head always links to
 * something.
 */
#pragma once

#include "base/image.h"

static always_inline struct list_node *cell_node(const struct buddy_system *sys, uint32_t cell)
{
	return (struct list_node *)(void *)(sys->image + (size_t)cell * sizeof(struct list_node));
}

static always_inline uint32_t node_cell(const struct buddy_system *sys,
					const struct list_node *node)
{
	return (uint32_t)((size_t)((const unsigned char *)node - sys->image) /
			  sizeof(struct list_node));
}

static always_inline struct page *node_page(struct list_node *node)
{
	return (struct page *)(void *)node;
}

static always_inline void list_init(const struct buddy_system *sys, struct list_node *head)
{
	head->next = head->prev = node_cell(sys, head);
}

static always_inline bool list_empty(const struct buddy_system *sys, const struct list_node *head)
{
	return read_shared(head->next) == node_cell(sys, head);
}

static always_inline void list_insert(const struct buddy_system *sys, struct list_node *node,
				      struct list_node *prev, struct list_node *next)
{
	uint32_t cell = node_cell(sys, node);

	node->next = node_cell(sys, next);
	node->prev = node_cell(sys, prev);
	next->prev = cell;
	write_shared(prev->next, cell); /* of a head, which others ask whether it is empty */
}

static always_inline void list_add(const struct buddy_system *sys, struct list_node *node,
				   struct list_node *head)
{
	list_insert(sys, node, head, cell_node(sys, head->next));
}

static always_inline void list_add_tail(const struct buddy_system *sys, struct list_node *node,
					struct list_node *head)
{
	list_insert(sys, node, cell_node(sys, head->prev), head);
}

static always_inline void list_del(const struct buddy_system *sys, struct list_node *node)
{
	cell_node(sys, node->next)->prev = node->prev;
	write_shared(cell_node(sys, node->prev)->next, node->next);
}

/* Head and tail page of a list that is not empty. */
static always_inline struct page *list_first_page(const struct buddy_system *sys,
						  const struct list_node *head)
{
	return node_page(cell_node(sys, head->next));
}

static always_inline struct page *list_last_page(const struct buddy_system *sys,
						 const struct list_node *head)
{
	return node_page(cell_node(sys, head->prev));
}
