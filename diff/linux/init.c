/* SPDX-License-Identifier: MIT */
/*
 * The guest's only process: loads the module, which serves the shared file until it is told to
 * quit, then switches the machine off. Linked statically: the root folder holds this program and
 * the module alone.
 *
 * The module needs symbols that the kernel does not export. /proc/kallsyms tells where the
 * kernel's own look-up function is; the module asks that for the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MODULE_PATH "/buddy_lab.ko"

static void power_off(void)
{
	fflush(stdout);
	reboot(RB_POWER_OFF);
	_exit(2);
}

static void fail(const char *what)
{
	printf("init: %s: %s\n", what, strerror(errno));
	power_off();
}

/* The value of NAME=value on the kernel's command line, or false. */
static int argument(const char *name, char *value, size_t size)
{
	char line[4096], *word, *rest = line;
	size_t length = strlen(name);
	FILE *file = fopen("/proc/cmdline", "re");

	if (!file)
		fail("/proc/cmdline");
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	while ((word = strsep(&rest, " \n")))
		if (!strncmp(word, name, length) && word[length] == '=') {
			snprintf(value, size, "%s", word + length + 1);
			return 1;
		}
	return 0;
}

static unsigned long long kernel_symbol(const char *name)
{
	char line[512], found[256], type;
	unsigned long long address;
	FILE *file = fopen("/proc/kallsyms", "re");

	if (!file)
		fail("/proc/kallsyms");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%llx %c %255s", &address, &type, found) == 3 &&
		    !strcmp(found, name)) {
			fclose(file);
			return address;
		}
	errno = ENOENT;
	fail(name);
	return 0;
}

int main(void)
{
	char path[2048], parameters[4096];
	int fd;

	if (mount("proc", "/proc", "proc", 0, NULL))
		fail("mounting /proc");
	if (!argument("buddy.file", path, sizeof(path))) {
		errno = EINVAL;
		fail("no buddy.file=PATH on the kernel's command line");
	}
	snprintf(parameters, sizeof(parameters), "file=%s lookup=0x%llx", path,
		 kernel_symbol("kallsyms_lookup_name"));
	fd = open(MODULE_PATH, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(MODULE_PATH);
	if (syscall(SYS_finit_module, fd, parameters, 0))
		fail("loading " MODULE_PATH);
	power_off();
}
