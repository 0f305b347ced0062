/* SPDX-License-Identifier: MIT */
/* Which operations the members of a plug-in can do, and what a claim calls them. */
#include "diff/plugin/subject_plugin.h"

static bool has_blocks(const struct buddyfuzz_plugin *plugin)
{
	return plugin->alloc && plugin->free;
}

static bool has_zeroed(const struct buddyfuzz_plugin *plugin)
{
	return has_blocks(plugin) && plugin_knows(plugin, BUDDYFUZZ_KNOWS_FLAGS);
}

static bool has_sizes(const struct buddyfuzz_plugin *plugin)
{
	return plugin->alloc_bytes && plugin->free_bytes;
}

static bool has_bulk(const struct buddyfuzz_plugin *plugin)
{
	return plugin->alloc_bulk && plugin->free;
}

static bool has_free_bulk(const struct buddyfuzz_plugin *plugin)
{
	return plugin->free_bulk && plugin->free;
}

static bool has_references(const struct buddyfuzz_plugin *plugin)
{
	return plugin->get && plugin->put && plugin->references;
}

static bool has_split(const struct buddyfuzz_plugin *plugin)
{
	return plugin->split && plugin->free;
}

/* Who counts references takes pages one by one. */
static bool has_single_pages(const struct buddyfuzz_plugin *plugin)
{
	return plugin->free && (plugin->split || has_references(plugin));
}

static bool has_fragments(const struct buddyfuzz_plugin *plugin)
{
	return plugin->alloc_fragment && plugin->free_fragment && plugin->drain_fragments;
}

static bool has_drain(const struct buddyfuzz_plugin *plugin)
{
	return plugin->drain;
}

static bool has_cpus(const struct buddyfuzz_plugin *plugin)
{
	return plugin_knows(plugin, BUDDYFUZZ_KNOWS_CPUS);
}

static const struct {
	bool (*offered)(const struct buddyfuzz_plugin *plugin);
	const char *group;
} plugin_ops[NR_OP_CODES] = {
	[OP_alloc_pages] = { has_blocks, "blocks" },
	[OP_get_zeroed_page] = { has_zeroed, "blocks" },
	[OP_free_pages] = { has_blocks, "blocks" },
	[OP_alloc_pages_exact] = { has_sizes, "sizes" },
	[OP_free_pages_exact] = { has_sizes, "sizes" },
	[OP_alloc_pages_bulk_array] = { has_bulk, "bulk" },
	[OP_alloc_pages_bulk_list] = { has_bulk, "bulk" },
	[OP_release_pages] = { has_free_bulk, "bulk" },
	[OP_get_page] = { has_references, "references" },
	[OP_put_page] = { has_references, "references" },
	[OP_get_page_unless_zero] = { has_references, "references" },
	[OP_split_page] = { has_split, "split" },
	[OP_free_page] = { has_single_pages, "split" },
	[OP_page_frag_alloc] = { has_fragments, "fragments" },
	[OP_page_frag_free] = { has_fragments, "fragments" },
	[OP_page_frag_cache_drain] = { has_fragments, "fragments" },
	[OP_drain_local_pages] = { has_drain, "drain" },
	[OP_drain_all_pages] = { has_drain, "drain" },
	[OP_cpu] = { has_cpus, "blocks" },
};

bool plugin_offers(const struct buddyfuzz_plugin *plugin, uint8_t op_code)
{
	return plugin_ops[op_code].offered && plugin_ops[op_code].offered(plugin);
}

const char *plugin_group(uint8_t op_code)
{
	return plugin_ops[op_code].group;
}
