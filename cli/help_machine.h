/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>

/* `buddy help machine`: every key of the machine line, its values, its meaning, an example. */
void help_machine_print(FILE *out);
