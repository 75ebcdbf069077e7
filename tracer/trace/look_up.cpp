#include "tracer/trace/look_up.h"

#include <exception>
#include <utility>

#include "tracer/trace/ticker.h"
#include "vm/interp/interpreter.h"

namespace pyvm::tracer {

namespace {

// No exception passes through generated code: it waits here until the code has returned.
thread_local std::exception_ptr reason;

} // namespace

std::int32_t look_up(ir::RegionContext*) noexcept {
  stop_word().store(0, std::memory_order_relaxed);
  try {
    Interpreter::current().poll();
    return 0;
  } catch (...) {
    reason = std::current_exception();
    set_all_stop_words();
    return 1;
  }
}

void throw_reason() { std::rethrow_exception(std::exchange(reason, nullptr)); }

} // namespace pyvm::tracer
