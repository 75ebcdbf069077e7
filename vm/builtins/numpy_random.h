// numpy.random outside the Generator classes: the global RandomState and RandomState objects. A function or method of
// RANDOM's rows in builtins.def draws from its first argument's state, or from the one that the context has: outside
// njit one for the program, inside one of the thread's own, and in an iteration of a parallel prange the iteration's
// Philox stream (vm/semantics/philox.h).
#pragma once

#include "vm/builtins/mersenne_twister.h"
#include "vm/object/objects.h"
#include "vm/semantics/philox.h"

namespace pyvm::native {

// What one call draws from.
class Draws {
public:
  explicit Draws(MersenneTwister& twister) : twister_(&twister) {}
  explicit Draws(IterationStream& iteration) : iteration_(&iteration) {}
  // What np.random draws from in this context.
  static Draws of(const CallContext& context);

  // [0, 1) with 53 bits.
  double next_double();
  // Standard normal.
  double next_gauss();
  std::uint64_t next64();
  // [0, range], for an integer of so many bits (1 for a bool).
  std::uint64_t bounded(std::uint64_t range, int bits);
  // Begins the stream of that state. In an iteration: of the key that it draws first, as iteration 0 would.
  void seed(const MersenneTwister& state);

private:
  std::uint32_t narrow_word(int bits);

  MersenneTwister* twister_ = nullptr; // one of these two
  IterationStream* iteration_ = nullptr;
  // NumPy takes several kinds of 8 and 16 bits out of one word.
  std::uint32_t word_ = 0;
  int left_ = 0;
};

// Of njit code outside of parallel pranges.
MersenneTwister& thread_random_state();

// The functions of numpy.random and the methods of RandomState.
using RandomFunction = Value (*)(CallContext& context, Draws draws, const Arguments& arguments);
#define RANDOM(name, function, id) Value function(CallContext& context, Draws draws, const Arguments& arguments);
#include "vm/builtins/builtins.def"

// numpy.random.rand and its kin.
template <RandomFunction function> Value on_global_state(CallContext& context, const Arguments& arguments) {
  return function(context, Draws::of(context), arguments);
}

} // namespace pyvm::native
