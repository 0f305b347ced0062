/* SPDX-License-Identifier: MIT */
/* `buddy run`: programs under the judge, and what the memory looks like when the ops are over. */
#include "cli/cli.h"
#include "cli/session.h"
#include "oracle/lang/names.h"

static void print_help(void)
{
	puts("usage: buddy run [OPTIONS] FILE|FOLDER...\n\n"
	     "Runs each program on an allocator, judges every answer, then gives back what the\n"
	     "program still holds and checks that memory is whole again. A file is program\n"
	     "text or the binary form, gzip'd or not, or '-' for standard input; of a folder,\n"
	     "all *.ops.\n\n"
	     "  --subject NAME    core (default), bitmap, or a plug-in's path (.so)\n"
	     "  --judge on|off    ask the rules after every op (default on)\n"
	     "  --walk N|auto     look at everything every N ops, 0: at the end only; auto\n"
	     "                    (default): lists in intervals, pages in rotation\n"
	     "  --format FORMAT   text (default), json, junit, sarif or ktap: docs/results.md\n"
	     "  --isolate on|off  run the subject in a process of its own (default on); off: in\n"
	     "                    this one, for a debugger\n"
	     "  -q, --quiet       one line a file\n"
	     "  --help\n\n"
	     "Prints the verdict, ops and their rate, the peak of pages in use, fallbacks and\n"
	     "kswapd wake-ups, and per zone the free blocks of each order with the unusable\n"
	     "free space index (share of free memory in blocks too small for the order).\n\n"
	     "Exit status: 0 all pass, 1 a rule broke or the subject crashed, 2 wrong usage,\n"
	     "unreadable input or unwritable output, 130 interrupted.\n\n"
	     "example: buddy run corpus/seeds/safety");
}

/* Share of the free pages that lie in blocks below this order. */
static double unusable_index(const struct zone_info *info, uint32_t order, uint64_t free_pages)
{
	uint64_t usable = 0;

	for (uint32_t o = order; o < NR_PAGE_ORDERS; o++)
		usable += (uint64_t)info->nr_free[o] << o;
	return free_pages ? (double)(free_pages - usable) / (double)free_pages : 0;
}

static void print_zone(const struct zone_info *info, FILE *out)
{
	uint64_t free_pages = 0;
	int largest = -1;

	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
		free_pages += (uint64_t)info->nr_free[order] << order;
		if (info->nr_free[order])
			largest = (int)order;
	}
	fprintf(out, "  Node %u, zone %8s: %llu pages free in blocks, ", info->node,
		name_of(zone_kernel_names, info->index), (unsigned long long)free_pages);
	if (largest < 0)
		fputs("none left\n", out);
	else
		fprintf(out, "largest order %d\n", largest);
	fputs("    free blocks   ", out);
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		fprintf(out, " %6u", info->nr_free[order]);
	fputs("\n    unusable index", out);
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		fprintf(out, " %6.3f", unusable_index(info, order, free_pages));
	fputs("\n", out);
}

static void print_fragmentation(struct lockstep *lockstep, FILE *out)
{
	const struct view *view = lockstep_view(lockstep, 0);
	struct machine_info machine;
	struct zone_info info;

	if (!view)
		return;
	view->machine(view->self, &machine);
	for (uint32_t zone = 0; zone < machine.nr_zones; zone++) {
		view->zone(view->self, zone, &info);
		print_zone(&info, out);
	}
}

static int run_parsed(struct session *session, enum parsed parsed)
{
	if (parsed == PARSED_HELP) {
		print_help();
		return EXIT_CLEAN;
	}
	if (parsed == PARSED_ERROR)
		return EXIT_BAD_USAGE;
	if (session->nr_subjects > 1) {
		fputs("buddy run: one subject only; `buddy diff` compares several\n", stderr);
		return EXIT_BAD_USAGE;
	}
	session_default_subject(session);
	return session_run_files(session, print_fragmentation);
}

int run_main(int argc, char **argv)
{
	struct session session = { .judges_files = true };
	int status = run_parsed(&session, session_parse(&session, argc, argv));

	session_free(&session);
	return status;
}
