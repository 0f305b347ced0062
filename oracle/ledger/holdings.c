/* SPDX-License-Identifier: MIT */
#include "oracle/ledger/holdings.h"

#include <stdio.h>
#include <stdlib.h>

#include "oracle/lang/fuzz_assert.h"

#define NO_HOLDING UINT32_MAX

/* ---- the pool ---- */

static void grow_pool(struct ledger *ledger)
{
	uint32_t capacity = ledger->holdings_capacity ? ledger->holdings_capacity * 2 : 64;
	struct holding *holdings = realloc(ledger->holdings, capacity * sizeof(*holdings));

	FUZZ_ASSERT(holdings); /* an answer cannot be taken in by halves */
	ledger->holdings = holdings;
	ledger->holdings_capacity = capacity;
}

static uint32_t new_holding(struct ledger *ledger, enum holder_kind kind, uint32_t who, int32_t nr,
			    uint32_t next)
{
	uint32_t at = ledger->free_holding;

	if (at != NO_HOLDING) {
		ledger->free_holding = ledger->holdings[at].next;
	} else {
		if (ledger->nr_holdings == ledger->holdings_capacity)
			grow_pool(ledger);
		at = ledger->nr_holdings++;
	}
	ledger->holdings[at] =
		(struct holding){ .kind = (uint8_t)kind, .who = who, .nr = nr, .next = next };
	return at;
}

static uint32_t free_holding(struct ledger *ledger, uint32_t at)
{
	uint32_t next = ledger->holdings[at].next;

	FUZZ_ASSERT(at < ledger->nr_holdings && at != ledger->free_holding);
	ledger->holdings[at].next = ledger->free_holding;
	ledger->free_holding = at;
	return next;
}

/* ---- one block ---- */

/* The holding at *at, which is then behind it, as a copy; false: there is no more. */
static bool next_holding(const struct ledger *ledger, const struct ledger_page *page, uint32_t *at,
			 struct holding *holding)
{
	if (page->kind == HOLDER_none || *at == NO_HOLDING)
		return false;
	if (page->kind == HOLDER_CHAIN) {
		FUZZ_ASSERT((*at ? *at - 1 : page->who) < ledger->nr_holdings);
		*holding = ledger->holdings[*at ? *at - 1 : page->who];
		*at = holding->next == NO_HOLDING ? NO_HOLDING : holding->next + 1;
		return true;
	}
	*holding = (struct holding){ .kind = page->kind, .who = page->who, .nr = page->refs };
	*at = NO_HOLDING;
	return true;
}

bool ledger_next_holder(const struct ledger *ledger, const struct ledger_page *page,
			enum holder_kind kind, uint32_t *at, uint32_t *who)
{
	struct holding holding;

	while (next_holding(ledger, page, at, &holding)) {
		if (holding.kind != kind)
			continue;
		*who = holding.who;
		return true;
	}
	return false;
}

uint32_t ledger_slot_of(const struct ledger *ledger, const struct ledger_page *page)
{
	uint32_t at = 0, who;

	if (page->kind == HOLDER_slot)
		return page->who;
	return ledger_next_holder(ledger, page, HOLDER_slot, &at, &who) ? who : NO_SLOT;
}

/* Place of the link to it in the chain; *place is NO_HOLDING when he has none there. */
static uint32_t *find_link(struct ledger *ledger, struct ledger_page *page, enum holder_kind kind,
			   uint32_t who)
{
	uint32_t *place = &page->who;

	while (*place != NO_HOLDING &&
	       (ledger->holdings[*place].kind != kind || ledger->holdings[*place].who != who))
		place = &ledger->holdings[*place].next;
	return place;
}

static bool is_only_holder(const struct ledger_page *page, enum holder_kind kind, uint32_t who)
{
	return page->kind == kind && page->who == who;
}

int32_t ledger_refs_of(const struct ledger *ledger, const struct ledger_page *page,
		       enum holder_kind kind, uint32_t who)
{
	uint32_t at = 0;
	struct holding holding;

	if (is_only_holder(page, kind, who))
		return page->refs;
	while (next_holding(ledger, page, &at, &holding))
		if (holding.kind == kind && holding.who == who)
			return holding.nr;
	return 0;
}

static void add_to_chain(struct ledger *ledger, struct ledger_page *page, enum holder_kind kind,
			 uint32_t who, int32_t nr)
{
	uint32_t at = *find_link(ledger, page, kind, who);

	if (at != NO_HOLDING)
		ledger->holdings[at].nr += nr;
	else
		page->who = new_holding(ledger, kind, who, nr, page->who);
}

void ledger_add_refs(struct ledger *ledger, struct ledger_page *page, enum holder_kind kind,
		     uint32_t who, int32_t nr)
{
	if (page->kind == HOLDER_none) {
		page->kind = (uint8_t)kind;
		page->who = who;
	} else if (!is_only_holder(page, kind, who)) {
		if (page->kind != HOLDER_CHAIN)
			page->who = new_holding(ledger, (enum holder_kind)page->kind, page->who,
						page->refs, NO_HOLDING);
		page->kind = HOLDER_CHAIN;
		add_to_chain(ledger, page, kind, who, nr);
	}
	page->refs += nr;
}

/* The last one of a chain stands in the entry again. */
static void drop_from_chain(struct ledger *ledger, struct ledger_page *page, uint32_t *place)
{
	const struct holding *only;
	uint32_t at;

	*place = free_holding(ledger, *place);
	at = page->who;
	only = &ledger->holdings[at];
	if (only->next != NO_HOLDING)
		return;
	page->kind = only->kind;
	page->who = only->who;
	free_holding(ledger, at);
}

int32_t ledger_drop_of_many(struct ledger *ledger, struct ledger_page *page, enum holder_kind kind,
			    uint32_t who, int32_t nr)
{
	int32_t has = ledger_refs_of(ledger, page, kind, who), left = has > nr ? has - nr : 0;
	uint32_t *place;

	FUZZ_ASSERT(has <= page->refs); /* the sum over all holders */
	if (page->kind != HOLDER_CHAIN)
		return 0;
	page->refs -= has - left;
	place = find_link(ledger, page, kind, who);
	if (left)
		ledger->holdings[*place].nr = left;
	else if (*place != NO_HOLDING)
		drop_from_chain(ledger, page, place);
	return left;
}

void ledger_drop_chain(struct ledger *ledger, struct ledger_page *page)
{
	uint32_t at = page->who;

	while (at != NO_HOLDING)
		at = free_holding(ledger, at);
}

void ledger_move_refs(struct ledger_page *from, struct ledger_page *to)
{
	to->kind = from->kind;
	to->who = from->who;
	to->refs = from->refs;
	from->kind = HOLDER_none;
	from->refs = 0;
}

/* ---- as text ---- */

static size_t put_holding(const struct holding *holding, char *text, size_t size)
{
	static const char *const texts[NR_HOLDERS] = { [HOLDER_none] = "",
#define HOLDER(name, text) [HOLDER_##name] = text,
						       EACH_HOLDER(HOLDER)
#undef HOLDER
	};
	char who[64];
	int length;

	snprintf(who, sizeof(who), texts[holding->kind], holding->who);
	length = holding->nr ? snprintf(text, size, "%s (%d reference%s)", who, holding->nr,
					holding->nr == 1 ? "" : "s")
			     : snprintf(text, size, "%s", who);
	return length < 0 ? 0 : (size_t)length;
}

const char *ledger_holders(const struct ledger *ledger, pfn_t pfn, char *text, size_t size)
{
	const struct ledger_page *page = ledger_page(ledger, pfn);
	size_t length = (size_t)snprintf(text, size, "held by ");
	struct holding holding;
	uint32_t at = 0;

	if (page && (page->state == LEDGER_TAIL || page->state == LEDGER_FRAG))
		page = ledger_page(ledger, page->head);
	if (!page || page->kind == HOLDER_none)
		snprintf(text, size, "held by nobody");
	while (page && length < size && next_holding(ledger, page, &at, &holding)) {
		length += put_holding(&holding, text + length, size - length);
		if (at != NO_HOLDING && length < size)
			length += (size_t)snprintf(text + length, size - length, ", ");
	}
	return text;
}
