/* SPDX-License-Identifier: MIT */
/* `buddy import`: a recorded kmem trace of a real machine becomes a program to run and judge. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/import_file.h"

#define IMPORT_PAGES_MIN 4096u
#define IMPORT_PAGES_MAX (1u << 28)

static const char usage_text[] =
	"usage: buddy import [--perf | --ftrace | --auto] FILE [options]\n"
	"\n"
	"Turns recorded page allocations and frees of a real machine into a program.\n"
	"FILE may be gzipped; '-' reads stdin. Record with, for example,\n"
	"    perf record -e kmem:mm_page_alloc -e kmem:mm_page_free -a -- make\n"
	"    perf script > make.perf.txt && buddy import make.perf.txt --output make.ops\n"
	"\n"
	"  --perf FILE        output of perf script\n"
	"  --ftrace FILE      tracefs 'trace' file, or output of trace-cmd report\n"
	"  --auto FILE        either, by content (default)\n"
	"  -o, --output FILE  program text; appears whole or not at all (default: stdout)\n"
	"  --profile NAME     machine to replay on: debian (default), x86_64 or uml\n"
	"  --pages N          its size in pages (default: 1.5 times the peak in use)\n"
	"  --skip N           leave out the first N page events\n"
	"  --limit N          stop after N page events\n"
	"  -q, --quiet        no summary and no progress\n"
	"  -h, --help         this text\n"
	"\n"
	"gfp names are read with their values in Linux 6.1. Frees of pages whose allocation was\n"
	"not recorded are left out; the summary on stderr counts this and everything else that\n"
	"is not replayed as it was recorded.\n"
	"Exit status: 0 imported, 2 bad usage, or nothing usable in FILE.\n";

enum import_option {
	OPTION_PERF = 256,
	OPTION_FTRACE,
	OPTION_AUTO,
	OPTION_PROFILE,
	OPTION_PAGES,
	OPTION_SKIP,
	OPTION_LIMIT
};

static const struct option long_options[] = {
	{ "perf", required_argument, NULL, OPTION_PERF },
	{ "ftrace", required_argument, NULL, OPTION_FTRACE },
	{ "auto", required_argument, NULL, OPTION_AUTO },
	{ "output", required_argument, NULL, 'o' },
	{ "profile", required_argument, NULL, OPTION_PROFILE },
	{ "pages", required_argument, NULL, OPTION_PAGES },
	{ "skip", required_argument, NULL, OPTION_SKIP },
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct {
	const char *name;
	struct buddy_config (*make)(pfn_t start_pfn, uint32_t nr_pages);
} profiles[] = {
	{ "debian", buddy_config_debian },
	{ "x86_64", buddy_config_x86_64 },
	{ "uml", buddy_config_uml },
};

static bool bad_usage(const char *option, const char *value, const char *wanted)
{
	fprintf(stderr, "buddy import: %s %s is not possible; give %s\n", option, value, wanted);
	return false;
}

static bool set_number(const char *option, const char *text, uint64_t least, uint64_t most,
		       uint64_t *value)
{
	char wanted[80], *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *value >= least &&
	    *value <= most)
		return true;
	snprintf(wanted, sizeof(wanted), "a number from %" PRIu64 " to %" PRIu64, least, most);
	return bad_usage(option, text, wanted);
}

static bool set_pages(struct import_options *options, const char *text)
{
	uint64_t value;

	if (!set_number("--pages", text, IMPORT_PAGES_MIN, IMPORT_PAGES_MAX, &value))
		return false;
	options->nr_pages = (uint32_t)value;
	return true;
}

static bool set_profile(struct import_options *options, const char *name)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (strcmp(name, profiles[i].name) == 0) {
			options->profile = profiles[i].make;
			return true;
		}
	}
	return bad_usage("--profile", name, "debian, x86_64 or uml");
}

static bool set_path(struct import_options *options, const char *path, enum trace_dialect dialect)
{
	if (options->path) {
		fprintf(stderr, "buddy import: %s and %s: give one file\n", options->path, path);
		return false;
	}
	options->path = path;
	options->dialect = dialect;
	return true;
}

static bool set_option(struct import_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_PERF:
		return set_path(options, value, DIALECT_PERF);
	case OPTION_FTRACE:
		return set_path(options, value, DIALECT_FTRACE);
	case OPTION_AUTO:
		return set_path(options, value, DIALECT_NONE);
	case OPTION_PROFILE:
		return set_profile(options, value);
	case OPTION_PAGES:
		return set_pages(options, value);
	case OPTION_SKIP:
		return set_number("--skip", value, 0, UINT32_MAX, &options->skip_events);
	case OPTION_LIMIT:
		return set_number("--limit", value, 1, UINT32_MAX, &options->max_events);
	case 'o':
		options->output = value;
		return true;
	case 'q':
		options->quiet = true;
		return true;
	default:
		return false;
	}
}

static bool bad_option(const char *what, const char *argument)
{
	fprintf(stderr, "buddy import: %s '%s'; see `buddy import --help`\n", what, argument);
	return false;
}

static bool parse_arguments(int argc, char **argv, struct import_options *options, bool *help)
{
	int option;

	optind = 0; /* main() may have parsed options of its own */
	opterr = 0; /* it would name another command */
	while ((option = getopt_long(argc, argv, ":o:qh", long_options, NULL)) != -1) {
		if (option == 'h') {
			*help = true;
			return true;
		}
		if (option == '?' || option == ':')
			return bad_option(option == ':' ? "a value is missing behind"
							: "unknown option",
					  argv[optind - 1]);
		if (!set_option(options, option, optarg))
			return false;
	}
	for (; optind < argc; optind++) {
		if (!set_path(options, argv[optind], DIALECT_NONE))
			return false;
	}
	if (!options->path)
		fprintf(stderr, "buddy import: which trace? give FILE, or - for stdin\n");
	return options->path != NULL;
}

static bool program_is_usable(const struct import_options *options, const struct importer *importer)
{
	const char *problem;

	if (importer->program.nr_ops == 0) {
		fprintf(stderr,
			"buddy import: %s: no usable page allocation in %" PRIu64
			" lines; expected the "
			"events kmem:mm_page_alloc and kmem:mm_page_free\n",
			options->path, importer->counts[IMPORT_LINES]);
		return false;
	}
	problem = buddy_config_error(&importer->program.machine);
	if (problem)
		fprintf(stderr,
			"buddy import: no such machine: %s; give another --pages or --profile\n",
			problem);
	return problem == NULL;
}

static void print_summary(const struct importer *importer)
{
	fprintf(stderr,
		"buddy import: %zu operations in %" PRIu32 " slots, at most %" PRIu64
		" pages held, %" PRIu32 " CPU%s\n",
		importer->program.nr_ops, importer->program.nr_slots, importer->peak_pages,
		importer->nr_cpus, importer->nr_cpus == 1 ? "" : "s");
	importer_print_counts(importer, "  ", stderr);
}

int import_main(int argc, char **argv)
{
	struct import_options options = { .profile = buddy_config_debian };
	struct importer importer;
	bool help = false, ok;

	if (!parse_arguments(argc, argv, &options, &help))
		return EXIT_BAD_USAGE;
	if (help) {
		fputs(usage_text, stdout);
		return EXIT_CLEAN;
	}
	importer_init(&importer);
	ok = import_read(&options, &importer);
	importer_finish(&importer, options.profile, options.nr_pages);
	if (ok && !options.quiet)
		print_summary(&importer);
	ok = ok && program_is_usable(&options, &importer) && import_write(&options, &importer);
	importer_free(&importer);
	return ok ? EXIT_CLEAN : EXIT_BAD_USAGE;
}
