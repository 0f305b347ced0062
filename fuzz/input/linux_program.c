/* SPDX-License-Identifier: MIT */
/* Geometry is scaled, not clipped: a hole in the middle stays in the middle. */
#include "fuzz/input/linux_program.h"

#define TASK_BITS ((uint32_t)(OP_TASK_MEMALLOC | OP_TASK_NOFS | OP_TASK_NOIO | OP_TASK_PIN))
#define PAGES_STEP 256u /* few machines: each new one has to be built in the kernel */

/* From the frames of one machine to those of another. */
struct scale {
	pfn_t from_start, to_start;
	uint32_t from_pages, to_pages;
};

static pfn_t scale_pfn(const struct scale *scale, pfn_t pfn)
{
	uint64_t offset = pfn > scale->from_start ? pfn - scale->from_start : 0;

	if (offset > scale->from_pages)
		offset = scale->from_pages;
	return scale->to_start + (pfn_t)(offset * scale->to_pages / scale->from_pages);
}

static uint32_t scale_ranges(const struct scale *scale, const struct buddy_range *from, uint32_t nr,
			     struct buddy_range *to)
{
	uint32_t nr_left = 0;

	for (uint32_t i = 0; i < nr; i++) {
		struct buddy_range range = { scale_pfn(scale, from[i].start_pfn),
					     scale_pfn(scale, from[i].end_pfn), 0 };

		if (range.start_pfn < range.end_pfn)
			to[nr_left++] = range;
	}
	return nr_left;
}

/* The kernel keeps them from a block of the largest order on. */
static uint32_t fit_pages(pfn_t start, uint32_t pages)
{
	uint32_t largest = LINUX_MAX_PAGES - start % (1u << MAX_PAGE_ORDER);

	if (pages >= LINUX_MIN_PAGES && pages <= largest)
		return pages;
	pages %= largest - LINUX_MIN_PAGES + 1;
	return LINUX_MIN_PAGES + pages / PAGES_STEP * PAGES_STEP;
}

static uint32_t scale_count(const struct scale *scale, uint32_t pages)
{
	return (uint32_t)((uint64_t)pages * scale->to_pages / scale->from_pages);
}

static struct scale scale_of(const struct buddy_config *from)
{
	pfn_t start = from->memory[0].start_pfn, end = from->memory[0].end_pfn;
	struct scale scale = { .from_start = start, .to_start = start };

	for (uint32_t i = 0; i < from->nr_memory && i < BUDDY_MAX_RANGES; i++)
		end = from->memory[i].end_pfn;
	scale.from_pages = end - start;
	scale.to_pages = fit_pages(start, scale.from_pages);
	return scale;
}

static struct buddy_config machine_of(const struct buddy_config *from, const struct scale *scale,
				      bool dma32)
{
	struct buddy_config to = buddy_config_uml(scale->to_start, scale->to_pages);
	const pfn_t block = 1u << MAX_PAGE_ORDER;
	pfn_t end;

	if (!dma32)
		return to;
	to.zones |= 1u << ZONE_DMA32;
	end = from->zones & 1u << ZONE_DMA32 ? scale_pfn(scale, from->zone_end_pfn[ZONE_DMA32])
					     : scale->to_start + scale->to_pages / 2;
	/* Zones do not share a block: a flat memory map has its type once for each of them. */
	to.zone_end_pfn[ZONE_DMA32] = (end + block / 2) & -block;
	return to;
}

struct buddy_config linux_plain_machine(const struct buddy_config *from, bool dma32)
{
	struct scale scale = scale_of(from);

	return machine_of(from, &scale, dma32);
}

static struct buddy_config fit_machine(const struct buddy_config *from, bool dma32)
{
	struct scale scale = scale_of(from);
	struct buddy_config to = machine_of(from, &scale, dma32);

	to.features |= from->features & BUDDY_MOBILITY_OFF;
	to.sysctl = from->sysctl;
	to.nr_memory = scale_ranges(&scale, from->memory, from->nr_memory, to.memory);
	to.nr_reserved = scale_ranges(&scale, from->reserved, from->nr_reserved, to.reserved);
	to.movablecore_pages = scale_count(&scale, from->movablecore_pages);
	to.kernelcore_pages = scale_count(&scale, from->kernelcore_pages);
	return buddy_config_error(&to) ? linux_plain_machine(from, dma32) : to;
}

static bool declined(const struct op *op)
{
	const struct op_info *info = &op_table[op->code];

	return info->misuse || op->code == OP_cpu || op->code == OP_hook_answers ||
	       (info->operands & OPERAND_GFP && op->gfp & __GFP_NOFAIL);
}

static struct op fit_op(const struct op *from)
{
	struct op op = declined(from) ? op_make(OP_nop) : *from;

	op.cpu = OP_CPU_CURRENT;
	op.node = OP_NODE_LOCAL;
	if (op.code == OP_task)
		op.value &= TASK_BITS;
	/*
	 * Linux 6.1 never returns from a fragment larger than a page when all it gets is a page of
	 * the reserves: it gives that back and asks again, for ever.
	 */
	if (op.code == OP_page_frag_alloc && op.count > BUDDY_PAGE_SIZE)
		op.count = BUDDY_PAGE_SIZE;
	return op;
}

bool linux_program_fit(const struct program *from, bool dma32, struct program *to)
{
	if (!program_copy(to, from))
		return false;
	to->machine = fit_machine(&from->machine, dma32);
	for (size_t i = 0; i < to->nr_ops; i++)
		to->ops[i] = fit_op(&to->ops[i]);
	return true;
}
