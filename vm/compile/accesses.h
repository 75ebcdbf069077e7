// The array accesses in the body of a prange, with what is known of their subscripts: the interpreter looks for
// conflicts between iterations in them when the loop begins (DESIGN section 3).
#pragma once

#include <vector>

#include "vm/bytecode/code.h"

namespace pyvm {

// For a loop whose table row is complete. Accesses of arrays that an iteration itself makes or chooses are not listed.
std::vector<ArrayAccess> accesses_of(const Code& code, const LoopInfo& loop);

} // namespace pyvm
