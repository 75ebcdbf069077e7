#pragma once
// The cost table of costs.def for one CPU family.

#include "backend-x64/cpu.h"

namespace pyvm::x64 {

struct Costs {
#define PYVM_COST(field, zen4, cascade_lake, other, meaning) double field;
#include "backend-x64/costs.def"
#undef PYVM_COST
};

constexpr Costs costs_of(CpuFamily family) {
  const auto pick = [family](double zen4, double cascade_lake, double other) {
    return family == CpuFamily::Zen4 ? zen4 : family == CpuFamily::CascadeLake ? cascade_lake : other;
  };
  return Costs{
#define PYVM_COST(field, zen4, cascade_lake, other, meaning) pick(zen4, cascade_lake, other),
#include "backend-x64/costs.def"
#undef PYVM_COST
  };
}

} // namespace pyvm::x64
