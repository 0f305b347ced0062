/* SPDX-License-Identifier: MIT */
/* gfp text: vectors (GF-33), round trip (GF-34), errors with offsets; legality (GF-4, GF-9). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buddy/gfp.h"

struct vector {
	gfp_t gfp;
	const char *text;
};

static const struct vector vectors[] = {
	{ 0x0, "" },
	{ 0xcc0, "GFP_KERNEL" },
	{ 0xdc0, "GFP_KERNEL|__GFP_ZERO" },
	{ 0xa20, "GFP_ATOMIC" },
	{ 0x2a20, "GFP_ATOMIC|__GFP_NOWARN" },
	{ 0x800, "GFP_NOWAIT" },
	{ 0x400, "__GFP_DIRECT_RECLAIM" },
	{ 0xc00, "GFP_NOIO" },
	{ 0xc40, "GFP_NOFS" },
	{ 0xc80, "GFP_NOIO|__GFP_FS" },
	{ 0x820, "GFP_NOWAIT|__GFP_HIGH" },
	{ 0x100cca, "GFP_HIGHUSER_MOVABLE" },
	{ 0x140cca, "GFP_HIGHUSER_MOVABLE|__GFP_COMP" },
	{ 0x100cc8, "GFP_USER|__GFP_MOVABLE" },
	{ 0x500cc0, "GFP_USER|__GFP_ACCOUNT" },
	{ 0x1c24ca, "GFP_TRANSHUGE" },
	{ 0x1c2cca, "GFP_TRANSHUGE|GFP_NOWAIT" },
	{ 0xcc1, "GFP_KERNEL|GFP_DMA" },
	{ 0xcc4, "GFP_KERNEL|GFP_DMA32" },
	{ 0x52cc0, "GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP" },
	{ 0x1100cca, "GFP_HIGHUSER_MOVABLE|0x1000000" },
	{ 0x8000cc0, "GFP_KERNEL|0x8000000" },
	{ 0x7ffffff, "GFP_TRANSHUGE|GFP_ATOMIC|GFP_DMA|GFP_DMA32|__GFP_RETRY_MAYFAIL|__GFP_NOFAIL|"
		     "__GFP_NORETRY|__GFP_ZERO|__GFP_MEMALLOC|__GFP_THISNODE|__GFP_RECLAIMABLE|"
		     "__GFP_ACCOUNT|__GFP_WRITE|__GFP_ZEROTAGS|0x7000000" },
};
#define NR_VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static void formats_every_vector(void **state)
{
	char text[GFP_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < NR_VECTORS; i++) {
		memset(text, '#', sizeof(text));
		assert_int_equal(gfp_format(vectors[i].gfp, text), strlen(vectors[i].text));
		assert_string_equal(text, vectors[i].text);
	}
}

static void parses_every_vector(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_VECTORS; i++) {
		gfp_t gfp = 0xdeadbeef;
		size_t offset;

		assert_true(gfp_parse(vectors[i].text, strlen(vectors[i].text), &gfp, &offset));
		assert_int_equal(gfp, vectors[i].gfp);
	}
}

static void assert_round_trip(gfp_t gfp)
{
	char text[GFP_TEXT_MAX];
	size_t offset, length = gfp_format(gfp, text);
	gfp_t back = ~gfp;

	assert_true(length < GFP_TEXT_MAX);
	assert_true(gfp_parse(text, length, &back, &offset));
	assert_int_equal(back, gfp);
}

static void every_pair_of_bits_comes_back(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 32; i++) {
		for (unsigned int j = 0; j < 32; j++) {
			assert_round_trip(1u << i | 1u << j);
			assert_round_trip(~(1u << i | 1u << j));
		}
	}
}

static void a_million_random_values_come_back(void **state)
{
	uint64_t x = 0x9e3779b97f4a7c15u;

	(void)state;
	for (unsigned int i = 0; i < 1000000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		assert_round_trip((gfp_t)(x >> 32));
	}
}

/* The longest text is one name for each bit: no composite, every stray bit in one hex literal. */
static void the_longest_text_fits(void **state)
{
	char text[GFP_TEXT_MAX];
	size_t longest = 0;

	(void)state;
	for (gfp_t drop = 0; drop < 1u << 12; drop++) {
		size_t length = gfp_format(~drop, text);

		longest = length > longest ? length : longest;
	}
	assert_true(longest + 1 < GFP_TEXT_MAX);
}

static void accepts_what_people_write(void **state)
{
	static const struct vector written[] = {
		{ 0, "none" },
		{ 0, "  none\t" },
		{ 0, "   " },
		{ 0, "0" },
		{ 0x1, "__GFP_DMA" },
		{ 0x4, "__GFP_DMA32" },
		{ 0xc00, "__GFP_RECLAIM" },
		{ 0x800, "__GFP_KSWAPD_RECLAIM" },
		{ 0xdc0, " GFP_KERNEL | __GFP_ZERO " },
		{ 0xdc0, "GFP_KERNEL\t|\t0x100" },
		{ 0xdc0, "3264|256" },
		{ 0xabcdef, "0XabcDEF" },
		{ 0xffffffff, "4294967295" },
		{ 0xffffffff, "0x00000000ffffffff" },
		{ 0xcc0, "GFP_KERNEL|GFP_KERNEL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		gfp_t gfp = 0xdeadbeef;
		size_t offset;

		assert_true(gfp_parse(written[i].text, strlen(written[i].text), &gfp, &offset));
		assert_int_equal(gfp, written[i].gfp);
	}
}

static void reads_no_further_than_length(void **state)
{
	gfp_t gfp;
	size_t offset;

	(void)state;
	assert_true(gfp_parse("GFP_KERNEL_ACCOUNT", 10, &gfp, &offset));
	assert_int_equal(gfp, GFP_KERNEL);
	assert_true(gfp_parse("0x123", 4, &gfp, &offset));
	assert_int_equal(gfp, 0x12);
}

static void errors_point_at_the_unknown_name(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
	} wrong[] = {
		{ "GFP_COLD", 0 },
		{ "  GFP_COLD", 2 },
		{ "GFP_KERNEL|__GFP_COLD", 11 },
		{ "GFP_KERNEL | __GFP_COLD |__GFP_ZERO", 13 },
		{ "GFP_KERNE", 0 },
		{ "GFP_KERNEL __GFP_ZERO", 0 },
		{ "gfp_kernel", 0 },
		{ "GFP_KERNEL|", 11 },
		{ "|GFP_KERNEL", 0 },
		{ "GFP_KERNEL||__GFP_ZERO", 11 },
		{ "|", 0 },
		{ "GFP_KERNEL|none", 11 },
		{ "none|GFP_KERNEL", 0 },
		{ "0x", 0 },
		{ "0x1g", 0 },
		{ "12a", 0 },
		{ "0x100000000", 0 },
		{ "4294967296", 0 },
		{ "-1", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		size_t offset = 999;
		gfp_t gfp;

		assert_false(gfp_parse(wrong[i].text, strlen(wrong[i].text), &gfp, &offset));
		assert_int_equal(offset, wrong[i].offset);
	}
}

static void illegal_requests_are_known(void **state)
{
	static const bool legal_nibble[16] = {
		true, true, true, false, true, false, false, false, true, true, true, false, true,
	};

	(void)state;
	for (gfp_t nibble = 0; nibble < 16; nibble++) {
		assert_int_equal(gfp_is_legal(GFP_KERNEL | nibble), legal_nibble[nibble]);
		assert_int_equal(gfp_is_legal(GFP_KERNEL | __GFP_RECLAIMABLE | nibble),
				 legal_nibble[nibble] && !(nibble & __GFP_MOVABLE));
	}
	assert_true(gfp_is_legal(0));
	assert_true(gfp_is_legal(0xffffffe0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_every_vector),
		cmocka_unit_test(parses_every_vector),
		cmocka_unit_test(every_pair_of_bits_comes_back),
		cmocka_unit_test(a_million_random_values_come_back),
		cmocka_unit_test(the_longest_text_fits),
		cmocka_unit_test(accepts_what_people_write),
		cmocka_unit_test(reads_no_further_than_length),
		cmocka_unit_test(errors_point_at_the_unknown_name),
		cmocka_unit_test(illegal_requests_are_known),
	};

	return cmocka_run_group_tests_name("gfp", tests, NULL, NULL);
}
