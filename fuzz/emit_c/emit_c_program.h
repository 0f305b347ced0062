/* SPDX-License-Identifier: MIT */
/* Private to emit_c*.c: the part of an emitted file that is the program's own. */
#pragma once

#include "fuzz/emit_c/emit_c.h"

#define STATEMENT_MAX 2048

struct statement {
	char text[STATEMENT_MAX];
	size_t length;
	const char *comma; /* before the next argument */
};

void statement_put(struct statement *statement, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void statement_put_comma(struct statement *statement);

/* The function of an emitted file that does the op: "nop" where the op can never fit. */
const char *emit_c_function(const struct program *program, const struct op *op);
/* Does it ever say that a hook shall do something? Else hook_answers has nothing to change. */
bool emit_c_tells_hooks(const struct program *program);
/* The core's constant that the language names: prefix and the name in capitals. */
void emit_c_constant(struct statement *statement, const char *prefix, const char *name);
/* The argument of hook_answers. */
void emit_c_hooks(struct statement *statement, uint32_t value);
void emit_c_machine(const struct program *program, FILE *out);
/* The statement that makes a used machine of it; none for a fresh one. */
void emit_c_start(const struct program *program, FILE *out);
void emit_c_ops(const struct program *program, const struct emit_c_answers *answers, FILE *out);
