/* SPDX-License-Identifier: MIT */
/* The life of a ledger: its memory, what is true at the start, and the way back there. */
#include "oracle/ledger/slots.h"
#include "oracle/lang/fuzz_assert.h"

#include <stdlib.h>
#include <string.h>

static void machine_span(const struct buddy_config *machine, pfn_t *base, uint32_t *nr_pages)
{
	uint32_t nr = machine->nr_memory;

	*base = nr && nr <= BUDDY_MAX_RANGES ? machine->memory[0].start_pfn : 0;
	*nr_pages = nr && nr <= BUDDY_MAX_RANGES ? machine->memory[nr - 1].end_pfn - *base : 0;
}

/* All free at the start. */
static bool make_maps(struct ledger *ledger)
{
	size_t bytes = page_map_bytes(ledger->nr_pages);

	ledger->free_map = calloc(1, bytes + 1);
	ledger->base_map = calloc(1, bytes + 1);
	if (!ledger->free_map || !ledger->base_map)
		return false;
	page_map_set(ledger->free_map, 0, ledger->nr_pages, true);
	page_map_set(ledger->base_map, 0, ledger->nr_pages, true);
	return true;
}

static bool make_pages(struct ledger *ledger)
{
	size_t nr_pages = ledger->nr_pages;

	ledger->pages = calloc(nr_pages + 1, sizeof(*ledger->pages));
	ledger->touched = malloc((nr_pages + 1) * sizeof(*ledger->touched));
	ledger->touched_map = calloc(1, page_map_bytes(ledger->nr_pages) + 1);
	ledger->pfns = malloc(CALL_MAX_PFNS * sizeof(*ledger->pfns));
	return ledger->pages && ledger->touched && ledger->touched_map && ledger->pfns &&
	       (!ledger->judged || make_maps(ledger));
}

struct ledger *ledger_create(const struct buddy_config *machine, uint32_t nr_slots, bool judged)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (!ledger)
		return NULL;
	ledger->machine = *machine;
	ledger->machine.nr_cpus = machine->nr_cpus ? machine->nr_cpus : 1;
	ledger->machine.nr_nodes = machine->nr_nodes ? machine->nr_nodes : 1;
	ledger->judged = judged;
	machine_span(machine, &ledger->base_pfn, &ledger->nr_pages);
	if (make_pages(ledger) && ledger_reset(ledger, nr_slots))
		return ledger;
	ledger_free(ledger);
	return NULL;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	free(ledger->pages);
	free(ledger->slots);
	free(ledger->held_slots);
	free(ledger->used_slots);
	free(ledger->touched);
	free(ledger->touched_map);
	free(ledger->free_map);
	free(ledger->base_map);
	free(ledger->holdings);
	free(ledger->pfns);
	free(ledger);
}

static enum ledger_state base_state(bool is_free)
{
	return is_free ? LEDGER_FREE : LEDGER_FOREIGN;
}

static inline void reset_page(struct ledger *ledger, uint32_t offset)
{
	bool is_free = !ledger->judged || page_map_get(ledger->base_map, offset);

	ledger->pages[offset] = (struct ledger_page){ .state = (uint8_t)base_state(is_free) };
}

/* What else the words of a touched page say was touched, too, or is as at the start. */
static void reset_maps(struct ledger *ledger, uint32_t first_word, uint32_t nr_words)
{
	size_t bytes = nr_words * sizeof(uint64_t);

	memset(ledger->touched_map + first_word, 0, bytes);
	if (ledger->judged)
		memcpy(ledger->free_map + first_word, ledger->base_map + first_word, bytes);
}

/* A map as a whole costs no more than a few of its words, one by one. */
#define WORDS_PER_TOUCHED 8u

static void reset_pages(struct ledger *ledger)
{
	uint32_t nr_words = (ledger->nr_pages + 63) / 64;
	bool whole = nr_words / WORDS_PER_TOUCHED <= ledger->nr_touched;

	if (whole)
		reset_maps(ledger, 0, nr_words);
	for (uint32_t i = 0; i < ledger->nr_touched; i++) {
		uint32_t offset = ledger->touched[i] - ledger->base_pfn;

		reset_page(ledger, offset);
		if (!whole)
			reset_maps(ledger, offset / 64, 1);
	}
	ledger->nr_touched = 0;
}

static void reset_cache(struct ledger *ledger)
{
	ledger->frag_cached = false;
	ledger->frag_hidden = false;
	ledger->frag_told = false;
	ledger->cached_chunk = PFN_NONE;
	ledger->nr_holdings = 0;
	ledger->free_holding = UINT32_MAX;
}

bool ledger_reset(struct ledger *ledger, uint32_t nr_slots)
{
	reset_pages(ledger);
	ledger->pages_held = 0;
	ledger->peak_pages_held = 0;
	ledger->any_taint = false;
	ledger->cpu = 0;
	memset(ledger->task, 0, sizeof(ledger->task));
	ledger->hook_answers = 0;
	reset_cache(ledger);
	return slots_reset(ledger, nr_slots);
}

void ledger_set_base(struct ledger *ledger, pfn_t pfn, bool is_free)
{
	struct ledger_page *page = ledger_page(ledger, pfn);

	FUZZ_ASSERT(ledger->judged && !ledger->nr_touched);
	if (!page)
		return;
	page->state = (uint8_t)base_state(is_free);
	page_map_set(ledger->free_map, pfn - ledger->base_pfn, 1, is_free);
	page_map_set(ledger->base_map, pfn - ledger->base_pfn, 1, is_free);
}

const char *ledger_state_name(uint8_t state)
{
	static const char *const names[] = {
		[LEDGER_FREE] = "free",
		[LEDGER_FOREIGN] =
			"not the allocator's to give (a hole, reserved or taken earlier)",
		[LEDGER_HELD] = "held by the program",
		[LEDGER_TAIL] = "held by the program (inside a larger block)",
		[LEDGER_FRAG] = "in use by page fragments",
		[LEDGER_LOST] = "withdrawn after a misuse",
	};

	return names[state];
}
