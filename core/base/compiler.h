/* SPDX-License-Identifier: MIT */
/* What the compiler can be told. */
#pragma once

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define must_check __attribute__((warn_unused_result)) /* as BUDDY_MUST_CHECK, for our own */
#ifdef BUDDY_COVERAGE /* which would count the branches of each place apart */
#define always_inline inline
#else
#define always_inline inline __attribute__((always_inline))
#endif
#define cold_path __attribute__((cold, noinline))
/* Out of the way of the short path, but not optimised for size. */
#define long_path __attribute__((noinline))
#define BIT(n) (1u << (n))
/* Reads words that others may be writing, where any answer is good enough. */
#define racy_reader __attribute__((noinline, no_sanitize("thread")))

/* Words that are written under a lock and also read without: a reader gets some value that was
 * there. */
#define read_shared(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)
#define write_shared(word, value) __atomic_store_n(&(word), value, __ATOMIC_RELAXED)
