# SPDX-License-Identifier: MIT
# tests/ROOM/test_NAME.c is one cmocka program, the ctest ROOM.NAME; the other .c files of the
# folder go into each. tests/ROOM/CMakeLists.txt adds what is special. Tests run in the source
# folder; BUDDY_BINARY_DIR names the build.

find_library(CMOCKA_LIBRARY cmocka)
if(NOT CMOCKA_LIBRARY)
  message(STATUS "cmocka not found (Debian: libcmocka-dev): unit tests are left out")
endif()

set(BUDDY_TEST_ENVIRONMENT "BUDDY_BINARY_DIR=${CMAKE_BINARY_DIR}")

function(buddy_room_tests room)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${room}/*.c)
  set(shared ${sources})
  list(FILTER shared EXCLUDE REGEX "/(test|main)_[a-z0-9_]+\\.c$")
  list(FILTER sources INCLUDE REGEX "/test_[a-z0-9_]+\\.c$")
  foreach(source ${sources})
    string(REGEX REPLACE ".*/test_([a-z0-9_]+)\\.c$" "\\1" name ${source})
    add_executable(test_${room}_${name} ${source} ${shared})
    set_target_properties(test_${room}_${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(test_${room}_${name} PRIVATE
      buddy_fuzz ${CMOCKA_LIBRARY} Threads::Threads m)
    target_compile_definitions(test_${room}_${name} PRIVATE
      BUDDY_SOURCE_DIR="${CMAKE_SOURCE_DIR}" BUDDY_BINARY_DIR="${CMAKE_BINARY_DIR}")
    if(room STREQUAL "core")
      target_include_directories(test_${room}_${name} PRIVATE ${CMAKE_SOURCE_DIR}/core) # white box
    endif()
    add_test(NAME ${room}.${name} COMMAND test_${room}_${name}
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${room}.${name} PROPERTIES LABELS unit TIMEOUT 300
      SKIP_RETURN_CODE 77 # what it needs is not installed or not built
      ENVIRONMENT "${BUDDY_TEST_ENVIRONMENT}")
  endforeach()
endfunction()

file(GLOB test_rooms CONFIGURE_DEPENDS LIST_DIRECTORIES true ${CMAKE_SOURCE_DIR}/tests/*)
foreach(folder ${test_rooms})
  get_filename_component(room ${folder} NAME)
  if(IS_DIRECTORY ${folder} AND CMOCKA_LIBRARY)
    buddy_room_tests(${room})
  endif()
  if(EXISTS ${folder}/CMakeLists.txt)
    add_subdirectory(${folder})
  endif()
endforeach()

# Every seed and every regression is a test by being there.
foreach(name ${BUDDY_TARGETS})
  foreach(kind seeds regressions)
    set(folder ${CMAKE_SOURCE_DIR}/corpus/${kind}/${name})
    if(IS_DIRECTORY ${folder} AND NOT name STREQUAL "canary")
      add_test(NAME ${kind}.${name} COMMAND ${name}_replay --quiet ${folder})
      set_tests_properties(${kind}.${name} PROPERTIES LABELS corpus TIMEOUT 300
        FAIL_REGULAR_EXPRESSION "Replayed 0 inputs" ENVIRONMENT "${BUDDY_TEST_ENVIRONMENT}")
    endif()
  endforeach()
endforeach()
# Programs that bytes cannot say.
if(TARGET safety_replay)
  add_test(NAME corpus.machines COMMAND safety_replay --quiet ${CMAKE_SOURCE_DIR}/corpus/machines)
  set_tests_properties(corpus.machines PROPERTIES LABELS corpus TIMEOUT 300
    FAIL_REGULAR_EXPRESSION "Replayed 0 inputs" ENVIRONMENT "${BUDDY_TEST_ENVIRONMENT}")
endif()
if(TARGET buddy_cli)
  add_test(NAME corpus.verify COMMAND buddy_cli corpus verify
    ${CMAKE_SOURCE_DIR}/corpus/seeds ${CMAKE_SOURCE_DIR}/corpus/regressions)
  set_tests_properties(corpus.verify PROPERTIES LABELS corpus TIMEOUT 300
    FAIL_REGULAR_EXPRESSION "verified 0 of" ENVIRONMENT "${BUDDY_TEST_ENVIRONMENT}")
endif()
