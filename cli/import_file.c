/* SPDX-License-Identifier: MIT */
/* Reads the trace line by line, however long it is. */
#include "cli/import_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "diff/recorded/packed_file.h"
#include "fuzz/input/file.h"
#include "oracle/lang/text.h"

#define IMPORT_LINE_MAX 65535 /* longer lines are cut; no event comes near */
#define IMPORT_PIECE_BYTES 65536
#define IMPORT_MAX_COMPLAINTS 10u
#define PROGRESS_EVERY_LINES 65536u
#define PROGRESS_AFTER_NS 2000000000u

struct reader {
	const struct import_options *options;
	struct importer *importer;
	const char *name; /* for messages */
	struct packed_file *file;
	char *piece; /* of the file, IMPORT_PIECE_BYTES: [at, nr) is still to be taken */
	size_t at, nr;
	bool failed;
	uint64_t line_nr, nr_events;
	uint64_t next_progress_ns;
	enum trace_dialect dialect;
	bool dialect_is_sure; /* an event of it was read */
	uint32_t nr_complaints;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static const char *dialect_name(enum trace_dialect dialect)
{
	return dialect == DIALECT_PERF ? "perf" : "ftrace";
}

static void complain(struct reader *reader, const char *problem)
{
	if (reader->nr_complaints++ < IMPORT_MAX_COMPLAINTS)
		fprintf(stderr, "buddy import: %s:%" PRIu64 ": %s; the line is left out\n",
			reader->name, reader->line_nr, problem);
}

/* The first event decides, or must be what --perf and --ftrace say; later strangers are damage. */
static bool dialect_fits(struct reader *reader, struct trace_line *line)
{
	if (line->dialect == DIALECT_NONE)
		return true;
	if (reader->dialect == DIALECT_NONE)
		reader->dialect = line->dialect;
	if (reader->dialect == line->dialect) {
		reader->dialect_is_sure = true;
		return true;
	}
	if (reader->dialect_is_sure) {
		line->kind = TRACE_LINE_MALFORMED;
		line->problem = "an event of another kind of trace";
		return true;
	}
	fprintf(stderr,
		"buddy import: %s:%" PRIu64 ": this is %s output, %s was expected; "
		"give --%s, or --auto for one file of either kind\n",
		reader->name, reader->line_nr, dialect_name(line->dialect),
		dialect_name(reader->dialect), dialect_name(line->dialect));
	return false;
}

/* Counts the event and tells whether it lies in the window that was asked for. */
static bool in_window(struct reader *reader, const struct trace_line *line)
{
	if (line->kind < TRACE_LINE_ALLOC)
		return true;
	return reader->nr_events++ >= reader->options->skip_events;
}

static bool window_is_over(const struct reader *reader)
{
	const struct import_options *options = reader->options;

	return options->max_events > 0 && reader->nr_events >= options->skip_events &&
	       reader->nr_events - options->skip_events >= options->max_events;
}

static void show_progress(struct reader *reader)
{
	uint64_t now;

	if (reader->options->quiet || reader->line_nr % PROGRESS_EVERY_LINES != 0)
		return;
	now = now_ns();
	if (now < reader->next_progress_ns)
		return;
	reader->next_progress_ns = now + PROGRESS_AFTER_NS;
	fprintf(stderr, "buddy import: %" PRIu64 " lines read, %zu operations so far\n",
		reader->line_nr, reader->importer->program.nr_ops);
}

static bool take_line(struct reader *reader, const char *text, size_t length)
{
	struct trace_line line;

	reader->line_nr++;
	trace_parse_line(text, length, &line);
	if (!dialect_fits(reader, &line))
		return false;
	if (line.kind == TRACE_LINE_MALFORMED)
		complain(reader, line.problem);
	if (in_window(reader, &line) && !importer_take(reader->importer, &line)) {
		fprintf(stderr,
			"buddy import: out of memory after %" PRIu64 " lines; give --limit\n",
			reader->line_nr);
		return false;
	}
	show_progress(reader);
	return true;
}

/* The next byte, or -1: the file ends, or cannot be read on. */
static int next_byte(struct reader *reader)
{
	ssize_t got;

	if (reader->at == reader->nr) {
		got = packed_file_next(reader->file, reader->piece, IMPORT_PIECE_BYTES);
		reader->at = 0;
		reader->nr = got > 0 ? (size_t)got : 0;
		reader->failed = got < 0;
		if (got <= 0)
			return -1;
	}
	return (unsigned char)reader->piece[reader->at++];
}

/* A line without its end into buffer, cut to IMPORT_LINE_MAX bytes. false: there is none. */
static bool next_line(struct reader *reader, char *buffer, size_t *length)
{
	int byte = next_byte(reader);

	if (byte < 0)
		return false;
	for (*length = 0; byte >= 0 && byte != '\n'; byte = next_byte(reader))
		if (*length < IMPORT_LINE_MAX)
			buffer[(*length)++] = (char)byte;
	buffer[*length] = '\0';
	return !reader->failed;
}

static bool read_lines(struct reader *reader, char *buffer)
{
	size_t length;

	while (!window_is_over(reader) && next_line(reader, buffer, &length))
		if (!take_line(reader, buffer, length))
			return false;
	return true;
}

static bool read_failed(const struct reader *reader)
{
	if (reader->failed)
		fprintf(stderr, "buddy import: %s: after line %" PRIu64 ": %s\n", reader->name,
			reader->line_nr, packed_file_error(reader->file));
	return reader->failed;
}

static void sum_up_complaints(const struct reader *reader)
{
	if (reader->nr_complaints > IMPORT_MAX_COMPLAINTS)
		fprintf(stderr,
			"buddy import: %s: %" PRIu32 " more malformed lines are not shown\n",
			reader->name, reader->nr_complaints - IMPORT_MAX_COMPLAINTS);
}

bool import_read(const struct import_options *options, struct importer *importer)
{
	struct reader reader = {
		.options = options,
		.importer = importer,
		.name = strcmp(options->path, "-") == 0 ? "stdin" : options->path,
		.dialect = options->dialect,
		.next_progress_ns = now_ns() + PROGRESS_AFTER_NS,
	};
	char *buffer, error[256];
	bool ok;

	reader.file = packed_file_open(options->path, error, sizeof(error));
	if (!reader.file) {
		fprintf(stderr, "buddy import: %s: %s\n", reader.name, error);
		return false;
	}
	buffer = malloc(IMPORT_LINE_MAX + 1 + IMPORT_PIECE_BYTES);
	reader.piece = buffer ? buffer + IMPORT_LINE_MAX + 1 : NULL;
	if (!buffer)
		fprintf(stderr, "buddy import: out of memory for a line buffer\n");
	ok = buffer && read_lines(&reader, buffer) && !read_failed(&reader);
	sum_up_complaints(&reader);
	free(buffer);
	packed_file_close(reader.file);
	return ok;
}

static void print_head(const struct import_options *options, const struct importer *importer,
		       FILE *out)
{
	const char *slash = strrchr(options->path, '/');
	const char *name = strcmp(options->path, "-") == 0 ? "stdin" : options->path;

	fprintf(out, "# Imported from %s", slash ? slash + 1 : name);
	if (options->skip_events > 0)
		fprintf(out, ", after the first %" PRIu64 " page events", options->skip_events);
	if (options->max_events > 0)
		fprintf(out, ", at most %" PRIu64 " page events", options->max_events);
	fprintf(out, "; at most %" PRIu64 " pages held at once.\n", importer->peak_pages);
	importer_print_counts(importer, "# ", out);
}

/* The whole text in memory, to be freed, or NULL. */
static char *print_program(const struct import_options *options, const struct importer *importer,
			   size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	bool ok;

	if (!out)
		return NULL;
	print_head(options, importer, out);
	ok = text_print(&importer->program, out);
	ok = fclose(out) == 0 && ok;
	if (!ok) {
		free(text);
		return NULL;
	}
	return text;
}

bool import_write(const struct import_options *options, const struct importer *importer)
{
	char error[256] = "out of memory for the text; give --limit";
	size_t size = 0;
	char *text = print_program(options, importer, &size);
	bool ok = text != NULL;

	if (ok && options->output && strcmp(options->output, "-") != 0) {
		ok = file_write(options->output, text, size, error, sizeof(error));
	} else if (ok && (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0)) {
		snprintf(error, sizeof(error), "cannot write to stdout: %s", strerror(errno));
		ok = false;
	}
	if (!ok)
		fprintf(stderr, "buddy import: %s\n", error);
	free(text);
	return ok;
}
