/* SPDX-License-Identifier: MIT */
/* One function an effect: first what must be so, then the change. */
#include "oracle/ledger/ledger_effects.h"

#include "oracle/ledger/holdings.h"
#include "oracle/ledger/slots.h"

/* ---- the page_frag cache ---- */

void ledger_leave_cache(struct ledger *ledger)
{
	if (ledger->cached_chunk != PFN_NONE)
		ledger_drop_refs(ledger, ledger_page(ledger, ledger->cached_chunk),
				 HOLDER_fragment_cache, 0, 0);
	ledger->cached_chunk = PFN_NONE;
}

void ledger_enter_cache(struct ledger *ledger, pfn_t chunk)
{
	if (ledger->cached_chunk == chunk)
		return;
	ledger_leave_cache(ledger);
	ledger_add_refs(ledger, ledger_page(ledger, chunk), HOLDER_fragment_cache, 0, 0);
	ledger->cached_chunk = chunk;
}

/* ---- what is there ---- */

/* The head of a block of that order that somebody has, or of such a chunk; else NULL. */
static struct ledger_page *block_at(const struct ledger *ledger, pfn_t pfn, uint32_t order)
{
	struct ledger_page *page = ledger_page(ledger, pfn);
	bool is_head = page && (page->state == LEDGER_HELD ||
				(page->state == LEDGER_FRAG && page->head == pfn));

	return is_head && page->order == order ? page : NULL;
}

/* The head of the block or chunk around pfn; NULL: nobody has it. */
static struct ledger_page *head_around(const struct ledger *ledger, pfn_t pfn)
{
	struct ledger_page *page = ledger_page(ledger, pfn);

	return page && page->state == LEDGER_FRAG ? ledger_page(ledger, page->head)
						  : ledger_held_head(ledger, pfn);
}

static const char *why_not_free(const struct ledger *ledger, pfn_t pfn, uint32_t order)
{
	if (order > MAX_PAGE_ORDER || !ledger_covers(ledger, pfn, 1u << order))
		return "takes frames that the machine has not";
	if (ledger->judged && ledger_first_taken(ledger, pfn, 1u << order) != PFN_NONE)
		return "takes frames that are not free";
	return NULL;
}

/* ---- effects ---- */

static const char *apply_take(struct ledger *ledger, const struct effect *effect)
{
	const char *wrong = why_not_free(ledger, effect->pfn, effect->order);
	bool by_slot = effect->holder == HOLDER_slot;

	if (wrong)
		return wrong;
	if (effect->holder == HOLDER_none || effect->holder >= NR_HOLDERS)
		return "names no holder";
	if (by_slot &&
	    (effect->who >= ledger->nr_slots || ledger->slots[effect->who].kind != SLOT_EMPTY))
		return "fills a slot that is not empty";
	if (effect->holder == HOLDER_fragment_cache) {
		ledger_hold_chunk(ledger, effect->pfn, effect->order);
		ledger_enter_cache(ledger, effect->pfn);
		ledger->frag_told = true;
		return NULL;
	}
	ledger_hold(ledger, effect->pfn, effect->order, false, (enum holder_kind)effect->holder,
		    effect->who);
	if (by_slot)
		slots_fill(ledger, effect->who, SLOT_BLOCK, effect->pfn, effect->order);
	return NULL;
}

static const char *apply_give(struct ledger *ledger, const struct effect *effect)
{
	struct ledger_page *head = block_at(ledger, effect->pfn, effect->order);
	uint32_t at = 0, slot;

	if (!head)
		return "gives back a block that nobody has";
	if (head->state == LEDGER_FRAG && head->refs)
		return "gives back a chunk with live fragments";
	while (ledger_next_holder(ledger, head, HOLDER_slot, &at, &slot))
		if (ledger->slots[slot].kind != SLOT_BLOCK)
			return "gives back a page of a split block";
	for (at = 0; ledger_next_holder(ledger, head, HOLDER_slot, &at, &slot);)
		slots_empty(ledger, slot);
	if (ledger->cached_chunk == effect->pfn)
		ledger_leave_cache(ledger);
	ledger_release(ledger, effect->pfn, 1u << effect->order);
	return NULL;
}

/* What a split block has is on no LRU list and cannot be moved. */
static const char *apply_move(struct ledger *ledger, const struct effect *effect)
{
	struct ledger_page *from = block_at(ledger, effect->pfn, effect->order), *to;
	const char *wrong = why_not_free(ledger, effect->to, effect->order);
	uint32_t slot;

	if (!from || from->state != LEDGER_HELD)
		return "moves a block that nobody has";
	if (wrong)
		return wrong;
	slot = ledger_slot_of(ledger, from);
	if (slot != NO_SLOT && ledger->slots[slot].kind != SLOT_BLOCK)
		return "moves a page of a split block";
	ledger_hold(ledger, effect->to, effect->order, from->marks & LEDGER_COMPOUND, HOLDER_none,
		    0);
	to = ledger_page(ledger, effect->to);
	to->marks |= from->marks & LEDGER_LRU;
	ledger_move_refs(from, to);
	for (uint32_t at = 0; ledger_next_holder(ledger, to, HOLDER_slot, &at, &slot);) {
		ledger->slots[slot].pfn = effect->to;
		slot_remember(&ledger->slots[slot], effect->to);
	}
	ledger_release(ledger, effect->pfn, 1u << effect->order);
	return NULL;
}

static const char *change_refs(struct ledger *ledger, const struct effect *effect,
			       enum holder_kind kind, uint32_t who)
{
	struct ledger_page *head = head_around(ledger, effect->pfn);
	int32_t has;

	if (!head)
		return "counts references on a block that nobody has";
	if (kind == HOLDER_fragment_cache && effect->value < 0) {
		if (ledger->cached_chunk != head->head)
			return "lets the cache drop a chunk that it has not";
		ledger_leave_cache(ledger);
		return NULL;
	}
	has = ledger_refs_of(ledger, head, kind, who);
	if (kind == HOLDER_none || kind >= NR_HOLDERS || (kind == HOLDER_slot && !has))
		return "names no holder of the block";
	if (has + effect->value < 0)
		return "drops references that the holder has not";
	if (effect->value >= 0)
		ledger_add_refs(ledger, head, kind, who, effect->value);
	else if (!ledger_drop_refs(ledger, head, kind, who, -effect->value) && kind == HOLDER_slot)
		slots_empty(ledger, who);
	return NULL;
}

static const char *apply_ref(struct ledger *ledger, const struct effect *effect)
{
	return change_refs(ledger, effect, (enum holder_kind)effect->holder, effect->who);
}

static const char *apply_map(struct ledger *ledger, const struct effect *effect)
{
	return change_refs(ledger, effect, HOLDER_mapping, 0);
}

static const char *apply_lru(struct ledger *ledger, const struct effect *effect)
{
	struct ledger_page *head = ledger_held_head(ledger, effect->pfn);

	if (!head)
		return "puts a block that nobody has on a list";
	if (!(head->marks & LEDGER_LRU) == !effect->value)
		return "changes an LRU mark that is so already";
	head->marks ^= LEDGER_LRU;
	return NULL;
}

static const char *apply_type(struct ledger *ledger, const struct effect *effect)
{
	if (!ledger_covers(ledger, effect->pfn, 1) || (uint32_t)effect->value >= MIGRATE_TYPES)
		return "gives a pageblock a type that it cannot have";
	return NULL;
}

static const char *apply_look(struct ledger *ledger, const struct effect *effect)
{
	const struct ledger_page *head = ledger_held_head(ledger, effect->pfn);

	return !(head && head->marks & LEDGER_LRU) == !effect->value
		       ? NULL
		       : "finds another LRU mark than the block has";
}

const char *ledger_apply_effect(struct ledger *ledger, const struct effect *effect)
{
	static const char *(*const apply[NR_EFFECTS])(struct ledger *, const struct effect *) = {
		[EFFECT_TAKE] = apply_take, [EFFECT_GIVE] = apply_give, [EFFECT_MOVE] = apply_move,
		[EFFECT_REF] = apply_ref,   [EFFECT_MAP] = apply_map,   [EFFECT_LRU] = apply_lru,
		[EFFECT_TYPE] = apply_type, [EFFECT_LOOK] = apply_look,
	};

	return effect->kind < NR_EFFECTS ? apply[effect->kind](ledger, effect)
					 : "is none that we know";
}
