// SPDX-License-Identifier: GPL-2.0-only
/* Sysctls, written as root would: through the kernel's own table, handlers and limits. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "kernel.h"
#include "ops.h"

#define TEXT_BYTES 64

static const char *const names[] = {
#define SYSCTL(NAME, name, ...) #name,
#include "oracle/lang/op.def"
};
#define RATIO (ARRAY_SIZE(names) - 1)

static struct ctl_table *find(const char *name)
{
	for (struct ctl_table *entry = kernel.vm_table; entry->procname; entry++)
		if (!strcmp(entry->procname, name))
			return entry;
	return NULL;
}

/* All ratios are written at once; a zone kind that the kernel lacks has none. */
static size_t ratio_text(char *text, int changed, int value)
{
	size_t length = 0;

	for (int i = 0; i < MAX_NR_ZONES; i++)
		length += (size_t)scnprintf(text + length, TEXT_BYTES - length, "%d ",
					    i == changed ? value
							 : kernel.sysctl_lowmem_reserve_ratio[i]);
	return length;
}

enum linux_status op_sysctl(const struct linux_call *call, struct linux_answer *answer)
{
	struct ctl_table *entry = call->type < ARRAY_SIZE(names) ? find(names[call->type]) : NULL;
	char text[TEXT_BYTES];
	loff_t position = 0;
	size_t length;

	if (!entry)
		return LINUX_UNSUPPORTED;
	if (call->type == RATIO && call->order >= LAB_RATIOS) {
		answer->result = -EINVAL;
		return LINUX_DONE;
	}
	if (call->type == RATIO)
		length = ratio_text(text, lab_kernel_zone(call->order), (int)call->value);
	else
		length = (size_t)scnprintf(text, sizeof(text), "%d", (int)call->value);
	answer->result = entry->proc_handler(entry, 1, text, &length, &position);
	return LINUX_DONE;
}
