/* SPDX-License-Identifier: MIT */
/*
 * Request flags as text, in the order and with the names of the kernel's %pGg (GF-30..34), and
 * which requests are legal at all (GF-4, GF-9). Pure functions over one constant table.
 */
#include "buddy/gfp.h"

#include <string.h>

#define GFP_NAME_MAX 24

struct gfp_name {
	char name[GFP_NAME_MAX];
	gfp_t mask;
};

/* GF-31: first match wins, so composites stand before their parts. */
static const struct gfp_name gfp_names[] = {
	{ "GFP_TRANSHUGE", GFP_TRANSHUGE },
	{ "GFP_TRANSHUGE_LIGHT", GFP_TRANSHUGE_LIGHT },
	{ "GFP_HIGHUSER_MOVABLE", GFP_HIGHUSER_MOVABLE },
	{ "GFP_HIGHUSER", GFP_HIGHUSER },
	{ "GFP_USER", GFP_USER },
	{ "GFP_KERNEL_ACCOUNT", GFP_KERNEL_ACCOUNT },
	{ "GFP_KERNEL", GFP_KERNEL },
	{ "GFP_NOFS", GFP_NOFS },
	{ "GFP_ATOMIC", GFP_ATOMIC },
	{ "GFP_NOIO", GFP_NOIO },
	{ "GFP_NOWAIT", GFP_NOWAIT },
	{ "GFP_DMA", GFP_DMA },
	{ "__GFP_HIGHMEM", __GFP_HIGHMEM },
	{ "GFP_DMA32", GFP_DMA32 },
	{ "__GFP_HIGH", __GFP_HIGH },
	{ "__GFP_ATOMIC", __GFP_ATOMIC },
	{ "__GFP_IO", __GFP_IO },
	{ "__GFP_FS", __GFP_FS },
	{ "__GFP_NOWARN", __GFP_NOWARN },
	{ "__GFP_RETRY_MAYFAIL", __GFP_RETRY_MAYFAIL },
	{ "__GFP_NOFAIL", __GFP_NOFAIL },
	{ "__GFP_NORETRY", __GFP_NORETRY },
	{ "__GFP_COMP", __GFP_COMP },
	{ "__GFP_ZERO", __GFP_ZERO },
	{ "__GFP_NOMEMALLOC", __GFP_NOMEMALLOC },
	{ "__GFP_MEMALLOC", __GFP_MEMALLOC },
	{ "__GFP_HARDWALL", __GFP_HARDWALL },
	{ "__GFP_THISNODE", __GFP_THISNODE },
	{ "__GFP_RECLAIMABLE", __GFP_RECLAIMABLE },
	{ "__GFP_MOVABLE", __GFP_MOVABLE },
	{ "__GFP_ACCOUNT", __GFP_ACCOUNT },
	{ "__GFP_WRITE", __GFP_WRITE },
	{ "__GFP_RECLAIM", __GFP_RECLAIM },
	{ "__GFP_DIRECT_RECLAIM", __GFP_DIRECT_RECLAIM },
	{ "__GFP_KSWAPD_RECLAIM", __GFP_KSWAPD_RECLAIM },
	{ "__GFP_ZEROTAGS", __GFP_ZEROTAGS },
};
#define NR_GFP_NAMES (sizeof(gfp_names) / sizeof(gfp_names[0]))

/* Read, never printed (GF-34). */
static const struct gfp_name gfp_aliases[] = {
	{ "__GFP_DMA", __GFP_DMA },
	{ "__GFP_DMA32", __GFP_DMA32 },
};
#define NR_GFP_ALIASES (sizeof(gfp_aliases) / sizeof(gfp_aliases[0]))

/* Low nibbles that name no zone (GF-5). */
#define GFP_ZONE_BAD_NIBBLES 0xe8e8u

bool gfp_is_legal(gfp_t gfp)
{
	const gfp_t mobility = __GFP_MOVABLE | __GFP_RECLAIMABLE;

	if ((GFP_ZONE_BAD_NIBBLES >> (gfp & GFP_ZONEMASK)) & 1u)
		return false;
	return (gfp & mobility) != mobility;
}

/* Lower-case hex with 0x, no padding. */
static char *append_hex(char *at, gfp_t value)
{
	unsigned int shift = 28;

	*at++ = '0';
	*at++ = 'x';
	while (shift > 0 && value >> shift == 0)
		shift -= 4;
	for (;; shift -= 4) {
		*at++ = "0123456789abcdef"[(value >> shift) & 0xfu];
		if (shift == 0)
			return at;
	}
}

size_t gfp_format(gfp_t gfp, char *text)
{
	char *at = text;

	for (size_t i = 0; i < NR_GFP_NAMES && gfp; i++) {
		const struct gfp_name *entry = &gfp_names[i];
		size_t length = strlen(entry->name);

		if ((gfp & entry->mask) != entry->mask)
			continue;
		memcpy(at, entry->name, length);
		at += length;
		gfp &= ~entry->mask;
		if (gfp)
			*at++ = '|';
	}
	if (gfp)
		at = append_hex(at, gfp);
	*at = '\0';
	return (size_t)(at - text);
}

static bool name_is(const char *text, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(text, name, length) == 0;
}

static bool find_name(const struct gfp_name *names, size_t nr, const char *text, size_t length,
		      gfp_t *mask)
{
	for (size_t i = 0; i < nr; i++) {
		if (name_is(text, length, names[i].name)) {
			*mask = names[i].mask;
			return true;
		}
	}
	return false;
}

/* Value of a digit, or 16 for anything else. */
static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 16;
}

/* A whole hex (0x) or decimal literal of at most 32 bits. */
static bool parse_number(const char *text, size_t length, gfp_t *value)
{
	unsigned int base = 10;
	uint64_t sum = 0;
	size_t i = 0;

	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (i == length)
		return false;
	for (; i < length; i++) {
		unsigned int digit = digit_value(text[i]);

		if (digit >= base)
			return false;
		sum = sum * base + digit;
		if (sum > UINT32_MAX)
			return false;
	}
	*value = (gfp_t)sum;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* One name or number without blanks around it. */
static bool parse_term(const char *text, size_t length, gfp_t *mask)
{
	return find_name(gfp_names, NR_GFP_NAMES, text, length, mask) ||
	       find_name(gfp_aliases, NR_GFP_ALIASES, text, length, mask) ||
	       parse_number(text, length, mask);
}

bool gfp_parse(const char *text, size_t length, gfp_t *gfp, size_t *error_offset)
{
	size_t at = 0;
	gfp_t sum = 0;

	*gfp = 0;
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	while (at < length && is_blank(text[at]))
		at++;
	if (at == length || name_is(text + at, length - at, "none"))
		return true;

	for (;;) {
		size_t start, end;
		gfp_t mask;

		while (at < length && is_blank(text[at]))
			at++;
		start = at;
		while (at < length && text[at] != '|')
			at++;
		for (end = at; end > start && is_blank(text[end - 1]); end--)
			;
		if (!parse_term(text + start, end - start, &mask)) {
			*error_offset = start;
			return false;
		}
		sum |= mask;
		if (at == length)
			break;
		at++;
	}
	*gfp = sum;
	return true;
}
