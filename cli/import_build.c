/* SPDX-License-Identifier: MIT */
/* The frames that the recording holds, and the program that holds as much. */
#include "cli/import_build.h"

#include <inttypes.h>
#include <stdlib.h>

#include "buddy/gfp.h"

const char *const import_count_text[NR_IMPORT_COUNTS] = {
	[IMPORT_LINES] = "lines read",
	[IMPORT_OTHER_EVENTS] = "other events: they move no page",
	[IMPORT_MALFORMED] = "malformed lines: left out",
	[IMPORT_LOST] = "events lost by the recorder",
	[IMPORT_BACKWARDS] = "events with an earlier time than the one before: kept in file order",
	[IMPORT_CPU_FOLDED] = "events on CPUs beyond the limit: folded onto the machine's",
	[IMPORT_ALLOCS] = "mm_page_alloc: one request each",
	[IMPORT_ALLOC_FAILED] = "failed requests: asked again, and freed at once if they succeed",
	[IMPORT_ALLOC_HELD] = "blocks allocated again without a recorded free: freed just before",
	[IMPORT_ALLOC_ILLEGAL] = "requests with gfp flags that are illegal in 6.1: left out",
	[IMPORT_ALLOC_TOO_LARGE] = "requests above order 10: left out",
	[IMPORT_ALLOC_UNALIGNED] = "requests whose frame does not fit their order: left out",
	[IMPORT_GFP_UNKNOWN] = "gfp names unknown to 6.1: dropped from their requests",
	[IMPORT_GFP_CUT] = "requests with gfp bits above bit 26: bits cut off",
	[IMPORT_FREES] = "mm_page_free of a whole block",
	[IMPORT_FREE_UNKNOWN] = "frees of pages whose allocation was not recorded: left out",
	[IMPORT_FREE_SPLIT] = "frees of a part of a block: split_page and free_page",
	[IMPORT_FREE_COMPOUND_PART] = "frees of a part of a compound block: freed with the last",
	[IMPORT_FREE_MANY] = "frees that cover several smaller blocks: each freed by itself",
	[IMPORT_FREE_TOO_LARGE] = "frees above order 10: left out",
	[IMPORT_BATCHED_PAIRED] = "mm_page_free_batched: already freed by its mm_page_free",
	[IMPORT_BATCHED_ALONE] = "mm_page_free_batched without its mm_page_free: freed",
	[IMPORT_HELD_AT_END] = "pages still held at the end",
};

/* The machine holds half as much again as the program: room for reserves and pcp lists. */
#define IMPORT_MIN_PAGES 16384u
#define IMPORT_PAGES_STEP 4096u
#define IMPORT_MAX_PAGES (1u << 28)

void importer_init(struct importer *importer)
{
	*importer = (struct importer){ 0 };
	program_init(&importer->program);
}

void importer_free(struct importer *importer)
{
	program_free(&importer->program);
	import_map_free(&importer->map);
	free(importer->slots);
	free(importer->spare);
}

/* ---- slots and ops ---- */

static bool grow_slots(struct importer *importer)
{
	uint32_t capacity = importer->slots_capacity ? importer->slots_capacity * 2 : 256;
	struct import_slot *slots;
	uint32_t *spare;

	slots = realloc(importer->slots, capacity * sizeof(*slots));
	if (!slots)
		return false;
	importer->slots = slots;
	spare = realloc(importer->spare, capacity * sizeof(*spare));
	if (!spare)
		return false;
	importer->spare = spare;
	importer->slots_capacity = capacity;
	return true;
}

/* The slot emptied last, or a new one. */
static bool take_slot(struct importer *importer, uint32_t *slot)
{
	if (importer->nr_spare > 0) {
		*slot = importer->spare[--importer->nr_spare];
		return true;
	}
	if (importer->nr_slots == importer->slots_capacity && !grow_slots(importer))
		return false;
	*slot = importer->nr_slots++;
	return true;
}

static void return_slot(struct importer *importer, uint32_t slot)
{
	importer->spare[importer->nr_spare++] = slot;
}

static bool emit(struct importer *importer, enum op_code code, uint32_t slot, uint32_t page,
		 uint8_t cpu)
{
	struct op op = op_make(code);

	op.slot = slot;
	op.count = page;
	op.cpu = cpu;
	return program_append(&importer->program, &op);
}

static bool emit_alloc(struct importer *importer, uint32_t slot, const struct trace_line *line)
{
	struct op op = op_make(OP_alloc_pages);

	op.slot = slot;
	op.order = (uint8_t)line->order;
	op.gfp = line->gfp;
	op.cpu = (uint8_t)line->cpu;
	importer->slots[slot].order = (uint8_t)line->order;
	importer->slots[slot].compound = line->order > 0 && (line->gfp & __GFP_COMP);
	importer->slots[slot].nr_left = 0;
	return program_append(&importer->program, &op);
}

/* Frees a whole slot. */
static bool emit_free(struct importer *importer, uint32_t slot, uint8_t cpu)
{
	importer->nr_held_pages -= 1u << importer->slots[slot].order;
	return_slot(importer, slot);
	return emit(importer, OP_free_pages, slot, 0, cpu);
}

/* ---- frees ---- */

/* Gives back one page of a block in pieces. */
static bool free_piece(struct importer *importer, const struct holding *piece, uint8_t cpu)
{
	const struct holding copy = *piece;
	struct import_slot *slot = &importer->slots[copy.slot];
	bool last = --slot->nr_left == 0;

	import_map_remove(&importer->map, copy.pfn);
	if (slot->compound)
		return !last || emit_free(importer, copy.slot, cpu);
	importer->nr_held_pages--;
	if (last)
		return_slot(importer, copy.slot);
	return emit(importer, OP_free_page, copy.slot, copy.page, cpu);
}

static bool free_holding(struct importer *importer, const struct holding *holding, uint8_t cpu)
{
	const uint32_t slot = holding->slot;

	if (holding->piece)
		return free_piece(importer, holding, cpu);
	import_map_remove(&importer->map, holding->pfn);
	return emit_free(importer, slot, cpu);
}

/* The whole block or the piece that contains pfn: blocks start at multiples of their size. */
static const struct holding *find_container(const struct importer *importer, uint64_t pfn)
{
	for (uint32_t order = 0; order <= MAX_PAGE_ORDER; order++) {
		uint64_t head = pfn >> order << order;
		const struct holding *holding = import_map_find(&importer->map, head);

		if (holding && pfn - head < (uint64_t)1 << holding->order)
			return holding;
	}
	return NULL;
}

/* Replaces a whole block in the map by its pages. */
static bool break_up(struct importer *importer, const struct holding *holding)
{
	const struct holding block = *holding;
	const uint32_t nr_pages = 1u << block.order;

	import_map_remove(&importer->map, block.pfn);
	importer->slots[block.slot].nr_left = (uint16_t)nr_pages;
	for (uint32_t page = 0; page < nr_pages; page++) {
		const struct holding piece = {
			.pfn = block.pfn + page,
			.slot = block.slot,
			.page = (uint16_t)page,
			.piece = true,
		};

		if (!import_map_insert(&importer->map, &piece))
			return false;
	}
	return importer->slots[block.slot].compound ||
	       emit(importer, OP_split_page, block.slot, 0, OP_CPU_CURRENT);
}

/* Frees whatever is held inside [pfn, pfn + 2^order); nr_freed tells how many blocks and pieces. */
static bool free_range(struct importer *importer, uint64_t pfn, uint32_t order, uint8_t cpu,
		       uint32_t *nr_freed)
{
	*nr_freed = 0;
	for (uint64_t at = pfn; at < pfn + (1u << order); at++) {
		const struct holding *holding = import_map_find(&importer->map, at);

		if (!holding)
			continue;
		if (!free_holding(importer, holding, cpu))
			return false;
		++*nr_freed;
	}
	return true;
}

/* A free inside a larger block. */
static bool free_part(struct importer *importer, const struct holding *block,
		      const struct trace_line *line)
{
	bool compound = importer->slots[block->slot].compound;
	uint32_t nr_freed;

	importer->counts[compound ? IMPORT_FREE_COMPOUND_PART : IMPORT_FREE_SPLIT]++;
	return break_up(importer, block) &&
	       free_range(importer, line->pfn, line->order, (uint8_t)line->cpu, &nr_freed);
}

/* A free of what is no single block: pages of a block in pieces, or several blocks at once. */
static bool free_many(struct importer *importer, const struct trace_line *line)
{
	const struct holding *first = import_map_find(&importer->map, line->pfn);
	enum import_count count = IMPORT_FREE_MANY;
	uint32_t nr_freed;

	if (first && first->piece)
		count = importer->slots[first->slot].compound ? IMPORT_FREE_COMPOUND_PART
							      : IMPORT_FREE_SPLIT;
	if (!free_range(importer, line->pfn, line->order, (uint8_t)line->cpu, &nr_freed))
		return false;
	importer->counts[nr_freed > 0 ? count : IMPORT_FREE_UNKNOWN]++;
	return true;
}

static bool take_free(struct importer *importer, const struct trace_line *line)
{
	const struct holding *holding;

	if (line->order > MAX_PAGE_ORDER) {
		importer->counts[IMPORT_FREE_TOO_LARGE]++;
		return true;
	}
	holding = find_container(importer, line->pfn);
	if (!holding || holding->piece || holding->order < line->order)
		return free_many(importer, line);
	if (holding->order > line->order)
		return free_part(importer, holding, line);
	importer->counts[IMPORT_FREES]++;
	return free_holding(importer, holding, (uint8_t)line->cpu);
}

static bool take_batched(struct importer *importer, const struct trace_line *line)
{
	const struct holding *holding = import_map_find(&importer->map, line->pfn);

	if (!holding || holding->order > 0) {
		importer->counts[IMPORT_BATCHED_PAIRED]++;
		return true;
	}
	importer->counts[IMPORT_BATCHED_ALONE]++;
	return free_holding(importer, holding, (uint8_t)line->cpu);
}

/* ---- allocations ---- */

/* Frees whatever overlaps the block that is about to be allocated. */
static bool evict(struct importer *importer, const struct trace_line *line)
{
	const struct holding *container = find_container(importer, line->pfn);
	uint32_t nr_freed = 1;
	bool ok;

	if (container && container->order >= line->order)
		ok = free_holding(importer, container, (uint8_t)line->cpu);
	else
		ok = free_range(importer, line->pfn, line->order, (uint8_t)line->cpu, &nr_freed);
	importer->counts[IMPORT_ALLOC_HELD] += nr_freed;
	return ok;
}

/* Cuts and judges the request's flags and shape; false: it is left out. */
static bool request_fits(struct importer *importer, struct trace_line *line)
{
	enum import_count reason;

	importer->counts[IMPORT_GFP_UNKNOWN] += line->nr_unknown_names;
	importer->counts[IMPORT_GFP_CUT] += (line->gfp & ~__GFP_BITS_MASK) != 0;
	line->gfp &= __GFP_BITS_MASK;
	if (line->order > MAX_PAGE_ORDER)
		reason = IMPORT_ALLOC_TOO_LARGE;
	else if (!gfp_is_legal(line->gfp))
		reason = IMPORT_ALLOC_ILLEGAL;
	else if (line->pfn != TRACE_PFN_FAILED && line->pfn & ((1u << line->order) - 1))
		reason = IMPORT_ALLOC_UNALIGNED;
	else
		return true;
	importer->counts[reason]++;
	return false;
}

static bool take_alloc(struct importer *importer, struct trace_line *line)
{
	struct holding block = { .pfn = line->pfn, .order = (uint8_t)line->order };

	if (!request_fits(importer, line))
		return true;
	importer->counts[IMPORT_ALLOCS]++;
	if (line->pfn != TRACE_PFN_FAILED && !evict(importer, line))
		return false;
	if (!take_slot(importer, &block.slot) || !emit_alloc(importer, block.slot, line))
		return false;
	importer->nr_held_pages += 1u << line->order;
	if (line->pfn == TRACE_PFN_FAILED) {
		importer->counts[IMPORT_ALLOC_FAILED]++;
		return emit_free(importer, block.slot, (uint8_t)line->cpu);
	}
	if (importer->nr_held_pages > importer->peak_pages)
		importer->peak_pages = importer->nr_held_pages;
	return import_map_insert(&importer->map, &block);
}

/* ---- lines ---- */

static void note_time_and_cpu(struct importer *importer, struct trace_line *line)
{
	importer->counts[IMPORT_BACKWARDS] += line->time_ns < importer->last_time_ns;
	importer->last_time_ns = line->time_ns;
	if (line->cpu >= BUDDY_MAX_CPUS) {
		importer->counts[IMPORT_CPU_FOLDED]++;
		line->cpu %= BUDDY_MAX_CPUS;
	}
	if (line->cpu >= importer->nr_cpus)
		importer->nr_cpus = line->cpu + 1;
}

bool importer_take(struct importer *importer, const struct trace_line *source)
{
	struct trace_line line = *source;

	importer->counts[IMPORT_LINES]++;
	if (line.kind >= TRACE_LINE_ALLOC)
		note_time_and_cpu(importer, &line);
	switch (line.kind) {
	case TRACE_LINE_NOISE:
		return true;
	case TRACE_LINE_OTHER_EVENT:
		importer->counts[IMPORT_OTHER_EVENTS]++;
		return true;
	case TRACE_LINE_LOST:
		importer->counts[IMPORT_LOST] += line.nr_lost;
		return true;
	case TRACE_LINE_MALFORMED:
		importer->counts[IMPORT_MALFORMED]++;
		return true;
	case TRACE_LINE_ALLOC:
		return take_alloc(importer, &line);
	case TRACE_LINE_FREE:
		return take_free(importer, &line);
	case TRACE_LINE_FREE_BATCHED:
		return take_batched(importer, &line);
	}
	return true;
}

static uint32_t machine_pages(uint64_t peak_pages)
{
	uint64_t pages = peak_pages + peak_pages / 2;

	pages = (pages + IMPORT_PAGES_STEP - 1) / IMPORT_PAGES_STEP * IMPORT_PAGES_STEP;
	if (pages < IMPORT_MIN_PAGES)
		return IMPORT_MIN_PAGES;
	return pages > IMPORT_MAX_PAGES ? IMPORT_MAX_PAGES : (uint32_t)pages;
}

void importer_finish(struct importer *importer,
		     struct buddy_config (*profile)(pfn_t start_pfn, uint32_t nr_pages),
		     uint32_t nr_pages)
{
	struct buddy_config *machine = &importer->program.machine;

	importer->counts[IMPORT_HELD_AT_END] = importer->nr_held_pages;
	*machine = profile(0, nr_pages ? nr_pages : machine_pages(importer->peak_pages));
	machine->nr_cpus = importer->nr_cpus ? importer->nr_cpus : 1;
}

void importer_print_counts(const struct importer *importer, const char *prefix, FILE *out)
{
	for (int i = 0; i < NR_IMPORT_COUNTS; i++) {
		if (importer->counts[i] > 0)
			fprintf(out, "%s%9" PRIu64 "  %s\n", prefix, importer->counts[i],
				import_count_text[i]);
	}
}
