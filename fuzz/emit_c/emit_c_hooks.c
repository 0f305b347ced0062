/* SPDX-License-Identifier: MIT */
/*
 * What hooks are told to answer, as the members of struct answers (emit_c_frame.c). A member that
 * is 0 is a hook that is not there, which is the same as one that has done nothing (hooks.h).
 */
#include "fuzz/emit_c/emission.h"

#define NR_COMPACT_RESULTS (COMPACT_SUCCESS + 1u)
#define NR_NODE_RECLAIMS 5u

static bool has_compaction(uint32_t value)
{
	return op_hooks_get(value, OP_HOOKS_COMPACT_TIMES) && !(value & OP_HOOKS_ABSENT);
}

static enum compact_result compact_result(uint32_t value)
{
	return (enum compact_result)(op_hooks_get(value, OP_HOOKS_COMPACT) % NR_COMPACT_RESULTS);
}

static bool captures(uint32_t value)
{
	return has_compaction(value) && compact_result(value) == COMPACT_SUCCESS &&
	       value & OP_HOOKS_CAPTURE;
}

static uint32_t needs_of(uint32_t value)
{
	uint32_t needs = 0;

	if (value & OP_HOOKS_RECLAIM && !(value & OP_HOOKS_ABSENT))
		needs |= NEED_RECLAIM;
	if (has_compaction(value))
		needs |= NEED_COMPACT;
	if (captures(value))
		needs |= NEED_CAPTURE;
	if (value & OP_HOOKS_OOM)
		needs |= NEED_OOM;
	if (value & OP_HOOKS_CPUSET)
		needs |= NEED_CPUSET;
	if (value & OP_HOOKS_DIRTY)
		needs |= NEED_DIRTY;
	if (op_hooks_get(value, OP_HOOKS_NODE_RECLAIM) % NR_NODE_RECLAIMS)
		needs |= NEED_NODE_RECLAIM;
	if (value & OP_HOOKS_FAIL)
		needs |= NEED_FAIL;
	if (value & OP_HOOKS_RECLAIMABLE)
		needs |= NEED_RECLAIMABLE;
	if (value & OP_HOOKS_SYNC)
		needs |= NEED_LOCKS;
	return needs;
}

uint32_t emit_c_hook_needs(const struct program *program)
{
	uint32_t needs = 0;

	for (size_t i = 0; i < program->nr_ops; i++)
		if (program->ops[i].code == OP_hook_answers)
			needs |= needs_of(program->ops[i].value);
	return needs ? needs | NEED_HOOKS : 0;
}

/* ---- members ---- */

struct members {
	struct line *text;
	const char *comma; /* before the next */
};

static void put_name(struct members *members, const char *member, const char *prefix,
		     const char *name)
{
	line_put(members->text, "%s.%s = %s%s", members->comma, member, prefix, name);
	members->comma = ", ";
}

static void put_number(struct members *members, const char *member, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	if (number)
		put_name(members, member, "", text);
}

static void put_flag(struct members *members, const char *member, bool flag)
{
	if (flag)
		put_name(members, member, "", "true");
}

/* Of two bits the low one is for even nodes. */
static void put_nodes(struct members *members, const char *member, uint32_t halves)
{
	static const char *const masks[4] = { "0", "0x55u", "0xaau", "0xffu" };

	if (halves)
		put_name(members, member, "", masks[halves & 3]);
}

static void put_compaction(struct members *members, uint32_t value)
{
	static const char *const names[NR_COMPACT_RESULTS] = {
		"NOT_SUITABLE_ZONE", "SKIPPED",         "DEFERRED",  "NO_SUITABLE_PAGE", "CONTINUE",
		"COMPLETE",          "PARTIAL_SKIPPED", "CONTENDED", "SUCCESS"
	};

	if (!has_compaction(value))
		return;
	put_number(members, "compactions", op_hooks_get(value, OP_HOOKS_COMPACT_TIMES));
	put_name(members, "compacted", "COMPACT_", names[compact_result(value)]);
	put_flag(members, "captures", captures(value));
}

static void put_node_reclaim(struct members *members, uint32_t value)
{
	static const char *const answers[NR_NODE_RECLAIMS] = { "0", "-2", "-1", "0", "1" };
	uint32_t answer = op_hooks_get(value, OP_HOOKS_NODE_RECLAIM) % NR_NODE_RECLAIMS;

	put_flag(members, "reclaims_nodes", answer);
	if (answer)
		put_name(members, "node_reclaim", "", answers[answer]);
}

void emit_c_hooks(struct emission *emission, uint32_t value)
{
	struct members members = { &emission->call, "" };
	uint32_t reclaimable = op_hooks_get(value, OP_HOOKS_RECLAIMABLE);

	line_put(members.text, "answer_hooks((struct answers){ ");
	if (!(value & OP_HOOKS_ABSENT))
		put_number(&members, "reclaims", op_hooks_get(value, OP_HOOKS_RECLAIM));
	put_compaction(&members, value);
	put_number(&members, "oom_kills", op_hooks_get(value, OP_HOOKS_OOM));
	put_nodes(&members, "barred_nodes", op_hooks_get(value, OP_HOOKS_CPUSET));
	put_nodes(&members, "dirty_nodes", op_hooks_get(value, OP_HOOKS_DIRTY));
	put_node_reclaim(&members, value);
	put_number(&members, "fail_every", op_hooks_get(value, OP_HOOKS_FAIL));
	put_number(&members, "reclaimable",
		   reclaimable ? UINT64_C(1) << 12 * (reclaimable - 1) : 0);
	put_flag(&members, "locks", value & OP_HOOKS_SYNC);
	line_put(members.text, *members.comma ? " })" : "0 })");
}
