/* SPDX-License-Identifier: MIT */
/*
 * The commands of `buddy`. Each is a main of its own: it gets its name as argv[0], prints help for
 * --help and returns the exit status.
 */
#pragma once

enum exit_status {
	EXIT_CLEAN,
	EXIT_FINDINGS,  /* something broke a rule or differed */
	EXIT_BAD_USAGE, /* wrong arguments, input that cannot be read, output that cannot be written
			 */
	EXIT_INTERRUPTED = 130 /* by SIGINT or SIGTERM: what was judged is told */
};

struct command {
	const char *name;
	const char *help; /* one line */
	int (*main)(int argc, char **argv);
};

int run_main(int argc, char **argv);
int diff_main(int argc, char **argv);
int replay_main(int argc, char **argv);
int import_main(int argc, char **argv);
int shrink_main(int argc, char **argv);
int emit_c_main(int argc, char **argv);
int fuzz_main(int argc, char **argv);
int corpus_main(int argc, char **argv);
int record_main(int argc, char **argv);
