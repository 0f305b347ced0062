/* SPDX-License-Identifier: MIT */
/* Private to subject_linux*.c: one machine that the guest is told when it is to be run. */
#pragma once

#include "diff/linux/linux_guest.h"
#include "diff/linux/linux_state.h"
#include "diff/subjects/subject.h"

#define LINUX_TASK_BITS ((uint32_t)(OP_TASK_MEMALLOC | OP_TASK_NOFS | OP_TASK_NOIO | OP_TASK_PIN))

struct linux_subject {
	uint32_t id;
	struct buddy_config config;
	struct linux_shared *shared;
	struct linux_state start; /* what the guest is told */
	bool starts_with_lru;
	/* The batch: its calls stand in the shared file. */
	uint32_t nr_calls, nr_pfns;
	uint32_t *listed; /* [LINUX_MAX_CALLS] calls whose frames or offset only we compare */
	uint32_t nr_listed;
	bool marks_lru;
	struct linux_state end; /* of the other subject, behind the last call */
	/* Call by call: */
	bool fresh; /* the next call comes first after a reset */
	struct linux_answer last;
	char broken[BATCH_TEXT_MAX]; /* why it does not answer any more, or empty */
};

extern const struct subject_batch linux_batch;

/* The guest runs and holds this machine, in whatever state. */
bool linux_ensure_machine(struct linux_subject *subject, char *error, size_t error_size);
bool linux_snapshot(void *self, struct snapshot *snapshot);
/* What is wrong, and what the guest said or printed. */
void linux_describe_trouble(const struct linux_shared *shared, enum linux_trouble trouble,
			    char *text, size_t size);

/*
 * The call at this place of the shared file; behind its frames, if it has a list of them, is room
 * for so many lists in all. false: the kernel cannot do it, or there is no room.
 */
bool linux_put_call(struct linux_subject *subject, uint32_t index, const struct call *call,
		    uint32_t nr_lists);
/* How many frames the answer has in the shared file. */
uint32_t linux_nr_answered(const struct linux_call *call, const struct linux_answer *answer);
void linux_get_event(const struct linux_shared *shared, const struct linux_call *call,
		     const struct linux_answer *answer, struct event *event);
