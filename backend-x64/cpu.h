#pragma once
// What this CPU and operating system can run, asked once per process.

#include "tracer/ir/code_generator.h"

namespace pyvm::x64 {

using ir::Isa;

// Columns of costs.def.
enum class CpuFamily : std::uint8_t { Zen4, CascadeLake, Other };

struct Cpu {
  bool sse41 = false;
  Isa isa = Isa::Scalar; // Avx512 means F, DQ, BW, VL and CD, with the registers enabled by the operating system
  CpuFamily family = CpuFamily::Other;
};

const Cpu& host_cpu();

// The widest Isa that may be generated: the CPU's, capped by PYVM_ISA.
Isa host_isa();

} // namespace pyvm::x64
