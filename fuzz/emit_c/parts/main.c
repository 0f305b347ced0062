/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, last part: the ops on the machine, the program itself (here one with every op),
 * and main: boot, program, everything given back, and what must be true of an empty machine.
 */
#include "fuzz/emit_c/parts/state.c"
#include "fuzz/emit_c/parts/hooks.c"
#include "fuzz/emit_c/parts/rules.c"
#include "fuzz/emit_c/parts/step.c"
#include "fuzz/emit_c/parts/handout.c"
#include "fuzz/emit_c/parts/release.c"
#include "fuzz/emit_c/parts/misuse.c"
#include "fuzz/emit_c/parts/start.c"

/* @part drain_local_pages */
static int64_t op_drain_local_pages(uint32_t on_cpu)
{
	drain_local_pages(begin("drain_local_pages", on_cpu));
	return done(1);
}

/* @always */
static int64_t op_drain_all_pages(uint32_t on_cpu)
{
	drain_all_pages(begin("drain_all_pages", on_cpu));
	return done(1);
}

/* @part set_pageblock_type */
static int64_t op_set_pageblock_type(uint32_t r, enum migratetype type)
{
	pfn_t pfn = slots[r].pfn, end;

	begin("set_pageblock_type", CPU_CURRENT);
	if (slots[r].kind != BLOCK || frame_at(pfn)->order < machine.pageblock_order)
		return skip();
	for (end = pfn + (1u << frame_at(pfn)->order); pfn < end;
	     pfn += 1u << machine.pageblock_order) {
		set_pageblock_migratetype(&sys, pfn, type);
		set_types[block_of(pfn)] = (uint8_t)inspect_pageblock(&sys, pfn);
	}
	return done(1);
}

/* @part sysctl */
static int64_t op_sysctl(enum buddy_sysctl_name name, uint32_t index, int32_t value)
{
	begin("sysctl", CPU_CURRENT);
	boost_written = true;
	return done(buddy_sysctl_write(&sys, name, index, value));
}

/* @part cpu */
static int64_t op_cpu(uint32_t to)
{
	begin("cpu", CPU_CURRENT);
	cpu = to;
	return done(1);
}

/* @part tick */
static int64_t op_tick(void)
{
	buddy_tick(begin("tick", CPU_CURRENT));
	return done(1);
}

/* @part task */
/* Who asks on the current CPU from here on. */
static int64_t op_task(uint32_t flags, bool interrupt, bool softirq, bool rt, bool victim)
{
	struct task *tsk = begin("task", CPU_CURRENT);

	tsk->flags = flags;
	tsk->in_interrupt = interrupt;
	tsk->in_softirq = softirq;
	tsk->rt = rt;
	tsk->oom_victim = victim;
	return done(1);
}

/* @part hook_answers */
static int64_t op_hook_answers(struct answers told)
{
	begin("hook_answers", CPU_CURRENT);
	install_answers(&told);
	return done(1);
}

/* @part expect */
static void expect(int64_t answer, int64_t recorded)
{
	if (answer == recorded)
		return;
	printf("FAIL answer/%s\nOp %u answered %lld, and the recorded answer is %lld.\n", op,
	       step - 1, (long long)answer, (long long)recorded);
	exit(1);
}

/* @part expect_slots */
static void expect_slots(uint32_t r, uint32_t nr, const pfn_t *recorded)
{
	for (uint32_t i = 0; i < nr; i++)
		expect(slots[r + i].kind == EMPTY ? -1 : (int64_t)slots[r + i].pfn,
		       recorded[i] == PFN_NONE ? -1 : (int64_t)recorded[i]);
}

/* @program */
static void recipe_none(struct recipe *recipe)
{
	(void)recipe;
}

static struct buddy_config make_machine(void)
{
	struct buddy_config config = buddy_config_x86_64(0, 2048);

	config.nr_cpus = 2;
	return config;
}

static void run_program(void)
{
	op_sysctl(SYSCTL_WATERMARK_SCALE_FACTOR, 0, 20);
	op_task(PF_MEMALLOC_NOIO, false, false, false, false);
	expect(op_alloc_pages(0, 9, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT) >= 0, 1);
	op_set_pageblock_type(0, MIGRATE_CMA);
	op_free_pages(0, CPU_CURRENT);
	op_get_zeroed_page(0, GFP_KERNEL, CPU_CURRENT);
	op_get_page(0, 0);
	op_put_page(0, 0, 1);
	op_set_lru(0);
	op_free_pages(0, CPU_CURRENT);
	op_get_page_unless_zero(0, 0);
	op_alloc_pages(1, 2, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT);
	op_split_page(1);
	op_free_page(1, 2, CPU_CURRENT);
	op_alloc_pages_exact(2, 12288, GFP_KERNEL, CPU_CURRENT);
	op_free_pages_exact(2, CPU_CURRENT);
	op_cpu(1);
	op_alloc_pages_bulk_array(3, 4, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT);
	op_alloc_pages_bulk_list(7, 4, GFP_KERNEL | __GFP_ZERO, 0, 0);
	expect_slots(11, 1, (const pfn_t[]){ PFN_NONE });
	op_release_pages(3, 8, CPU_CURRENT);
	op_page_frag_alloc(3, 640, GFP_KERNEL, CPU_CURRENT);
	op_page_frag_alloc(4, 640, GFP_KERNEL, CPU_CURRENT);
	op_page_frag_free(3, CPU_CURRENT);
	op_page_frag_cache_drain(CPU_CURRENT);
	op_drain_local_pages(0);
	op_tick();
	op_nop();
	op_hook_answers((struct answers){ .reclaims = 1,
					  .compactions = 1,
					  .compacted = COMPACT_SUCCESS,
					  .captures = true,
					  .barred_nodes = 0xaau,
					  .dirty_nodes = 0x55u,
					  .node_reclaim = NODE_RECLAIM_FULL,
					  .locks = true });
	expect(op_alloc_pages(12, 3, GFP_KERNEL | __GFP_WRITE, NODE_LOCAL, CPU_CURRENT) >= 0, 1);
	op_hook_answers((struct answers){ .oom_kills = 1, .fail_every = 1, .absent = true });
	expect(op_alloc_pages(13, 0, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), -1);
	op_hook_answers((struct answers){ 0 });
	op_alloc_pages(5, 1, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT);
	op_alloc_pages(6, 2, GFP_KERNEL, NODE_LOCAL, CPU_CURRENT);
	if (!judged) { /* what follows spoils the machine */
		op_free_tail(5, 1, CPU_CURRENT);
		op_free_wrong_order(5, 0, CPU_CURRENT);
		op_free_referenced(6, CPU_CURRENT);
		op_double_free(5, CPU_CURRENT);
		op_free_foreign(3, 0, CPU_CURRENT);
	}
}

/* @always */
static void boot(void)
{
	static const struct buddy_hooks hooks = {
		.bug = hook_bug,
		.bad_page = hook_bad_page,
		.trace = hook_trace,
		.clear_pages = hook_clear_pages,
		.nofail_wait = hook_nofail_wait,
	};
	struct buddy_config config = make_machine();
	size_t size = buddy_image_size(&config);
	void *image = size ? aligned_alloc(64, size) : NULL;
	uint32_t flags = 0;

	/* @also start_* */
	flags = BUDDY_BOOT_IMPORT;
	/* @end */
	may_trap = true;
	if (!image || buddy_boot(&sys, &config, image, size, flags, &hooks)) {
		printf("The machine does not boot: %s\n",
		       size ? "out of memory" : buddy_config_error(&config));
		exit(2);
	}
	/* @program start */
	start_used(&config, size, recipe_none);
	/* @always */
	inspect_machine(&sys, &machine);
	nr_frames = machine.end_pfn - machine.base_pfn;
	frames = calloc(nr_frames, sizeof(*frames));
	dirty = calloc(nr_frames, 1);
	seen_types = calloc(block_of(machine.end_pfn) + 1, 1);
	set_types = calloc(block_of(machine.end_pfn) + 1, 1);
	if (!frames || !dirty || !seen_types || !set_types) {
		puts("out of memory");
		exit(2);
	}
	for (uint32_t i = 0; i < BUDDY_MAX_CPUS; i++) {
		tasks[i].sys = &sys;
		tasks[i].cpu = i;
	}
	for (uint32_t i = 0; i < NR_SLOTS; i++)
		slots[i].pfn = slots[i].last_pfn = PFN_NONE;
	for (uint32_t i = 0; i < nr_frames; i++)
		frames[i].head = machine.base_pfn + i;
	walk_lists();
	for (uint32_t i = 0; i < nr_frames; i++) {
		frames[i].was_free = frames[i].listed;
		frames[i].owner = frames[i].listed ? FREE : FOREIGN;
		if (frames[i].listed)
			set_types[block_of(machine.base_pfn + i)] =
				(uint8_t)inspect_pageblock(&sys, machine.base_pfn + i);
	}
	note_types();
	may_trap = false;
}

static void release(uint32_t r)
{
	/* @part split_page alloc_pages_exact */
	for (uint32_t i = 0; slots[r].kind == SPLIT; i = (i + 1) % slots[r].nr_pages) {
		/* @part alloc_pages_exact */
		if (slots[r].exact && slots[r].nr_left == slots[r].nr_pages) {
			op_free_pages_exact(r, CPU_CURRENT);
			continue;
		}
		/* @part split_page alloc_pages_exact */
		op_free_page(r, i, CPU_CURRENT);
	}
	/* @part page_frag_alloc page_frag_free */
	if (slots[r].kind == FRAGMENT)
		op_page_frag_free(r, CPU_CURRENT);
	/* @always */
	while (slots[r].kind == BLOCK)
		op_free_pages(r, CPU_CURRENT);
}

static void check_end(void)
{
	for (uint32_t i = 0; i < nr_frames; i++)
		if (frames[i].was_free && frames[i].owner != FREE)
			fail("end_all_free", "after everything was freed nothing is in use",
			     "page frame %u is.", machine.base_pfn + i);
	for (uint32_t z = 0; z < machine.nr_zones; z++)
		for (uint32_t c = 0; c < machine.nr_cpus; c++)
			if (sums[z].pcp_pages[c])
				fail("end_coalesced",
				     "once all is freed and drained, every page is free as at the "
				     "start",
				     "zone %u, CPU %u keeps %lld pages on its lists.", z, c,
				     (long long)sums[z].pcp_pages[c]);
}

int main(void)
{
	boot();
	run_program();
	for (uint32_t r = 0; judged && r < NR_SLOTS; r++)
		release(r);
	/* @part page_frag_alloc page_frag_free page_frag_cache_drain */
	if (judged)
		op_page_frag_cache_drain(CPU_CURRENT);
	/* @always */
	if (judged)
		op_drain_all_pages(CPU_CURRENT);
	walk();
	if (judged)
		check_end();
	printf("%u ops, every check held\n", step);
	return 0;
}
