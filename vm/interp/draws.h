// Whether the body of a prange may draw from np.random. Such a loop draws a key where it is entered
// (vm/semantics/philox.h); for others the stream outside goes on as if the loop were not there.
//
// The source decides, not the run, so that all tiers agree: a body may draw that names a function of np.random other
// than seed, or a function of njit that does so anywhere (or names one that does, and so on), or that calls something
// that only the run knows, as a parameter or an element of a tuple.
#pragma once

#include "vm/bytecode/code.h"
#include "vm/semantics/philox.h"

namespace pyvm {

class Interpreter;

// The body of a loop in njit code. Compiles the kernels that it names.
bool may_draw(const Code& code, int loop);
// The instructions [from, to).
bool may_draw(const Code& code, std::uint32_t from, std::uint32_t to);

// What np.random draws from in njit code on this thread, for compiled code: `draw` gives the bits of a float64 or
// int64, and counts the draw. Good until the thread begins or ends an iteration of a prange.
struct DrawSource {
  void* state = nullptr;
  std::uint64_t (*draw)(void* state, DrawKind kind, std::uint64_t range) noexcept = nullptr;
};
DrawSource draw_source(Interpreter& interpreter);

} // namespace pyvm
