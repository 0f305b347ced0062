/* SPDX-License-Identifier: MIT */
/* Private to emit_c*.c: the part of an emitted file that is the program's own. */
#pragma once

#include "fuzz/emit_c.h"

/* The function of an emitted file that does the op: "nop" where the op can never fit. */
const char *emit_c_function(const struct program *program, const struct op *op);
void emit_c_machine(const struct program *program, FILE *out);
void emit_c_ops(const struct program *program, const struct emit_c_answers *answers, FILE *out);
