#pragma once
// The types that each op takes and gives, in one place for the builder, the parser and the verifier.
//
// A vector op has the same lanes in all operands and in its result. Exceptions: the subscripts of an array access may
// be scalars or have the access's lanes; `index` takes a scalar length for any lanes; `splat` widens.

#include <optional>
#include <string>

#include "tracer/ir/ir.h"

namespace pyvm::ir {

// The result type that follows from op, immediate and operands alone; nothing for ops whose type the instruction names
// (const, itof, utof, ftof, load, laneget, splat, iota, control). The operands must exist.
std::optional<Type> implied_type(const Region& region, const Instruction& instruction);

// What is wrong with the operand count, operand types, result type and attributes of an instruction that is not of
// effect Control; empty when all is well. Assumes nothing but that operands and results are values of the region.
std::string type_error(const Region& region, const Instruction& instruction);

// True for widths that a vector may have, and for 1.
constexpr bool is_lane_count(int lanes) { return lanes == 1 || lanes == 2 || lanes == 4 || lanes == 8 || lanes == 16; }

} // namespace pyvm::ir
