/* SPDX-License-Identifier: MIT */
/* Folders that commands write into. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Creates the folder with its parents, unless it is there. false: error tells, beginning with the
 * part of the path that is at fault.
 */
bool out_folder_create(const char *path, char *error, size_t error_size);
/* Does the path, which need not be there yet, lie in the folder, or is it the folder itself? */
bool out_folder_is_in(const char *folder, const char *path);
