/* SPDX-License-Identifier: MIT */
/*
 * Subjects by name, and plug-ins by path. A plug-in stays loaded until the process ends: its code
 * may be running.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "diff/plugin/subject_plugin.h"

#define PATH_MAX_BYTES 4096

static bool is_path(const char *name)
{
	size_t length = strlen(name);

	return strchr(name, '/') || (length > 3 && !strcmp(name + length - 3, ".so"));
}

/* An engine's symbols are in the binaries that are linked with it. */
static const char *load_hint(const char *reason)
{
	if (strstr(reason, "__san") || strstr(reason, "__afl_") || strstr(reason, "__asan_"))
		return "; it was built for a fuzzing engine or a sanitizer: load it with a "
		       "fuzz_subject or subject_replay of that kind, or build it without";
	return "";
}

static void tell_no_plugin(void *library, const char *path, char *error, size_t error_size)
{
	if (dlsym(library, "buddy_subject"))
		snprintf(error, error_size,
			 "%s exports buddy_subject(), which took structs that were never meant to "
			 "last: a plug-in is a `const struct buddyfuzz_plugin buddyfuzz_plugin` of "
			 "<buddyfuzz/plugin.h>; diff/examples/plugin_first_fit.c shows one",
			 path);
	else
		snprintf(error, error_size,
			 "%s does not export buddyfuzz_plugin; define it as <buddyfuzz/plugin.h> "
			 "says, with default visibility",
			 path);
}

static const struct subject_ops *load(const char *path, char *error, size_t error_size)
{
	const struct subject_ops *ops = NULL;
	char with_folder[PATH_MAX_BYTES];
	void *library, *plugin;

	/* Without a slash the loader would search its library folders instead. */
	snprintf(with_folder, sizeof(with_folder), "%s%s", strchr(path, '/') ? "" : "./", path);
	library = dlopen(with_folder, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		const char *reason = dlerror();

		snprintf(error, error_size, "cannot load the subject: %s%s", reason,
			 load_hint(reason));
		return NULL;
	}
	plugin = dlsym(library, "buddyfuzz_plugin");
	if (plugin)
		ops = subject_plugin(plugin, path, error, error_size);
	else
		tell_no_plugin(library, path, error, error_size);
	if (!ops)
		dlclose(library);
	return ops;
}

const struct subject_ops *subject_find(const char *name_or_path, char *error, size_t error_size)
{
	const struct subject_ops *const known[] = { subject_core(), subject_bitmap(),
						    subject_linux() };

	if (is_path(name_or_path))
		return load(name_or_path, error, error_size);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i]->name, name_or_path))
			return known[i];
	snprintf(error, error_size,
		 "no subject '%s': there are core, bitmap, linux, or a path to a plug-in (.so)",
		 name_or_path);
	return NULL;
}
