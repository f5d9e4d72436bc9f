# OSTRACON_CUDA: AUTO, ON or OFF. No kernel is written yet, so that AUTO and OFF build the stand-in
# of kernels/ that answers "unavailable", and ON is refused rather than granted in name only.
set(OSTRACON_CUDA AUTO CACHE STRING "Build the CUDA backend: AUTO, ON or OFF")
set_property(CACHE OSTRACON_CUDA PROPERTY STRINGS AUTO ON OFF)

string(TOUPPER "${OSTRACON_CUDA}" OSTRACON_CUDA_WISH)
if(OSTRACON_CUDA_WISH MATCHES "^(ON|1|TRUE|YES)$")
  message(FATAL_ERROR "OSTRACON_CUDA is ${OSTRACON_CUDA}, but the CUDA backend is not written yet; "
                      "configure with -DOSTRACON_CUDA=AUTO or OFF")
elseif(OSTRACON_CUDA_WISH STREQUAL "AUTO")
  set(OSTRACON_CUDA_SUMMARY "stand-in (no kernels are written yet)")
elseif(OSTRACON_CUDA_WISH MATCHES "^(OFF|0|FALSE|NO)$")
  set(OSTRACON_CUDA_SUMMARY "stand-in (OSTRACON_CUDA=OFF)")
else()
  message(FATAL_ERROR "OSTRACON_CUDA is \"${OSTRACON_CUDA}\"; it can be AUTO, ON or OFF")
endif()
