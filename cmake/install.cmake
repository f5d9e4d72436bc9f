# The installed tree: the program, and the libraries as the CMake package `ostracon` with targets
# ostracon::core, ostracon::format, ostracon::pipeline, ostracon::sem, ostracon::io and
# ostracon::backends. Headers keep their paths below include/ostracon.
include(CMakePackageConfigHelpers)

# Said on the lowest target, so that whoever links any of them compiles as C++20 too.
target_compile_features(ostracon_core PUBLIC cxx_std_20)

set(ostracon_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ostracon)
foreach(part warnings core format pipeline sem io steps cpu kernels cuda backends)
  if(TARGET ostracon_${part})
    set_target_properties(ostracon_${part} PROPERTIES EXPORT_NAME ${part})
    add_library(ostracon::${part} ALIAS ostracon_${part})
    install(TARGETS ostracon_${part} EXPORT ostraconTargets
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
            INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ostracon)
  endif()
endforeach()
if(TARGET ostracon)
  install(TARGETS ostracon RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY core format pipeline datasets io
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ostracon
        FILES_MATCHING PATTERN "*.hpp" PATTERN "tables" EXCLUDE)
install(EXPORT ostraconTargets NAMESPACE ostracon:: DESTINATION ${ostracon_package_dir})
configure_package_config_file(cmake/ostraconConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/ostraconConfig.cmake
                              INSTALL_DESTINATION ${ostracon_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ostraconConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ostraconConfig.cmake
              ${PROJECT_BINARY_DIR}/ostraconConfigVersion.cmake
              cmake/dependencies.cmake
        DESTINATION ${ostracon_package_dir})
install(FILES LICENSE README.md docs/format.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
