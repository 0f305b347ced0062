# SPDX-License-Identifier: MIT
# C source into the entries of a table of C strings, a line each; its own includes are left out.
/^#include "fuzz\/emit_c\//d
s/\\/\\\\/g
s/"/\\"/g
s/^/"/
s/$/",/
