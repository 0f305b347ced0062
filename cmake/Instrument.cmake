# SPDX-License-Identifier: MIT
# Every compiler flag lives in one INTERFACE target, buddy_flags, so all rooms agree on
# instrumentation.

set(BUDDY_ENGINE "" CACHE STRING
  "Fuzzing engine to link: empty (replay only), libfuzzer, afl or external")
set(BUDDY_SANITIZE "" CACHE STRING "Comma list for -fsanitize=, e.g. address,undefined")
set(BUDDY_COVERAGE "" CACHE STRING "empty, gcov (gcc, lcov) or mcdc (clang >= 18)")
option(BUDDY_WERROR "Warnings are errors" OFF)
option(BUDDY_LTO "Link time optimisation" OFF)
set_property(CACHE BUDDY_ENGINE PROPERTY STRINGS "" libfuzzer afl external)
set_property(CACHE BUDDY_COVERAGE PROPERTY STRINGS "" gcov mcdc)

foreach(pair "BUDDY_ENGINE:|libfuzzer|afl|external" "BUDDY_COVERAGE:|gcov|mcdc")
  string(REGEX MATCH "^([A-Z_]+):(.*)$" matched "${pair}")
  set(name ${CMAKE_MATCH_1})
  set(values "${CMAKE_MATCH_2}")
  if(NOT "|${values}|" MATCHES "\\|${${name}}\\|")
    message(FATAL_ERROR "${name}=${${name}} is unknown; give one of: empty${values}")
  endif()
endforeach()

if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "gcc ${CMAKE_C_COMPILER_VERSION} is too old; 12 or later is needed")
elseif(CMAKE_C_COMPILER_ID MATCHES "Clang" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "clang ${CMAKE_C_COMPILER_VERSION} is too old; 14 or later is needed")
endif()
if(BUDDY_ENGINE STREQUAL "libfuzzer" AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "BUDDY_ENGINE=libfuzzer needs clang (CMAKE_C_COMPILER=clang)")
endif()

# Assertions of harness and tests stay on in every build, so no -DNDEBUG.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g")

add_library(buddy_flags INTERFACE)
target_compile_options(buddy_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes)
# gcc clears and copies structs of a few dozen words with "rep", which takes longer to start than
# all of it takes with vector stores: calls and events of the harness are such structs.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(strategy unrolled_loop:256:noalign,libcall:-1:noalign)
  add_compile_options(-mmemset-strategy=${strategy} -mmemcpy-strategy=${strategy})
  add_link_options(-mmemset-strategy=${strategy} -mmemcpy-strategy=${strategy}) # for LTO
endif()
target_include_directories(buddy_flags INTERFACE
  ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/core/include)
if(BUDDY_WERROR)
  target_compile_options(buddy_flags INTERFACE -Werror)
endif()
if(BUDDY_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT lto_works OUTPUT lto_output LANGUAGES C)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${lto_works})
endif()

if(BUDDY_SANITIZE)
  # Frame pointers are for the stacks in reports; elsewhere they cost a fuzzer 2 %.
  target_compile_options(buddy_flags INTERFACE -fsanitize=${BUDDY_SANITIZE}
    -fno-omit-frame-pointer)
  target_link_options(buddy_flags INTERFACE -fsanitize=${BUDDY_SANITIZE})
  if(BUDDY_SANITIZE MATCHES "undefined")
    target_compile_options(buddy_flags INTERFACE -fno-sanitize-recover=undefined)
  endif()
  if(BUDDY_SANITIZE MATCHES "memory")
    target_compile_options(buddy_flags INTERFACE -fsanitize-memory-track-origins)
  endif()
endif()

if(BUDDY_COVERAGE)
  target_compile_definitions(buddy_flags INTERFACE BUDDY_COVERAGE)
endif()
if(BUDDY_COVERAGE STREQUAL "gcov")
  target_compile_options(buddy_flags INTERFACE --coverage -fprofile-update=atomic)
  # A test whose processes end without exit() writes its counts itself, with this function.
  target_link_options(buddy_flags INTERFACE --coverage -Wl,-u,__gcov_dump)
elseif(BUDDY_COVERAGE STREQUAL "mcdc")
  target_compile_options(buddy_flags INTERFACE
    -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc)
  target_link_options(buddy_flags INTERFACE -fprofile-instr-generate)
endif()

# The environment tells AFL++ what to instrument, and how: neither ninja nor a compiler cache would
# see a change of it.
if(BUDDY_ENGINE STREQUAL "afl")
  set(allowlist ${CMAKE_SOURCE_DIR}/cmake/afl-instrumented)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${allowlist})
  file(MD5 ${allowlist} instrumented)
  string(MD5 instrumented
    "${instrumented} $ENV{AFL_LLVM_ALLOWLIST} $ENV{AFL_LLVM_CMPLOG}")
  target_compile_options(buddy_flags INTERFACE -frandom-seed=${instrumented}) # no effect but this
  if(CMAKE_C_COMPILER MATCHES "lto") # archives of bitcode
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-prog-name=llvm-ar
      OUTPUT_VARIABLE CMAKE_AR OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-prog-name=llvm-ranlib
      OUTPUT_VARIABLE CMAKE_RANLIB OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()

# libFuzzer without a sanitizer: its hooks exist in the engine binaries only, so nothing else can
# be linked.
set(BUDDY_ENGINE_ONLY OFF)
if(BUDDY_ENGINE STREQUAL "external" OR (BUDDY_ENGINE STREQUAL "libfuzzer" AND NOT BUDDY_SANITIZE))
  set(BUDDY_ENGINE_ONLY ON)
endif()

# Whoever calls brings the engine and all flags: LIB_FUZZING_ENGINE is an archive or an option, and
# it is C++.
if(BUDDY_ENGINE STREQUAL "external")
  set(BUDDY_LIB_FUZZING_ENGINE "$ENV{LIB_FUZZING_ENGINE}" CACHE STRING "What links the engine")
  if(NOT BUDDY_LIB_FUZZING_ENGINE)
    message(FATAL_ERROR "BUDDY_ENGINE=external needs LIB_FUZZING_ENGINE in the environment, an "
      "archive or an option of the linker such as -fsanitize=fuzzer")
  endif()
  enable_language(CXX)
  # Hashes wrap on purpose, and AFL++ stops at every report.
  target_compile_options(buddy_flags INTERFACE -fno-sanitize=unsigned-integer-overflow)
endif()

