#pragma once
// Random regions that verify, with random input: for comparing one way of running a region with another.
//
// They use every op but math functions that tiers may round differently from libm, and every control structure, scalar
// or in lanes; they leave through exits now and then. All subscripts that they compute are in range, some only because
// a loop around them runs at all; all loops end. Two array slots share memory.

#include <cstdint>

#include "tests/ir/ir_case.h"

namespace pyvm::ir_test {

struct RandomOptions {
  int lanes = 1; // 1, or the lanes of the region's vectors
  int gangs = 1;
  int size = 40; // instructions, roughly
};

struct RandomRegion {
  ir::Region region;
  Evaluation evaluation;
};

// The same seed and options give the same region.
RandomRegion random_region(std::uint64_t seed, const RandomOptions& options);

} // namespace pyvm::ir_test
