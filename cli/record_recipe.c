/* SPDX-License-Identifier: MIT */
/* A recipe is text: machines first, then what is recorded on them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/record.h"
#include "fuzz/input/file.h"
#include "oracle/lang/text.h"
#include "fuzz/workload/workload.h"

#define MAX_LINES 4096u

struct parser {
	struct record_recipe *recipe;
	const char *path;
	uint32_t line;
	char *error;
	size_t error_size;
};

static bool fail(const struct parser *parser, const char *what, const char *word)
{
	snprintf(parser->error, parser->error_size, "%s:%u: %s '%s'", parser->path, parser->line,
		 what, word);
	return false;
}

static bool parse_config(struct parser *parser, const char *rest)
{
	struct record_recipe *recipe = parser->recipe;
	struct record_config *config = &recipe->configs[recipe->nr_configs];
	const char *machine = strstr(rest, "machine");
	struct text_error error;
	struct program program;
	bool parsed;

	if (sscanf(rest, "%63s", config->name) != 1 || !machine)
		return fail(parser, "expected 'config NAME machine ...', found", rest);
	program_init(&program);
	parsed = text_parse(machine, strlen(machine), &program, &error);
	config->machine = program.machine;
	program_free(&program);
	if (!parsed)
		return fail(parser, error.message, machine);
	recipe->nr_configs++;
	return true;
}

static uint32_t find_config(const struct record_recipe *recipe, const char *name)
{
	uint32_t i = 0;

	while (i < recipe->nr_configs && strcmp(recipe->configs[i].name, name) != 0)
		i++;
	return i;
}

static bool parse_record(struct parser *parser, const char *rest)
{
	struct record_recipe *recipe = parser->recipe;
	struct record_entry *entry = &recipe->entries[recipe->nr_entries];
	char config[RECORD_NAME_MAX];

	if (sscanf(rest, "%63s %63s %" SCNu32 " %" SCNu32 " %" SCNu32, config, entry->workload,
		   &entry->seed, &entry->nr_ops, &entry->nr_slots) != 5)
		return fail(parser, "expected 'record CONFIG WORKLOAD SEED OPS SLOTS', found",
			    rest);
	entry->config = find_config(recipe, config);
	if (entry->config == recipe->nr_configs)
		return fail(parser, "no line before this one describes the config", config);
	if (!workload_title(entry->workload))
		return fail(parser, "`buddy record --list` tells the workloads; unknown is",
			    entry->workload);
	recipe->nr_entries++;
	return true;
}

static bool parse_line(struct parser *parser, const char *line)
{
	if (!*line || *line == '#')
		return true;
	if (!strncmp(line, "config ", 7))
		return parse_config(parser, line + 7);
	if (!strncmp(line, "record ", 7))
		return parse_record(parser, line + 7);
	return fail(parser, "expected '#', 'config' or 'record', found", line);
}

/* text is cut into lines where it stands. */
static bool parse_lines(struct parser *parser, char *text)
{
	for (char *line = text; line; parser->line++) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		if (parser->line > MAX_LINES)
			return fail(parser, "too many lines at", line);
		if (!parse_line(parser, line))
			return false;
		line = end;
	}
	return parser->recipe->nr_entries || fail(parser, "nothing is recorded by", parser->path);
}

static char *read_text(const char *path, char *error, size_t error_size)
{
	size_t size;
	uint8_t *data = file_read(path, &size, error, error_size);
	char *text = data ? realloc(data, size + 1) : NULL;

	if (!text) {
		free(data);
		return NULL;
	}
	text[size] = '\0';
	return text;
}

bool record_recipe_read(const char *path, struct record_recipe *recipe, char *error,
			size_t error_size)
{
	struct parser parser = { recipe, path, 1, error, error_size };
	char *text = read_text(path, error, error_size);
	bool parsed = false;

	memset(recipe, 0, sizeof(*recipe));
	recipe->configs = calloc(MAX_LINES, sizeof(*recipe->configs));
	recipe->entries = calloc(MAX_LINES, sizeof(*recipe->entries));
	if (text && recipe->configs && recipe->entries)
		parsed = parse_lines(&parser, text);
	else if (text)
		snprintf(error, error_size, "out of memory");
	free(text);
	if (!parsed)
		record_recipe_free(recipe);
	return parsed;
}

void record_recipe_free(struct record_recipe *recipe)
{
	free(recipe->configs);
	free(recipe->entries);
	memset(recipe, 0, sizeof(*recipe));
}
