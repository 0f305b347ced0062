/* SPDX-License-Identifier: MIT */
/*
 * A cell that a link may name is a list head in a zone or a pcp, or the first cell of a page. Links
 * of a page that was never on a list are 0, which is neither.
 */
#include "base/list_check.h"

/* Conditions of VM_BUG_ON: LCOV_EXCL_BR_START */
static bool cell_is_node(const struct buddy_system *sys, uint32_t cell)
{
	const struct image *head = sys->head;
	uint64_t offset = (uint64_t)cell * sizeof(struct list_node);

	if (offset >= head->zones_offset && offset < head->pageblocks_offset)
		return true;
	return offset >= head->mem_map_offset && offset < head->size &&
	       (offset - head->mem_map_offset) % sizeof(struct page) == 0;
}

bool list_del_valid(const struct buddy_system *sys, const struct list_node *node)
{
	uint32_t cell = node_cell(sys, node);

	return cell_is_node(sys, cell) && cell_is_node(sys, node->next) &&
	       cell_is_node(sys, node->prev) && node->next != cell &&
	       cell_node(sys, node->next)->prev == cell && cell_node(sys, node->prev)->next == cell;
}

bool list_add_valid(const struct buddy_system *sys, const struct list_node *node,
		    const struct list_node *prev, const struct list_node *next)
{
	return cell_is_node(sys, node_cell(sys, node)) && node != prev && node != next &&
	       prev->next == node_cell(sys, next) && next->prev == node_cell(sys, prev);
}

bool list_head_valid(const struct buddy_system *sys, const struct list_node *head)
{
	uint32_t cell = node_cell(sys, head);

	return cell_is_node(sys, head->next) && cell_is_node(sys, head->prev) &&
	       cell_node(sys, head->next)->prev == cell && cell_node(sys, head->prev)->next == cell;
}
/* LCOV_EXCL_BR_STOP */
