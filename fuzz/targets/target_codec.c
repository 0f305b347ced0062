/* SPDX-License-Identifier: MIT */
/* Bytes, ops and text are three spellings of one program, and the text parsers take any bytes. */
#include "fuzz/targets/harness.h"

#include <stdlib.h>
#include <string.h>

#include "buddy/gfp.h"
#include "fuzz/input/corpus_file.h"
#include "fuzz/input/input.h"
#include "oracle/lang/text.h"
#include "oracle/lang/text_words.h"

#define BUFFER_BYTES INPUT_MAX_BYTES

/* Three programs and two buffers of the harness, reused by every run. */
static struct codec {
	struct program decoded, parsed;
	uint8_t bytes[BUFFER_BYTES], again[BUFFER_BYTES];
} codec;

static bool fail(struct finding *finding, const char *signature, const char *text)
{
	finding_set(finding, FINDING_RULE, signature, "%s", text);
	return false;
}

static bool print_and_parse(const struct program *program, struct finding *finding)
{
	struct text_error error;
	size_t size;
	char *text = corpus_text(program, &size);

	if (!text)
		return fail(finding, "error/memory", "out of memory while printing");
	bool parsed = text_parse(text, size, &codec.parsed, &error);

	if (!parsed)
		finding_set(finding, FINDING_RULE, "codec/parse",
			    "printed text is refused: %u:%u: %s", error.line, error.column,
			    error.message);
	free(text);
	return parsed;
}

/* bytes -> ops -> bytes -> ops -> text -> ops -> bytes: one program, one canonical form. */
static bool round_trip(const uint8_t *data, size_t size, struct finding *finding)
{
	const char *reason = "";

	if (!input_decode(data, size, &codec.decoded))
		return fail(finding, "error/memory", "out of memory while decoding");
	size_t nr = input_encode(&codec.decoded, codec.bytes, BUFFER_BYTES, &reason);

	if (!nr || buddy_config_error(&codec.decoded.machine)) {
		finding_set(finding, FINDING_RULE, "codec/encode",
			    "a decoded program is refused: %s",
			    nr ? buddy_config_error(&codec.decoded.machine) : reason);
		return false;
	}
	if (!print_and_parse(&codec.decoded, finding))
		return false;
	if (input_encode(&codec.parsed, codec.again, BUFFER_BYTES, &reason) != nr ||
	    memcmp(codec.bytes, codec.again, nr))
		return fail(finding, "codec/text",
			    "text gives other bytes than the program it was printed from");
	input_decode(codec.bytes, nr, &codec.decoded);
	if (input_encode(&codec.decoded, codec.again, BUFFER_BYTES, &reason) != nr ||
	    memcmp(codec.bytes, codec.again, nr))
		return fail(finding, "codec/canonical",
			    "canonical bytes decode to a program with other bytes");
	return true;
}

/* GF-30..34: bytes are flags or have a place where they stop to be; flags in print come back. */
static bool check_flags(const char *data, size_t size, struct finding *finding)
{
	char text[GFP_TEXT_MAX];
	gfp_t gfp, again = 0;
	size_t at = 0;

	if (!gfp_parse(data, size, &gfp, &at))
		return at <= size || fail(finding, "codec/flags-error",
					  "flags are refused at a place behind their end");
	if (gfp_parse(text, gfp_format(gfp, text), &again, &at) && again == gfp)
		return true;
	finding_set(finding, FINDING_RULE, "codec/flags",
		    "flags 0x%x print as %s, which reads 0x%x", gfp, text, again);
	return false;
}

static bool run_bytes(const uint8_t *data, size_t size, struct finding *finding)
{
	struct text_error error = { 0, 0, "" };

	if (!check_flags((const char *)data, size, finding))
		return false;
	if (text_parse((const char *)data, size, &codec.parsed, &error)) {
		if (!print_and_parse(&codec.parsed, finding))
			return false;
	} else if (!error.line || !error.column || !error.message[0]) {
		return fail(finding, "codec/error", "text is refused without a place or a reason");
	}
	return round_trip(data, size, finding);
}

const struct target target_this = {
	.name = "codec",
	.property = "bytes, operations and text are one program; the parsers take any bytes",
	.run_bytes = run_bytes,
	.print_words = text_print_words,
};
