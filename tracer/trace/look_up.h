// What compiled code calls when its stop word is set (region_abi.h): asks the interpreter whether the loop shall go on.
#pragma once

#include <cstdint>

#include "tracer/ir/region_abi.h"

namespace pyvm::tracer {

// RegionContext::look_up. Not 0: the loop shall end, and the reason waits for throw_reason().
std::int32_t look_up(ir::RegionContext* context) noexcept;

// Whether code that is about to run has to look up first. Another thread may set the word at any time.
inline bool is_asked_to_look_up(const ir::RegionContext& context) {
  return __atomic_load_n(context.stop, __ATOMIC_RELAXED) != 0;
}

// After `ir::abandoned`, on the same thread: throws KeyboardInterrupt, or GrainStopped.
[[noreturn]] void throw_reason();

} // namespace pyvm::tracer
