// What the interpreter needs from above, as function pointers that the engine fills once at start. All may stay null:
// the interpreter then runs everything itself, on one thread.
#pragma once

#include <cstdint>
#include <string>

#include "vm/interp/frame.h"

namespace pyvm {

class Interpreter;
class PrangeJob;

// As scheduler/scheduler.h explains them.
struct ParallelRequest {
  std::int64_t grains;
  // Runs grains [begin, end) in ascending order; returns the first that failed or was stopped, or end.
  std::int64_t (*body)(void* context, std::int64_t begin, std::int64_t end, int thread) noexcept;
  void* context;
  double predicted_microseconds; // on one thread; infinity when nothing is known
  bool one_at_a_time = false;    // stress: who takes grains takes one
};

struct InterpreterHooks {
  // Runs all grains, perhaps on several threads; returns when those that started have ended. False: stopped by the
  // user.
  bool (*parallel_for)(const ParallelRequest& request) = nullptr;
  // Asked every few milliseconds inside a grain of parallel_for: may this grain and those above it stop?
  bool (*should_stop)(std::int64_t grain) = nullptr;
  // A range or while loop is hot, its header is at frame.pc: may run iterations compiled, then puts frame.pc where to
  // go on. Returns the frame to go on with (an exit may have rebuilt inlined calls above `frame`).
  Frame* (*hot_loop)(Interpreter& interpreter, Frame& frame, int loop) = nullptr;
  // A prange is about to run. True: it has been run to its end, with reductions joined and last values stored.
  bool (*prange)(Interpreter& interpreter, PrangeJob& job) = nullptr;
  // A prange runs in order; called once for each loop and reason.
  void (*performance_remark)(const Code& code, int loop, const std::string& reason) = nullptr;
  // Asked every few milliseconds on threads that interpret outside a grain: has the user asked to stop?
  bool (*interrupted)() = nullptr;
};

InterpreterHooks& interpreter_hooks();

} // namespace pyvm
