/* SPDX-License-Identifier: MIT */
/* Trace lines in, plain or gzipped; a program out that appears whole or not at all. */
#pragma once

#include "cli/import_build.h"

struct import_options {
	const char *path;   /* "-": stdin */
	const char *output; /* NULL: stdout */
	struct buddy_config (*profile)(pfn_t start_pfn, uint32_t nr_pages);
	enum trace_dialect dialect;       /* DIALECT_NONE: by content */
	uint32_t nr_pages;                /* 0: by the peak */
	uint64_t skip_events, max_events; /* of allocations and frees; max 0: all */
	bool quiet;
};

/* Both tell what went wrong on stderr and return false. */
bool import_read(const struct import_options *options, struct importer *importer);
bool import_write(const struct import_options *options, const struct importer *importer);
