# OSTRACON_SANITIZE: address (with undefined behaviour), thread, or empty. For everything we build.
set(OSTRACON_SANITIZE "" CACHE STRING "Sanitizers: address (ASan and UBSan), thread, or empty")
set_property(CACHE OSTRACON_SANITIZE PROPERTY STRINGS "" address thread)

if(OSTRACON_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(OSTRACON_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(NOT OSTRACON_SANITIZE STREQUAL "")
  message(FATAL_ERROR "OSTRACON_SANITIZE is \"${OSTRACON_SANITIZE}\"; "
                      "it can be address, thread or empty")
endif()

# OSTRACON_FUZZ: the fuzzers of tests/fuzz by libFuzzer, which must count in everything we build.
option(OSTRACON_FUZZ "Link the fuzzers with libFuzzer (clang) instead of replaying inputs" OFF)
if(OSTRACON_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "OSTRACON_FUZZ wants clang, which brings libFuzzer, not "
                        "${CMAKE_CXX_COMPILER_ID}; use cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
