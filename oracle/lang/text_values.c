/* SPDX-License-Identifier: MIT */
/* What stands behind '=': by the names of names.h, by those of the kernel, or as a number. */
#include <string.h>

#include "buddy/gfp.h"
#include "oracle/lang/names.h"
#include "oracle/lang/text_scan.h"

static bool is_number(struct word word)
{
	return word.length && word.text[0] >= '0' && word.text[0] <= '9';
}

bool scan_gfp(struct scan *scan, struct word word, gfp_t *gfp)
{
	size_t offset = 0;

	if (word.length && gfp_parse(word.text, word.length, gfp, &offset))
		return true;
	return scan_expected(scan, word.text + offset,
			     "gfp flags such as GFP_KERNEL|__GFP_ZERO or none");
}

static bool scan_flag(struct scan *scan, struct word word, uint32_t *value)
{
	uint32_t number;

	for (const struct task_flag *flag = task_flags; flag->name; flag++)
		if (word_is(word, flag->name)) {
			*value |= flag->bit;
			return true;
		}
	if (!is_number(word))
		return scan_expected(scan, word.text,
				     "flags of a task such as memalloc|nofs or none");
	if (!scan_u32(scan, word, UINT32_MAX, "a flag", &number))
		return false;
	*value |= number;
	return true;
}

bool scan_task(struct scan *scan, struct word word, uint32_t *value)
{
	const char *end = word.text + word.length, *bar;

	if (word_is(word, "none"))
		return true;
	while ((bar = memchr(word.text, '|', (size_t)(end - word.text)))) {
		word.length = (size_t)(bar - word.text);
		if (!scan_flag(scan, word, value))
			return false;
		word.text = bar + 1;
	}
	word.length = (size_t)(end - word.text);
	return scan_flag(scan, word, value);
}

bool scan_named(struct scan *scan, struct word word, const char *what, const char *const *names,
		uint32_t max, uint32_t *value)
{
	if (names && !is_number(word))
		return scan_name(scan, word, what, names, max + 1, value);
	return scan_u32(scan, word, max, names ? what : "a number", value);
}
