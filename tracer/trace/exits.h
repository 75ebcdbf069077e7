// From an exit back to the interpreter's frames.
#pragma once

#include <cstdint>
#include <span>

#include "tracer/ir/region_abi.h"
#include "tracer/record/recorder.h"
#include "vm/interp/interpreter.h"

namespace pyvm::tracer {

// An array slot that holds another array than at entry: a thread's copy (vm/interp/array_accumulators.h).
struct Replaced {
  std::uint16_t slot;
  Value array;
};

struct ExitState {
  const Recording* recording;
  const ir::Region* region; // the version that ran: its exits and their operands
  ir::ExitId exit;
  const std::uint64_t* exit_values;  // RegionContext::exit_values
  const Frame* entry_frame;          // whose registers the array slots were taken from
  const ir::ArrayDescriptor* arrays; // RegionContext::arrays, with this thread's scratch
  std::int64_t position = 0;         // which of the ordinals that left together
  std::span<const Replaced> replaced{};
};

// Fills the registers of `base` (frame 0) and pushes the frames of inlined calls on top of it, so that dispatching from
// the top frame goes on at the exit's opcode. Returns the top frame.
Frame& restore(Interpreter& interpreter, Frame& base, const ExitState& state);

} // namespace pyvm::tracer
