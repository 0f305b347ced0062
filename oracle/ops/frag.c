/* SPDX-License-Identifier: MIT */
/*
 * Operations on page fragments (FR-75..78): which pages are chunks, which bytes are live, and when
 * a chunk went back. The cache that they are carved from is nobody's slot. A subject may tell of it
 * by effects; of another only answers and, where there is one, the view say what it has done.
 */
#include "oracle/ops/op_row.h"

#include "oracle/eyes/view.h"
#include "oracle/ledger/ledger_effects.h"

/* ---- chunks ---- */

static bool is_referenced(const struct ledger *ledger, pfn_t pfn)
{
	struct page_info info;

	return read_page(ledger, pfn, &info) && info.refcount;
}

/*
 * A chunk whose last fragment and cache reference are gone went back to the allocator. Blind, a
 * chunk without fragments counts as gone: the cache may have dropped it at any time.
 */
static void settle_chunk(struct ledger *ledger, pfn_t chunk)
{
	const struct ledger_page *head = chunk == PFN_NONE ? NULL : ledger_page(ledger, chunk);
	bool cached = ledger->cached_chunk == chunk;

	if (!head || head->state != LEDGER_FRAG || head->head != chunk || head->refs ||
	    (cached && ledger->frag_told) || is_referenced(ledger, chunk))
		return;
	ledger_release(ledger, chunk, 1u << head->order);
	if (cached)
		ledger->cached_chunk = PFN_NONE;
}

/*
 * The cache carves from the chunk at head now, so it has let go of the last one before it took this
 * (FR-77). Where they share frames the last one is gone, whatever the view shows of its first page.
 */
static void leave_chunk(struct ledger *ledger, pfn_t head, uint32_t order)
{
	pfn_t last = ledger->cached_chunk, end = head + (1u << order);
	struct ledger_page *page;

	if (last == PFN_NONE)
		return;
	page = entry_of(ledger, last);
	if (last == head && page->order == order)
		return;
	ledger_leave_cache(ledger);
	if (!page->refs && last < end && head < last + (1u << page->order))
		ledger_release(ledger, last, 1u << page->order);
	else
		settle_chunk(ledger, last);
}

/* Without a view nobody knows how large chunks are: then each page is one. */
static pfn_t read_chunk(const struct ledger *ledger, pfn_t pfn, uint32_t *order)
{
	struct page_info info;
	pfn_t head = pfn;

	*order = 0;
	if (!read_page(ledger, pfn, &info))
		return pfn;
	head = info.compound_head;
	if (info.tail && !read_page(ledger, head, &info))
		return pfn;
	*order = info.flags & 1u << PG_head ? info.compound_order : 0;
	return head;
}

/* The chunk that page pfn of a fragment belongs to. PFN_NONE: it cannot be a fragment's. */
static pfn_t take_chunk(const struct taking *taking, pfn_t pfn)
{
	struct ledger *ledger = taking->ledger;
	const struct ledger_page *page = ledger_page(ledger, pfn);
	uint32_t order;
	pfn_t head;

	if (page && page->state == LEDGER_FRAG && ledger->frag_told)
		return page->head;
	head = read_chunk(ledger, pfn, &order);
	if (order > MAX_PAGE_ORDER)
		return PFN_NONE;
	leave_chunk(ledger, head, order);
	if (page && page->state == LEDGER_FRAG)
		return page->head;
	if (!may_take(taking, head, 1u << order))
		return PFN_NONE;
	ledger_hold_chunk(ledger, head, order);
	return head;
}

/* ---- fragments ---- */

struct fragment {
	uint64_t start, end; /* bytes from frame 0 */
};

static pfn_t first_pfn(const struct fragment *fragment)
{
	return (pfn_t)(fragment->start >> BUDDY_PAGE_SHIFT);
}

static pfn_t last_pfn(const struct fragment *fragment)
{
	return (pfn_t)((fragment->end - 1) >> BUDDY_PAGE_SHIFT);
}

static struct fragment slot_fragment(const struct slot *slot)
{
	uint64_t start = ((uint64_t)slot->pfn << BUDDY_PAGE_SHIFT) + slot->offset_bytes;

	return (struct fragment){ start, start + slot->size_bytes };
}

/* A live fragment of the chunk around pfn that shares a byte with this one; end 0: none. */
static struct fragment overlap_at(const struct ledger *ledger, pfn_t pfn,
				  const struct fragment *fragment)
{
	const struct ledger_page *page = ledger_page(ledger, pfn);
	uint32_t at = 0, index;

	if (!page || page->state != LEDGER_FRAG)
		return (struct fragment){ 0 };
	page = entry_of(ledger, page->head);
	while (ledger_next_holder(ledger, page, HOLDER_fragment, &at, &index)) {
		struct fragment other = slot_fragment(&ledger->slots[index]);

		if (other.start < fragment->end && fragment->start < other.end)
			return other;
	}
	return (struct fragment){ 0 };
}

static bool overlaps(const struct taking *taking, const struct fragment *fragment)
{
	struct taken *taken = taking->taken;

	for (pfn_t pfn = first_pfn(fragment); pfn <= last_pfn(fragment); pfn++) {
		struct fragment other = overlap_at(taking->ledger, pfn, fragment);

		if (!other.end)
			continue;
		if (taken) {
			taken->overlap_start = other.start;
			taken->overlap_end = other.end;
		}
		return true;
	}
	return false;
}

/* Counts a fragment on every chunk below it, up to the first page that cannot be a fragment's. */
static bool hold_fragment(const struct taking *taking, const struct fragment *fragment)
{
	struct ledger *ledger = taking->ledger;
	pfn_t pfn = first_pfn(fragment);
	uint32_t nr_chunks = 0;
	bool astray = false;

	while (pfn <= last_pfn(fragment) && !astray) {
		pfn_t chunk = take_chunk(taking, pfn), end;

		if (chunk == PFN_NONE)
			return false;
		ledger_add_refs(ledger, entry_of(ledger, chunk), HOLDER_fragment, taking->op->slot,
				1);
		end = chunk + (1u << entry_of(ledger, chunk)->order);
		astray = end <= pfn || (ledger->view && nr_chunks);
		pfn = end;
		nr_chunks++;
	}
	if (taking->taken)
		taking->taken->fragment_astray = astray;
	return !astray;
}

static void drop_fragment(struct ledger *ledger, uint32_t index)
{
	struct fragment fragment = slot_fragment(&ledger->slots[index]);
	pfn_t pfn = first_pfn(&fragment);

	while (pfn <= last_pfn(&fragment)) {
		const struct ledger_page *page = ledger_page(ledger, pfn);
		pfn_t chunk;

		if (!page || page->state != LEDGER_FRAG)
			return;
		chunk = page->head;
		pfn = chunk + (1u << entry_of(ledger, chunk)->order);
		ledger_drop_refs(ledger, entry_of(ledger, chunk), HOLDER_fragment, index, 1);
		settle_chunk(ledger, chunk);
	}
}

/* ---- operations ---- */

static bool fits_page_frag_alloc(struct ledger *ledger, const struct op *op, struct call *call)
{
	return slot_of(ledger, op)->kind == SLOT_EMPTY && call->count > 0;
}

/* A chunk has at most eight pages, aligned (FR-75); whose frames they are is not for us to know. */
static void keep_off_chunk(struct ledger *ledger, pfn_t pfn)
{
	for (pfn_t p = pfn & ~7u; p < (pfn & ~7u) + 8; p++)
		if (ledger_covers(ledger, p, 1) && entry_of(ledger, p)->state != LEDGER_HELD)
			ledger_keep_off(ledger, p);
}

/* The cache may have let go of its chunk and taken one that is too small, unseen (FR-77). */
static void take_no_fragment(const struct taking *taking)
{
	taken_note(taking->taken, TAKEN_FAILURE);
	taking->ledger->frag_hidden = true;
	settle_chunk(taking->ledger, taking->ledger->cached_chunk);
}

static void take_page_frag_alloc(const struct taking *taking)
{
	const struct event *event = taking->event;
	struct ledger *ledger = taking->ledger;
	struct slot *slot = slot_of(ledger, taking->op);
	struct fragment fragment;

	taken_note(taking->taken, TAKEN_FRAGMENT);
	ledger->frag_cached = true;
	if (event->pfn == PFN_NONE) {
		take_no_fragment(taking);
		return;
	}
	if (!ledger_covers(ledger, event->pfn, 1)) {
		may_take(taking, event->pfn, 1);
		ledger->frag_hidden = true;
		return;
	}
	slots_fill(ledger, taking->op->slot, SLOT_FRAG, event->pfn, 0);
	slot->offset_bytes = event->offset_bytes;
	slot->size_bytes = taking->call->count;
	fragment = slot_fragment(slot);
	if (!overlaps(taking, &fragment) && hold_fragment(taking, &fragment))
		ledger_enter_cache(ledger, ledger_page(ledger, first_pfn(&fragment))->head);
	ledger->frag_hidden = false;
	keep_off_chunk(ledger, event->pfn);
}

const struct op_row op_row_page_frag_alloc = { .fits = fits_page_frag_alloc,
					       .take = take_page_frag_alloc };

static bool fits_page_frag_free(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);

	call->pfn = slot->pfn;
	call->value = slot->offset_bytes;
	call->count = slot->size_bytes;
	return slot->kind == SLOT_FRAG;
}

static void take_page_frag_free(const struct taking *taking)
{
	drop_fragment(taking->ledger, taking->op->slot);
	slots_empty(taking->ledger, taking->op->slot);
	slot_remember(slot_of(taking->ledger, taking->op), PFN_NONE);
}

const struct op_row op_row_page_frag_free = { .fits = fits_page_frag_free,
					      .take = take_page_frag_free,
					      .gives = true };

static void take_page_frag_cache_drain(const struct taking *taking)
{
	struct ledger *ledger = taking->ledger;
	pfn_t chunk = ledger->cached_chunk;

	ledger_leave_cache(ledger);
	ledger->frag_cached = false;
	ledger->frag_hidden = false;
	settle_chunk(ledger, chunk);
}

const struct op_row op_row_page_frag_cache_drain = { .fits = fits_always,
						     .take = take_page_frag_cache_drain };
