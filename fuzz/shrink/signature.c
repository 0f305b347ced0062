/* SPDX-License-Identifier: MIT */
/* Signatures compared by rule. */
#include "fuzz/shrink/signature.h"

#include <string.h>

bool signature_same_rule(const char *signature, const char *wanted)
{
	static const char difference[] = "difference/";
	size_t rule = strcspn(wanted, "/");

	if (!strncmp(wanted, difference, sizeof(difference) - 1))
		return !strcmp(signature, wanted);
	return rule && strcspn(signature, "/") == rule && !strncmp(signature, wanted, rule);
}

bool signature_is_error(const char *signature)
{
	static const char error[] = "error/";

	return !strncmp(signature, error, sizeof(error) - 1);
}
