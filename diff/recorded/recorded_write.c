/* SPDX-License-Identifier: MIT */
/* One line kind, one function, in the order in which the recorders of old wrote them. */
#include "diff/recorded/recorded_write.h"

#include <stdlib.h>
#include <zlib.h>

#include "diff/recorded/recorded_scan.h"
#include "oracle/lang/names.h"

#define GZIP_WINDOW (15 + 16) /* zlib's way to say: with a gzip header */
#define GZIP_LEVEL 9
#define GZIP_MEMORY 8

struct writer {
	const struct recorded *recorded;
	FILE *out;
	uint32_t zone; /* as the kernel counts them */
};

/* ---- the kernel's numbers ---- */

static uint32_t kernel_zone(const struct recorded_header *header, uint32_t type)
{
	uint32_t z = 0;

	while (z < header->nr_zone_types && recorded_zone_type(header, z) != type)
		z++;
	return z;
}

/* ---- header ---- */

static void write_header(const struct writer *writer)
{
	const struct recorded_header *header = &writer->recorded->header;

	fprintf(writer->out,
		"ORACLE 1 kernel %s machine %s pageblock_order %u max_order %d mtypes %u pcp_lists "
		"%u zones %u boost_factor %d mobility_off %u smp %u nofragment %u cma %u irqoff %u "
		"cpu %u online %u\n",
		header->release, header->machine, header->pageblock_order, NR_PAGE_ORDERS,
		header->nr_migratetypes, header->nr_pcp_lists, header->nr_zone_types,
		header->boost_factor, header->mobility_off, header->smp, header->nofragment,
		header->cma, header->irqoff, header->cpu, header->nr_cpus);
}

static void write_sysctls(const struct writer *writer)
{
	const struct buddy_sysctl *sysctl = &writer->recorded->header.sysctl;

	if (!writer->recorded->header.has_sysctl)
		return;
	fprintf(writer->out,
		"SYSCTL min_free_kbytes %d watermark_scale_factor %u percpu_pagelist_high_fraction "
		"%u lowmem_reserve_ratio",
		sysctl->min_free_kbytes, sysctl->watermark_scale_factor,
		sysctl->percpu_pagelist_high_fraction);
	for (uint32_t z = 0; z < MAX_NR_ZONES; z++)
		fprintf(writer->out, " %u", sysctl->lowmem_reserve_ratio[z]);
	putc('\n', writer->out);
}

/* ---- snapshots ---- */

static void write_zone_info(const struct writer *writer, const struct zone_info *info)
{
	const struct recorded_header *header = &writer->recorded->header;
	uint32_t z = writer->zone;

	fprintf(writer->out, "zone %u %s node %u start %u spanned %u present %u managed %u\n", z,
		zone_kernel_names[info->index], info->node, info->start_pfn, info->spanned_pages,
		info->present_pages, info->managed_pages);
	fprintf(writer->out, "wmark %u min %u low %u high %u promo %u boost %u\n", z,
		info->watermark[WMARK_MIN], info->watermark[WMARK_LOW], info->watermark[WMARK_HIGH],
		info->watermark[WMARK_PROMO], info->watermark_boost);
	fprintf(writer->out, "reserve %u", z);
	for (uint32_t k = 0; k < header->nr_zone_types; k++)
		fprintf(writer->out, " %u", info->lowmem_reserve[recorded_zone_type(header, k)]);
	fprintf(writer->out, "\nstat %u free %lld cma %lld highatomic %u isolate %u flags %x\n", z,
		(long long)info->nr_free_pages, (long long)info->nr_free_cma_pages,
		info->nr_reserved_highatomic, info->nr_isolate_pageblock, info->flags);
}

static void write_frames(const struct writer *writer, const struct pfn_list *list)
{
	for (uint32_t i = 0; i < list->nr; i++)
		fprintf(writer->out, " %u", list->pfns[i]);
	putc('\n', writer->out);
}

static void write_free_lists(const struct writer *writer, const struct snapshot_zone *zone)
{
	const struct recorded_header *header = &writer->recorded->header;

	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
		fprintf(writer->out, "area %u %u nr_free %u\n", writer->zone, order,
			zone->info.nr_free[order]);
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
			if (!zone->lists[order][type].nr)
				continue;
			fprintf(writer->out, "fl %u %u %u", writer->zone, order,
				recorded_kernel_type(header, type));
			write_frames(writer, &zone->lists[order][type]);
		}
	}
}

static void write_pcp(const struct writer *writer, const struct snapshot_pcp *pcp, uint32_t cpu)
{
	const struct recorded_header *header = &writer->recorded->header;

	fprintf(writer->out, "pcp %u %u count %d batch %d high %d free_factor %d\n", writer->zone,
		cpu, pcp->info.count, pcp->info.batch, pcp->info.high, pcp->info.free_factor);
	if (header->smp)
		fprintf(writer->out, "drift %u %u threshold %u free %d cma %d\n", writer->zone, cpu,
			pcp->info.stat_threshold, pcp->info.diff_free, pcp->info.diff_cma);
	for (uint32_t pindex = 0; pindex < header->nr_pcp_lists; pindex++) {
		const struct pfn_list *list = &pcp->lists[pindex];

		if (!list->nr)
			continue;
		fprintf(writer->out, "pl %u %u %u", writer->zone, cpu, pindex);
		for (uint32_t i = 0; i < list->nr; i++)
			fprintf(writer->out, " %u:%u", list->pfns[i],
				recorded_kernel_type(header, pcp->types[pindex].pfns[i]));
		putc('\n', writer->out);
	}
}

static void write_pages(const struct writer *writer, const struct snapshot_zone *zone)
{
	fprintf(writer->out, "pb %u ", writer->zone);
	for (uint32_t b = 0; b < zone->nr_pageblocks; b++)
		putc(zone->pageblocks[b] == PAGEBLOCK_HOLE
			     ? '-'
			     : (char)('0' + recorded_kernel_type(&writer->recorded->header,
								 zone->pageblocks[b])),
		     writer->out);
	fprintf(writer->out, "\nmov %u", writer->zone);
	for (uint32_t i = 0; i + 1 < zone->lru.nr; i += 2)
		fprintf(writer->out, " %u+%u", zone->lru.pfns[i], zone->lru.pfns[i + 1]);
	putc('\n', writer->out);
}

static void write_snapshot(struct writer *writer, const char *name, const struct snapshot *snapshot)
{
	const struct recorded_header *header = &writer->recorded->header;

	fprintf(writer->out, "SNAP %s\n", name);
	for (uint32_t z = 0; z < snapshot->nr_zones; z++) {
		const struct snapshot_zone *zone = &snapshot->zones[z];

		writer->zone = kernel_zone(header, zone->info.index);
		write_zone_info(writer, &zone->info);
		write_free_lists(writer, zone);
		for (uint32_t cpu = 0; cpu < header->nr_cpus; cpu++)
			write_pcp(writer, &zone->pcps[cpu], cpu);
		write_pages(writer, zone);
	}
	fputs("ENDSNAP\n", writer->out);
}

/* ---- results ---- */

static void write_operands(const struct writer *writer, const struct recorded_op *op,
			   const struct op_info *info)
{
	const uint32_t operands[] = { op->id, op->a, op->b, op->d };

	putc(op->code, writer->out);
	for (uint32_t k = 0; k < recorded_letter(op->code)->nr; k++)
		fprintf(writer->out, " %u", operands[k]);
	if (info->operands & OPERAND_GFP)
		fprintf(writer->out, " %x", op->b);
}

static void write_result(const struct writer *writer, const struct recorded_op *op)
{
	const struct op_info *info = recorded_letter_op(op->code);

	write_operands(writer, op, info);
	fprintf(writer->out, " = %u", op->result);
	for (uint32_t k = 0; k < op->nr_counted; k++)
		fprintf(writer->out, " %lld/%lld", (long long)op->free_pages[k],
			(long long)op->pcp_pages[k]);
	if (info->result == RESULT_FRAGMENT && op->result)
		fprintf(writer->out, " : %u", op->d);
	if (op_is_bulk((uint8_t)(info - op_table)) && op->result) {
		fputs(" :", writer->out);
		for (uint32_t i = 0; i < op->nr_pfns; i++)
			fprintf(writer->out, " %u", writer->recorded->pfns.pfns[op->first_pfn + i]);
	}
	putc('\n', writer->out);
}

bool recorded_write(const struct recorded *recorded, FILE *out)
{
	struct writer writer = { .recorded = recorded, .out = out };

	write_header(&writer);
	write_sysctls(&writer);
	write_snapshot(&writer, "initial", recorded->initial);
	write_snapshot(&writer, "final", recorded->final);
	fprintf(out, "RESULTS %zu\n", recorded->nr_ops);
	for (size_t i = 0; i < recorded->nr_ops; i++)
		write_result(&writer, &recorded->ops[i]);
	fprintf(out, "EVENTS\nTIME cycles 0 ops %zu\nEND\n", recorded->nr_ops);
	return !fflush(out) && !ferror(out);
}

/* ---- gzip ---- */

uint8_t *recorded_pack(const char *text, size_t size, size_t *packed_size)
{
	z_stream stream = { .avail_in = (uInt)size };
	uint8_t *packed = NULL;
	uLong bound;

	/* zlib asks for a pointer to what it does not change. */
	stream.next_in = (z_const Bytef *)text;
	if (size > UINT32_MAX / 2 || deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW,
						  GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	bound = deflateBound(&stream, (uLong)size);
	packed = malloc(bound);
	stream.next_out = packed;
	stream.avail_out = (uInt)bound;
	if (packed && deflate(&stream, Z_FINISH) == Z_STREAM_END) {
		*packed_size = stream.total_out;
	} else {
		free(packed);
		packed = NULL;
	}
	deflateEnd(&stream);
	return packed;
}
