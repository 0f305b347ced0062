/* SPDX-License-Identifier: MIT */
/* `buddy help machine`, made of the tables that read and write the machine line. */
#include "cli/help_machine.h"

#include <string.h>

#include "oracle/lang/names.h"
#include "oracle/lang/text_machine.h"

#define INDENT 6
#define COLUMNS 79

/* Words of the sentence, as many on a line as fit. */
static void print_wrapped(FILE *out, const char *sentence)
{
	size_t column = 0;

	while (*sentence) {
		size_t length = strcspn(sentence, " ");

		if (column && column + 1 + length > COLUMNS) {
			fputs("\n", out);
			column = 0;
		}
		if (column)
			fputs(" ", out);
		else
			fprintf(out, "%*s", INDENT, "");
		column += column ? 1 + length : INDENT + length;
		fprintf(out, "%.*s", (int)length, sentence);
		sentence += length + (sentence[length] == ' ');
	}
	fputs("\n", out);
}

void help_machine_print(FILE *out)
{
	fputs("The machine line comes first in a program, once. profile=, start=, pages= and\n"
	      "memory= stand first: they choose what all other keys are when left out.\n\n"
	      "  machine profile=x86_64 pages=4096 cpus=2 -thp vm.min_free_kbytes=512\n\n"
	      "Keys, each as KEY=VALUE:\n\n",
	      out);
	for (const struct machine_key *key = machine_keys; key->key; key++) {
		fprintf(out, "  %s=%s\n", key->key, key->form);
		print_wrapped(out, key->meaning);
		fprintf(out, "%*smachine %s\n", INDENT, "", key->example);
	}
	fputs("\nProfiles:\n\n", out);
	for (const struct machine_profile *profile = machine_profiles; profile->name; profile++)
		fprintf(out, "  %-8s %s\n", profile->name, profile->meaning);
	fputs("\nFeatures of the kernel, +NAME or -NAME:\n\n", out);
	for (size_t bit = 0; feature_names[bit]; bit++)
		fprintf(out, "  %-12s %s\n", feature_names[bit], feature_meanings[bit]);
}
