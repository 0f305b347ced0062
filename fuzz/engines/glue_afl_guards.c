/* SPDX-License-Identifier: MIT */
/*
 * afl-clang-fast before 4.05 reads one guard too many for a select: that of the next function, or
 * what lies behind the last one, and then counts at a wild place beside the coverage map. These
 * guards, which no code ever hits, are the last: the linker orders guards as it orders the code
 * they belong to, and this object is linked behind all that is instrumented.
 */
extern const char buddy_spare_guards[]; /* makes the linker take this object */

asm(".text\n"
    ".globl buddy_spare_guards\n"
    "buddy_spare_guards:\n"
    ".long 0\n"
    ".section __sancov_guards,\"awo\",@progbits,.text\n"
    ".zero 32\n"
    ".text\n");
