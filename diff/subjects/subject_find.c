/* SPDX-License-Identifier: MIT */
/*
 * Subjects by name, and plug-ins by path. A plug-in stays loaded until the process ends: its code
 * may be running.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "diff/subjects/subject.h"

#define PATH_MAX_BYTES 4096

typedef const struct subject_ops *(*subject_function)(void);

static bool is_path(const char *name)
{
	size_t length = strlen(name);

	return strchr(name, '/') || (length > 3 && !strcmp(name + length - 3, ".so"));
}

static const struct subject_ops *load(const char *path, char *error, size_t error_size)
{
	char with_folder[PATH_MAX_BYTES];
	subject_function function;
	void *library, *symbol;

	/* Without a slash the loader would search its library folders instead. */
	snprintf(with_folder, sizeof(with_folder), "%s%s", strchr(path, '/') ? "" : "./", path);
	library = dlopen(with_folder, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		snprintf(error, error_size, "cannot load the subject: %s", dlerror());
		return NULL;
	}
	symbol = dlsym(library, "buddy_subject");
	if (!symbol) {
		snprintf(error, error_size,
			 "%s does not export buddy_subject(); see diff/subjects/subject.h", path);
		dlclose(library);
		return NULL;
	}
	memcpy(&function, &symbol, sizeof(function));
	return function();
}

const struct subject_ops *subject_find(const char *name_or_path, char *error, size_t error_size)
{
	const struct subject_ops *const known[] = { subject_core(), subject_bitmap(),
						    subject_template(), subject_linux() };
	const struct subject_ops *ops = NULL;

	if (is_path(name_or_path)) {
		ops = load(name_or_path, error, error_size);
		if (ops && ops->api_version != SUBJECT_API_VERSION) {
			snprintf(error, error_size, "%s speaks version %u of the API, not %u",
				 name_or_path, ops->api_version, SUBJECT_API_VERSION);
			return NULL;
		}
		return ops;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i]->name, name_or_path))
			return known[i];
	snprintf(error, error_size,
		 "no subject '%s': there are core, bitmap, template, linux, or a path to a plug-in",
		 name_or_path);
	return NULL;
}
