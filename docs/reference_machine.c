/* SPDX-License-Identifier: MIT */
/*
 * The machine line: docs/reference-machine.md, and its section of the man page, which stands
 * between two comments of docs/buddy.1; all else of that page is written by hand.
 */
#include <stdlib.h>
#include <string.h>

#include "docs/reference.h"
#include "oracle/lang/names.h"
#include "oracle/lang/text_machine.h"

#define MANUAL_PATH "docs/buddy.1"
#define MANUAL_BEGIN ".\\\" machine line: made by `make docs`\n"
#define MANUAL_END ".\\\" machine line: end\n"

static void print_intro(FILE *out)
{
	fputs("# The machine line\n\n"
	      "Made of `oracle/lang/text_machine_keys.c` and `op.def` by `make docs`; changes are "
	      "made there.\n"
	      "`buddy help machine` prints the same; [language.md](language.md) teaches the rest "
	      "of "
	      "the language.\n\n"
	      "The line comes first in a program, once; without it the machine is `profile=uml "
	      "pages=4096`.\n"
	      "`profile=`, `start=`, `pages=` and `memory=` stand first: they choose what all "
	      "other "
	      "keys are\n"
	      "when left out. A machine that cannot be booted is refused with a sentence.\n\n"
	      "```\nmachine profile=x86_64 pages=4096 cpus=2 -thp vm.min_free_kbytes=512\n```\n",
	      out);
}

/* A table's cell, in which a bar would end it. */
static void print_cell(const char *text, FILE *out)
{
	for (; *text; text++)
		fprintf(out, "%s%c", *text == '|' ? "\\" : "", *text);
}

bool reference_print_machine(FILE *out)
{
	print_intro(out);
	fputs("\n## Keys\n", out);
	for (const struct machine_key *key = machine_keys; key->key; key++)
		fprintf(out, "\n### %s\n\n`%s=%s`: %s.\n\n```\nmachine %s\n```\n", key->key,
			key->key, key->form, key->meaning, key->example);
	fputs("\n## Profiles\n\n| profile | what |\n|---|---|\n", out);
	for (const struct machine_profile *profile = machine_profiles; profile->name; profile++)
		fprintf(out, "| `%s` | %s |\n", profile->name, profile->meaning);
	fputs("\n## Features\n\n`+NAME` and `-NAME` switch on and off what a kernel has beside its "
	      "profile.\n\n| feature | what |\n|---|---|\n",
	      out);
	for (size_t bit = 0; feature_names[bit]; bit++) {
		fprintf(out, "| `%s` | ", feature_names[bit]);
		print_cell(feature_meanings[bit], out);
		fputs(" |\n", out);
	}
	return true;
}

static void print_manual_section(FILE *out)
{
	fputs(".Sh THE MACHINE LINE\n"
	      "It comes first in a program, once.\n"
	      ".Cm profile , start , pages\nand\n.Cm memory\n"
	      "stand first: they choose what all other keys are when left out.\n"
	      ".Bl -tag -width Ds\n",
	      out);
	for (const struct machine_key *key = machine_keys; key->key; key++)
		fprintf(out, ".It Cm %s Ns = Ns Ar \"%s\"\n%s\n.Dl machine %s\n", key->key,
			key->form, key->meaning, key->example);
	fputs(".El\n.Pp\nProfiles:\n.Bl -tag -width x86_64\n", out);
	for (const struct machine_profile *profile = machine_profiles; profile->name; profile++)
		fprintf(out, ".It Cm %s\n%s\n", profile->name, profile->meaning);
	fputs(".El\n.Pp\nFeatures of the kernel, switched by\n.Cm + Ns Ar name\nand\n"
	      ".Cm - Ns Ar name :\n.Bl -tag -width mobility_off\n",
	      out);
	for (size_t bit = 0; feature_names[bit]; bit++)
		fprintf(out, ".It Cm %s\n%s\n", feature_names[bit], feature_meanings[bit]);
	fputs(".El\n", out);
}

bool reference_print_manual(FILE *out)
{
	char *text = reference_read(MANUAL_PATH);
	char *begin = text ? strstr(text, MANUAL_BEGIN) : NULL;
	char *end = begin ? strstr(begin, MANUAL_END) : NULL;

	if (end) {
		fwrite(text, 1, (size_t)(begin - text) + strlen(MANUAL_BEGIN), out);
		print_manual_section(out);
		fputs(end, out);
	} else if (text) {
		fprintf(stderr, "reference: " MANUAL_PATH ": the comments around the machine line "
				"are missing\n");
	}
	free(text);
	return end != NULL;
}
