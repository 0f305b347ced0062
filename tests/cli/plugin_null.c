/* SPDX-License-Identifier: MIT */
/* A shared object in which the names of a plug-in, old and new, are there and stand for nothing. */
asm(".globl buddyfuzz_plugin\n"
    ".globl buddy_subject\n"
    ".set buddyfuzz_plugin, 0\n"
    ".set buddy_subject, 0\n");
