// Runs bytecode: the definition of what a guest program means. One Interpreter for each thread, with its own stack.
//
// Guest exceptions leave as GuestError, with a traceback entry for each guest frame that was left.
#pragma once

#include <span>

#include "vm/bytecode/code.h"
#include "vm/interp/frame.h"
#include "vm/object/objects.h"

namespace pyvm {

// Thrown by polling inside a grain that shall end: another thread has failed at an earlier one, or the user has stopped
// the program. Frames are left without a trace; who runs the grain catches it.
struct GrainStopped {};

class Interpreter {
public:
  Interpreter();
  // This thread's.
  static Interpreter& current();

  // Runs a module's code; its names become members of `globals`.
  void run_module(const Ref<Code>& code, Module& globals);

  // Calls any callable value. A Kernel's arguments and result are converted as at the border of njit.
  Value call(const Value& callee, const Arguments& arguments, Dialect from);

  // Puts the arguments of a call into the registers of its parameters, which are unbound so far, with CPython's errors.
  static void bind_arguments(const Function& function, const Arguments& arguments, Value* registers);

  // --- for regions and grains (tracer/trace, prange.cpp)

  // A frame on top of the stack with unbound registers; constants that live in registers are loaded.
  Frame& push_frame(const Code& code, Frame* caller);
  void pop_frame();
  Frame* top() const { return top_; }
  // Dispatches from the top frame at its pc until the nearest frame marked returns_to_host ends: gives its result, or
  // Unbound when it was a grain that has run out of iterations.
  Value run();

  // Throws KeyboardInterrupt, or GrainStopped inside a grain that shall end. For loops, every few milliseconds.
  void poll();
  // After an operation that may have taken long: the next loop polls when it comes round.
  void poll_soon() { poll_budget_ = 0; }

  CallContext& context() { return context_; }
  std::uint32_t depth() const { return depth_; }

  // The number of the grain that this thread runs for a parallel loop, -1 outside: what polling asks about.
  std::int64_t running_grain = -1;

  // This thread runs a piece of a loop twice (tracer/trace/verify.h): it alone, and the rest of the program's code as
  // the interpreter does.
  bool verifying = false;
  // A prange runs in order: tells the user, once for each loop and reason.
  void remark(const Code& code, int loop, const std::string& reason) const;

private:
  Value dispatch();
  void count_down_to_poll() {
    if (--poll_budget_ <= 0) [[unlikely]]
      poll();
  }
  void enter_function(Function& function, const Arguments& arguments, Frame* caller);
  void enter_kernel(Kernel& kernel, const Arguments& arguments, Frame* caller, Dialect from);
  Value call_value(const Value& callee, const Arguments& arguments);
  bool push_call(Frame& frame, const Value& callee, const Arguments& arguments, std::uint16_t result_register);
  bool push_keyword_call(Frame& frame, const Instruction& i);
  void leave_frame(Value& result);
  Value result_for_host(Value& result);
  void unwind(GuestError& error, Frame* stop);
  void leave_without_trace(const Frame* base);

  // loops.cpp: true goes into the loop's body, false behind it
  bool enter_for(Frame& frame, const Instruction& i);
  bool next_for(Frame& frame, const Instruction& i);
  bool enter_prange(Frame& frame, const Instruction& i);

  // operations.cpp
  static const Value& global(Frame& frame, int name);
  static void store_global(Frame& frame, int name, const Value& value);
  static void delete_global(Frame& frame, int name);
  static void make_cell(Value& variable);
  [[noreturn]] static void raise_unbound_local(const Frame& frame, const Instruction& i);
  [[noreturn]] static void raise_unbound_cell(const Frame& frame, const Instruction& i);
  static Value binary_or_inplace(CallContext& context, const Instruction& i, const Value& a, const Value& b);
  static void unpack_value(CallContext& context, const Value& value, std::size_t count, Value* out);
  static Value formatted(CallContext& context, const Value& value, int conversion, const Value& spec);
  static Value joined(std::span<const Value> strings);
  static Value make_function(Frame& frame, const Instruction& i);
  static Value imported_module(CallContext& context, const std::string& name, bool first_part);
  static Value imported_name(const Module& module, const std::string& name);
  static void import_star(Frame& frame, const Value& module);
  [[noreturn]] static void raise_value(CallContext& context, const Value& value);
  [[noreturn]] static void raise_assertion(CallContext& context, const Value* message);

  ValueStack stack_;
  std::vector<std::unique_ptr<Frame>> frames_; // pool; the first depth_ are in use
  std::uint32_t depth_ = 0;
  Frame* top_ = nullptr;
  std::int32_t poll_budget_ = 0;
  CallContext context_;
};

// Values at the border of njit: NumPy's int64, float64 and bool are Python's inside; every scalar is a Python number
// outside.
Value njit_argument(const Value& value);
Value python_result(Value value);

// The njit function of a kernel, compiled at the first call. Immortal.
Function* function_of(Kernel& kernel);
// What threads share for good: the function, its code and its defaults.
void share_for_good(Function& function);

} // namespace pyvm
