# SPDX-License-Identifier: MIT
# The front door: thin targets over CMake presets. `make` lists them.

TIME ?= 60
ENGINE ?= libfuzzer
VARIANT ?= plain
# Your own kernel tree has results of its own: build/linux/plain-own.
LINUX_VARIANT = $(VARIANT)$(if $(KERNEL_SRC),$(if $(findstring -,$(VARIANT)),,-own))
TARGET ?= safety
# Your allocator, for TARGET=subject: a plug-in's C file, or a shared object of it.
SUBJECT ?=
JOBS ?=
SEED ?=
KEEP_GOING ?=
ARGS ?=
PREFIX ?= /usr/local
prefix ?= $(PREFIX)
DESTDIR ?=
SHELL := /bin/bash

# The target linux wants a kernel built: it has a rule of its own.
TARGETS := $(filter-out main linux,\
	$(patsubst fuzz/targets/target_%.c,%,$(sort $(wildcard fuzz/targets/target_*.c))))
FUZZED := $(filter-out canary,$(TARGETS))
# libFuzzer: all workers but the first leave the sanitizers out, for twice the speed.
# AFL++: the second worker solves comparisons, the third has the sanitizers, the others are plain;
# LTO=1 instruments the plain ones while linking.
LTO ?=
WORKERS = $(or $(JOBS),$(shell nproc 2>/dev/null || echo 2))
PRESET_libfuzzer := asan
PRESET_afl = $(if $(filter 1 2,$(WORKERS)),$(AFL_PLAIN),afl-asan)
AFL_PLAIN = $(eval AFL_PLAIN := $(shell scripts/afl-preset $(if $(LTO),lto,plain)))$(AFL_PLAIN)
MUTATOR_afl := afl_mutator
OTHER_PRESETS_libfuzzer := fast
OTHER_PRESETS_afl = $(filter-out $(PRESET_afl),$(AFL_PLAIN)) \
	$(if $(filter 1,$(WORKERS)),,afl-cmplog)
BINARIES_libfuzzer = --fast-binary build/fast/fuzz_$(TARGET)
BINARIES_afl = --binary build/$(PRESET_afl)/fuzz_$(TARGET) \
	$(if $(filter afl-asan,$(PRESET_afl)),--fast-binary build/$(AFL_PLAIN)/fuzz_$(TARGET)) \
	$(if $(filter 1,$(WORKERS)),,--cmplog-binary build/afl-cmplog/fuzz_$(TARGET))
PLUGIN_CC_libfuzzer := clang -fsanitize=fuzzer-no-link
PLUGIN_CC_afl := afl-clang-fast
PLUGIN_SO = build/plugins/$(basename $(notdir $(SUBJECT)))-$(ENGINE).so
BUILD_JOBS ?= $(shell nproc 2>/dev/null || echo 2)
QUIET := --log-level=WARNING
LINKED = $(if $(filter %.c,$(SUBJECT)),-DBUDDY_SUBJECT=$(abspath $(SUBJECT)))
LOADED = $(if $(filter %.so,$(SUBJECT)),--subject $(abspath $(SUBJECT)))

# bad_value(NAME, legal values): one sentence and status 2, before anything is built.
bad_value = { echo "make: $(1)=$($(1)) is not possible; give $(1)=$(2)" >&2; exit 2; }
number = [[ "$($(1))" =~ ^[1-9][0-9]{0,8}$$ ]] || $(call bad_value,$(1),N with N from 1)
cmake_build = cmake --preset $(1) $(QUIET) $(LINKED) >/dev/null && \
	echo "Building preset $(1) ..." >&2 && \
	cmake --build --preset $(1) -j $(BUILD_JOBS) $(2) -- --quiet

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup build test fuzz fuzz-all linux fuzz-linux linux-coverage corpus
.PHONY: corpus-check oss-fuzz-check matrix coverage bench tidy nightly format clean
.PHONY: check-vars engine

help: ## this list
	@echo "buddyfuzz: fuzzing and differential testing of page allocators, against Linux 6.1"
	@echo
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | \
		expand -t 24
	@echo
	@echo "  make fuzz TIME=60 ENGINE=libfuzzer TARGET=safety [JOBS=N] [SEED=N] [KEEP_GOING=1]"
	@echo "  with ENGINE=afl also LTO=1; with TARGET=subject SUBJECT=my.c or my.so, a plug-in"
	@echo "  targets: $(TARGETS)"

setup: ## install what `make test` needs and misses (Debian, Ubuntu); says what and why
	@scripts/setup test

build: ## the buddy command, optimised: build/buddy
	@scripts/setup build
	@$(call cmake_build,release,--target buddy_cli)
	@ln -sfn release/buddy build/buddy
	@echo "build/buddy is ready: build/buddy --help" >&2

.PHONY: install docs
install: build ## library, headers, command, man page: PREFIX=/usr/local DESTDIR=
	@$(call cmake_build,release,--target buddy_archive buddy_judge)
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(prefix)" >/dev/null || \
		{ echo "make install: not into $(DESTDIR)$(prefix); give PREFIX= a folder that" \
			"you may write, or use sudo" >&2; exit 2; }
	@echo "Installed below $(DESTDIR)$(prefix): buddy, both libraries, headers, man page"

docs: ## docs/reference-*.md, from the .def files
	@scripts/setup build
	@$(call cmake_build,release,--target docs)

test: setup ## every test under ASan and UBSan, with a summary
	@scripts/test asan

check-vars:
	@$(call number,TIME)
	@[[ "$(ENGINE)" == libfuzzer || "$(ENGINE)" == afl ]] || \
		$(call bad_value,ENGINE,libfuzzer or afl)
	@[[ " $(TARGETS) " == *" $(TARGET) "* && -n "$(TARGET)" ]] || \
		$(call bad_value,TARGET,one of: $(TARGETS))
	@[[ -z "$(SUBJECT)" || "$(TARGET) $(MAKECMDGOALS)" =~ subject|plugin ]] || \
		$(call bad_value,TARGET,subject when there is a SUBJECT)
	@[[ -z "$(SUBJECT)" || "$(SUBJECT)" =~ \.(c|so)$$ ]] || \
		$(call bad_value,SUBJECT,a plug-in's .c or .so)
	@[[ -z "$(SUBJECT)" || -f "$(SUBJECT)" ]] || $(call bad_value,SUBJECT,a file that is there)
	@[[ -z "$(JOBS)" ]] || $(call number,JOBS)
	@[[ -z "$(SEED)" ]] || $(call number,SEED)
	@[[ -z "$(LTO)" || "$(LTO)" == 1 ]] || $(call bad_value,LTO,1)

engine: check-vars
	@scripts/setup $(ENGINE)

fuzz: check-vars build engine ## fuzz one target: TIME= ENGINE= TARGET= JOBS= SEED=
	@$(call cmake_build,$(PRESET_$(ENGINE)),--target fuzz_$(TARGET) \
		$(TARGET)_replay $(MUTATOR_$(ENGINE)))
	@$(foreach preset,$(OTHER_PRESETS_$(ENGINE)),\
		$(call cmake_build,$(preset),--target fuzz_$(TARGET)) &&) true
	@build/buddy fuzz --target $(TARGET) --engine $(ENGINE) --time $(TIME) \
		$(BINARIES_$(ENGINE)) $(LOADED) \
		$(if $(JOBS),--jobs $(JOBS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(KEEP_GOING),--keep-going) $(ARGS)

.PHONY: plugin
plugin: check-vars engine ## a shared object of SUBJECT=my.c that shows its edges: ENGINE=
	@[[ "$(SUBJECT)" == *.c ]] || $(call bad_value,SUBJECT,a plug-in's C file)
	@mkdir -p build/plugins
	@$(PLUGIN_CC_$(ENGINE)) -g -O1 -shared -fPIC -Idiff/plugin $(SUBJECT) -o $(PLUGIN_SO)
	@echo "$(PLUGIN_SO): make fuzz TARGET=subject ENGINE=$(ENGINE) SUBJECT=$(PLUGIN_SO)"

fuzz-all: check-vars ## every target, TIME seconds each
	@status=0; for target in $(FUZZED); do \
		$(MAKE) --no-print-directory fuzz TARGET=$$target || status=1; done; exit $$status

linux: ## build the real Linux 6.1 allocator as a subject: VARIANT= KERNEL_SRC=
	@diff/linux/build $(LINUX_VARIANT)

.PHONY: linux-qemu
linux-qemu: build ## record Debian's kernel (two nodes, two CPUs) in QEMU and replay: 3 to 8 min
	@diff/linux/qemu/build
	@diff/linux/qemu/record

fuzz-linux: check-vars build linux ## core against real Linux: TIME= VARIANT= KERNEL_SRC= JOBS=
	@scripts/setup libfuzzer
	@$(call cmake_build,fast,--target fuzz_linux)
	@$(call cmake_build,release,--target linux_replay)
	@ln -sfn ../release/linux_replay build/fast/linux_replay
	@BUDDY_LINUX_VARIANT=$(LINUX_VARIANT) build/buddy fuzz --target linux --time $(TIME) \
		--binary build/fast/fuzz_linux --seeds corpus/seeds/safety \
		$(if $(JOBS),--jobs $(JOBS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(KEEP_GOING),--keep-going) $(ARGS)

corpus: build ## verify the seeds, pack them for each target: build/corpus-seeds
	@scripts/corpus

corpus-check: setup ## replay every seed and regression under ASan and UBSan
	@$(call cmake_build,asan)
	@ctest --preset asan --label-regex corpus

matrix: ## the tests in the other builds: dev, release, msan, tsan
	@scripts/matrix

oss-fuzz-check: ## build.sh of OSS-Fuzz without docker, six ways: ARGS="libfuzzer address"
	@scripts/setup oss-fuzz
	@oss-fuzz/check $(ARGS)

coverage: ## tests and corpus under gcov: HTML, table by room, floors: ARGS=--full
	@scripts/setup coverage
	@coverage/run $(ARGS)

linux-coverage: ## lines of the real Linux allocator that our programs reach: HTML, table
	@scripts/setup coverage
	@coverage/linux

# AGAINST is an older commit, whose core becomes a subject as well.
AGAINST ?=
bench: ## the core against other allocators: 10 min; AGAINST=REV ARGS="--quick"
	@scripts/setup bench
	@$(call cmake_build,release,--target buddy_bench)
	@$(if $(AGAINST),core=$$(bench/against --build "$(AGAINST)") &&) \
		bench/update build/release/buddy_bench $(if $(AGAINST),--against "$$core") $(ARGS)

tidy: ## clang-tidy over every room
	@scripts/setup tidy
	@scripts/tidy

format: ## clang-format the files changed since the last commit
	@scripts/setup tidy
	@scripts/format

# Hours: what `.ci/run` does in short or not at all. TIME is that of each target and kernel.
nightly: ## long runs of everything: TIME= seconds each (default 600)
	@scripts/nightly $(if $(filter command line,$(origin TIME)),$(TIME),600)

clean: ## remove everything that was built (build/)
	@rm -rf build
