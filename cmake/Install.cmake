# SPDX-License-Identifier: MIT
# What `make install` puts where. The installed libbuddy is compiled apart from the room's: no
# instrumentation and no LTO bytecode, so that any compiler can link it. It shows the functions that
# its headers mark with BUDDY_API and nothing else; other names would clash with a program's own.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# buddy_joined_object(TARGET OUT): the objects of an OBJECT library as one, in which what is hidden
# is local, in TARGET_joined: what an archive is made of.
function(buddy_joined_object target out)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_LINKER} -r -o ${out} $<TARGET_OBJECTS:${target}>
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${out}
    DEPENDS ${target} $<TARGET_OBJECTS:${target}>
    COMMAND_EXPAND_LISTS VERBATIM)
  if(BUDDY_ENGINE STREQUAL "afl") # its objects may be bitcode, which only its own linker joins
    set(out $<TARGET_OBJECTS:${target}>)
  endif()
  set(${target}_joined ${out} PARENT_SCOPE)
endfunction()

# What any program may link: no path of the build machine, no call by way of the dynamic linker
# where the library calls itself.
function(buddy_plain_objects target)
  add_library(${target} OBJECT ${ARGN})
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON INTERPROCEDURAL_OPTIMIZATION OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -fno-semantic-interposition
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
endfunction()

file(GLOB archive_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/*/*.c)
buddy_plain_objects(buddy_library_objects ${archive_sources})
target_compile_definitions(buddy_library_objects PRIVATE BUDDY_EXPORTS)
target_include_directories(buddy_library_objects
  PRIVATE ${CMAKE_SOURCE_DIR}/core ${CMAKE_SOURCE_DIR}/core/include)
buddy_joined_object(buddy_library_objects ${CMAKE_BINARY_DIR}/buddylibrary.o)
add_library(buddy_archive STATIC ${buddy_library_objects_joined})
add_library(buddy_shared SHARED $<TARGET_OBJECTS:buddy_library_objects>)
set_target_properties(buddy_archive PROPERTIES EXPORT_NAME buddy)
set_target_properties(buddy_shared PROPERTIES EXPORT_NAME buddy_shared
  INTERPROCEDURAL_OPTIMIZATION OFF
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_link_options(buddy_shared PRIVATE -Wl,-Bsymbolic-functions)
if(NOT BUDDY_ENGINE STREQUAL "afl") # whose compiler wants its own names from the program
  target_link_options(buddy_shared PRIVATE -Wl,-z,defs)
endif()
foreach(library buddy_archive buddy_shared)
  set_target_properties(${library} PROPERTIES
    LINKER_LANGUAGE C
    OUTPUT_NAME buddy
    ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/archive
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/archive)
  target_include_directories(${library}
    INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()

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
buddy_plain_objects(buddy_judge_objects ${judge_sources})
target_include_directories(buddy_judge_objects
  PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/core/include)
buddy_joined_object(buddy_judge_objects ${CMAKE_BINARY_DIR}/buddyjudge.o)
add_library(buddy_judge STATIC ${buddy_judge_objects_joined})
set_target_properties(buddy_judge PROPERTIES
  LINKER_LANGUAGE C
  OUTPUT_NAME buddyjudge
  EXPORT_NAME judge
  ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/archive)
target_link_libraries(buddy_judge INTERFACE buddy_archive)
install(TARGETS buddy_judge EXPORT BuddyFuzz ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES diff/judge/include/buddyfuzz/judge.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/buddyfuzz)

install(TARGETS buddy_archive buddy_shared buddy_plugin EXPORT BuddyFuzz
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
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
foreach(name buddyfuzz buddyfuzz-shared buddyfuzz-judge buddyfuzz-plugin)
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

# What one reads: the pages keep their places beside each other, for their links. The examples are
# the programs that tests/install builds from the installed tree, and the plug-ins.
install(FILES LICENSE README.md CHANGELOG.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(GLOB pages CONFIGURE_DEPENDS docs/*.md)
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
file(GLOB examples CONFIGURE_DEPENDS tests/install/*.c tests/install/*.cc diff/examples/*.c)
install(FILES ${examples} DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
