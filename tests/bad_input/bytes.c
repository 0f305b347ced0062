/* SPDX-License-Identifier: MIT */
/* The binary form, gzip data, and files that are something else altogether. */
#include "tests/bad_input/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/input/input.h"

#define BYTES_MAX ((size_t)70000)

static uint8_t bytes[BYTES_MAX];

/* The default machine and so many ticks, as they are written. */
static size_t make_bytes(uint32_t nr_ops)
{
	memset(bytes, 0, sizeof(bytes));
	bytes[0] = INPUT_VERSION;
	for (uint32_t i = 0; i < nr_ops; i++)
		bytes[INPUT_HEADER_BYTES + i * INPUT_RECORD_BYTES] = OP_tick;
	return INPUT_HEADER_BYTES + nr_ops * INPUT_RECORD_BYTES;
}

static uint8_t unknown_version(struct draft *draft)
{
	uint8_t version = (uint8_t)draw(draft, 256);

	return version && version <= INPUT_VERSION ? 0 : version;
}

/* The start of some executable, at least to behind its NULs. */
static size_t make_executable(struct draft *draft)
{
	FILE *in = fopen("/proc/self/exe", "rb");
	size_t nr = in ? fread(bytes, 1, 64 + draw(draft, 4000), in) : 0;

	if (in)
		fclose(in);
	return nr;
}

static size_t make_random(struct draft *draft)
{
	size_t size = 2 + draw(draft, 4000);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)draw(draft, 256);
	bytes[0] = unknown_version(draft);
	bytes[1] = 0;
	return size;
}

/* For any name. */
static size_t make_no_program(struct draft *draft)
{
	size_t size = make_bytes(draw(draft, 20));

	switch (draw(draft, 4)) {
	case 0:
		return make_executable(draft);
	case 1:
		return make_random(draft);
	case 2:
		bytes[0] = unknown_version(draft);
		return size;
	default:
		return 1 + draw(draft, INPUT_HEADER_BYTES - 1);
	}
}

/* For a name that ends in .bin. */
static size_t make_uncanonical(struct draft *draft)
{
	uint32_t nr_ops = 1 + draw(draft, 20), op = draw(draft, nr_ops);
	size_t size = make_bytes(nr_ops), at = INPUT_HEADER_BYTES + op * INPUT_RECORD_BYTES;

	switch (draw(draft, 4)) {
	case 0:
		return size - 1 - draw(draft, INPUT_RECORD_BYTES - 1);
	case 1:
		bytes[at] = (uint8_t)(64 + draw(draft, 192)); /* no operation */
		return size;
	case 2: /* a tick has no operands */
		bytes[at + 1 + draw(draft, INPUT_RECORD_BYTES - 1)] =
			(uint8_t)(1 + draw(draft, 255));
		return size;
	default:
		return make_bytes(INPUT_MAX_OPS + 1);
	}
}

void draft_binary(struct draft *draft)
{
	static const char *const commands[] = { "run", "run", "emit-c", "shrink" };
	static const char *const suffixes[] = { ".bin", ".bin", "", ".png" };
	const char *command = commands[draw(draft, 4)];
	char name[DRAFT_TEXT_BYTES];

	add_argument(draft, "%s", command);
	for (uint32_t left = strcmp(command, "run") ? 1 : 10; left; left--) {
		const char *suffix = suffixes[draw(draft, 4)];
		bool canonical = strcmp(suffix, ".bin") || draw(draft, 2);
		size_t size = canonical ? make_no_program(draft) : make_uncanonical(draft);

		make_file(draft, suffix, bytes, size, name);
		add_argument(draft, "%s", name);
		expect_place(draft, "%s:", name);
	}
}

/* ---- gzip ---- */

static size_t make_packed(struct draft *draft, const void *data, size_t size)
{
	size_t nr = pack(data, size, bytes, sizeof(bytes) - 1);

	switch (draw(draft, 5)) {
	case 0:
		bytes[nr - 1 - draw(draft, 8)] ^= (uint8_t)(1 + draw(draft, 255)); /* CRC, length */
		return nr;
	case 1:
		bytes[nr] = (uint8_t)draw(draft, 256);
		return nr + 1;
	case 2:
		bytes[draw(draft, 2)] ^= (uint8_t)(1 + draw(draft, 255)); /* no gzip data */
		return nr;
	case 3:
		return nr - 1 - draw(draft, 8);
	default:
		return draw(draft, (uint32_t)nr);
	}
}

void draft_packed(struct draft *draft)
{
	static const struct {
		const char *source, *suffix, *commands[2];
	} kinds[] = {
		{ "corpus/seeds/safety/orders.ops", ".ops.gz", { "run", "emit-c" } },
		{ "corpus/seeds/replay/mixed-50.txt", ".txt.gz", { "replay", "replay" } },
		{ "tests/import/sample.perf.txt", ".perf.gz", { "import", "import" } },
	};
	uint32_t kind = draw(draft, 3);
	const char *command = kinds[kind].commands[draw(draft, 2)];
	bool many = !strcmp(command, "run") || !strcmp(command, "replay");
	char name[DRAFT_TEXT_BYTES];
	size_t size;
	uint8_t *data = read_source(kinds[kind].source, &size);

	add_argument(draft, "%s", command);
	for (uint32_t left = many ? 10 : 1; left; left--) {
		make_file(draft, kinds[kind].suffix, bytes, make_packed(draft, data, size), name);
		add_argument(draft, "%s", name);
		expect_place(draft, "%s:", name);
	}
	free(data);
}
