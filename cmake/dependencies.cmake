# Every library we stand on, found once, as a target. Folders link targets and never look for
# anything themselves. All of these are Debian 12 packages: scripts/setup.sh installs them.
#
# The installed package (ostraconConfig.cmake) reads this file too, since static libraries need their
# private dependencies again at the link; `ostracon_find` is find_dependency there.
if(NOT COMMAND ostracon_find)
  macro(ostracon_find)
    find_package(${ARGV} REQUIRED)
  endmacro()
endif()

ostracon_find(Threads)
ostracon_find(TBB 2021)
ostracon_find(hwy)
ostracon_find(LibArchive)
ostracon_find(OpenSSL)
ostracon_find(HDF5 COMPONENTS C)
ostracon_find(nlohmann_json)
ostracon_find(PNG)
ostracon_find(JPEG)
ostracon_find(TIFF)
if(NOT OSTRACON_FROM_PACKAGE)  # of the program alone
  find_package(CLI11 REQUIRED)
  find_package(fmt REQUIRED)
  find_package(spdlog REQUIRED)
endif()

# FindHDF5 names its targets differently from version to version: one name of our own.
if(NOT TARGET ostracon_hdf5)
  add_library(ostracon_hdf5 INTERFACE IMPORTED)
  set_target_properties(ostracon_hdf5 PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${HDF5_C_INCLUDE_DIRS}"
    INTERFACE_COMPILE_DEFINITIONS "${HDF5_C_DEFINITIONS}"
    INTERFACE_LINK_LIBRARIES "${HDF5_C_LIBRARIES}")
endif()

# Compressors of HDF5 chunks. Debian's packages of most have no CMake package.
if(NOT TARGET ostracon_compressors)
  add_library(ostracon_compressors INTERFACE IMPORTED)
  foreach(compressor
      "blosc blosc.h libblosc-dev"
      "deflate libdeflate.h libdeflate-dev"
      "lz4 lz4.h liblz4-dev"
      "sz szlib.h libaec-dev"
      "zstd zstd.h libzstd-dev")
    string(REPLACE " " ";" compressor "${compressor}")
    list(GET compressor 0 name)
    list(GET compressor 1 header)
    list(GET compressor 2 package)
    string(TOUPPER ${name} upper)
    find_path(OSTRACON_${upper}_INCLUDE_DIR ${header})
    find_library(OSTRACON_${upper}_LIBRARY ${name})
    mark_as_advanced(OSTRACON_${upper}_INCLUDE_DIR OSTRACON_${upper}_LIBRARY)
    if(NOT OSTRACON_${upper}_INCLUDE_DIR OR NOT OSTRACON_${upper}_LIBRARY)
      message(FATAL_ERROR "${header} or its library not found (Debian: ${package})")
    endif()
    set_property(TARGET ostracon_compressors APPEND PROPERTY
                 INTERFACE_INCLUDE_DIRECTORIES "${OSTRACON_${upper}_INCLUDE_DIR}")
    set_property(TARGET ostracon_compressors APPEND PROPERTY
                 INTERFACE_LINK_LIBRARIES "${OSTRACON_${upper}_LIBRARY}")
  endforeach()
endif()

# ISA-L, which tests and benches compare with. It ships no CMake package.
if(NOT OSTRACON_FROM_PACKAGE AND (OSTRACON_TESTS OR OSTRACON_BENCH) AND NOT TARGET ostracon_isal)
  find_path(OSTRACON_ISAL_INCLUDE_DIR isa-l.h)
  find_library(OSTRACON_ISAL_LIBRARY isal)
  mark_as_advanced(OSTRACON_ISAL_INCLUDE_DIR OSTRACON_ISAL_LIBRARY)
  if(NOT OSTRACON_ISAL_INCLUDE_DIR OR NOT OSTRACON_ISAL_LIBRARY)
    message(FATAL_ERROR "ISA-L not found (Debian: libisal-dev)")
  endif()
  add_library(ostracon_isal INTERFACE IMPORTED)
  set_target_properties(ostracon_isal PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${OSTRACON_ISAL_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${OSTRACON_ISAL_LIBRARY}")
endif()

# OpenCV: core and imgproc alone. Debian's OpenCVConfig.cmake is only in libopencv-dev, which drags
# in hundreds of megabytes, so that we look for the two libraries where it is absent.
if(NOT TARGET ostracon_opencv)
  add_library(ostracon_opencv INTERFACE IMPORTED)
  find_package(OpenCV 4 QUIET COMPONENTS core imgproc)
  if(OpenCV_FOUND)
    set(OSTRACON_OPENCV_VERSION ${OpenCV_VERSION})
    set_target_properties(ostracon_opencv PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIRS}"
      INTERFACE_LINK_LIBRARIES "opencv_core;opencv_imgproc")
  else()
    find_path(OSTRACON_OPENCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
    find_library(OSTRACON_OPENCV_CORE_LIBRARY opencv_core)
    find_library(OSTRACON_OPENCV_IMGPROC_LIBRARY opencv_imgproc)
    mark_as_advanced(OSTRACON_OPENCV_INCLUDE_DIR OSTRACON_OPENCV_CORE_LIBRARY
                     OSTRACON_OPENCV_IMGPROC_LIBRARY)
    if(NOT OSTRACON_OPENCV_INCLUDE_DIR OR NOT OSTRACON_OPENCV_CORE_LIBRARY
       OR NOT OSTRACON_OPENCV_IMGPROC_LIBRARY)
      message(FATAL_ERROR
              "OpenCV not found (Debian: libopencv-core-dev and libopencv-imgproc-dev)")
    endif()
    set(OSTRACON_OPENCV_VERSION "without OpenCVConfig.cmake")
    set_target_properties(ostracon_opencv PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${OSTRACON_OPENCV_INCLUDE_DIR}"
      INTERFACE_LINK_LIBRARIES
        "${OSTRACON_OPENCV_CORE_LIBRARY};${OSTRACON_OPENCV_IMGPROC_LIBRARY}")
  endif()
endif()

# OpenCV's CUDA modules, for looking at pictures alone; Debian's OpenCV has none.
set(OSTRACON_OPENCV_CUDA_SUMMARY "no CUDA modules")
if(NOT OSTRACON_FROM_PACKAGE AND NOT TARGET ostracon_opencv_cuda)
  find_package(OpenCV 4 QUIET COMPONENTS cudaarithm cudafilters cudaimgproc cudawarping)
  if(OpenCV_FOUND)
    set(OSTRACON_OPENCV_CUDA_SUMMARY "with its CUDA modules for denoise")
    add_library(ostracon_opencv_cuda INTERFACE IMPORTED)
    set_target_properties(ostracon_opencv_cuda PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIRS}"
      INTERFACE_LINK_LIBRARIES "opencv_cudafilters;opencv_core")
  endif()
endif()
