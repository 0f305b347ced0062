/* SPDX-License-Identifier: MIT */
/* What an emitted file compares answers with, or asks the judge with. */
#include "fuzz/emit_c/emit_c_pieces.h"

/* clang-format off */
const struct piece state_pieces[] = {
	{ ALWAYS,
	  "#include <inttypes.h>\n"
	  "#include <stdio.h>\n"
	  "#include <stdlib.h>\n" },
	{ NEED_TRAP,
	  "@A#include <string.h>\n" },
	{ ALWAYS,
	  "\n"
	  "#include <buddy/buddy.h>\n" },
	{ NEED_REFS | NEED_ZONE,
	  "#include <buddy/inspect.h>\n" },
	{ NEED_RULES | NEED_START,
	  "#include <buddyfuzz/judge.h>\n" },
	{ ALWAYS,
	  "\n"
	  "static struct buddy_config config;\n"
	  "static struct buddy_system sys;\n" },
	{ NEED_CACHE,
	  "static struct page_frag_cache frag_cache;\n" },
	{ NEED_FRAGMENT,
	  "static uint32_t frag_offset;\n" },
	{ NEED_RESULT,
	  "@Astatic int64_t result;\n" },
	{ NEED_RULES,
	  "static struct buddy_judge *judge;\n" },
	{ ALWAYS,
	  "static unsigned int op_number;\n"
	  "static const char *op_text = \"boot\";\n" },
	{ NEED_NOFAIL,
	  "static uint32_t waits, waiting_op;\n" },
	{ NEED_REPORTS,
	  "@Astatic struct { pfn_t pfn; enum bad_page_reason reason; } bad_pages[8];\n"
	  "@Astatic uint32_t nr_bad_pages, nr_expected;\n" },
	{ NEED_TRAP,
	  "@Astatic const char *wanted_trap;\n" },
	{ 0, NULL },
};

const struct piece answer_pieces[] = {
	{ ALWAYS,
	  "\n"
	  "#define fail(...) \\\n"
	  "\t(printf(\"FAIL op %u, %s: \", op_number, op_text), printf(__VA_ARGS__), "
	  "puts(\"\"), exit(1))\n"
	  "@N#define OP(number, ...) op_number = number, op_text = #__VA_ARGS__, __VA_ARGS__\n" },
	{ NEED_REPORTS,
	  "#define OP(number, ...) begin(number, #__VA_ARGS__), __VA_ARGS__\n"
	  "\n"
	  "static void begin(unsigned int number, const char *text)\n"
	  "{\n"
	  "\tif (nr_expected != nr_bad_pages)\n"
	  "\t\tfail(\"page frame %u is called bad\", bad_pages[nr_expected % 8].pfn);\n"
	  "\tnr_bad_pages = nr_expected = 0;\n"
	  "\top_number = number;\n"
	  "\top_text = text;\n"
	  "}\n" },
	{ NEED_EXPECT,
	  "\n"
	  "#define expect(what, wanted) expect_number(#what, what, wanted)\n"
	  "static void expect_number(const char *what, int64_t is, int64_t wanted)\n"
	  "{\n"
	  "\tif (is != wanted)\n"
	  "\t\tfail(\"%s is %\" PRId64 \", expected %\" PRId64, what, is, wanted);\n"
	  "}\n" },
	{ NEED_PFN | NEED_PFNS,
	  "\n"
	  "#define NONE (-1) /* no page */\n"
	  "static int64_t pfn(const struct page *page)\n"
	  "{\n"
	  "\treturn page ? (int64_t)page_to_pfn(&sys, page) : NONE;\n"
	  "}\n" },
	{ NEED_PFNS,
	  "\n"
	  "static void expect_pfns(struct page **pages, uint32_t nr, const pfn_t *wanted)\n"
	  "{\n"
	  "\tfor (uint32_t i = 0; i < nr; i++)\n"
	  "\t\tif (pfn(pages[i]) != (wanted[i] == PFN_NONE ? NONE : (int64_t)wanted[i]))\n"
	  "\t\t\tfail(\"page %u is %\" PRId64 \", expected %d\", i, pfn(pages[i]),\n"
	  "\t\t\t     (int)wanted[i]);\n"
	  "}\n" },
	{ NEED_ZONE,
	  "\n"
	  "static void expect_free_blocks(uint32_t zone, const uint32_t *wanted)\n"
	  "{\n"
	  "\tstruct zone_info info;\n"
	  "\n"
	  "\tinspect_zone(&sys, zone, &info);\n"
	  "\tfor (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)\n"
	  "\t\tif (info.nr_free[order] != wanted[order])\n"
	  "\t\t\tfail(\"then zone %u has %u free blocks of order %u, expected %u\", zone,\n"
	  "\t\t\t     info.nr_free[order], order, wanted[order]);\n"
	  "}\n" },
	{ NEED_REPORTS,
	  "\n"
	  "static void bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)\n"
	  "{\n"
	  "\t(void)context;\n"
	  "\tbad_pages[nr_bad_pages % 8].pfn = pfn;\n"
	  "\tbad_pages[nr_bad_pages++ % 8].reason = reason;\n"
	  "}\n"
	  "\n"
	  "static void expect_bad_page(pfn_t pfn, enum bad_page_reason reason)\n"
	  "{\n"
	  "\tuint32_t i = nr_expected++;\n"
	  "\n"
	  "\tif (i >= nr_bad_pages || bad_pages[i % 8].pfn != pfn || bad_pages[i % "
	  "8].reason != reason)\n"
	  "\t\tfail(\"page frame %u should be called bad, for reason %d\", pfn, (int)reason);\n"
	  "}\n" },
	{ NEED_ZEROED,
	  "\n"
	  "/* By frame: 1 + number of the op that cleared it last. */\n"
	  "static unsigned int cleared[NR_FRAMES];\n"
	  "\n"
	  "static void clear_pages(void *context, pfn_t pfn, uint32_t nr_pages)\n"
	  "{\n"
	  "\t(void)context;\n"
	  "\tfor (uint32_t i = pfn - FIRST_FRAME; nr_pages--; i++)\n"
	  "\t\tif (i < NR_FRAMES)\n"
	  "\t\t\tcleared[i] = op_number + 1;\n"
	  "}\n"
	  "\n"
	  "static void expect_zeroed(const struct page *page, uint32_t nr_pages)\n"
	  "{\n"
	  "\tuint32_t first = page_to_pfn(&sys, page) - FIRST_FRAME;\n"
	  "\n"
	  "\tfor (uint32_t i = first; i < first + nr_pages; i++)\n"
	  "\t\tif (cleared[i] != op_number + 1)\n"
	  "\t\t\tfail(\"page frame %u is not zeroed\", FIRST_FRAME + i);\n"
	  "}\n" },
	{ NEED_EACH_ZEROED,
	  "\n"
	  "static void expect_each_zeroed(struct page **pages, uint32_t nr)\n"
	  "{\n"
	  "\tfor (uint32_t i = 0; i < nr; i++)\n"
	  "\t\texpect_zeroed(pages[i], 1);\n"
	  "}\n" },
	{ NEED_TRAP,
	  "\n"
	  "static void expect_trap(const char *condition)\n"
	  "{\n"
	  "\twanted_trap = condition;\n"
	  "}\n" },
	{ 0, NULL },
};

const struct piece rule_pieces[] = {
	{ ALWAYS,
	  "\n"
	  "static void check(const char *broken)\n"
	  "{\n"
	  "\tconst char *rule = broken ? buddy_judge_rule(judge) : NULL;\n"
	  "\n"
	  "\tif (!broken)\n"
	  "\t\treturn;\n"
	  "\tprintf(\"FAIL %s\\nop %u, %s: %s\\n\", rule ? rule : \"\", op_number, "
	  "op_text, broken);\n"
	  "\texit(1);\n"
	  "}\n"
	  "\n"
	  "/* Shall the op be done? Not when it does not fit what its slot holds on this core. */\n"
	  "static bool op(unsigned int number, const char *text)\n"
	  "{\n"
	  "\tbool fits = buddy_judge_op(judge, text);\n"
	  "\n"
	  "\top_number = number;\n"
	  "\top_text = text;\n" },
	{ ALWAYS,
	  "\tif (!fits)\n"
	  "\t\tcheck(buddy_judge_walk(judge));\n"
	  "\treturn fits;\n"
	  "}\n" },
	{ NEED_RESULT,
	  "\n"
	  "static void answer(int64_t result)\n"
	  "{\n"
	  "\tcheck(buddy_judge_result(judge, result));\n"
	  "}\n" },
	{ NEED_PFN,
	  "\n"
	  "static void answer_page(const struct page *page)\n"
	  "{\n"
	  "\tcheck(buddy_judge_page(judge, page));\n"
	  "}\n" },
	{ NEED_PFNS,
	  "\n"
	  "static void answer_pages(uint32_t result, struct page *const *pages)\n"
	  "{\n"
	  "\tcheck(buddy_judge_pages(judge, result, pages));\n"
	  "}\n" },
	{ NEED_FRAGMENT,
	  "\n"
	  "static void answer_fragment(const struct page *page)\n"
	  "{\n"
	  "\tcheck(buddy_judge_fragment(judge, page, frag_offset));\n"
	  "}\n" },
	{ NEED_EMPTY_SLOTS,
	  "\n"
	  "/* An array names the pages that are there. */\n"
	  "static void empty_slots(uint32_t first, uint32_t nr)\n"
	  "{\n"
	  "\tfor (uint32_t i = first; i < first + nr; i++)\n"
	  "\t\tif (!buddy_judge_holds(judge, i))\n"
	  "\t\t\tr[i] = NULL;\n"
	  "}\n" },
	{ 0, NULL },
};

const struct piece call_pieces[] = {
	{ NEED_NTH_PAGE,
	  "\n"
	  "static struct page *nth_page(const struct page *page, uint32_t n)\n"
	  "{\n"
	  "\treturn pfn_to_page(&sys, page_to_pfn(&sys, page) + n);\n"
	  "}\n" },
	{ NEED_REFS,
	  "\n"
	  "/* References of a tail page are kept by its head. */\n"
	  "static int refs(const struct page *page)\n"
	  "{\n"
	  "\tstruct page_info info;\n"
	  "\n"
	  "\tif (inspect_page(&sys, page_to_pfn(&sys, page), &info) && info.tail)\n"
	  "\t\tpage = pfn_to_page(&sys, info.compound_head);\n"
	  "\treturn page_ref_count(page);\n"
	  "}\n" },
	{ NEED_SET_LRU,
	  "\n"
	  "static void set_lru(const struct page *page, uint32_t order, bool lru)\n"
	  "{\n"
	  "\tbuddy_set_lru(&sys, page_to_pfn(&sys, page), order, lru);\n"
	  "}\n" },
	{ NEED_SET_TYPES,
	  "\n"
	  "/* Of every pageblock of the block. */\n"
	  "static void set_types(const struct page *page, uint32_t order, enum migratetype type)\n"
	  "{\n"
	  "\tpfn_t pfn = page_to_pfn(&sys, page);\n"
	  "\n"
	  "\tfor (uint32_t i = 0; i < 1u << order; i += 1u << config.pageblock_order)\n"
	  "\t\tset_pageblock_migratetype(&sys, pfn + i, type);\n"
	  "}\n" },
	{ 0, NULL },
};
/* clang-format on */
