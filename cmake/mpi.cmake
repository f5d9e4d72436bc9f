# OSTRACON_MPI: AUTO, ON or OFF: whether the program can share a job among ranks that mpirun or srun
# starts. AUTO: where CMake finds MPI for C. Without it every process is alone.
set(OSTRACON_MPI AUTO CACHE STRING "Share jobs among MPI ranks: AUTO, ON or OFF")
set_property(CACHE OSTRACON_MPI PROPERTY STRINGS AUTO ON OFF)

set(OSTRACON_MPI_FOUND OFF)
string(TOUPPER "${OSTRACON_MPI}" OSTRACON_MPI_WISH)
if(OSTRACON_MPI_WISH MATCHES "^(OFF|0|FALSE|NO)$")
  set(OSTRACON_MPI_SUMMARY "none (OSTRACON_MPI=OFF)")
  return()
elseif(NOT OSTRACON_MPI_WISH MATCHES "^(AUTO|ON|1|TRUE|YES)$")
  message(FATAL_ERROR "OSTRACON_MPI is \"${OSTRACON_MPI}\"; it can be AUTO, ON or OFF")
endif()

find_package(MPI QUIET COMPONENTS C)
if(MPI_C_FOUND)
  set(OSTRACON_MPI_FOUND ON)
  set(OSTRACON_MPI_SUMMARY "MPI ${MPI_C_VERSION}, ${MPI_C_LIBRARIES}")
elseif(OSTRACON_MPI_WISH STREQUAL "AUTO")
  set(OSTRACON_MPI_SUMMARY "none (not found; Debian: libopenmpi-dev)")
else()
  message(FATAL_ERROR "OSTRACON_MPI is ON, but MPI is not found (Debian: libopenmpi-dev)")
endif()
