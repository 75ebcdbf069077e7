// What compiled code calls when its stop word is set (region_abi.h): asks the interpreter whether the loop shall go on.
#pragma once

#include <cstdint>

#include "tracer/ir/region_abi.h"

namespace pyvm::tracer {

// RegionContext::look_up. Not 0: the loop shall end, and the reason waits for throw_reason().
std::int32_t look_up(ir::RegionContext* context) noexcept;

// After `ir::abandoned`, on the same thread: throws KeyboardInterrupt, or GrainStopped.
[[noreturn]] void throw_reason();

} // namespace pyvm::tracer
