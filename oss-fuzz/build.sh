#!/bin/bash
# SPDX-License-Identifier: MIT
# build.sh: builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite want them: compiler, flags and
# engine come from CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE; OUT receives, of each target,
# fuzz_TARGET with its seed corpus, options and dictionary. WORK is scratch, SRC/buddyfuzz the
# source (BUDDY_SOURCE names another place, BUDDY_TOOLS a folder to build the packing tools in).
set -eu

case "${1:-}" in
-h|--help) sed -n '3,6s/^# //p' "$0"; exit 0 ;;
esac

source=${BUDDY_SOURCE:-$SRC/buddyfuzz}
tools=${BUDDY_TOOLS:-$WORK/tools}
jobs=${BUILD_JOBS:-$(nproc)}

# canary fails on purpose; linux needs a kernel.
mapfile -t targets < <(cd "$source/fuzz/targets" && ls target_*.c | sed -E 's/target_(.*)\.c/\1/' |
	grep -vxE 'main|canary|linux')

# No build type: all flags are the caller's. What AFL++ instruments is told by a file.
build_targets()
{
	AFL_LLVM_ALLOWLIST=$source/cmake/afl-instrumented \
		cmake -G Ninja -S "$source" -B "$WORK/targets" -DCMAKE_BUILD_TYPE=None \
		-DBUDDY_ENGINE=external
	AFL_LLVM_ALLOWLIST=$source/cmake/afl-instrumented \
		cmake --build "$WORK/targets" -j "$jobs" --target "${targets[@]/#/fuzz_}"
	cp "${targets[@]/#/$WORK/targets/fuzz_}" "$OUT/"
}

# What packs seeds runs here and now, so it is built without the caller's flags.
build_tools()
{
	local compiler
	compiler=$(command -v clang || command -v cc)
	env -u CFLAGS -u CXXFLAGS -u LIB_FUZZING_ENGINE CC="$compiler" \
		cmake -G Ninja -S "$source" -B "$tools" -DCMAKE_BUILD_TYPE=Debug
	cmake --build "$tools" -j "$jobs" --target "${targets[@]/%/_replay}"
}

# pack_seeds TARGET: programs as bytes, other files as they are. A target over text, which has a
# dictionary, also takes programs as they are written.
pack_seeds()
{
	local target=$1 folder=$WORK/seeds/$1 file name
	rm -rf "$folder"
	mkdir -p "$folder"
	for file in "$source/corpus/seeds/$target"/* "$source/corpus/regressions/$target"/*; do
		[[ -f $file && $file != *.md ]] || continue
		name=${file#"$source/corpus/"}
		name=${name//\//-}
		if [[ $file == *.ops ]]; then
			"$tools/${target}_replay" --pack "$file" "$folder/$name.bin"
			[[ -s $OUT/fuzz_$target.dict ]] || continue
		fi
		cp "$file" "$folder/$name"
	done
	rm -f "$OUT/fuzz_${target}_seed_corpus.zip"
	(cd "$folder" && zip -q -X -r "$OUT/fuzz_${target}_seed_corpus.zip" .)
}

# A machine of any geometry with 512 operations fits into 4112 bytes; recordings are longer.
write_options()
{
	local target=$1 max_len=4112
	[[ $target == replay ]] && max_len=65536
	printf '[libfuzzer]\nmax_len = %s\ntimeout = 30\nrss_limit_mb = 2560\n' "$max_len" \
		>"$OUT/fuzz_$target.options"
}

mkdir -p "$OUT" "$WORK"
build_targets
build_tools
for target in "${targets[@]}"; do
	"$tools/${target}_replay" --dict >"$OUT/fuzz_$target.dict"
	[[ -s $OUT/fuzz_$target.dict ]] || rm "$OUT/fuzz_$target.dict"
	pack_seeds "$target"
	write_options "$target"
done
