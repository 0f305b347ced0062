/* SPDX-License-Identifier: MIT */
/* An event before the subject has answered. */
#include "oracle/event.h"

#include <string.h>

void event_clear(struct event *event)
{
	pfn_t *pfns = event->pfns;

	memset(event, 0, sizeof(*event));
	event->pfns = pfns;
	event->pfn = PFN_NONE;
	event->unzeroed_pfn = PFN_NONE;
	event->bug_pfn = PFN_NONE;
}
