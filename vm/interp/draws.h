// Whether the body of a prange may draw from np.random. Such a loop draws a key where it is entered
// (vm/semantics/philox.h); for others the stream outside goes on as if the loop were not there.
//
// The source decides, not the run, so that all tiers agree: a body may draw that names a function of np.random other
// than seed, or a function of njit that does so anywhere (or names one that does, and so on), or that calls something
// that only the run knows, as a parameter or an element of a tuple.
#pragma once

#include "vm/bytecode/code.h"

namespace pyvm {

// The body of a loop in njit code. Compiles the kernels that it names.
bool may_draw(const Code& code, int loop);
// The instructions [from, to).
bool may_draw(const Code& code, std::uint32_t from, std::uint32_t to);

} // namespace pyvm
