/* SPDX-License-Identifier: MIT */
/* Two inputs of any version become one of the newest: stretches of records in turns. */
#include "fuzz/mutate/mutate.h"

#include "fuzz/mutate/mutate_records.h"

struct parent {
	const uint8_t *data;
	size_t size, nr, at; /* records; where the next stretch begins */
};

static struct parent parent_of(const uint8_t *data, size_t size)
{
	return (struct parent){ data, size, input_nr_records(data, size), 0 };
}

/* The first one's machine mostly, or the smaller one: it is there already and runs faster. NULL:
 * neither has one. */
static const uint8_t *choose_header(struct mutation *mutation, const struct parent *parents)
{
	if (parents[0].size < INPUT_HEADER_BYTES || parents[1].size < INPUT_HEADER_BYTES)
		return parents[0].size >= INPUT_HEADER_BYTES   ? parents[0].data
		       : parents[1].size >= INPUT_HEADER_BYTES ? parents[1].data
							       : NULL;
	bool smaller = input_decode_pages(parents[1].data) < input_decode_pages(parents[0].data);

	return parents[random_once_in(mutation, smaller ? 2 : OTHER_MACHINE_ONCE_IN)].data;
}

static void append_stretch(struct mutation *mutation, struct parent *parent, size_t length)
{
	size_t record_bytes = input_record_bytes(parent->data, parent->size);

	for (size_t i = 0; i < length && mutation->nr < mutation->max; i++, parent->at++) {
		const uint8_t *from = parent->data + INPUT_HEADER_BYTES + parent->at * record_bytes;

		set_record(mutation, mutation->nr++,
			   record_bytes == INPUT_RECORD_BYTES ? record_load(from)
							      : record_load_v1(from));
	}
}

/* Alternates stretches of both parents: each goes on where the other stopped, or from anywhere. */
size_t mutate_crossover(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
			uint8_t *out, size_t max_size, uint64_t seed)
{
	struct parent parents[2] = { parent_of(a, a_size), parent_of(b, b_size) };

	if (max_size < INPUT_HEADER_BYTES)
		return 0;
	struct mutation mutation = mutation_begin(out, 0, max_size, seed);
	uint32_t nr_stretches = 2 + random_below(&mutation, 3), turn = random_below(&mutation, 2);
	const uint8_t *header = choose_header(&mutation, parents);

	if (header)
		memcpy(out, header, INPUT_HEADER_BYTES);
	out[HEADER_VERSION] = INPUT_VERSION;
	for (uint32_t i = 0; i < nr_stretches; i++, turn ^= 1) {
		struct parent *next = &parents[turn ^ 1];
		size_t left = parents[turn].nr - parents[turn].at;

		append_stretch(&mutation, &parents[turn],
			       i + 1 == nr_stretches ? left
						     : random_below(&mutation, (uint32_t)left + 1));
		if (random_once_in(&mutation, 2))
			next->at = random_below(&mutation, (uint32_t)next->nr + 1);
	}
	return mutation_end(&mutation);
}
