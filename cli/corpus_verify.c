/* SPDX-License-Identifier: MIT */
/*
 * `buddy corpus verify`: each file is well formed, clean under the judge, and deterministic. What
 * lies below a folder `canary` fails on purpose and need not be clean.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/corpus.h"
#include "cli/interrupt.h"
#include "diff/lockstep/twins.h"

struct verifier {
	struct features *features;
	struct twins *twins;
	struct program program;
	struct reach reach;
	struct finding finding;
	size_t nr_done, nr_wrong, nr_others;
	uint64_t nr_ops;
};

static bool is_clean(struct verifier *verifier, const char *path, char *error, size_t error_size)
{
	if (features_run(verifier->features, &verifier->program, &verifier->reach,
			 &verifier->finding))
		return true;
	if (verifier->finding.kind != FINDING_ERROR && corpus_path_has(path, "canary"))
		return true;
	snprintf(error, error_size, "%s %s",
		 verifier->finding.kind == FINDING_ERROR ? "cannot run:" : "FAIL",
		 verifier->finding.kind == FINDING_ERROR ? verifier->finding.text
							 : verifier->finding.signature);
	return false;
}

static bool is_right(struct verifier *verifier, const char *path, char *error, size_t error_size)
{
	struct corpus_file file;
	bool right;

	if (!corpus_file_read(path, &file, &verifier->program, error, error_size))
		return false;
	right = corpus_file_check(&file, &verifier->program, error, error_size) &&
		is_clean(verifier, path, error, error_size) &&
		twins_agree(verifier->twins, &verifier->program, error, error_size);
	corpus_file_free(&file);
	return right;
}

static void verify_file(struct verifier *verifier, const char *path)
{
	char error[CORPUS_ERROR_MAX];
	size_t length = strlen(path);
	const char *text = error;

	verifier->nr_done++;
	if (is_right(verifier, path, error, sizeof(error))) {
		verifier->nr_ops += verifier->program.nr_ops;
		return;
	}
	verifier->nr_wrong++;
	if (!strncmp(error, path, length) && error[length] == ':') /* told with its place */
		printf("%s\n", text);
	else
		printf("%s: %s\n", path, text);
	fflush(stdout);
}

static void verify_files(struct verifier *verifier, const struct file_list *files,
			 const char *command)
{
	struct corpus_progress progress;

	corpus_progress_begin(&progress, command, "verified");
	for (size_t i = 0; i < files->nr && !interrupt_wanted; i++) {
		verify_file(verifier, files->paths[i]);
		corpus_progress_tell(&progress, i + 1, files->nr);
	}
	corpus_progress_end(&progress);
}

static int report(const struct verifier *verifier, const struct file_list *files)
{
	printf("verified %zu of %zu programs, %llu operations: %zu wrong; %zu other files\n",
	       verifier->nr_done, files->nr, (unsigned long long)verifier->nr_ops,
	       verifier->nr_wrong, verifier->nr_others);
	if (verifier->nr_wrong)
		return EXIT_FINDINGS;
	return verifier->nr_done < files->nr ? EXIT_BAD_USAGE : EXIT_CLEAN;
}

static bool verifier_start(struct verifier *verifier, const char *command)
{
	char error[CORPUS_ERROR_MAX];

	verifier->features = features_create(error, sizeof(error));
	if (verifier->features)
		verifier->twins = twins_create(subject_core(), error, sizeof(error));
	if (verifier->twins)
		return true;
	corpus_error(command, "the core", error);
	return false;
}

static void verifier_stop(struct verifier *verifier)
{
	if (verifier->twins)
		twins_free(verifier->twins);
	if (verifier->features)
		features_free(verifier->features);
	program_free(&verifier->program);
}

int corpus_verify(const struct corpus_options *options)
{
	static struct verifier verifier;
	struct file_list files = { .nr = 0 };
	int status = EXIT_BAD_USAGE;

	if (!options->nr_paths)
		return corpus_error(options->command, "DIR...", "name at least one");
	if (corpus_list(&files, options->command, options->paths, options->nr_paths,
			&verifier.nr_others) &&
	    verifier_start(&verifier, options->command)) {
		verify_files(&verifier, &files, options->command);
		status = report(&verifier, &files);
	}
	verifier_stop(&verifier);
	file_list_free(&files);
	return status;
}
