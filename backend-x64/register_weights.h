#pragma once
// Which registers asmjit keeps when there are too few: those that the innermost loops use.
//
// Its allocator spills by how often a register is named over the length of code in which it lives, and does not know
// what a loop is. A virtual register's weight counts for more than that, so each gets one by the depth of the deepest
// loop that names it. Cold code does not count.

#include <asmjit/x86.h>

namespace pyvm::x64 {

// Of the code up to `hot_end`, which has been emitted.
void weigh_registers(asmjit::x86::Compiler& compiler, const asmjit::BaseNode* hot_end);

} // namespace pyvm::x64
