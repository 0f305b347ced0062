/* SPDX-License-Identifier: MIT */
/* Every program of the corpus is canonical text (comments apart), packs into bytes and comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/file.h"
#include "fuzz/file_walk.h"
#include "fuzz/text.h"
#include "tests/fuzz/random_program.h"

/* Drops comments and the lines that are nothing else; in place. */
static size_t strip_comments(char *text, size_t size)
{
	size_t to = 0, line = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '#') {
			while (to > line && (text[to - 1] == ' ' || text[to - 1] == '\t'))
				to--;
			while (i < size && text[i] != '\n')
				i++;
		}
		if (i < size && (text[i] != '\n' || to > line))
			text[to++] = text[i];
		if (i < size && text[i] == '\n')
			line = to;
	}
	return to;
}

static void check_file(const char *path, struct program *program, struct program *again)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	char error[1024];
	const char *reason = "";
	size_t size, printed;
	char *source = (char *)file_read(path, &size, error, sizeof(error));

	if (!source || !text_read_program(path, program, error, sizeof(error)))
		fail_msg("%s", error);
	char *text = print_program(program, &printed);

	size = strip_comments(source, size);
	if (size != printed || memcmp(source, text, size))
		fail_msg("%s is not canonical; its canonical form is:\n%s", path, text);
	size = input_encode(program, bytes, sizeof(bytes), &reason);
	if (!size)
		fail_msg("%s has no binary form: %s", path, reason);
	assert_true(input_decode(bytes, size, again));
	assert_same_program(program, again);
	free(text);
	free(source);
}

static bool has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path), wanted = strlen(suffix);

	return length >= wanted && !strcmp(path + length - wanted, suffix);
}

static size_t check_folder(const char *folder, uint64_t *codes)
{
	struct program program, again;
	struct file_walk walk;
	const char *path;
	size_t nr = 0;

	program_init(&program);
	program_init(&again);
	if (file_walk_begin(&walk, folder)) {
		while ((path = file_walk_next(&walk))) {
			if (!has_suffix(path, ".ops"))
				continue;
			check_file(path, &program, &again);
			for (size_t i = 0; i < program.nr_ops; i++)
				*codes |= UINT64_C(1) << program.ops[i].code;
			nr++;
		}
		file_walk_end(&walk);
	}
	program_free(&program);
	program_free(&again);
	return nr;
}

static void corpus_is_canonical(void **state)
{
	uint64_t codes = 0;

	(void)state;
	check_folder(BUDDY_SOURCE_DIR "/corpus/seeds", &codes);
	check_folder(BUDDY_SOURCE_DIR "/corpus/regressions", &codes);
}

static void safety_seeds_cover_every_op(void **state)
{
	uint64_t codes = 0;

	(void)state;
	assert_true(check_folder(BUDDY_SOURCE_DIR "/corpus/seeds/safety", &codes) >= 30);
	for (int code = 1; code < NR_OP_CODES; code++)
		if (op_table[code].name && !(codes >> code & 1))
			fail_msg("no seed of the target safety has the operation %s",
				 op_table[code].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus_is_canonical),
		cmocka_unit_test(safety_seeds_cover_every_op),
	};

	return cmocka_run_group_tests_name("fuzz.corpus", tests, NULL, NULL);
}
