/* SPDX-License-Identifier: MIT */
/* What hooks are told to answer, as the members of struct answers in fuzz/emit_c/parts/hooks.c. */
#include "fuzz/emit_c/emit_c_program.h"
#include "oracle/lang/names.h"

#define NR_COMPACT_RESULTS (COMPACT_SUCCESS + 1u)
#define NR_NODE_RECLAIMS 5u

bool emit_c_tells_hooks(const struct program *program)
{
	for (size_t i = 0; i < program->nr_ops; i++)
		if (program->ops[i].code == OP_hook_answers && program->ops[i].value)
			return true;
	return false;
}

static void put_number(struct statement *statement, const char *member, uint64_t number)
{
	if (!number)
		return;
	statement_put_comma(statement);
	statement_put(statement, ".%s = %llu", member, (unsigned long long)number);
}

static void put_name(struct statement *statement, const char *member, const char *name)
{
	statement_put_comma(statement);
	statement_put(statement, ".%s = %s", member, name);
}

static void put_flag(struct statement *statement, const char *member, bool flag)
{
	if (flag)
		put_name(statement, member, "true");
}

/* Of two bits the low one is for even nodes. */
static void put_nodes(struct statement *statement, const char *member, uint32_t halves)
{
	static const char *const masks[4] = { "0", "0x55u", "0xaau", "0xffu" };

	if (halves)
		put_name(statement, member, masks[halves & 3]);
}

static void put_compaction(struct statement *statement, uint32_t value)
{
	uint32_t times = op_hooks_get(value, OP_HOOKS_COMPACT_TIMES);
	uint32_t result = op_hooks_get(value, OP_HOOKS_COMPACT) % NR_COMPACT_RESULTS;

	if (!times)
		return;
	put_number(statement, "compactions", times);
	put_name(statement, "compacted", "");
	emit_c_constant(statement, "COMPACT_", compact_result_names[result]);
	put_flag(statement, "captures", result == COMPACT_SUCCESS && value & OP_HOOKS_CAPTURE);
}

static void put_node_reclaim(struct statement *statement, uint32_t value)
{
	uint32_t answer = op_hooks_get(value, OP_HOOKS_NODE_RECLAIM) % NR_NODE_RECLAIMS;

	if (!answer)
		return;
	put_name(statement, "node_reclaim", "");
	emit_c_constant(statement, "NODE_RECLAIM_", node_reclaim_names[answer]);
}

void emit_c_hooks(struct statement *statement, uint32_t value)
{
	uint32_t reclaimable = op_hooks_get(value, OP_HOOKS_RECLAIMABLE);
	size_t start;

	statement_put(statement, "(struct answers){ ");
	start = statement->length;
	put_number(statement, "reclaims", op_hooks_get(value, OP_HOOKS_RECLAIM));
	put_compaction(statement, value);
	put_number(statement, "oom_kills", op_hooks_get(value, OP_HOOKS_OOM));
	put_nodes(statement, "barred_nodes", op_hooks_get(value, OP_HOOKS_CPUSET));
	put_nodes(statement, "dirty_nodes", op_hooks_get(value, OP_HOOKS_DIRTY));
	put_node_reclaim(statement, value);
	put_number(statement, "fail_every", op_hooks_get(value, OP_HOOKS_FAIL));
	put_number(statement, "reclaimable",
		   reclaimable ? UINT64_C(1) << 12 * (reclaimable - 1) : 0);
	put_flag(statement, "absent", value & OP_HOOKS_ABSENT);
	put_flag(statement, "locks", value & OP_HOOKS_SYNC);
	statement_put(statement, statement->length == start ? "0 }" : " }");
}
