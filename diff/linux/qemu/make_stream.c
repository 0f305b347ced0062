/* SPDX-License-Identifier: MIT */
/* make_stream PROFILE SEED OPS PAGES CPUS: a stream of requests for buddy_recorder, on stdout. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/linux/qemu/stream.h"

static void print_help(FILE *to)
{
	fputs("usage: make_stream PROFILE SEED OPS PAGES CPUS\n"
	      "Writes a stream of requests for buddy_recorder. PAGES: size of the recorded node.\n"
	      "CPUS: on how many the requests are made. The same arguments give the same stream.\n"
	      "profiles:\n",
	      to);
	for (size_t i = 0; i < nr_stream_profiles; i++)
		fprintf(to, "  %-10s%s\n", stream_profiles[i].name, stream_profiles[i].what);
}

static bool read_number(const char *word, uint64_t min, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(word, &end, 10);
	return word[0] >= '0' && word[0] <= '9' && !*end && !errno && *number >= min &&
	       *number <= max;
}

static bool read_arguments(char **words, struct stream_request *request)
{
	static const struct {
		const char *name;
		uint64_t min, max;
	} numbers[] = { { "SEED", 0, UINT64_MAX },
			{ "OPS", 1, STREAM_MAX_OPS },
			{ "PAGES", 1, 1u << 22 },
			{ "CPUS", 1, BUDDY_MAX_CPUS } };
	uint64_t values[4];

	request->profile = stream_profile_find(words[0]);
	if (!request->profile) {
		fprintf(stderr, "make_stream: no profile '%s'; make_stream --help lists them\n",
			words[0]);
		return false;
	}
	for (size_t i = 0; i < 4; i++) {
		if (read_number(words[1 + i], numbers[i].min, numbers[i].max, &values[i]))
			continue;
		fprintf(stderr, "make_stream: %s=%s is not possible; give %llu to %llu\n",
			numbers[i].name, words[1 + i], (unsigned long long)numbers[i].min,
			(unsigned long long)numbers[i].max);
		return false;
	}
	request->seed = values[0];
	request->nr_ops = (uint32_t)values[1];
	request->nr_pages = (uint32_t)values[2];
	request->nr_cpus = (uint32_t)values[3];
	return true;
}

int main(int argc, char **argv)
{
	struct stream_request request;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help(stdout);
		return 0;
	}
	if (argc != 6) {
		print_help(stderr);
		return 2;
	}
	if (!read_arguments(argv + 1, &request))
		return 2;
	printf("# make_stream %s %s %s %s %s\n", argv[1], argv[2], argv[3], argv[4], argv[5]);
	if (!stream_make(&request)) {
		fputs("make_stream: out of memory\n", stderr);
		return 2;
	}
	if (fflush(stdout) || ferror(stdout)) {
		perror("make_stream: writing the stream");
		return 2;
	}
	return 0;
}
