/* SPDX-License-Identifier: MIT */
/*
 * The guest's only process: loads the module, gives it each stream of /streams in the order of
 * their names, and sends the recordings to the second serial port, each between a line
 * "@BEGIN NAME" and a line "@END NAME". What goes wrong is told on the console in a line
 * "recorder: ...". Then the machine is switched off.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define MODULE_PATH "/buddy_recorder.ko"
#define STREAM_FOLDER "/streams"
#define STREAM_SUFFIX ".stream"
#define PORT "/dev/ttyS1"

static void power_off(void)
{
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	_exit(2);
}

static void fail(const char *what)
{
	printf("recorder: %s: %s\n", what, strerror(errno));
	power_off();
}

static void mount_all(void)
{
	if (mount("proc", "/proc", "proc", 0, NULL))
		fail("mounting /proc");
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL))
		fail("mounting /dev");
}

/* The value of buddy.module=NAME=value,NAME=value on the kernel's command line, with blanks. */
static void module_parameters(char *parameters, size_t size)
{
	static const char name[] = "buddy.module=";
	char line[4096] = "", *word, *rest = line;
	FILE *file = fopen("/proc/cmdline", "re");

	if (!file || !fgets(line, sizeof(line), file))
		fail("/proc/cmdline");
	fclose(file);
	parameters[0] = '\0';
	while ((word = strsep(&rest, " \n")))
		if (!strncmp(word, name, strlen(name)))
			snprintf(parameters, size, "%s", word + strlen(name));
	for (; *parameters; parameters++)
		if (*parameters == ',')
			*parameters = ' ';
}

static void load_module(void)
{
	char parameters[1024];
	int fd = open(MODULE_PATH, O_RDONLY | O_CLOEXEC);

	module_parameters(parameters, sizeof(parameters));
	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0))
		fail("loading " MODULE_PATH);
	close(fd);
}

static int open_port(void)
{
	int port = open(PORT, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	struct termios mode;

	if (port < 0 || tcgetattr(port, &mode))
		fail(PORT);
	cfmakeraw(&mode);
	if (tcsetattr(port, TCSANOW, &mode))
		fail(PORT);
	return port;
}

static int write_all(int to, const char *bytes, size_t size)
{
	while (size) {
		ssize_t nr = write(to, bytes, size);

		if (nr <= 0)
			return -1;
		bytes += nr;
		size -= (size_t)nr;
	}
	return 0;
}

static int copy(int from, int to)
{
	static char buffer[1 << 16];
	ssize_t nr;

	while ((nr = read(from, buffer, sizeof(buffer))) > 0)
		if (write_all(to, buffer, (size_t)nr))
			return -1;
	return nr ? -1 : 0;
}

/* Both descriptors are closed. */
static int copy_and_close(int from, int to)
{
	int failed = from < 0 || to < 0 || copy(from, to);
	int error = errno;

	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	errno = error;
	return failed ? -1 : 0;
}

static void record(const char *file_name, int port)
{
	char path[512];
	int length = (int)(strlen(file_name) - strlen(STREAM_SUFFIX));
	int recording;

	snprintf(path, sizeof(path), STREAM_FOLDER "/%s", file_name);
	if (copy_and_close(open(path, O_RDONLY | O_CLOEXEC),
			   open("/proc/buddy_stream", O_WRONLY | O_TRUNC | O_CLOEXEC)))
		fail(path);
	recording = open("/proc/buddy_recording", O_RDONLY | O_CLOEXEC);
	if (recording < 0) {
		printf("recorder: %.*s was refused: %s\n", length, file_name, strerror(errno));
		return;
	}
	dprintf(port, "@BEGIN %.*s\n", length, file_name);
	if (copy(recording, port))
		fail(PORT);
	dprintf(port, "@END %.*s\n", length, file_name);
	close(recording);
}

static int is_stream(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(STREAM_SUFFIX);

	return length > suffix && !strcmp(entry->d_name + length - suffix, STREAM_SUFFIX);
}

int main(void)
{
	struct dirent **streams;
	int nr, port;

	mount_all();
	load_module();
	port = open_port();
	nr = scandir(STREAM_FOLDER, &streams, is_stream, alphasort);
	if (nr < 0)
		fail(STREAM_FOLDER);
	for (int i = 0; i < nr; i++)
		record(streams[i]->d_name, port);
	tcdrain(port);
	printf("recorder: done\n");
	power_off();
}
