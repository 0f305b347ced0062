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

# What a plug-in subject compiles against: diff/subjects/subject.h and all that it includes, named
# from their own root as in the tree.
add_library(buddy_plugin INTERFACE)
set_target_properties(buddy_plugin PROPERTIES EXPORT_NAME plugin)
target_include_directories(buddy_plugin INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/buddyfuzz>)
set(plugin_headers oracle/lang/op.h oracle/lang/op.def oracle/lang/event.h oracle/lang/effect.h
  oracle/eyes/view.h oracle/eyes/snapshot.h diff/subjects/subject.h)

install(TARGETS buddy_archive buddy_plugin EXPORT BuddyFuzz
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY core/include/buddy DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(header ${plugin_headers})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/buddyfuzz/${folder})
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/BuddyFuzz)
install(EXPORT BuddyFuzz FILE BuddyFuzzConfig.cmake NAMESPACE BuddyFuzz::
  DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/BuddyFuzzConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/BuddyFuzzConfigVersion.cmake DESTINATION ${package_dir})

# The prefix is found from the .pc file's own place: a tree that is moved still works.
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
foreach(name buddyfuzz buddyfuzz-plugin)
  configure_file(cmake/${name}.pc.in ${CMAKE_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

install(TARGETS buddy_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/buddy.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES cli/completion/buddy.bash RENAME buddy
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES cli/completion/_buddy
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
