/* SPDX-License-Identifier: MIT */
/*
 * Frames change hands. Plain arrays: every answer is one look at one frame. Hardly anybody looks at
 * a tail, and blocks are large: so tails are written late, or never.
 */
#include "oracle/ledger/holdings.h"
#include "oracle/lang/fuzz_assert.h"

static uint32_t counts_as_held(uint8_t state)
{
	return (1u << LEDGER_HELD | 1u << LEDGER_TAIL | 1u << LEDGER_FRAG) >> state & 1u;
}

void ledger_touch_untouched(struct ledger *ledger, uint32_t offset, uint32_t nr_pages)
{
	while (nr_pages) {
		uint32_t nr = page_map_in_word(offset, nr_pages);
		uint64_t *word = &ledger->touched_map[offset / 64];
		uint64_t fresh = page_map_mask(offset, nr) & ~*word;
		pfn_t pfn = ledger->base_pfn + offset / 64 * 64;

		*word |= fresh;
		for (; fresh; fresh &= fresh - 1)
			ledger->touched[ledger->nr_touched++] =
				pfn + (uint32_t)__builtin_ctzll(fresh);
		offset += nr;
		nr_pages -= nr;
	}
	FUZZ_ASSERT(ledger->nr_touched <= ledger->nr_pages);
}

/* All that only a judge asks of frames that got another state. */
static inline void note_change(struct ledger *ledger, uint32_t offset, uint32_t nr_pages,
			       bool is_free, uint32_t nr_more, uint32_t nr_less)
{
	if (!ledger->judged)
		return;
	ledger->pages_held += nr_more - (uint64_t)nr_less;
	if (ledger->pages_held > ledger->peak_pages_held)
		ledger->peak_pages_held = ledger->pages_held;
	page_map_set(ledger->free_map, offset, nr_pages, is_free);
}

static uint32_t nr_held_pages(const struct ledger_page *page, uint32_t nr_pages)
{
	uint32_t nr_held = 0;

	for (uint32_t i = 0; i < nr_pages; i++)
		nr_held += counts_as_held(page[i].state);
	return nr_held;
}

/* ---- tails ---- */

/* A frame that another block has by now is no tail any more, if the subject is out of its mind. */
static void spread(struct ledger *ledger, struct ledger_page *head)
{
	uint32_t nr_pages = 1u << head->order;

	head->marks |= LEDGER_SPREAD;
	ledger_touch(ledger, (uint32_t)(head - ledger->pages), nr_pages);
	for (uint32_t i = 1; i < nr_pages; i++) {
		if (head[i].state != LEDGER_FREE)
			continue;
		head[i].head = head->head;
		head[i].state = LEDGER_TAIL;
	}
}

static bool is_unspread(const struct ledger_page *page)
{
	return page->state == LEDGER_HELD && page->order && !(page->marks & LEDGER_SPREAD);
}

void ledger_spread_around(const struct ledger *ledger, pfn_t pfn)
{
	for (uint32_t order = 1; order <= MAX_PAGE_ORDER; order++) {
		pfn_t head_pfn = pfn & ~((1u << order) - 1);
		struct ledger_page *head = &ledger->pages[head_pfn - ledger->base_pfn];

		if (head_pfn >= ledger->base_pfn && is_unspread(head) && head->order >= order) {
			spread((struct ledger *)ledger, head);
			return;
		}
	}
}

/*
 * Frames [pfn, pfn + nr_pages) get this state and no holder. Their head is head + i * step: one for
 * all, or each itself.
 */
static inline void change(struct ledger *ledger, pfn_t pfn, uint32_t nr_pages,
			  enum ledger_state state, pfn_t head, uint32_t step)
{
	uint32_t offset = pfn - ledger->base_pfn;
	struct ledger_page *page = &ledger->pages[offset];

	FUZZ_ASSERT(ledger_covers(ledger, pfn, nr_pages));
	ledger_page(ledger, pfn); /* inside of a block, perhaps */
	for (uint32_t i = 0; i < nr_pages; i++)
		if (is_unspread(&page[i]))
			spread(ledger, &page[i]);
	ledger_touch(ledger, offset, nr_pages);
	FUZZ_ASSERT(!ledger->judged || ledger->pages_held >= nr_held_pages(page, nr_pages));
	note_change(ledger, offset, nr_pages, state == LEDGER_FREE,
		    counts_as_held((uint8_t)state) * nr_pages, nr_held_pages(page, nr_pages));
	for (uint32_t i = 0; i < nr_pages; i++, page++, head += step) {
		ledger_drop_all(ledger, page);
		page->head = head;
		page->state = (uint8_t)state;
		page->order = 0;
		page->marks &= MARKS_KEPT;
	}
}

pfn_t ledger_first_taken(const struct ledger *ledger, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t offset = pfn - ledger->base_pfn;
	uint32_t taken = page_map_find(ledger->free_map, offset, nr_pages, false);

	return taken < offset + nr_pages ? ledger->base_pfn + taken : PFN_NONE;
}

/* ---- taken ---- */

void ledger_hold_and_note(struct ledger *ledger, pfn_t pfn, uint32_t order, bool compound,
			  enum holder_kind kind, uint32_t who)
{
	uint32_t nr_pages = 1u << order, offset = pfn - ledger->base_pfn;
	struct ledger_page *head = &ledger->pages[offset];

	if (pfn & (nr_pages - 1)) { /* its tails could not be found by their numbers */
		change(ledger, pfn, nr_pages, LEDGER_TAIL, pfn, 0);
		*head = ledger_first_page(pfn, order, compound, kind, who);
		head->marks |= LEDGER_SPREAD;
		return;
	}
	*head = ledger_first_page(pfn, order, compound, kind, who);
	ledger_touch(ledger, offset, nr_pages);
	note_change(ledger, offset, nr_pages, false, nr_pages, 0);
}

void ledger_hold_singles(struct ledger *ledger, pfn_t pfn, uint32_t nr_pages, enum holder_kind kind,
			 uint32_t who)
{
	struct ledger_page *page = &ledger->pages[pfn - ledger->base_pfn];

	change(ledger, pfn, nr_pages, LEDGER_HELD, pfn, 1);
	for (uint32_t i = 0; i < nr_pages; i++)
		page[i] = ledger_first_page(pfn + i, 0, false, kind, who);
}

void ledger_hold_chunk(struct ledger *ledger, pfn_t pfn, uint32_t order)
{
	struct ledger_page *head = &ledger->pages[pfn - ledger->base_pfn];

	change(ledger, pfn, 1u << order, LEDGER_FRAG, pfn, 0);
	head->order = (uint8_t)order;
	head->marks &= (uint8_t)~LEDGER_TAINTED;
}

/* ---- given back ---- */

void ledger_release_and_note(struct ledger *ledger, pfn_t pfn, uint32_t nr_pages)
{
	struct ledger_page *head = &ledger->pages[pfn - ledger->base_pfn];

	if (!ledger_is_whole(head, nr_pages)) {
		change(ledger, pfn, nr_pages, LEDGER_FREE, pfn, 1);
		return;
	}
	ledger_drop_all(ledger, head);
	note_change(ledger, pfn - ledger->base_pfn, nr_pages, true, 0, nr_pages);
	*head = ledger_free_page(head);
}

void ledger_lose(struct ledger *ledger, pfn_t pfn, uint32_t nr_pages)
{
	change(ledger, pfn, nr_pages, LEDGER_LOST, pfn, 1);
}

void ledger_shrink_to_head(struct ledger *ledger, pfn_t head)
{
	struct ledger_page *page = ledger_page(ledger, head);

	if (is_unspread(page))
		spread(ledger, page);
	page->order = 0;
}

/* ---- misuse ---- */

static void mark(struct ledger *ledger, pfn_t pfn, enum ledger_mark bit)
{
	if (!ledger_covers(ledger, pfn, 1))
		return;
	ledger_touch(ledger, pfn - ledger->base_pfn, 1);
	ledger_page(ledger, pfn)->marks |= (uint8_t)bit;
}

void ledger_taint(struct ledger *ledger, pfn_t pfn)
{
	mark(ledger, pfn, LEDGER_TAINTED);
	ledger->any_taint = true;
}

void ledger_keep_off(struct ledger *ledger, pfn_t pfn)
{
	mark(ledger, pfn, LEDGER_KEEP_OFF);
}
