# SPDX-License-Identifier: MIT
# What `make install` puts where. The installed libbuddy.a is compiled apart from the room's: no
# instrumentation and no LTO bytecode, so that any compiler can link it, into a shared object too.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

file(GLOB archive_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/*/*.c)
add_library(buddy_archive STATIC ${archive_sources})
set_target_properties(buddy_archive PROPERTIES
  OUTPUT_NAME buddy
  EXPORT_NAME buddy
  ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/archive
  POSITION_INDEPENDENT_CODE ON
  INTERPROCEDURAL_OPTIMIZATION OFF)
target_compile_options(buddy_archive PRIVATE -Wall -Wextra
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=) # no path of the build machine
target_include_directories(buddy_archive
  PRIVATE ${CMAKE_SOURCE_DIR}/core ${CMAKE_SOURCE_DIR}/core/include
  INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

# What a plug-in subject compiles against, as <buddyfuzz/plugin.h>.
add_library(buddy_plugin INTERFACE)
set_target_properties(buddy_plugin PROPERTIES EXPORT_NAME plugin)
target_include_directories(buddy_plugin INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(DIRECTORY diff/plugin/buddyfuzz DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# The judge for programs outside (diff/judge), plain like libbuddy.a: the oracle, its eyes in the
# core and the start states as one object, of which only the functions of judge.h are to be seen.
file(GLOB judge_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/oracle/*/*.c
  ${CMAKE_SOURCE_DIR}/diff/judge/*.c ${CMAKE_SOURCE_DIR}/diff/start/*.c
  ${CMAKE_SOURCE_DIR}/diff/subjects/core_*.c ${CMAKE_SOURCE_DIR}/diff/subjects/subject_core*.c
  ${CMAKE_SOURCE_DIR}/diff/subjects/page_tags.c)
add_library(buddy_judge_objects OBJECT ${judge_sources})
set_target_properties(buddy_judge_objects PROPERTIES
  POSITION_INDEPENDENT_CODE ON INTERPROCEDURAL_OPTIMIZATION OFF)
target_compile_options(buddy_judge_objects PRIVATE -Wall -Wextra
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_include_directories(buddy_judge_objects
  PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/core/include)
set(judge_object ${CMAKE_BINARY_DIR}/buddyjudge.o)
add_custom_command(OUTPUT ${judge_object}
  COMMAND ${CMAKE_LINKER} -r -o ${judge_object} $<TARGET_OBJECTS:buddy_judge_objects>
  COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${judge_object}
  DEPENDS buddy_judge_objects $<TARGET_OBJECTS:buddy_judge_objects>
  COMMAND_EXPAND_LISTS VERBATIM)
if(BUDDY_ENGINE STREQUAL "afl") # its objects may be bitcode, which only its own linker joins
  add_library(buddy_judge STATIC $<TARGET_OBJECTS:buddy_judge_objects>)
else()
  add_library(buddy_judge STATIC ${judge_object})
endif()
set_target_properties(buddy_judge PROPERTIES
  LINKER_LANGUAGE C
  OUTPUT_NAME buddyjudge
  EXPORT_NAME judge
  ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/archive)
target_link_libraries(buddy_judge INTERFACE buddy_archive)
install(TARGETS buddy_judge EXPORT BuddyFuzz ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES diff/judge/include/buddyfuzz/judge.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/buddyfuzz)

install(TARGETS buddy_archive buddy_plugin EXPORT BuddyFuzz
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY core/include/buddy DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/BuddyFuzz)
install(EXPORT BuddyFuzz FILE BuddyFuzzConfig.cmake NAMESPACE BuddyFuzz::
  DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/BuddyFuzzConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/BuddyFuzzConfigVersion.cmake DESTINATION ${package_dir})

# The prefix is found from the .pc file's own place: a tree that is moved still works.
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
foreach(name buddyfuzz buddyfuzz-judge buddyfuzz-plugin)
  configure_file(cmake/${name}.pc.in ${CMAKE_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

install(TARGETS buddy_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/buddy.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES cli/completion/buddy.bash RENAME buddy
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES cli/completion/buddy.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES cli/completion/_buddy
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
