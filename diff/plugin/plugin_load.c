/* SPDX-License-Identifier: MIT */
/* Whether a plug-in can be one, what it promises, and the subject that it becomes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/plugin/subject_plugin.h"
#include "oracle/lang/fuzz_assert.h"

static struct plugin_subject *loaded;

/* ---- what it is ---- */

static bool check_head(const struct buddyfuzz_head *head, const char *from, char *error,
		       size_t error_size)
{
	const struct buddyfuzz_head ours = BUDDYFUZZ_HEAD;

	if (head->magic != ours.magic)
		snprintf(error, error_size,
			 "%s: its buddyfuzz_plugin begins with %#x instead of BUDDYFUZZ_HEAD: "
			 "set .head and build it again",
			 from, head->magic);
	else if (head->version != ours.version)
		snprintf(error, error_size,
			 "%s was built for version %u of <buddyfuzz/plugin.h>, this buddyfuzz "
			 "wants version %u: build it again with the header of this one",
			 from, head->version, ours.version);
	else if (memcmp(head, &ours, sizeof(ours)))
		snprintf(error, error_size,
			 "%s was built with another layout of version %u (struct buddyfuzz_plugin "
			 "has %u bytes there and %u here): build it again with the header of this "
			 "buddyfuzz, for this processor and without packing",
			 from, head->version, head->plugin_bytes, ours.plugin_bytes);
	else
		return true;
	return false;
}

static bool check_members(const struct buddyfuzz_plugin *plugin, const char *from, char *error,
			  size_t error_size)
{
	const char *missing = NULL;

	if (!plugin->name || !*plugin->name)
		missing = "a name";
	else if (!plugin->reset)
		missing = "reset";
	else if (!(plugin->alloc && plugin->free) && !(plugin->alloc_bytes && plugin->free_bytes))
		missing = "alloc and free, or alloc_bytes and free_bytes";
	if (missing)
		snprintf(error, error_size, "%s lacks %s; see <buddyfuzz/plugin.h>", from, missing);
	return !missing;
}

/* ---- what it promises ---- */

static bool claim_covers(const struct buddyfuzz_claim *claim, uint8_t code)
{
	const char *group = plugin_group(code);

	return group && (!strcmp(claim->what, "all") || !strcmp(claim->what, group) ||
			 !strcmp(claim->what, op_table[code].name));
}

static bool take_claim(struct plugin_subject *subject, const struct buddyfuzz_claim *claim)
{
	static const uint8_t levels[] = { CLAIM_NONE, CLAIM_SAFE, CLAIM_COUNTS, CLAIM_EXACT };
	bool known = false;

	if ((uint32_t)claim->level >= sizeof(levels))
		return false;
	for (uint32_t code = 0; code < NR_OP_CODES; code++) {
		if (!claim_covers(claim, (uint8_t)code))
			continue;
		known = true;
		if (plugin_offers(subject->plugin, (uint8_t)code))
			subject->claims[code] = levels[claim->level];
	}
	return known;
}

static bool take_claims(struct plugin_subject *subject, const char *from, char *error,
			size_t error_size)
{
	const struct buddyfuzz_claim *claim = subject->plugin->claims;

	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		subject->claims[code] =
			plugin_offers(subject->plugin, (uint8_t)code) ? CLAIM_SAFE : CLAIM_NONE;
	for (; claim && claim->what; claim++) {
		if (take_claim(subject, claim))
			continue;
		snprintf(error, error_size,
			 "%s claims '%s' at level %d: no such group or operation of a plug-in, or "
			 "no such level; see struct buddyfuzz_claim in <buddyfuzz/plugin.h>",
			 from, claim->what, (int)claim->level);
		return false;
	}
	return true;
}

static enum claim plugin_claims(const struct subject_ops *ops, uint8_t op_code)
{
	const struct plugin_subject *subject = (const struct plugin_subject *)ops;

	return (enum claim)subject->claims[op_code];
}

/* ---- life of a machine ---- */

static void plugin_destroy(void *self)
{
	struct plugin_machine *machine = self;

	if (machine->plugin->release && machine->was_reset)
		machine->plugin->release(machine->self);
	free(machine->self);
	free(machine->ranges);
	free(machine->held);
	free(machine);
}

/* false: what stands in error, or no memory. */
static bool make_self(struct plugin_machine *machine, char *error, size_t error_size)
{
	const struct buddyfuzz_plugin *plugin = machine->plugin;

	if (plugin->self_bytes) {
		size_t bytes = plugin->self_bytes(&machine->machine);

		machine->self = calloc(1, bytes ? bytes : 1);
		if (!machine->self) {
			snprintf(error, error_size, "out of memory for %zu bytes of its state",
				 bytes);
			return false;
		}
	}
	if (!plugin_books_init(machine)) {
		snprintf(error, error_size, "out of memory");
		return false;
	}
	plugin_reset(machine);
	if (machine->broken)
		snprintf(error, error_size, "%s", machine->broken);
	return !machine->broken;
}

static void *plugin_create(const struct buddy_config *config, const struct snapshot *initial,
			   const struct env *env, char *error, size_t error_size)
{
	struct plugin_machine *machine = calloc(1, sizeof(*machine));

	FUZZ_ASSERT(env->ops && env->ops->create == plugin_create);
	if (!machine) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	machine->subject = (struct plugin_subject *)(uintptr_t)env->ops;
	machine->plugin = machine->subject->plugin;
	if (plugin_describe(machine, config, initial, error, error_size) &&
	    make_self(machine, error, error_size))
		return machine;
	plugin_destroy(machine);
	return NULL;
}

/* ---- the subject ---- */

static void fill_in(struct plugin_subject *subject)
{
	const struct buddyfuzz_plugin *plugin = subject->plugin;
	bool knows_all = (plugin->knows & BUDDYFUZZ_KNOWS_ALL) == BUDDYFUZZ_KNOWS_ALL;

	subject->limits = (struct subject_limits){
		.one_range = !plugin_knows(plugin, BUDDYFUZZ_KNOWS_RANGES),
		.one_node = !plugin_knows(plugin, BUDDYFUZZ_KNOWS_NODES),
		.one_cpu = !plugin_knows(plugin, BUDDYFUZZ_KNOWS_CPUS),
		.one_zone = !plugin_knows(plugin, BUDDYFUZZ_KNOWS_LIMITS),
		.plain_requests = !plugin_knows(plugin, BUDDYFUZZ_KNOWS_FLAGS),
	};
	subject->ops = (struct subject_ops){
		.name = plugin->name,
		.claims = plugin_claims,
		.create = plugin_create,
		.destroy = plugin_destroy,
		.reset = plugin_reset,
		.apply = plugin_apply,
		.counts = plugin->free_pages ? plugin_counts : NULL,
		.limits = knows_all ? NULL : &subject->limits,
		.any_alignment = plugin_knows(plugin, BUDDYFUZZ_ANY_ALIGNMENT),
		.lives_once = !plugin->self_bytes,
	};
}

const struct subject_ops *subject_plugin(const struct buddyfuzz_plugin *plugin, const char *from,
					 char *error, size_t error_size)
{
	struct plugin_subject *subject;

	for (subject = loaded; subject; subject = subject->next)
		if (subject->plugin == plugin)
			return &subject->ops;
	if (!check_head(&plugin->head, from, error, error_size) ||
	    !check_members(plugin, from, error, error_size))
		return NULL;
	subject = calloc(1, sizeof(*subject));
	if (!subject) {
		snprintf(error, error_size, "%s: out of memory", from);
		return NULL;
	}
	subject->plugin = plugin;
	if (!take_claims(subject, from, error, error_size)) {
		free(subject);
		return NULL;
	}
	fill_in(subject);
	subject->next = loaded;
	loaded = subject;
	return &subject->ops;
}
