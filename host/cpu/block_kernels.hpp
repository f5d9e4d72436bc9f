// Both kernels of the block decoder, for hwy/foreach_target.h: no include guard.
#include "host/cpu/block_kernel.hpp"
#include "host/cpu/ordered_statistics_kernel.hpp"
