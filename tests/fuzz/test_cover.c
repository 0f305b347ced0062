/* SPDX-License-Identifier: MIT */
/* The chosen files reach what all reach, none of them is superfluous, and choosing again keeps
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/reach/cover.h"
#include "tests/fuzz/random_program.h"

#define LIMIT 64
#define MAX_FILES 24

/* A file reaches the ids whose bits are set. */
struct sets {
	uint32_t ids[MAX_FILES][LIMIT];
	struct cover_file files[MAX_FILES];
	size_t nr;
};

static void add(struct sets *sets, uint64_t bits)
{
	struct cover_file *file = &sets->files[sets->nr];

	*file = (struct cover_file){ .ids = sets->ids[sets->nr] };
	for (uint32_t id = 0; id < LIMIT; id++)
		if (bits >> id & 1)
			sets->ids[sets->nr][file->nr_ids++] = id;
	sets->nr++;
}

static uint64_t bits_of(const struct cover_file *file)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < file->nr_ids; i++)
		bits |= UINT64_C(1) << file->ids[i];
	return bits;
}

/* Union of the files; of the kept ones but file `without`. */
static uint64_t united(const struct sets *sets, bool kept_only, size_t without)
{
	uint64_t bits = 0;

	for (size_t f = 0; f < sets->nr; f++)
		if (f != without && (!kept_only || sets->files[f].kept))
			bits |= bits_of(&sets->files[f]);
	return bits;
}

static void choose(struct sets *sets)
{
	assert_true(cover_choose(sets->files, sets->nr, LIMIT));
}

static void the_first_of_equals_is_kept(void **state)
{
	static struct sets sets;

	(void)state;
	add(&sets, 0x6);
	add(&sets, 0x6);
	add(&sets, 0);
	choose(&sets);
	assert_true(sets.files[0].kept);
	assert_false(sets.files[1].kept || sets.files[2].kept);
}

static void a_large_file_makes_small_ones_superfluous(void **state)
{
	static struct sets sets;

	(void)state;
	add(&sets, 0x1);
	add(&sets, 0x2);
	add(&sets, 0x1f); /* alone with 0x1c */
	choose(&sets);
	assert_true(sets.files[2].kept);
	assert_false(sets.files[0].kept || sets.files[1].kept);
}

static void a_later_choice_makes_an_earlier_one_superfluous(void **state)
{
	static struct sets sets;

	(void)state;
	add(&sets, 0x01 | 0x02);        /* first for 0x01 */
	add(&sets, 0x01 | 0x04 | 0x10); /* alone with 0x10 */
	add(&sets, 0x02 | 0x04 | 0x20); /* alone with 0x20 */
	choose(&sets);
	assert_false(sets.files[0].kept);
	assert_true(sets.files[1].kept && sets.files[2].kept);
}

static void check_choice(struct sets *sets)
{
	static struct sets again;

	choose(sets);
	assert_int_equal(united(sets, true, SIZE_MAX), united(sets, false, SIZE_MAX));
	memset(&again, 0, sizeof(again));
	for (size_t f = 0; f < sets->nr; f++) {
		if (!sets->files[f].kept)
			continue;
		assert_int_not_equal(united(sets, true, f), united(sets, true, SIZE_MAX));
		add(&again, bits_of(&sets->files[f]));
	}
	choose(&again);
	for (size_t f = 0; f < again.nr; f++)
		assert_true(again.files[f].kept);
}

static void random_sets(void **state)
{
	static struct sets sets;
	struct random random = { 7 };
	size_t nr_dropped = 0;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		memset(&sets, 0, sizeof(sets));
		size_t nr = random_u32(&random) % MAX_FILES;

		while (sets.nr < nr) {
			uint64_t bits = random_u32(&random);

			bits &= random_u32(&random);
			add(&sets, bits << random_u32(&random) % 33);
		}
		check_choice(&sets);
		for (size_t f = 0; f < sets.nr; f++)
			nr_dropped += !sets.files[f].kept;
	}
	assert_true(nr_dropped > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_equals_is_kept),
		cmocka_unit_test(a_large_file_makes_small_ones_superfluous),
		cmocka_unit_test(a_later_choice_makes_an_earlier_one_superfluous),
		cmocka_unit_test(random_sets),
	};

	return cmocka_run_group_tests_name("fuzz.cover", tests, NULL, NULL);
}
