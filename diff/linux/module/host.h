/* SPDX-License-Identifier: GPL-2.0-only */
/* Host system calls from inside the guest's kernel: User-Mode Linux is an ordinary host process. */
#pragma once

#include <linux/types.h>

struct linux_shared;

/* Zeroed memory of the host's, outside the guest's; never given back. NULL: none. */
void *host_memory(unsigned long bytes);
/* Maps the shared file. NULL: it cannot be opened or is not ours; *problem tells. */
struct linux_shared *host_map_shared(const char *path, const char **problem);
/* Makes [address, address + bytes) of the guest's own text writable, or not. 0: done. */
long host_protect_text(void *address, unsigned long bytes, bool writable);
/* Keeps the host's timer and console signals from the guest, or delivers them. */
void host_hold_signals(bool hold);
/* The guest and the traced process `child` die with the harness. */
void host_die_together(int child);
/* Waits until shared->request differs from last; ends the guest when the harness is gone. */
u32 host_wait_request(struct linux_shared *shared, u32 last);
void host_answer(struct linux_shared *shared, u32 request);
u64 host_ns(void);
