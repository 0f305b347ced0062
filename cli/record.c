/* SPDX-License-Identifier: MIT */
/*
 * `buddy record`: the real Linux allocator runs a program, and what it answered becomes a file that
 * `buddy replay` reads. The same program on the same kernel gives the same bytes. A file is there
 * whole or not at all; Ctrl-C ends between two operations and leaves the files that are done.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/out_folder.h"
#include "cli/record.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "diff/linux/linux_guest.h"
#include "diff/recorded/recorded_write.h"
#include "diff/recorded/recorder.h"
#include "fuzz/input/file.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"
#include "fuzz/workload/workload.h"

#define ERROR_MAX 4096
#define PATH_BYTES 4096
#define PROGRESS_AFTER_S 2.0
#define PROGRESS_EVERY_S 0.5
#define RECIPE_DEFAULT "corpus/linux/RECIPE"
#define VARIANT "BUDDY_LINUX_VARIANT"

struct record {
	const char *out, *program;   /* one program */
	const char *folder, *recipe; /* all of a recipe */
	const char *programs;        /* folder for the workloads as programs */
	uint64_t seed;
	bool quiet, list;
	bool only_program;   /* "--" was read */
	const char *variant; /* asked for by the environment */
	double start_s, last_s;
	const char *name; /* being recorded */
	uint32_t nr_done, nr;
	size_t nr_left_out, nr_unfit; /* of all */
	char error[ERROR_MAX];
};

static void print_help(void)
{
	puts("usage: buddy record [OPTIONS] -o OUT.txt.gz PROGRAM\n"
	     "       buddy record [OPTIONS] --all FOLDER\n"
	     "       buddy record [OPTIONS] --programs FOLDER\n\n"
	     "Runs programs on the real Linux 6.1 page allocator (`make linux` builds it) and\n"
	     "writes what it answered, for `buddy replay`. The second form records the\n"
	     "workloads of a recipe and prints a line for each, as in corpus/linux/INDEX. The\n"
	     "third records nothing: it writes the workloads as programs, which needs no "
	     "kernel.\n\n"
	     "  -o FILE          where the recording goes; gzip'd when the name ends in .gz\n"
	     "  --all FOLDER     every recording of the recipe, into this folder\n"
	     "  --recipe FILE    of --all (default: " RECIPE_DEFAULT ")\n"
	     "  --programs FOLDER  workload-NAME.ops for every workload; a new folder is made\n"
	     "  --seed N         of --programs (default 1)\n"
	     "  --list           the workloads and what they do\n"
	     "  -q, --quiet      no line for each file\n"
	     "  --help\n\n"
	     "A machine with a DMA32 zone needs the kernel of `make linux VARIANT=dma32`;\n"
	     "BUDDY_LINUX_VARIANT and BUDDY_LINUX_DIR choose another one. Operations that the\n"
	     "format cannot tell, and those that do not fit their slots, are left out.\n\n"
	     "Exit status: 0 all is written, 2 wrong usage, no kernel, or a program it refuses, "
	     "130\n"
	     "interrupted.\n\n"
	     "example: buddy record -o orders.txt.gz corpus/seeds/safety/orders.ops");
}

static int complain(const struct record *record, const char *what)
{
	fprintf(stderr, "buddy record: %s: %s\n", what, record->error);
	return EXIT_BAD_USAGE;
}

/* ---- one recording ---- */

static bool go_on(void *context, size_t nr_done, size_t nr_ops)
{
	struct record *record = context;
	double now_s = progress_now_s();

	if (!record->quiet && isatty(STDERR_FILENO) && now_s - record->start_s > PROGRESS_AFTER_S &&
	    now_s - record->last_s > PROGRESS_EVERY_S) {
		record->last_s = now_s;
		fprintf(stderr, "\r%u of %u recordings, %s: op %zu of %zu\033[K\r", record->nr_done,
			record->nr, record->name, nr_done, nr_ops);
	}
	return !interrupt_wanted;
}

/* The kernel that has the machine's zones, unless the user named one. */
static void choose_kernel(const struct record *record, const struct buddy_config *machine)
{
	const char *wanted = machine->zones & 1u << ZONE_DMA32 ? "dma32" : "plain";
	const char *now = getenv(VARIANT);

	if (record->variant || (now && !strcmp(now, wanted)))
		return;
	linux_guest_stop();
	setenv(VARIANT, wanted, 1);
}

static bool ends_in_gz(const char *path)
{
	size_t length = strlen(path);

	return length > 3 && !strcmp(path + length - 3, ".gz");
}

static bool write_file(struct record *record, const char *path, const char *text, size_t size)
{
	size_t packed_size;
	uint8_t *packed;
	bool written;

	if (!ends_in_gz(path))
		return file_write(path, text, size, record->error, ERROR_MAX);
	packed = recorded_pack(text, size, &packed_size);
	snprintf(record->error, ERROR_MAX, "out of memory");
	written = packed && file_write(path, packed, packed_size, record->error, ERROR_MAX);
	free(packed);
	return written;
}

static bool write_recorded(struct record *record, const char *path, const struct recorded *recorded)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool written = out && recorded_write(recorded, out);

	snprintf(record->error, ERROR_MAX, "out of memory");
	if (out)
		written = !fclose(out) && written;
	written = written && write_file(record, path, text, size);
	free(text);
	return written;
}

static bool name_kernel(struct record *record, struct recorded *recorded)
{
	const struct linux_shared *shared = linux_guest_shared(record->error, ERROR_MAX);

	if (!shared)
		return false;
	snprintf(recorded->header.release, sizeof(recorded->header.release), "%.*s",
		 (int)sizeof(recorded->header.release) - 1, shared->kernel.release);
	return true;
}

/* recorder tells what was left out, nr_ops what is in the file. */
static bool record_program(struct record *record, const struct program *program, const char *path,
			   struct recorder *recorder, size_t *nr_ops)
{
	struct recorded recorded;
	bool written;

	choose_kernel(record, &program->machine);
	*recorder = (struct recorder){ subject_linux(), .go_on = go_on, .context = record };
	if (!recorder_run(recorder, program, &recorded, record->error, ERROR_MAX))
		return false;
	*nr_ops = recorded.nr_ops;
	record->nr_left_out += recorder->nr_left_out;
	record->nr_unfit += recorder->nr_unfit;
	written = name_kernel(record, &recorded) && write_recorded(record, path, &recorded);
	recorded_free(&recorded);
	return written;
}

static void tell_left_out(const struct record *record, const char *what)
{
	if (record->nr_left_out || record->nr_unfit)
		fprintf(stderr,
			"buddy record: %s: left out %zu ops that the format or the kernel lacks, "
			"and %zu that did not fit their slots\n",
			what, record->nr_left_out, record->nr_unfit);
}

static int record_one(struct record *record)
{
	struct recorder recorder;
	struct program program;
	size_t nr_ops;
	bool done;

	program_init(&program);
	record->name = record->program;
	record->nr = 1;
	done = text_read_program(record->program, &program, record->error, ERROR_MAX) &&
	       record_program(record, &program, record->out, &recorder, &nr_ops);
	program_free(&program);
	if (!done)
		return complain(record, record->program);
	tell_left_out(record, record->out);
	if (!record->quiet)
		printf("%s: %zu ops recorded\n", record->out, nr_ops);
	return EXIT_CLEAN;
}

/* ---- all of them ---- */

static bool build_entry(struct record *record, const struct record_recipe *recipe,
			const struct record_entry *entry, struct program *program)
{
	struct workload_options options = {
		.name = entry->workload,
		.seed = entry->seed,
		.nr_ops = entry->nr_ops,
		.nr_slots = entry->nr_slots,
		.machine = &recipe->configs[entry->config].machine,
	};
	const char *problem;

	if (workload_build(&options, program, &problem))
		return true;
	snprintf(record->error, ERROR_MAX, "%s", problem);
	return false;
}

static bool record_entry(struct record *record, const struct record_recipe *recipe,
			 const struct record_entry *entry)
{
	const char *config = recipe->configs[entry->config].name;
	char name[2 * RECORD_NAME_MAX + 32], path[PATH_BYTES];
	struct recorder recorder;
	struct program program;
	size_t nr_ops;
	bool done;

	snprintf(name, sizeof(name), "%s-%s-%u-%u.txt.gz", config, entry->workload, entry->seed,
		 entry->nr_ops);
	record->name = name;
	program_init(&program);
	done = snprintf(path, sizeof(path), "%s/%s", record->folder, name) < PATH_BYTES &&
	       build_entry(record, recipe, entry, &program) &&
	       record_program(record, &program, path, &recorder, &nr_ops);
	program_free(&program);
	if (!done) {
		complain(record, name);
		return false;
	}
	if (!record->quiet)
		printf("live/%s config %s profile %s seed %u ops %zu allocs %zu failed %zu boot 0 "
		       "pos %u expect exact\n",
		       name, config, entry->workload, entry->seed, nr_ops, recorder.nr_allocs,
		       recorder.nr_failed_allocs, record->nr_done);
	return true;
}

static int record_all(struct record *record)
{
	struct record_recipe recipe;
	uint32_t i = 0;
	int status;

	if (!record_recipe_read(record->recipe, &recipe, record->error, ERROR_MAX)) {
		fprintf(stderr, "buddy record: %s\n", record->error);
		return EXIT_BAD_USAGE;
	}
	record->nr = recipe.nr_entries;
	if (!out_folder_create(record->folder, record->error, ERROR_MAX)) {
		fprintf(stderr, "buddy record: %s\n", record->error);
		record_recipe_free(&recipe);
		return EXIT_BAD_USAGE;
	}
	while (i < recipe.nr_entries && record_entry(record, &recipe, &recipe.entries[i]))
		record->nr_done = ++i;
	status = i == recipe.nr_entries ? EXIT_CLEAN : EXIT_BAD_USAGE;
	fprintf(stderr, "buddy record: %u of %u recordings written to %s\n", i, recipe.nr_entries,
		record->folder);
	tell_left_out(record, "all");
	record_recipe_free(&recipe);
	return status;
}

/* ---- arguments ---- */

static bool usage_error(const char *what, const char *argument)
{
	fprintf(stderr, "buddy record: %s '%s'; see `buddy record --help`\n", what, argument);
	return false;
}

static bool set_seed(struct record *record, const char *value)
{
	char *end;

	errno = 0;
	record->seed = strtoull(value, &end, 10);
	return (!errno && *value >= '0' && *value <= '9' && !*end) ||
	       usage_error("--seed wants a number from 0 to 18446744073709551615, not", value);
}

static const char **text_option(struct record *record, const char *name)
{
	if (!strcmp(name, "-o"))
		return &record->out;
	if (!strcmp(name, "--all"))
		return &record->folder;
	if (!strcmp(name, "--recipe"))
		return &record->recipe;
	if (!strcmp(name, "--programs"))
		return &record->programs;
	return NULL;
}

static bool set_program(struct record *record, const char *path)
{
	if (record->program)
		return usage_error("one program at a time; not also", path);
	record->program = path;
	return true;
}

static bool parse_argument(struct record *record, int argc, char **argv, int *i)
{
	const char *argument = argv[*i];
	const char **text = text_option(record, argument);
	bool wants_value = text || !strcmp(argument, "--seed");

	if (record->only_program)
		return set_program(record, argument);
	if (wants_value && *i + 1 >= argc)
		return usage_error("a value is missing behind", argument);
	if (text)
		*text = argv[++*i];
	else if (wants_value)
		return set_seed(record, argv[++*i]);
	else if (!strcmp(argument, "--quiet") || !strcmp(argument, "-q"))
		record->quiet = true;
	else if (!strcmp(argument, "--list"))
		record->list = true;
	else if (!strcmp(argument, "--"))
		record->only_program = true;
	else if (argument[0] == '-' && argument[1])
		return usage_error("unknown option", argument);
	else
		return set_program(record, argument);
	return true;
}

static bool parse_arguments(struct record *record, int argc, char **argv)
{
	int forms;

	for (int i = 1; i < argc; i++)
		if (!parse_argument(record, argc, argv, &i))
			return false;
	forms = !!record->program + !!record->folder + !!record->programs + record->list;
	if (forms == 1 && !record->program == !record->out)
		return true;
	fputs("buddy record: give -o OUT.txt.gz PROGRAM, --all FOLDER, --programs FOLDER or "
	      "--list; "
	      "see `buddy record --help`\n",
	      stderr);
	return false;
}

int record_main(int argc, char **argv)
{
	struct record record = { .recipe = RECIPE_DEFAULT, .seed = 1, .name = "" };

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help();
			return EXIT_CLEAN;
		}
	if (!parse_arguments(&record, argc, argv))
		return EXIT_BAD_USAGE;
	record.variant = getenv(VARIANT);
	record.start_s = progress_now_s();
	interrupt_catch();
	if (record.list)
		return record_list();
	if (record.programs)
		return record_programs(record.programs, record.seed, record.quiet);
	return record.program ? record_one(&record) : record_all(&record);
}
