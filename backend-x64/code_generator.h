#pragma once
// The code generator for x86-64: tracer/ir/code_generator.h over asmjit.

#include "backend-x64/cpu.h"

#include <memory>

namespace pyvm::x64 {

// `family` picks the column of costs.def; tests force each.
std::unique_ptr<ir::CodeGenerator> make_code_generator(CpuFamily family = host_cpu().family);

} // namespace pyvm::x64
