// The kernels that code names.
#pragma once

#include <cstdint>

#include "vm/bytecode/code.h"

namespace pyvm {

// Compiles to bytecode what the instructions [from, to) may call by name, and what those call. What cannot be compiled
// stays without a function: the call raises, if it is ever reached.
void compile_callees(const Code& code, std::uint32_t from, std::uint32_t to);

} // namespace pyvm
