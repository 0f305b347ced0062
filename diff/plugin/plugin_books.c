/* SPDX-License-Identifier: MIT */
/*
 * What a plug-in tells by itself: its assertions, and its eyes, which are compared with what was
 * handed out. The books end where the judge has the word (a page that was not to be given) and
 * where a page may stay without being held (references, fragments).
 */
#include <stdlib.h>
#include <string.h>

#include "diff/plugin/subject_plugin.h"
#include "oracle/lang/fuzz_assert.h"

/* ---- assertions ---- */

void plugin_report_bad_page(void *harness, uint64_t frame)
{
	struct plugin_machine *machine = harness;
	struct event *event = machine->event;

	if (!event)
		plugin_trap(harness, "a bad page was reported outside of any call", frame);
	if (event->nr_bad_pages < EVENT_MAX_BAD_PAGES) {
		event->bad_pages[event->nr_bad_pages].pfn = (pfn_t)frame;
		event->bad_pages[event->nr_bad_pages].reason = (enum bad_page_reason)0;
	}
	event->nr_bad_pages++;
}

void plugin_trap(void *harness, const char *condition, uint64_t frame)
{
	struct plugin_machine *machine = harness;

	machine->broken = condition ? condition : "no condition told";
	machine->bug_pfn = (pfn_t)frame;
	longjmp(machine->trap, 1);
}

/* ---- books ---- */

static size_t span(const struct plugin_machine *machine)
{
	return machine->machine.end_frame - machine->machine.first_frame;
}

bool plugin_books_init(struct plugin_machine *machine)
{
	const struct buddyfuzz_plugin *plugin = machine->plugin;

	if (!plugin->free_pages && !plugin->is_free)
		return true;
	machine->held = calloc(span(machine), sizeof(*machine->held));
	return machine->held;
}

void plugin_books_open(struct plugin_machine *machine)
{
	machine->books_kept = machine->held;
	if (machine->held)
		memset(machine->held, false, span(machine) * sizeof(*machine->held));
	machine->nr_held = 0;
}

void plugin_books_close(struct plugin_machine *machine)
{
	machine->books_kept = false;
}

static void look(struct plugin_machine *machine, pfn_t pfn, bool is_free)
{
	const struct buddyfuzz_plugin *plugin = machine->plugin;

	if (plugin->is_free && plugin->is_free(machine->self, pfn) != is_free)
		plugin_trap(machine,
			    is_free ? "is_free() denies a page that was given back"
				    : "is_free() says so of a page that was handed out",
			    pfn);
}

void plugin_books_hold(struct plugin_machine *machine, pfn_t pfn, uint32_t nr_pages)
{
	size_t first = pfn - machine->machine.first_frame;

	if (!machine->books_kept || pfn == PFN_NONE)
		return;
	if (pfn < machine->machine.first_frame || first + nr_pages > span(machine) ||
	    memchr(machine->held + first, true, nr_pages)) {
		plugin_books_close(machine);
		return;
	}
	memset(machine->held + first, true, nr_pages);
	machine->nr_held += nr_pages;
	for (uint32_t i = 0; i < nr_pages; i++)
		look(machine, pfn + i, false);
}

void plugin_books_drop(struct plugin_machine *machine, pfn_t pfn, uint32_t nr_pages)
{
	size_t first = pfn - machine->machine.first_frame;

	if (!machine->books_kept)
		return;
	FUZZ_ASSERT(first + nr_pages <= span(machine) &&
		    !memchr(machine->held + first, false, nr_pages));
	memset(machine->held + first, false, nr_pages);
	machine->nr_held -= nr_pages;
	for (uint32_t i = 0; i < nr_pages; i++)
		look(machine, pfn + i, true);
}

void plugin_books_check(struct plugin_machine *machine)
{
	const struct buddyfuzz_plugin *plugin = machine->plugin;

	if (machine->books_kept && plugin->free_pages &&
	    plugin->free_pages(machine->self) != machine->nr_pages - machine->nr_held)
		plugin_trap(machine, "free_pages() counts other pages than are not handed out",
			    PFN_NONE);
}
