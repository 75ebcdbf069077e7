// numpy.random outside the Generator classes: the global RandomState and RandomState objects. A function or method of
// RANDOM's rows in builtins.def works on the state that is its first argument's, or on the context's global one.
#pragma once

#include "vm/builtins/mersenne_twister.h"
#include "vm/object/objects.h"

namespace pyvm::native {

// The functions of numpy.random and the methods of RandomState, with the state they draw from.
using RandomFunction = Value (*)(CallContext& context, MersenneTwister& state, const Arguments& arguments);
#define RANDOM(name, function) Value function(CallContext& context, MersenneTwister& state, const Arguments& arguments);
#include "vm/builtins/builtins.def"

// numpy.random.rand and its kin: on the state that the dialect has (inside njit one of its own for each thread).
template <RandomFunction function> Value on_global_state(CallContext& context, const Arguments& arguments);
MersenneTwister& global_random_state(const CallContext& context);

template <RandomFunction function> Value on_global_state(CallContext& context, const Arguments& arguments) {
  return function(context, global_random_state(context), arguments);
}

} // namespace pyvm::native
