/* SPDX-License-Identifier: MIT */
/* What each key of the machine line is called and means. */
#include "oracle/lang/text_machine.h"

#define FIELD(member) \
	offsetof(struct buddy_config, member), sizeof(((struct buddy_config *)NULL)->member)
#define PLACE KEY_PLACE, 0, 0

const struct machine_key machine_keys[] = {
	{ "profile", PLACE, "uml | x86_64 | debian",
	  "the kernel whose defaults the machine has; left out: uml", "profile=x86_64 pages=4096" },
	{ "start", PLACE, "PFN", "first page frame of its memory; left out: 0",
	  "profile=uml start=1024 pages=4096" },
	{ "pages", PLACE, "N", "how many page frames it has, in one row; left out: 4096",
	  "profile=uml pages=4096" },
	{ "memory", PLACE, "START+LENGTH[@NODE],..",
	  "its memory with holes, instead of start= and pages=: up to 16 ranges of page frames, "
	  "ascending, each on a node (left out: 0)",
	  "profile=x86_64 memory=0+2048,4096+2048@1 nodes=2" },
	{ "start_state", PLACE, "fresh | fragmented | low | boosted",
	  "what a program finds: a machine right after boot (fresh, the default), one whose free "
	  "memory is in pieces, one at its low watermark, or one with boosted watermarks",
	  "profile=uml pages=4096 start_state=low" },
	{ "nodes", KEY_U32, FIELD(nr_nodes), "1..8",
	  "how many NUMA nodes it has; more than one needs the feature numa",
	  "profile=x86_64 memory=0+2048,2048+2048@1 nodes=2" },
	{ "cpus", KEY_U32, FIELD(nr_cpus), "1..16",
	  "how many CPUs it has; more than one needs the feature smp",
	  "profile=x86_64 pages=4096 cpus=2" },
	{ "cpu_node", KEY_CPU_NODE, FIELD(cpu_node), "NODE,..",
	  "the node of each CPU, from CPU 0 on; left out: 0",
	  "profile=x86_64 memory=0+2048,2048+2048@1 nodes=2 cpus=2 cpu_node=0,1" },
	{ "distance", KEY_DISTANCE, FIELD(distance), "D,../D,..",
	  "how far each node is from each, a row a node: 10 to itself, up to 255 to others; left "
	  "out: 20",
	  "profile=x86_64 memory=0+2048,2048+2048@1 nodes=2 distance=10,40/40,10" },
	{ "pageblock", KEY_U32, FIELD(pageblock_order), "1..10",
	  "order of a pageblock, the unit that has a migratetype; small machines need a small one "
	  "to keep types apart",
	  "profile=x86_64 pages=2048 pageblock=5" },
	{ "struct_page", KEY_U32, FIELD(struct_page_size), "BYTES",
	  "size of a page descriptor in the kernel that is modelled, 1 to 4096: how much of each "
	  "zone the memory map takes",
	  "profile=x86_64 pages=4096 struct_page=128" },
	{ "zones", KEY_ZONES, FIELD(zones), "KIND,..",
	  "the kinds of zones this kernel has, of dma, dma32, normal, movable and device; normal "
	  "is a must",
	  "profile=x86_64 pages=4096 zones=dma32,normal,movable" },
	{ "zone_end", KEY_ZONE_END, FIELD(zone_end_pfn), "KIND:PFN,..",
	  "the page frame at which dma, dma32 or normal ends; one that is not above where the "
	  "zone begins leaves it empty",
	  "profile=x86_64 pages=4096 zone_end=dma:512,dma32:2048" },
	{ "movablecore", KEY_U32, FIELD(movablecore_pages), "PAGES",
	  "how many pages at least go to the zone movable, as the boot parameter; 0: none",
	  "profile=x86_64 pages=4096 movablecore=1024" },
	{ "kernelcore", KEY_U32, FIELD(kernelcore_pages), "PAGES",
	  "how many pages stay out of the zone movable, which gets the rest, as the boot "
	  "parameter; 0: all",
	  "profile=x86_64 pages=4096 kernelcore=2048" },
	{ "reserved", KEY_RESERVED, FIELD(reserved), "START+LENGTH,.. | none",
	  "page frames that boot keeps: up to 16 ranges, ascending",
	  "profile=uml pages=4096 reserved=0+16,1024+8" },
#define SYSCTL(NAME, name, kind, form, meaning, value) \
	{ "vm." #name, KEY_##kind, FIELD(sysctl.name), \
	  form,        meaning,    "profile=uml pages=4096 vm." #name "=" value },
#include "oracle/lang/op.def"
	{ NULL, KEY_PLACE, 0, 0, NULL, NULL, NULL },
};

const struct machine_profile machine_profiles[] = {
	{ "uml", buddy_config_uml, "User-Mode Linux: one CPU, one node, zones normal and movable" },
	{ "x86_64", buddy_config_x86_64, "x86_64 with SMP, NUMA, CMA and THP: every kind of zone" },
	{ "debian", buddy_config_debian, "Debian's amd64 kernel: as x86_64, without CMA" },
	{ NULL, NULL, NULL },
};

const char *const feature_meanings[] = {
	"several CPUs: zone counters are kept as differences of each CPU",
	"several nodes: __GFP_THISNODE is obeyed",
	"areas of contiguous memory: the migratetype cma exists",
	"transparent huge pages: per-CPU lists for blocks of pageblock order",
	"the slow path asks for compaction",
	"memory comes in sections: holes between them have no descriptors",
	"a kernel that checks: VM_BUG_ON traps, links and counts are verified",
	"pages are not grouped by mobility, however large the machine is",
	NULL
};
_Static_assert(sizeof(feature_meanings) / sizeof(feature_meanings[0]) == 9,
	       "a meaning for each name of feature_names");
