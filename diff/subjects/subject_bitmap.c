/* SPDX-License-Identifier: MIT */
/*
 * A plain first fit over a map of the frames, which says of each whether it is available. No lists,
 * no watermarks, no per-CPU pages; it shares no idea with the core, so both can hardly be wrong in
 * the same way. It is a plug-in that is linked in: what an operation means is the adapter's.
 */
#include <string.h>

#include "diff/plugin/subject_plugin.h"

#define BASE_ALIGNMENT (1u << MAX_PAGE_ORDER)

struct frame {
	uint32_t refs;  /* of a block's first page */
	uint32_t order; /* of the compound block that starts here */
};

struct bitmap {
	const struct buddyfuzz_machine *machine;
	uint64_t base_frame; /* aligned, so that indices are aligned as frames are */
	bool *busy;          /* [span()], behind frames */
	uint64_t frag_frame; /* page that fragments are cut from, or BUDDYFUZZ_NO_FRAME */
	uint32_t frag_used_bytes;
	struct frame frames[]; /* [span()] */
};

static uint64_t base_of(const struct buddyfuzz_machine *machine)
{
	return machine->first_frame & ~(uint64_t)(BASE_ALIGNMENT - 1);
}

static size_t span(const struct buddyfuzz_machine *machine)
{
	return machine->end_frame - base_of(machine);
}

static struct frame *frame_at(struct bitmap *bitmap, uint64_t frame)
{
	return &bitmap->frames[frame - bitmap->base_frame];
}

static void mark(struct bitmap *bitmap, uint64_t frame, uint64_t nr_pages, bool busy)
{
	memset(bitmap->busy + (frame - bitmap->base_frame), busy, nr_pages);
}

/* ---- a machine ---- */

static size_t bitmap_bytes(const struct buddyfuzz_machine *machine)
{
	return sizeof(struct bitmap) + span(machine) * (sizeof(struct frame) + sizeof(bool));
}

static const char *bitmap_reset(void *self, const struct buddyfuzz_machine *machine)
{
	struct bitmap *bitmap = self;
	size_t nr = span(machine);

	bitmap->machine = machine;
	bitmap->base_frame = base_of(machine);
	bitmap->busy = (bool *)(bitmap->frames + nr);
	bitmap->frag_frame = BUDDYFUZZ_NO_FRAME;
	memset(bitmap->frames, 0, nr * sizeof(*bitmap->frames));
	memset(bitmap->busy, true, nr);
	for (uint32_t i = 0; i < machine->nr_ranges; i++) {
		const struct buddyfuzz_range *range = &machine->ranges[i];

		mark(bitmap, range->start_frame, range->end_frame - range->start_frame, false);
	}
	return NULL;
}

/* ---- blocks ---- */

/* One past the last frame a request may use: DMA and DMA32 ask for low memory (GF-4). */
static uint64_t limit_of(const struct buddyfuzz_machine *machine, uint32_t flags)
{
	uint64_t limit = 0;

	if (flags & BUDDYFUZZ_DMA && machine->dma_end_frame)
		limit = machine->dma_end_frame;
	else if (flags & BUDDYFUZZ_DMA32)
		limit = machine->dma32_end_frame;
	return limit && limit < machine->end_frame ? limit : machine->end_frame;
}

/* The first block of 2^order available frames below end, or BUDDYFUZZ_NO_FRAME. */
static uint64_t find_block(const struct bitmap *bitmap, uint32_t order, uint64_t end)
{
	uint64_t nr_pages = UINT64_C(1) << order, frame = bitmap->base_frame;

	while (frame + nr_pages <= end) {
		const bool *start = bitmap->busy + (frame - bitmap->base_frame);
		const bool *busy = memchr(start, true, nr_pages);

		if (!busy)
			return frame;
		start = memchr(busy, false,
			       end - bitmap->base_frame - (size_t)(busy - bitmap->busy));
		if (!start)
			break;
		frame = bitmap->base_frame + (uint64_t)(start - bitmap->busy);
		frame = (frame + nr_pages - 1) & ~(nr_pages - 1);
	}
	return BUDDYFUZZ_NO_FRAME;
}

static uint64_t bitmap_alloc(void *self, uint32_t order, const struct buddyfuzz_request *request)
{
	struct bitmap *bitmap = self;
	uint64_t frame = find_block(bitmap, order, limit_of(bitmap->machine, request->flags));

	if (frame == BUDDYFUZZ_NO_FRAME)
		return frame;
	mark(bitmap, frame, UINT64_C(1) << order, true);
	*frame_at(bitmap, frame) =
		(struct frame){ 1, request->flags & BUDDYFUZZ_COMPOUND ? order : 0 };
	return frame;
}

/* With references left, a plain block keeps its first page only (FR-5). */
static void bitmap_free(void *self, uint64_t frame, uint32_t order)
{
	struct frame *head = frame_at(self, frame);

	if (!--head->refs)
		mark(self, frame, UINT64_C(1) << order, false);
	else if (!head->order)
		mark(self, frame + 1, (UINT64_C(1) << order) - 1, false);
}

static void bitmap_split(void *self, uint64_t frame, uint32_t order)
{
	for (uint32_t i = 1; i < 1u << order; i++)
		*frame_at(self, frame + i) = (struct frame){ 1, 0 };
}

/* ---- references ---- */

/* The page that holds a page's references: the head of its compound block, or itself. */
static uint64_t head_of(struct bitmap *bitmap, uint64_t frame)
{
	for (uint32_t order = MAX_PAGE_ORDER; order > 0; order--) {
		uint64_t head = frame & ~((UINT64_C(1) << order) - 1);
		const struct frame *at = frame_at(bitmap, head);

		if (at->refs && at->order == order)
			return head;
	}
	return frame;
}

static uint32_t bitmap_get(void *self, uint64_t frame)
{
	return ++frame_at(self, head_of(self, frame))->refs;
}

static uint32_t bitmap_put(void *self, uint64_t frame)
{
	uint64_t head = head_of(self, frame);

	bitmap_free(self, head, frame_at(self, head)->order);
	return frame_at(self, head)->refs;
}

static uint32_t bitmap_references(void *self, uint64_t frame)
{
	return frame_at(self, frame)->refs;
}

/* ---- sizes and bulk ---- */

static uint64_t bitmap_alloc_bytes(void *self, size_t bytes,
				   const struct buddyfuzz_request *request)
{
	uint32_t nr_pages = pages_of_bytes((uint32_t)bytes), order = 0;
	uint64_t frame;

	while (1u << order < nr_pages)
		order++;
	frame = bitmap_alloc(self, order, request);
	if (frame == BUDDYFUZZ_NO_FRAME)
		return frame;
	bitmap_split(self, frame, order);
	for (uint32_t i = nr_pages; i < 1u << order; i++)
		bitmap_put(self, frame + i);
	return frame;
}

static void bitmap_free_bytes(void *self, uint64_t frame, size_t bytes)
{
	for (uint32_t i = 0; i < pages_of_bytes((uint32_t)bytes); i++)
		bitmap_put(self, frame + i);
}

static uint32_t bitmap_alloc_bulk(void *self, uint32_t nr, uint64_t *frames,
				  const struct buddyfuzz_request *request)
{
	for (uint32_t i = 0; i < nr; i++) {
		frames[i] = bitmap_alloc(self, 0, request);
		if (frames[i] == BUDDYFUZZ_NO_FRAME)
			return i;
	}
	return nr;
}

static void bitmap_free_bulk(void *self, uint32_t nr, const uint64_t *frames)
{
	for (uint32_t i = 0; i < nr; i++)
		bitmap_put(self, frames[i]);
}

/* ---- fragments: cut from one page after the other; it and each of them hold a reference ---- */

static void bitmap_drain_fragments(void *self, uint32_t cpu)
{
	struct bitmap *bitmap = self;

	(void)cpu;
	if (bitmap->frag_frame != BUDDYFUZZ_NO_FRAME)
		bitmap_put(self, bitmap->frag_frame);
	bitmap->frag_frame = BUDDYFUZZ_NO_FRAME;
}

static uint64_t bitmap_alloc_fragment(void *self, uint32_t bytes, uint32_t *offset_bytes,
				      const struct buddyfuzz_request *request)
{
	struct bitmap *bitmap = self;

	if (bytes > BUDDY_PAGE_SIZE)
		return BUDDYFUZZ_NO_FRAME;
	if (bitmap->frag_frame == BUDDYFUZZ_NO_FRAME ||
	    bitmap->frag_used_bytes + bytes > BUDDY_PAGE_SIZE) {
		bitmap_drain_fragments(self, request->cpu);
		bitmap->frag_frame = bitmap_alloc(self, 0, request);
		bitmap->frag_used_bytes = 0;
	}
	if (bitmap->frag_frame == BUDDYFUZZ_NO_FRAME)
		return BUDDYFUZZ_NO_FRAME;
	bitmap_get(self, bitmap->frag_frame);
	*offset_bytes = bitmap->frag_used_bytes;
	bitmap->frag_used_bytes += bytes;
	return bitmap->frag_frame;
}

static void bitmap_free_fragment(void *self, uint64_t frame, uint32_t offset_bytes, uint32_t bytes)
{
	(void)offset_bytes, (void)bytes;
	bitmap_put(self, frame);
}

/* There is nothing to empty. */
static void bitmap_drain(void *self, uint32_t cpu)
{
	(void)self, (void)cpu;
}

const struct subject_ops *subject_bitmap(void)
{
	static const struct buddyfuzz_plugin plugin = {
		.head = BUDDYFUZZ_HEAD,
		.name = "bitmap",
		.knows = BUDDYFUZZ_KNOWS_ALL,
		.self_bytes = bitmap_bytes,
		.reset = bitmap_reset,
		.alloc = bitmap_alloc,
		.free = bitmap_free,
		.alloc_bytes = bitmap_alloc_bytes,
		.free_bytes = bitmap_free_bytes,
		.alloc_bulk = bitmap_alloc_bulk,
		.free_bulk = bitmap_free_bulk,
		.get = bitmap_get,
		.put = bitmap_put,
		.references = bitmap_references,
		.split = bitmap_split,
		.alloc_fragment = bitmap_alloc_fragment,
		.free_fragment = bitmap_free_fragment,
		.drain_fragments = bitmap_drain_fragments,
		.drain = bitmap_drain,
	};
	char error[256];
	const struct subject_ops *ops = subject_plugin(&plugin, "bitmap", error, sizeof(error));

	FUZZ_ASSERT(ops);
	return ops;
}
