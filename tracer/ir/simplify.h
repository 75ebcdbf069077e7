#pragma once
// The simplifications that the builder applies to a single instruction before it writes it. Each holds bit for bit, for
// every input (NaN payloads excepted, which nothing promises).

#include <optional>

#include "tracer/ir/builder.h"

namespace pyvm::ir {

// The value that `instruction` would compute, when it exists already or is had more cheaply (what it needs is then
// written by `builder`). no_id for an instruction without result that need not be there. Nothing: write the instruction
// as it is. `instruction` has no results yet; `type` is the result type that its producer named, where none follows.
std::optional<ValueId> simplify(Builder& builder, const Instruction& instruction, Type type);

} // namespace pyvm::ir
