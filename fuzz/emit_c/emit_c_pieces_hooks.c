/* SPDX-License-Identifier: MIT */
/* The hooks of an emitted file: assertions, and what hook_answers tells. */
#include "fuzz/emit_c/emit_c_pieces.h"

#define SLOW_PATH (NEED_RECLAIM | NEED_COMPACT)

/* clang-format off */
const struct piece hook_pieces[] = {
	{ ALWAYS,
	  "\n"
	  "/* An assertion of the allocator; it must not return. */\n"
	  "static void bug(void *context, const char *condition, pfn_t pfn)\n"
	  "{\n"
	  "\t(void)context;\n"
	  "@R\tcheck(judge ? buddy_judge_trap(judge, condition, pfn) : condition);\n"
	  "@R\tprintf(\"op %u is refused, as it must: %s, page frame %d\\n\", op_number,\n"
	  "@R\t       condition, (int)pfn);\n"
	  "@R\texit(0);\n" },
	{ NEED_TRAP,
	  "@A\tif (wanted_trap && !strcmp(condition, wanted_trap)) {\n"
	  "@A\t\tprintf(\"op %u is refused, as it must: %s\\n\", op_number, condition);\n"
	  "@A\t\texit(0);\n"
	  "@A\t}\n" },
	{ ALWAYS,
	  "@A\tfail(\"it stops at \\\"%s\\\", page frame %d\", condition, (int)pfn);\n"
	  "}\n" },
	{ ALWAYS,
	  "@N\n"
	  "@Nstatic void bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)\n"
	  "@N{\n"
	  "@N\t(void)context;\n"
	  "@N\tfail(\"page frame %u is called bad, for reason %d\", pfn, (int)reason);\n"
	  "@N}\n" },
	{ NEED_NOFAIL,
	  "\n"
	  "/* A request that may not fail is given up when nothing comes free. */\n"
	  "static bool nofail_wait(void *context, struct task *tsk, gfp_t gfp, uint32_t order)\n"
	  "{\n"
	  "\t(void)context, (void)tsk, (void)gfp, (void)order;\n"
	  "\twaits = waiting_op == op_number ? waits + 1 : 1;\n"
	  "\twaiting_op = op_number;\n"
	  "@A\treturn waits <= 3;\n"
	  "@R\tif (waits <= 3)\n"
	  "@R\t\treturn true;\n"
	  "@R\tbuddy_judge_note(judge, BUDDY_JUDGE_STALLED);\n"
	  "@R\treturn false;\n"
	  "}\n" },
	{ NEED_HOOKS,
	  "\n"
	  "/* What the hooks answer. A member that is 0: there is no such hook. */\n"
	  "static struct answers {\n" },
	{ NEED_RECLAIM,
	  "\tuint32_t reclaims; /* so often reclaim empties the CPU's lists */\n" },
	{ NEED_COMPACT,
	  "\tuint32_t compactions; /* so often compaction answers what follows */\n"
	  "\tenum compact_result compacted; /* with SUCCESS the CPU's lists are emptied */\n" },
	{ NEED_CAPTURE,
	  "\tbool captures; /* ... or a block is handed over */\n" },
	{ NEED_OOM,
	  "\tuint32_t oom_kills; /* so often the OOM killer did something */\n" },
	{ NEED_CPUSET,
	  "\tuint32_t barred_nodes; /* mask: outside the tasks' cpuset */\n" },
	{ NEED_DIRTY,
	  "\tuint32_t dirty_nodes; /* mask: at their dirty limit */\n" },
	{ NEED_NODE_RECLAIM,
	  "\tbool reclaims_nodes;\n"
	  "\tint node_reclaim; /* what it answers */\n" },
	{ NEED_FAIL,
	  "\tuint32_t fail_every; /* one request in so many is refused */\n" },
	{ NEED_RECLAIMABLE,
	  "\tuint64_t reclaimable; /* pages that a zone could give */\n" },
	{ NEED_LOCKS,
	  "\tbool locks; /* of four trylocks one fails */\n" },
	{ NEED_HOOKS,
	  "} told;\n" },
	{ NEED_RECLAIM | NEED_COMPACT | NEED_OOM,
	  "\n"
	  "static bool claim(uint32_t *nr_left)\n"
	  "{\n"
	  "\treturn *nr_left && (*nr_left)--;\n"
	  "}\n" },
	{ SLOW_PATH,
	  "\n"
	  "static void drain(struct task *tsk)\n"
	  "{\n"
	  "@R\tbuddy_judge_note(judge, BUDDY_JUDGE_DRAINED);\n"
	  "\tdrain_local_pages(tsk);\n"
	  "}\n" },
	{ NEED_RECLAIM,
	  "\n"
	  "static uint32_t reclaim(void *context, struct task *tsk, gfp_t gfp, uint32_t order)\n"
	  "{\n"
	  "\t(void)context, (void)gfp, (void)order;\n"
	  "\tif (!claim(&told.reclaims))\n"
	  "\t\treturn 0;\n"
	  "\tdrain(tsk);\n"
	  "\treturn 1;\n"
	  "}\n" },
	{ NEED_CAPTURE,
	  "\n"
	  "static uint32_t asked_node; /* of the request under way */\n"
	  "static bool capturing;\n"
	  "\n"
	  "/* A block as compaction would have made it, taken from the reserves. */\n"
	  "static pfn_t capture(struct task *tsk, gfp_t gfp, uint32_t order)\n"
	  "{\n"
	  "\tgfp_t kind = gfp & (GFP_ZONEMASK | __GFP_RECLAIMABLE | __GFP_THISNODE);\n"
	  "\tstruct page *page;\n"
	  "\n"
	  "\tif (config.features & BUDDY_DEBUG_VM)\n"
	  "\t\treturn PFN_NONE; /* it objects to the reference that the block comes with */\n"
	  "\tcapturing = true;\n"
	  "\tpage = __alloc_pages(tsk, kind | __GFP_NOWARN, order, asked_node, NULL);\n"
	  "\tcapturing = false;\n"
	  "@R\tif (page)\n"
	  "@R\t\tbuddy_judge_note(judge, BUDDY_JUDGE_CAPTURED);\n"
	  "\treturn page ? page_to_pfn(&sys, page) : PFN_NONE;\n"
	  "}\n" },
	{ NEED_COMPACT,
	  "\n"
	  "static enum compact_result compact(void *context, struct task *tsk, gfp_t gfp,\n"
	  "\t\t\t\t    uint32_t order, enum compact_priority priority,\n"
	  "\t\t\t\t    pfn_t *captured)\n"
	  "{\n"
	  "\t(void)context, (void)gfp, (void)order, (void)priority, (void)captured;\n"
	  "\tif (!claim(&told.compactions))\n"
	  "\t\treturn COMPACT_SKIPPED;\n" },
	{ NEED_CAPTURE,
	  "\tif (told.captures)\n"
	  "\t\t*captured = capture(tsk, gfp, order);\n"
	  "\telse if (told.compacted == COMPACT_SUCCESS)\n"
	  "\t\tdrain(tsk);\n"
	  "\treturn told.compacted;\n"
	  "}\n" },
	{ NEED_COMPACT,
	  "@C\tif (told.compacted == COMPACT_SUCCESS)\n"
	  "@C\t\tdrain(tsk);\n"
	  "@C\treturn told.compacted;\n"
	  "@C}\n" },
	{ NEED_OOM,
	  "\n"
	  "static bool out_of_memory(void *context, struct task *tsk, gfp_t gfp, uint32_t order)\n"
	  "{\n"
	  "\t(void)context, (void)tsk, (void)gfp, (void)order;\n"
	  "\treturn claim(&told.oom_kills);\n"
	  "}\n" },
	{ NEED_RECLAIMABLE,
	  "\n"
	  "static uint64_t reclaimable(void *context, uint32_t zone)\n"
	  "{\n"
	  "\t(void)context, (void)zone;\n"
	  "\treturn told.reclaimable;\n"
	  "}\n" },
	{ NEED_CPUSET,
	  "\n"
	  "static uint32_t mems_allowed; /* of every task */\n"
	  "\n"
	  "static bool cpuset_allowed(void *context, const struct task *tsk, "
	  "uint32_t node, gfp_t gfp)\n"
	  "{\n"
	  "\t(void)context, (void)tsk, (void)gfp;\n"
	  "\treturn mems_allowed >> node & 1;\n"
	  "}\n" },
	{ NEED_DIRTY,
	  "\n"
	  "static bool node_dirty_ok(void *context, uint32_t node)\n"
	  "{\n"
	  "\t(void)context;\n"
	  "\treturn !(told.dirty_nodes >> node & 1);\n"
	  "}\n" },
	{ NEED_NODE_RECLAIM,
	  "\n"
	  "static int node_reclaim(void *context, uint32_t node, gfp_t gfp, uint32_t order)\n"
	  "{\n"
	  "\t(void)context, (void)node, (void)gfp, (void)order;\n"
	  "\treturn told.node_reclaim;\n"
	  "}\n" },
	{ NEED_FAIL,
	  "\n"
	  "static uint32_t nr_requests;\n"
	  "\n"
	  "static bool should_fail_alloc(void *context, gfp_t gfp, uint32_t order)\n"
	  "{\n"
	  "\t(void)context, (void)gfp, (void)order;\n" },
	{ NEED_CAPTURE,
	  "@F\tif (capturing)\n"
	  "@F\t\treturn false;\n" },
	{ NEED_FAIL,
	  "\tif (++nr_requests % told.fail_every)\n"
	  "\t\treturn false;\n"
	  "@R\tbuddy_judge_note(judge, BUDDY_JUDGE_REFUSED);\n"
	  "\treturn true;\n"
	  "}\n" },
	{ NEED_LOCKS,
	  "@A\n"
	  "@Astatic uint32_t nr_trylocks;\n"
	  "@A\n"
	  "@Astatic void lock(void *context, uint32_t id)\n"
	  "@A{\n"
	  "@A\t(void)context, (void)id;\n"
	  "@A}\n"
	  "@A\n"
	  "@Astatic bool trylock(void *context, uint32_t id)\n"
	  "@A{\n"
	  "@A\t(void)context, (void)id;\n"
	  "@A\treturn ++nr_trylocks % 4;\n"
	  "@A}\n" },
	{ NEED_HOOKS,
	  "\n"
	  "static void answer_hooks(struct answers answers)\n"
	  "{\n" },
	{ NEED_LOCKS,
	  "@A\tstatic const struct buddy_sync locks = { .lock = lock, .trylock = trylock,\n"
	  "@A\t\t\t\t\t\t .unlock = lock };\n" },
	{ NEED_HOOKS,
	  "\tstruct buddy_hooks hooks = sys.hooks;\n"
	  "\n"
	  "\ttold = answers;\n" },
	{ NEED_RECLAIM,
	  "\thooks.reclaim = told.reclaims ? reclaim : NULL;\n" },
	{ NEED_COMPACT,
	  "\thooks.compact = told.compactions ? compact : NULL;\n" },
	{ NEED_OOM,
	  "\thooks.out_of_memory = told.oom_kills ? out_of_memory : NULL;\n" },
	{ NEED_RECLAIMABLE,
	  "\thooks.reclaimable = told.reclaimable ? reclaimable : NULL;\n" },
	{ NEED_CPUSET,
	  "\thooks.cpuset_allowed = told.barred_nodes ? cpuset_allowed : NULL;\n"
	  "\tmems_allowed = ~told.barred_nodes & 0xffu;\n"
	  "\tfor (uint32_t cpu = 0; cpu < config.nr_cpus; cpu++)\n"
	  "\t\ttask[cpu].mems_allowed = told.barred_nodes ? &mems_allowed : NULL;\n" },
	{ NEED_DIRTY,
	  "\thooks.node_dirty_ok = told.dirty_nodes ? node_dirty_ok : NULL;\n" },
	{ NEED_NODE_RECLAIM,
	  "\thooks.node_reclaim = told.reclaims_nodes ? node_reclaim : NULL;\n" },
	{ NEED_FAIL,
	  "\thooks.should_fail_alloc = told.fail_every ? should_fail_alloc : NULL;\n"
	  "\tnr_requests = 0;\n" },
	{ NEED_LOCKS,
	  "@A\tnr_trylocks = 0;\n"
	  "@A\tbuddy_set_sync(&sys, told.locks ? &locks : NULL);\n"
	  "@R\tbuddy_set_sync(&sys, told.locks ? buddy_judge_locks(judge, 4) : NULL);\n" },
	{ NEED_HOOKS,
	  "\tbuddy_set_hooks(&sys, &hooks);\n"
	  "}\n" },
	{ 0, NULL },
};
/* clang-format on */
