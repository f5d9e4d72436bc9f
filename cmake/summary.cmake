# What this build is, for the person who configured it.
function(ostracon_summary)
  set(sanitize "${OSTRACON_SANITIZE}")
  if(sanitize STREQUAL "")
    set(sanitize none)
  endif()
  message(STATUS "")
  message(STATUS "Ostracon ${PROJECT_VERSION}")
  message(STATUS "  compiler    ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}, "
                 "${CMAKE_BUILD_TYPE}, sanitizers: ${sanitize}")
  message(STATUS "  CUDA        ${OSTRACON_CUDA_SUMMARY}")
  message(STATUS "  ranks       ${OSTRACON_MPI_SUMMARY}")
  message(STATUS "  threads     oneTBB ${TBB_VERSION}")
  message(STATUS "  SIMD        Highway ${hwy_VERSION}, chosen at run time")
  message(STATUS "  files       HDF5 ${HDF5_VERSION}, libarchive ${LibArchive_VERSION}, "
                 "libpng ${PNG_VERSION_STRING}, nlohmann-json ${nlohmann_json_VERSION}")
  message(STATUS "  images      OpenCV core and imgproc, ${OSTRACON_OPENCV_VERSION}, "
                 "${OSTRACON_OPENCV_CUDA_SUMMARY}")
  message(STATUS "  codes       ISA-L, OpenSSL ${OPENSSL_VERSION}")
  message(STATUS "  tests       ${OSTRACON_TESTS}, benches ${OSTRACON_BENCH}")
  message(STATUS "")
endfunction()
