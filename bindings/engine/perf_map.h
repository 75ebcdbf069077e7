// Names for generated code in `perf report`: the file /tmp/perf-PID.map, one line "address size name" for each piece of
// code, as the Linux tree describes it (tools/perf/Documentation/jit-interface.txt). Off unless PYVM_PERF=1.
#pragma once

#include <memory>

#include "tracer/ir/code_generator.h"

namespace pyvm::engine {

// A code generator that compiles as `inner` does and notes each region under its function, file and line.
std::unique_ptr<ir::CodeGenerator> naming_for_perf(std::unique_ptr<ir::CodeGenerator> inner);

} // namespace pyvm::engine
