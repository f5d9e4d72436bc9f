# Clean builds in about half the time: the sources of a target are compiled several at a time, so
# that their headers are read once. Builds that are changed a file at a time are better off without:
# a change recompiles its neighbours.
option(OSTRACON_UNITY "Compile sources several at a time (for clean builds)" OFF)
if(OSTRACON_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
  # Local types in members of types that one source alone defines: g++ excuses its main file only.
  add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
endif()

# Sources that are compiled one at a time all the same: those that Highway compiles for every
# instruction set, and those whose local names stand in their neighbours too.
function(ostracon_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
