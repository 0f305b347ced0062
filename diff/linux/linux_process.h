/* SPDX-License-Identifier: MIT */
/*
 * The guest as a process that cannot outlive us. A keeper between harness and guest waits for the
 * end of either: it holds one end of a pipe whose other end only the harness has, so that abort(),
 * SIGINT and kill -9 all look the same to it. It then kills the guest with all its children and
 * removes its files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The shared file has this number in the guest. */
#define LINUX_SHARED_FD 3
#define LINUX_SHARED_PATH "/proc/self/fd/3"
#define LINUX_FILE_ARGUMENT "buddy.file="

#define LINUX_FOLDER_BYTES 512

struct linux_process {
	pid_t keeper;                    /* 0: none */
	int control;                     /* closing it ends the guest */
	int log;                         /* what the guest prints; reading does not block */
	char folder[LINUX_FOLDER_BYTES]; /* its temporary files */
};

/* folder holds the kernel `linux` and its `root`; both paths absolute. false: error tells. */
bool linux_process_start(struct linux_process *process, const char *folder, int shared_fd,
			 char *error, size_t error_size);
bool linux_process_alive(struct linux_process *process);
/* Returns when nothing of it is left but what log still holds. */
void linux_process_stop(struct linux_process *process);
/* After stop. */
void linux_process_close_log(struct linux_process *process);
