# SPDX-License-Identifier: MIT
# One library a room. core <- oracle <- diff <- fuzz <- cli; the tidy test checks the includes.

# buddy_room(TARGET REGEX_LEFT_OUT GLOB...)
function(buddy_room target left_out)
  file(GLOB sources CONFIGURE_DEPENDS ${ARGN})
  if(NOT left_out STREQUAL "")
    list(FILTER sources EXCLUDE REGEX "${left_out}")
  endif()
  add_library(${target} STATIC ${sources})
  target_link_libraries(${target} PUBLIC buddy_flags)
endfunction()

buddy_room(buddy "" ${CMAKE_SOURCE_DIR}/core/*/*.c)
buddy_room(buddy_oracle "" ${CMAKE_SOURCE_DIR}/oracle/*/*.c)
# init.c and ping.c are programs of their own (diff/linux/build).
buddy_room(buddy_diff "/(init|ping)\\.c$" ${CMAKE_SOURCE_DIR}/diff/[^e]*/*.c)
buddy_room(buddy_fuzz "/(target_[a-z0-9_]+|[a-z0-9_]+_main|glue_[a-z0-9_]+)\\.c$"
  ${CMAKE_SOURCE_DIR}/fuzz/*/*.c)
# The fixed C of emitted files is a text in the library.
set(emit_c_template ${CMAKE_SOURCE_DIR}/fuzz/emit_c/emit_c_template.c.in)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${emit_c_template})
file(READ ${emit_c_template} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\"" text "${text}")
file(CONFIGURE OUTPUT emit_c_template_text.c @ONLY CONTENT
  "extern const char emit_c_template[];\nconst char emit_c_template[] = \"@text@\";\n")
target_sources(buddy_fuzz PRIVATE ${CMAKE_BINARY_DIR}/emit_c_template_text.c)
target_include_directories(buddy PRIVATE ${CMAKE_SOURCE_DIR}/core) # "base/page.h": inside core only
# What the engine sees: the edges of the core and of the two parsers. The rest of the harness is
# left out: the judge walks the whole machine, which would drown the core and cost most of the
# speed. So are the judge's eyes in the core, and what undoes a program there.
set(not_the_core core/eyes core/image)
set(parsers oracle/lang diff/recorded)
# buddy_see(OPTION FOLDER...); what is installed stays plain.
function(buddy_see option)
  set(option "$<$<NOT:$<STREQUAL:$<TARGET_PROPERTY:NAME>,buddy_judge_objects>>:${option}>")
  foreach(folder ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.c)
    set_property(SOURCE ${sources} PROPERTY COMPILE_OPTIONS ${option})
  endforeach()
endfunction()
if(BUDDY_ENGINE STREQUAL "libfuzzer")
  target_compile_options(buddy PRIVATE -fsanitize-coverage=inline-8bit-counters,pc-table)
  buddy_see(-fno-sanitize-coverage=inline-8bit-counters,pc-table ${not_the_core})
  buddy_see(-fsanitize-coverage=inline-8bit-counters,pc-table ${parsers})
endif()
if(BUDDY_ENGINE STREQUAL "external" AND CMAKE_C_FLAGS MATCHES "fuzzer-no-link")
  foreach(room buddy_oracle buddy_diff buddy_fuzz)
    target_compile_options(${room} PRIVATE -fno-sanitize=fuzzer-no-link)
  endforeach()
  buddy_see(-fno-sanitize=fuzzer-no-link ${not_the_core})
  buddy_see(-fsanitize=fuzzer-no-link ${parsers})
endif()
target_link_libraries(buddy_oracle PUBLIC buddy)
target_link_libraries(buddy_diff PUBLIC buddy_oracle ZLIB::ZLIB ${CMAKE_DL_LIBS})
target_link_libraries(buddy_fuzz PUBLIC buddy_diff ZLIB::ZLIB)

file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cli/*.c)
if(NOT BUDDY_ENGINE_ONLY)
  find_library(JANSSON_LIBRARY jansson)
  find_path(JANSSON_INCLUDE_DIR jansson.h)
  if(NOT JANSSON_LIBRARY OR NOT JANSSON_INCLUDE_DIR)
    message(FATAL_ERROR "jansson, which writes results as JSON, is not found: scripts/setup "
      "installs it (Debian, Ubuntu: libjansson-dev)")
  endif()
  add_executable(buddy_cli ${cli_sources})
  set_target_properties(buddy_cli PROPERTIES OUTPUT_NAME buddy)
  target_link_libraries(buddy_cli PRIVATE buddy_fuzz Threads::Threads ${JANSSON_LIBRARY})
  target_include_directories(buddy_cli PRIVATE ${JANSSON_INCLUDE_DIR})
  target_compile_definitions(buddy_cli PRIVATE BUDDY_COMMAND_VERSION="${PROJECT_VERSION}")
endif()

# Plug-in subjects, NAME.so: they see <buddyfuzz/plugin.h> and nothing else of the house.
function(buddy_plugin name source)
  add_library(${name} MODULE ${source})
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/diff/plugin)
  target_compile_options(${name} PRIVATE -g -Wall -Wextra -Wconversion)
  if(BUDDY_SANITIZE) # MSan would not know what a function outside of it returns
    target_compile_options(${name} PRIVATE -fsanitize=${BUDDY_SANITIZE})
    target_link_options(${name} PRIVATE -fsanitize=${BUDDY_SANITIZE})
  endif()
endfunction()
set(BUDDY_SUBJECT "" CACHE FILEPATH "C file of a plug-in that the target subject fuzzes")
file(GLOB plugin_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/diff/examples/*.c)
foreach(source ${plugin_sources})
  get_filename_component(name ${source} NAME_WE)
  buddy_plugin(${name} ${source})
endforeach()
