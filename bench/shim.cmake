# SPDX-License-Identifier: MIT
# bench_core_module(TARGET NAME FOLDER): a shared object FOLDER/TARGET.so of this tree's core,
# oracle and diff and of bench/shim (see bench/shim/api.h). Every source gets the options of its
# room, so a tree is measured with its own flags; it is compiled anew because a shared object wants
# other code than a program. bench/CMakeLists.txt calls it for today's core. For an older one,
# bench/against has the older tree include this file from here, with BENCH_REVISION (the name) and
# BENCH_FOLDER set.
if(COMMAND bench_core_module)
  return() # an older tree that has its own: the one that came first builds both cores
endif()
set(BENCH_SHIM ${CMAKE_CURRENT_LIST_DIR}/shim)

# The part compiles against this tree: RESULT is ON. Its own tree must compile every part.
function(bench_part_fits part result)
  set(definitions ${ARGN})
  list(TRANSFORM definitions PREPEND -D)
  set(${result} ON PARENT_SCOPE)
  if(NOT BENCH_REVISION)
    return()
  endif()
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  unset(bench_compiles_${part} CACHE)
  try_compile(bench_compiles_${part} ${CMAKE_BINARY_DIR}/bench-parts/${part}
    SOURCES ${BENCH_SHIM}/${part}.c
    COMPILE_DEFINITIONS ${definitions}
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${bench_roots}" C_STANDARD 11 C_EXTENSIONS ON
    OUTPUT_VARIABLE output)
  file(WRITE ${CMAKE_BINARY_DIR}/bench-parts/${part}.log "${output}")
  if(NOT bench_compiles_${part})
    message(NOTICE "bench: ${BENCH_REVISION} does not compile bench/shim/${part}.c, so its rows "
      "are left out; see ${CMAKE_BINARY_DIR}/bench-parts/${part}.log")
    set(${result} OFF PARENT_SCOPE)
  endif()
endfunction()

# RESULT gets DEFINITION when the header knows the word.
function(bench_word_in header word definition result)
  set(path ${CMAKE_SOURCE_DIR}/core/include/buddy/${header})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(STRINGS ${path} lines REGEX "${word}")
  if(lines)
    set(${result} ${${result}} ${definition} PARENT_SCOPE)
  endif()
endfunction()

function(bench_core_module target name folder)
  # This tree's headers, but of bench/shim those that belong to the program.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/bench-shim/bench)
  file(CREATE_LINK ${BENCH_SHIM} ${CMAKE_BINARY_DIR}/bench-shim/bench/shim SYMBOLIC)
  set(bench_roots ${CMAKE_BINARY_DIR}/bench-shim ${CMAKE_SOURCE_DIR}
    ${CMAKE_SOURCE_DIR}/core/include)
  set(definitions "")
  bench_word_in(buddy.h "buddy_set_sync\\(" SHIM_SET_SYNC definitions)
  bench_word_in(hooks.h "bool cpu_owned" SHIM_CPU_OWNED definitions)
  set(sources ${BENCH_SHIM}/core.c)
  foreach(part rewind sharing lockstep)
    bench_part_fits(${part} fits ${definitions})
    if(fits)
      list(APPEND sources ${BENCH_SHIM}/${part}.c)
    else()
      string(TOUPPER ${part} upper)
      list(APPEND definitions SHIM_WITHOUT_${upper})
    endif()
  endforeach()

  add_library(${target} MODULE EXCLUDE_FROM_ALL ${sources})
  set_target_properties(${target} PROPERTIES PREFIX "" SUFFIX .so
    LIBRARY_OUTPUT_DIRECTORY ${folder})
  target_include_directories(${target} BEFORE PRIVATE ${bench_roots})
  target_compile_definitions(${target} PRIVATE ${definitions} SHIM_NAME="${name}")
  target_link_libraries(${target} PRIVATE buddy_flags ZLIB::ZLIB ${CMAKE_DL_LIBS})
  foreach(room buddy buddy_oracle buddy_diff)
    get_target_property(room_sources ${room} SOURCES)
    # The judge for programs outside exports its functions: kept beside the harness they would
    # make every function of the oracle that both call one of two callers, which is inlined less.
    list(FILTER room_sources EXCLUDE REGEX "diff/judge/")
    get_target_property(room_options ${room} COMPILE_OPTIONS)
    get_target_property(room_folders ${room} INCLUDE_DIRECTORIES)
    add_library(${target}_${room} OBJECT EXCLUDE_FROM_ALL ${room_sources})
    set_target_properties(${target}_${room} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_link_libraries(${target}_${room} PRIVATE buddy_flags)
    if(room_options)
      list(FILTER room_options EXCLUDE REGEX "sanitize-coverage|pc-table") # no engine is linked
      target_compile_options(${target}_${room} PRIVATE ${room_options})
    endif()
    if(room_folders)
      target_include_directories(${target}_${room} PRIVATE ${room_folders})
    endif()
    target_link_libraries(${target} PRIVATE ${target}_${room})
  endforeach()
endfunction()

if(BENCH_REVISION) # when all of that tree's rooms are known
  cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL bench_core_module
    bench_revision ${BENCH_REVISION} ${BENCH_FOLDER})
endif()
