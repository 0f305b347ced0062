// SPDX-License-Identifier: GPL-2.0-only
/*
 * buddy_lab: serves the commands of diff/linux/protocol.h from inside a running kernel. One kernel
 * thread turns interrupts off, keeps the real machine's state aside and answers until it is told
 * to quit.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/utsname.h>

#include "host.h"
#include "kernel.h"
#include "lab.h"
#include "program.h"
#include "regions.h"

static char *file;
module_param(file, charp, 0);
MODULE_PARM_DESC(file, "the shared file, on the host");
static unsigned long lookup;
module_param(lookup, ulong, 0);
MODULE_PARM_DESC(lookup, "address of kallsyms_lookup_name");

static DECLARE_COMPLETION(served);

/* ---- commands: NULL, or a sentence about what is wrong ---- */

static const char *do_hello(struct linux_shared *shared)
{
	struct linux_kernel *answer = &shared->kernel;

	*answer = (struct linux_kernel){
		pageblock_order,         MAX_NR_ZONES,       IS_ENABLED(CONFIG_CMA),
		IS_ENABLED(CONFIG_KCOV), (u32)lab->nr_pages, "",
	};
	strscpy(answer->release, utsname()->release, sizeof(answer->release));
	return NULL;
}

static const char *do_machine(struct linux_shared *shared)
{
	u32 slot = READ_ONCE(shared->slot);

	return slot < LINUX_MACHINES ? machine_build(slot) : "there is no room of that number";
}

static const char *do_run(struct linux_shared *shared)
{
	u32 nr_calls = READ_ONCE(shared->nr_calls);

	if (nr_calls > LINUX_MAX_CALLS)
		return "nr_calls is larger than calls[]";
	lab_reset();
	program_run(nr_calls, READ_ONCE(shared->flags));
	return NULL;
}

static const char *do_step(struct linux_shared *shared)
{
	program_run(1, READ_ONCE(shared->flags));
	return NULL;
}

static const char *do_reset(struct linux_shared *shared)
{
	lab_reset();
	return NULL;
}

static const char *do_state(struct linux_shared *shared)
{
	if (!state_write(&shared->machine, lab->words))
		return "a list of the machine does not end";
	memcpy(shared->state, lab->words, shared->machine.nr_state_words * sizeof(u32));
	return NULL;
}

static const char *do_self_check(struct linux_shared *shared)
{
	shared->error = !self_check(shared->text, sizeof(shared->text));
	return NULL;
}

static const struct {
	const char *(*serve)(struct linux_shared *shared);
	bool needs_machine;
} commands[] = {
	[LINUX_HELLO] = { do_hello, false },
	[LINUX_MACHINE] = { do_machine, false },
	[LINUX_RUN] = { do_run, true },
	[LINUX_STEP] = { do_step, true },
	[LINUX_RESET] = { do_reset, true },
	[LINUX_STATE] = { do_state, true },
	[LINUX_SELF_CHECK] = { do_self_check, true },
};

/* The zones describe the machine that the command is about, which may have to be fetched. */
static bool find_machine(u32 slot)
{
	if (lab->now.ready && slot == lab->slot)
		return true;
	if (!machine_enter(slot))
		return false;
	lab_reset();
	return true;
}

static void serve_command(struct linux_shared *shared, u32 command)
{
	const char *problem = NULL;

	shared->error = 0;
	shared->text[0] = '\0';
	if (command >= ARRAY_SIZE(commands) || !commands[command].serve)
		problem = "there is no such command";
	else if (commands[command].needs_machine && !find_machine(READ_ONCE(shared->slot)))
		problem = "no machine was built";
	else
		problem = commands[command].serve(shared);
	if (!problem)
		return;
	shared->error = 1;
	strscpy(shared->text, problem, sizeof(shared->text));
}

static void serve(struct linux_shared *shared)
{
	u32 last = READ_ONCE(shared->answer), command;

	for (;;) {
		last = host_wait_request(shared, last);
		command = READ_ONCE(shared->command);
		if (command == LINUX_QUIT)
			return;
		serve_command(shared, command);
		host_answer(shared, last);
	}
}

/* ---- the window ---- */

static bool is_free_block(struct page *page)
{
	return PageBuddy(page) && page_private(page) == MAX_ORDER - 1;
}

/* The longest row of free blocks of the largest order. */
static void find_lab(void)
{
	struct pglist_data *node = NODE_DATA(0);
	unsigned long end = node->node_start_pfn + node->node_spanned_pages, run = 0;

	for (unsigned long pfn = round_up(node->node_start_pfn, MAX_ORDER_NR_PAGES);
	     pfn + MAX_ORDER_NR_PAGES <= end; pfn += MAX_ORDER_NR_PAGES) {
		run = is_free_block(pfn_to_page(pfn)) ? run + MAX_ORDER_NR_PAGES : 0;
		if (run <= lab->nr_pages || run > LAB_MAX_PAGES)
			continue;
		lab->nr_pages = run;
		lab->first_pfn = pfn + MAX_ORDER_NR_PAGES - run;
	}
}

static int open_window(void)
{
	int error;

	find_lab();
	if (!lab->nr_pages)
		return -ENOMEM;
	error = regions_init();
	if (!error)
		error = kernel_fence(true);
	if (!error && !regions_save(REGION_REAL))
		error = -ENOMEM;
	return error;
}

static int server(void *unused)
{
	unsigned long flags;
	int error;

	kernel.lru_add_drain_all();
	local_irq_save(flags);
	host_hold_signals(true);
	error = open_window();
	if (!error) {
		serve(lab->shared);
		regions_set_pages(lab->nr_pages);
		regions_restore(REGION_REAL);
		kernel_fence(false);
	} else {
		pr_err("buddy_lab: cannot make a lab: error %d\n", error);
	}
	host_hold_signals(false);
	local_irq_restore(flags);
	if (!error)
		host_answer(lab->shared, READ_ONCE(lab->shared->request));
	complete(&served);
	return 0;
}

static int prepare(const char **problem)
{
	*problem = "no memory on the host";
	lab = host_memory(sizeof(*lab));
	if (!lab || !coverage_init())
		return -ENOMEM;
	for (u32 z = 0; z < LINUX_MAX_ZONES; z++) {
		lab->pageblock_bits[z] = host_memory(LAB_MAX_BLOCKS);
		lab->pcps[z] = host_memory(sizeof(struct per_cpu_pages));
		if (!lab->pageblock_bits[z] || !lab->pcps[z])
			return -ENOMEM;
	}
	lab->shared = host_map_shared(file, problem);
	return lab->shared ? 0 : -EINVAL;
}

/* Returns when the server was told to quit. */
static int __init buddy_lab_init(void)
{
	const char *problem = "parameters file= and lookup= are needed";
	struct task_struct *thread;
	int error = -EINVAL;

	if (file && lookup) {
		problem = "symbols are missing";
		error = kernel_find(lookup);
	}
	if (!error)
		error = prepare(&problem);
	if (error) {
		pr_err("buddy_lab: %s\n", problem);
		return error;
	}
	host_die_together(current->mm->context.id.u.pid);
	thread = kthread_run(server, NULL, "buddy_lab");
	if (IS_ERR(thread))
		return (int)PTR_ERR(thread);
	wait_for_completion(&served);
	return 0;
}

module_init(buddy_lab_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Synthetic machines for the page allocator, driven over a shared file");
