/* SPDX-License-Identifier: MIT */
/* The two ends of a check that failed: our own sin stops the machine, the caller's is reported. */
#include "base/check.h"

#include <stdlib.h>

#include "base/marks.h"

void buddy_bug(const struct buddy_system *sys, const char *condition, pfn_t pfn)
{
	if (sys->hooks.bug)
		sys->hooks.bug(sys->hooks.context, condition, pfn);
	abort();
}

/* FR-15: _mapcount becomes -1 whatever it was, which also drops a PageBuddy mark. */
void bad_page(struct buddy_system *sys, struct page *page, enum bad_page_reason reason)
{
	MARK(sys, bad_page);
	page->type = 0;
	if (sys->hooks.bad_page)
		sys->hooks.bad_page(sys->hooks.context, page_pfn(sys, page), reason);
}
