/* SPDX-License-Identifier: MIT */
/* The tables of op.def, the machine line and the operands, each entry with what stands around it.
 */
#include "oracle/lang/text_words.h"

#include "buddy/gfp.h"
#include "oracle/lang/names.h"
#include "oracle/lang/text_machine.h"
#include "oracle/lang/text_scan.h"

/* Every bit has a name; these are the composites that callers use. */
static const gfp_t composites[] = {
	GFP_KERNEL,
	GFP_ATOMIC,
	GFP_NOWAIT,
	GFP_NOIO,
	GFP_NOFS,
	GFP_USER,
	GFP_HIGHUSER,
	GFP_DMA,
	GFP_DMA32,
	GFP_KERNEL_ACCOUNT,
	GFP_TRANSHUGE,
	GFP_TRANSHUGE_LIGHT,
	GFP_HIGHUSER_MOVABLE,
};
#define NR_COMPOSITES (sizeof(composites) / sizeof(composites[0]))

/* Bits without a name print as a number. */
static void put_gfp(FILE *out, gfp_t gfp)
{
	char text[GFP_TEXT_MAX];

	if (gfp_format(gfp, text) && text[0] != '0')
		fprintf(out, "\"%s\"\n\"|%s\"\n", text, text);
}

static void print_ops(FILE *out)
{
	for (uint32_t code = 0; code < NR_OP_CODES; code++) {
		const struct op_info *info = &op_table[code];

		if (info->name)
			fprintf(out, "\"%s%s%s\"\n", info->misuse ? "! " : "",
				info->operands & OPERAND_DEST ? "r0 = " : "", info->name);
	}
	for (const struct operand_key *key = text_operand_keys; key->key; key++)
		fprintf(out, "\" %s=\"\n", key->key);
	for (uint32_t bit = 0; bit < 32; bit++)
		put_gfp(out, (gfp_t)1 << bit);
	for (size_t i = 0; i < NR_COMPOSITES; i++)
		put_gfp(out, composites[i]);
}

static void print_names(FILE *out, const char *const *names)
{
	for (; *names; names++)
		fprintf(out, "\"%s\"\n", *names);
}

/* What task and hook_answers carry. */
static void print_values(FILE *out)
{
	for (const struct task_flag *flag = task_flags; flag->name; flag++)
		fprintf(out, "\"%s\"\n\"|%s\"\n", flag->name, flag->name);
	for (const struct hooks_field *field = hooks_fields; field->name; field++) {
		fprintf(out, "\" %s=\"\n", field->name);
		if (field->names)
			print_names(out, field->names);
	}
}

static void print_machine(FILE *out)
{
	for (const struct machine_profile *profile = machine_profiles; profile->name; profile++)
		fprintf(out, "\"machine profile=%s pages=\"\n", profile->name);
	for (const struct machine_key *key = machine_keys; key->key; key++)
		fprintf(out, "\" %s=\"\n", key->key);
	for (const char *const *name = feature_names; *name; name++)
		fprintf(out, "\" +%s\"\n\" -%s\"\n", *name, *name);
}

void text_print_words(FILE *out)
{
	print_machine(out);
	print_ops(out);
	print_names(out, zone_names);
	print_names(out, sysctl_names);
	print_names(out, migratetype_names);
	print_values(out);
}
