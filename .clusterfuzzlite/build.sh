#!/bin/bash
# SPDX-License-Identifier: MIT
# build.sh: ClusterFuzzLite calls this; the work is that of OSS-Fuzz.
set -eu

exec "$SRC/buddyfuzz/oss-fuzz/build.sh" "$@"
