# Compiler settings of our own targets, as an interface target each links PRIVATE. Of no effect on
# those who use the installed libraries.
add_library(ostracon_warnings INTERFACE)
target_compile_options(ostracon_warnings INTERFACE
  $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow;-Werror>>
  # The two backends agree on floats only if no multiply-add is fused behind our back.
  $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>>)
