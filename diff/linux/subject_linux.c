/* SPDX-License-Identifier: MIT */
/*
 * The real page allocator of Linux 6.1 as a subject. It starts from the state of a core that was
 * booted with the same configuration; one guest serves every machine of the process and is told
 * when another one is to be run. Programs go over in one piece (batch); apply is the slow way, call
 * by call, for a run on Linux alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/linux/subject_linux.h"

#define LOG_TAIL_BYTES 2048

/* What the guest holds: machines of ours, as long as it is the same guest. */
static struct {
	uint32_t generation, last_id;
	uint32_t ids[LINUX_MACHINES]; /* 0: none */
	uint64_t last_use[LINUX_MACHINES], clock;
} told;

/* ---- which machines ---- */

/* NULL, or what the kernel cannot be: a sentence with the field's name. */
static const char *config_refusal(const struct buddy_config *config,
				  const struct linux_kernel *kernel)
{
	uint32_t zones = 1u << ZONE_NORMAL | 1u << ZONE_MOVABLE;

	if (kernel->nr_zones_configured > 2)
		zones |= 1u << ZONE_DMA32;
	if (config->nr_cpus != 1)
		return "cpus: the kernel runs on one CPU";
	if (config->nr_nodes != 1)
		return "nodes: the kernel has one node";
	if (config->features & BUDDY_SMP)
		return "features smp: the kernel is built for one CPU";
	if (config->features & BUDDY_NUMA)
		return "features numa: the kernel has no NUMA";
	if (config->features & BUDDY_THP)
		return "features thp: the kernel has no per-CPU lists for huge pages";
	if (config->features & BUDDY_SPARSEMEM)
		return "features sparsemem: the kernel has a flat memory map";
	if (config->features & BUDDY_DEBUG_VM)
		return "features debug_vm: the kernel is built without";
	if (!(config->features & BUDDY_COMPACTION))
		return "features compaction: the kernel has it";
	if (!(config->features & BUDDY_CMA) != !kernel->has_cma)
		return kernel->has_cma ? "features cma: the kernel has it"
				       : "features cma: the kernel is built without";
	if (config->zones != zones)
		return kernel->nr_zones_configured > 2
			       ? "zones: the kernel has DMA32, NORMAL and MOVABLE"
			       : "zones: the kernel has NORMAL and MOVABLE";
	return NULL;
}

static bool accept_config(const struct buddy_config *config, const struct linux_kernel *kernel,
			  char *error, size_t error_size)
{
	const char *refusal = config_refusal(config, kernel);
	const pfn_t block = 1u << MAX_PAGE_ORDER; /* the lab begins with a whole one */
	pfn_t start = config->memory[0].start_pfn, end = config->memory[0].end_pfn;

	for (uint32_t i = 0; i < config->nr_memory && i < BUDDY_MAX_RANGES; i++)
		end = config->memory[i].end_pfn;
	if (refusal) {
		snprintf(error, error_size, "no such machine: %s", refusal);
	} else if (config->pageblock_order != kernel->pageblock_order) {
		snprintf(error, error_size,
			 "no such machine: pageblock_order %u: the kernel's is %u",
			 config->pageblock_order, kernel->pageblock_order);
	} else if (end - (start & -block) > kernel->lab_pages) {
		snprintf(error, error_size,
			 "no such machine: pages: %u from the first whole block to the last page, "
			 "the kernel has room for %u",
			 end - (start & -block), kernel->lab_pages);
	} else {
		return true;
	}
	return false;
}

/* ---- telling the guest ---- */

void linux_describe_trouble(const struct linux_shared *shared, enum linux_trouble trouble,
			    char *text, size_t size)
{
	static const char *const sentences[] = {
		[LINUX_FINE] = "nothing is wrong",
		[LINUX_PANIC] = "the kernel panicked",
		[LINUX_BUG] = "the kernel reported a bug",
		[LINUX_BAD_PAGE] = "the kernel reported a bad page",
		[LINUX_HANG] = "the kernel did not answer within the deadline",
		[LINUX_DEATH] = "the kernel's process is gone",
	};
	const char *log = linux_guest_log();
	size_t length = strlen(log);

	if (trouble == LINUX_REFUSED)
		snprintf(text, size, "Linux refused: %.*s", 1024, shared->text);
	else
		snprintf(text, size, "%s; its log:\n%s", sentences[trouble],
			 length > LOG_TAIL_BYTES ? log + length - LOG_TAIL_BYTES : log);
}

/* A command before any program: whatever goes wrong is no finding about the allocator. */
static bool command(struct linux_subject *subject, enum linux_command command, char *error,
		    size_t error_size)
{
	enum linux_trouble trouble = linux_guest_command(command);

	if (!trouble)
		return true;
	linux_describe_trouble(subject->shared, trouble, error, error_size);
	return false;
}

static void forget_guest(void)
{
	told.generation = linux_guest_generation();
	memset(told.ids, 0, sizeof(told.ids));
	memset(told.last_use, 0, sizeof(told.last_use));
}

/* Where the machine is kept, else the place that was idle longest. */
static uint32_t find_slot(uint32_t id)
{
	uint32_t oldest = 0;

	for (uint32_t slot = 0; slot < LINUX_MACHINES; slot++) {
		if (told.ids[slot] == id)
			return slot;
		if (told.last_use[slot] < told.last_use[oldest])
			oldest = slot;
	}
	return oldest;
}

bool linux_ensure_machine(struct linux_subject *subject, char *error, size_t error_size)
{
	struct linux_shared *shared = subject->shared;
	uint32_t slot;

	if (!linux_guest_start(error, error_size))
		return false;
	if (told.generation != linux_guest_generation())
		forget_guest();
	slot = find_slot(subject->id);
	told.last_use[slot] = ++told.clock;
	shared->slot = slot;
	if (told.ids[slot] == subject->id)
		return true;
	told.ids[slot] = 0;
	shared->machine = subject->start.machine;
	memcpy(shared->state, subject->start.words,
	       subject->start.machine.nr_state_words * sizeof(*shared->state));
	if (!command(subject, LINUX_MACHINE, error, error_size))
		return false;
	told.ids[slot] = subject->id;
	return true;
}

/* ---- calls ---- */

bool linux_put_call(struct linux_subject *subject, uint32_t index, const struct call *call,
		    uint32_t nr_lists)
{
	struct linux_shared *shared = subject->shared;
	unsigned int *pfns = &shared->pfns[subject->nr_pfns];
	uint32_t nr = op_table[call->code].operands & OPERAND_COUNT ? call->count : 0;

	if ((call->code == OP_task && call->value & ~LINUX_TASK_BITS) || nr > CALL_MAX_PFNS ||
	    subject->nr_pfns + nr_lists * nr > LINUX_MAX_PFNS)
		return false;
	if (op_table[call->code].result == RESULT_LIST)
		memset(pfns, 0xff, nr * sizeof(*pfns));
	else if (nr)
		memcpy(pfns, call->pfns, nr * sizeof(*pfns));
	shared->calls[index] = (struct linux_call){
		.code = call->code,
		.type = call->type,
		.order = call->order,
		.gfp = call->gfp,
		.count = call->count,
		.value = call->value,
		.pfn = call->pfn,
		.first_pfn = subject->nr_pfns,
	};
	subject->nr_pfns += nr_lists * nr;
	return true;
}

uint32_t linux_nr_answered(const struct linux_call *call, const struct linux_answer *answer)
{
	if (op_table[call->code].result == RESULT_ARRAY)
		return call->count;
	if (op_table[call->code].result != RESULT_LIST || answer->result <= 0)
		return 0;
	return answer->result < (long long)call->count ? (uint32_t)answer->result : call->count;
}

void linux_get_event(const struct linux_shared *shared, const struct linux_call *call,
		     const struct linux_answer *answer, struct event *event)
{
	event->status = answer->status == LINUX_DONE ? EVENT_DONE : EVENT_UNSUPPORTED;
	event->pfn = answer->pfn;
	event->result = answer->result;
	event->offset_bytes = answer->offset_bytes;
	event->nr_bad_pages = answer->nr_bad_pages;
	event->nr_pfns = linux_nr_answered(call, answer);
	if (event->nr_pfns)
		memcpy(event->pfns, &shared->pfns[call->first_pfn],
		       event->nr_pfns * sizeof(*event->pfns));
}

/* ---- call by call ---- */

static void trap(struct linux_subject *subject, struct event *event)
{
	event->status = EVENT_TRAPPED;
	event->bug_condition = subject->broken;
}

static bool step_ready(struct linux_subject *subject)
{
	bool ready = !subject->broken[0] &&
		     linux_ensure_machine(subject, subject->broken, sizeof(subject->broken));

	if (ready && subject->fresh)
		ready = command(subject, LINUX_RESET, subject->broken, sizeof(subject->broken));
	subject->fresh = false;
	return ready;
}

static void linux_apply(void *self, const struct call *call, struct event *event)
{
	struct linux_subject *subject = self;
	struct linux_shared *shared = subject->shared;

	if (!step_ready(subject)) {
		trap(subject, event);
		return;
	}
	event->status = EVENT_UNSUPPORTED;
	subject->nr_pfns = 0;
	if (!linux_put_call(subject, 0, call, 1))
		return;
	shared->flags = 0;
	shared->nr_calls = 1;
	shared->nr_done = shared->differs = 0;
	if (!command(subject, LINUX_STEP, subject->broken, sizeof(subject->broken))) {
		trap(subject, event);
		return;
	}
	subject->last = shared->answers[0];
	linux_get_event(shared, &shared->calls[0], &subject->last, event);
}

static bool linux_counts(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages,
			 int64_t *pcp_pages)
{
	const struct linux_subject *subject = self;

	if (zone >= subject->start.machine.nr_zones || cpu || subject->fresh)
		return false;
	*free_pages = subject->last.free_pages[zone];
	*pcp_pages = subject->last.pcp_pages[zone];
	return true;
}

static enum claim linux_claims(const struct subject_ops *ops, uint8_t op_code)
{
	(void)ops;
	return op_table[op_code].misuse || op_code == OP_nop || op_code == OP_hook_answers
		       ? CLAIM_NONE
		       : CLAIM_EXACT;
}

bool linux_snapshot(void *self, struct snapshot *snapshot)
{
	struct linux_subject *subject = self;
	char error[BATCH_TEXT_MAX];

	return linux_ensure_machine(subject, error, sizeof(error)) &&
	       command(subject, LINUX_STATE, error, sizeof(error)) &&
	       linux_state_snapshot(&subject->shared->machine, subject->shared->state,
				    &subject->start.snapshot, snapshot);
}

/* ---- life ---- */

static void linux_reset(void *self)
{
	struct linux_subject *subject = self;

	subject->fresh = true;
	subject->broken[0] = '\0';
}

static void linux_destroy(void *self)
{
	struct linux_subject *subject = self;

	linux_state_free(&subject->start);
	linux_state_free(&subject->end);
	free(subject->listed);
	free(subject);
}

/* The state that a core with this configuration starts from. */
static bool take_start(struct linux_subject *subject, const struct snapshot *initial, char *error,
		       size_t error_size)
{
	const struct subject_ops *core = subject_core();
	const struct env env = { 0 };
	void *self = core->create(&subject->config, initial, &env, error, error_size);
	bool taken;

	if (!self)
		return false;
	taken = linux_state_take(&subject->start, core->view(self), false);
	core->destroy(self);
	if (!taken) {
		snprintf(error, error_size,
			 "no such machine: zones: it has more than %u, or its "
			 "state is too large",
			 LINUX_MAX_ZONES);
		return false;
	}
	linux_state_set_sysctls(&subject->start, &subject->config);
	for (uint32_t z = 0; z < subject->start.snapshot.nr_zones; z++)
		if (subject->start.snapshot.zones[z].lru.nr)
			subject->starts_with_lru = true;
	return true;
}

static struct linux_subject *subject_new(const struct buddy_config *config)
{
	struct linux_subject *subject = calloc(1, sizeof(*subject));

	if (!subject)
		return NULL;
	subject->config = *config;
	subject->id = ++told.last_id;
	subject->fresh = true;
	subject->listed = malloc(LINUX_MAX_CALLS * sizeof(*subject->listed));
	if (subject->listed)
		return subject;
	free(subject);
	return NULL;
}

static void *linux_create(const struct buddy_config *config, const struct snapshot *initial,
			  const struct env *env, char *error, size_t error_size)
{
	struct linux_subject *subject;

	(void)env;
	if (!linux_guest_start(error, error_size))
		return NULL;
	subject = subject_new(config);
	if (!subject) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	subject->shared = linux_guest_shared(error, error_size);
	if (subject->shared && accept_config(config, &subject->shared->kernel, error, error_size) &&
	    take_start(subject, initial, error, error_size) &&
	    linux_ensure_machine(subject, error, error_size))
		return subject;
	linux_destroy(subject);
	return NULL;
}

const struct subject_ops *subject_linux(void)
{
	static const struct subject_ops ops = {
		.name = "linux",
		.claims = linux_claims,
		.create = linux_create,
		.destroy = linux_destroy,
		.reset = linux_reset,
		.apply = linux_apply,
		.counts = linux_counts,
		.snapshot = linux_snapshot,
		.batch = &linux_batch,
	};

	return &ops;
}
