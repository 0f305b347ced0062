# SPDX-License-Identifier: MIT
# Each fuzz/targets/target_NAME.c becomes NAME_replay (no engine: files and folders), and fuzz_NAME
# when an engine is on. The target linux needs a kernel that `make linux` has built: fuzz_linux is
# made on demand only, and nothing that runs every target knows of it.

set(targets ${CMAKE_SOURCE_DIR}/fuzz/targets)
set(engines ${CMAKE_SOURCE_DIR}/fuzz/engines)

if(BUDDY_ENGINE STREQUAL "afl")
  add_library(afl_guards STATIC ${engines}/glue_afl_guards.c)
  target_link_libraries(afl_guards PRIVATE buddy_flags)
  target_link_libraries(buddy INTERFACE afl_guards) # hence behind all that is instrumented
endif()

# The allocator that the target subject runs, compiled as the core is: the engine sees its edges.
set(subject_source "${BUDDY_SUBJECT}")
if(NOT subject_source)
  set(subject_source ${CMAKE_SOURCE_DIR}/diff/examples/plugin_first_fit.c)
endif()
get_filename_component(subject_source "${subject_source}" ABSOLUTE)
if(NOT EXISTS "${subject_source}" OR IS_DIRECTORY "${subject_source}")
  message(FATAL_ERROR "BUDDY_SUBJECT=${BUDDY_SUBJECT} is not there; give the C file of a plug-in, "
    "or -DBUDDY_SUBJECT= for the example")
endif()
add_library(linked_subject OBJECT ${subject_source})
target_link_libraries(linked_subject PRIVATE buddy_flags)
target_include_directories(linked_subject PRIVATE ${CMAKE_SOURCE_DIR}/diff/plugin)
set_property(SOURCE ${subject_source} APPEND PROPERTY COMPILE_OPTIONS -Wno-error) # a stranger's
# Beside one that is loaded, which has the name of the header.
target_compile_definitions(linked_subject PRIVATE buddyfuzz_plugin=buddyfuzz_linked_plugin)
set(launcher "")
if(BUDDY_ENGINE STREQUAL "libfuzzer")
  target_compile_options(linked_subject PRIVATE
    -fsanitize-coverage=inline-8bit-counters,pc-table)
elseif(BUDDY_ENGINE STREQUAL "afl")
  configure_file(${CMAKE_SOURCE_DIR}/cmake/afl-instrumented
    ${CMAKE_BINARY_DIR}/afl-instrumented COPYONLY)
  # The compiler may say any part of the path.
  get_filename_component(subject_name ${subject_source} NAME)
  file(APPEND ${CMAKE_BINARY_DIR}/afl-instrumented "src: *${subject_name}\n")
  set(launcher ${CMAKE_COMMAND} -E env
    AFL_LLVM_ALLOWLIST=${CMAKE_BINARY_DIR}/afl-instrumented)
  set_target_properties(linked_subject PROPERTIES C_COMPILER_LAUNCHER "${launcher}")
endif()

# Adds it to a binary of that target; what is loaded instead finds the engine's symbols there.
function(buddy_link_subject name)
  target_sources(${name} PRIVATE $<TARGET_OBJECTS:linked_subject>)
  set_target_properties(${name} PROPERTIES ENABLE_EXPORTS ON C_LINKER_LAUNCHER "${launcher}")
endfunction()

# The target with the engine.
function(buddy_engine_binary name source)
  if(BUDDY_ENGINE STREQUAL "libfuzzer")
    add_executable(fuzz_${name} ${source}
      ${targets}/target_main.c ${engines}/glue_libfuzzer.c)
  elseif(BUDDY_ENGINE STREQUAL "afl")
    add_executable(fuzz_${name} ${source}
      ${targets}/target_main.c ${engines}/glue_afl_main.c
      ${engines}/glue_afl_server.c)
  elseif(BUDDY_ENGINE STREQUAL "external")
    add_executable(fuzz_${name} ${source}
      ${targets}/target_main.c ${engines}/glue_libfuzzer.c)
    set_target_properties(fuzz_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_link_options(fuzz_${name} PRIVATE -Wl,--as-needed)
    target_link_libraries(fuzz_${name} PRIVATE buddy_fuzz ${BUDDY_LIB_FUZZING_ENGINE})
    return()
  else()
    return()
  endif()
  target_link_libraries(fuzz_${name} PRIVATE buddy_fuzz)
  # afl-cc takes its own driver for it. No library that is not used: packing needs zlib, targets
  # do not.
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer -Wl,--as-needed)
  if(BUDDY_ENGINE STREQUAL "afl")
    target_link_options(fuzz_${name} PRIVATE -Wl,-u,buddy_spare_guards)
  endif()
endfunction()

function(buddy_fuzz_target name source)
  if(NOT BUDDY_ENGINE_ONLY)
    add_executable(${name}_replay ${source} ${CMAKE_SOURCE_DIR}/fuzz/replay/replay_main.c)
    target_link_libraries(${name}_replay PRIVATE buddy_fuzz)
  endif()
  buddy_engine_binary(${name} ${source})
endfunction()

file(GLOB target_sources CONFIGURE_DEPENDS ${targets}/target_*.c)
list(FILTER target_sources EXCLUDE REGEX "/target_main\\.c$")
set(BUDDY_TARGETS "")
foreach(source ${target_sources})
  string(REGEX REPLACE ".*/target_([a-z0-9_]+)\\.c$" "\\1" name ${source})
  buddy_fuzz_target(${name} ${source})
  foreach(binary ${name}_replay fuzz_${name})
    if(name STREQUAL "subject" AND TARGET ${binary})
      buddy_link_subject(${binary})
    endif()
  endforeach()
  if(NOT name STREQUAL "linux")
    list(APPEND BUDDY_TARGETS ${name})
  elseif(TARGET fuzz_linux)
    set_target_properties(fuzz_linux PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endforeach()

# The AFL++ mutator is loaded into afl-fuzz itself: it must never be instrumented, hence a plain
# compiler.
if(BUDDY_ENGINE STREQUAL "afl")
  find_program(BUDDY_PLAIN_CC NAMES cc gcc clang REQUIRED)
  file(GLOB mutator_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/*/*.c
    ${CMAKE_SOURCE_DIR}/oracle/*/*.c ${CMAKE_SOURCE_DIR}/diff/[^e]*/*.c
    ${CMAKE_SOURCE_DIR}/fuzz/*/*.c)
  list(FILTER mutator_sources EXCLUDE REGEX 
    "/(target_[a-z0-9_]+|[a-z0-9_]+_main|glue_(lib|afl_[gs])[a-z]*|emit_c[a-z_]*|init|ping)\\.c$")
  set(mutator ${CMAKE_BINARY_DIR}/afl_mutator.so)
  add_custom_command(OUTPUT ${mutator}
    COMMAND ${BUDDY_PLAIN_CC} -std=gnu11 -O2 -g -shared -fPIC -I${CMAKE_SOURCE_DIR}
      -I${CMAKE_SOURCE_DIR}/core/include -I${CMAKE_SOURCE_DIR}/core
      ${mutator_sources} -o ${mutator} -lz -ldl
    DEPENDS ${mutator_sources} VERBATIM COMMENT "AFL++ mutator (plain compiler)")
  add_custom_target(afl_mutator ALL DEPENDS ${mutator})
endif()
