#pragma once
// The verifier. What it checks is the IR's specification:
//
// Shape   Every instruction stands in one body only. `if` owns two bodies, `for`, `loop` and `block` one, others none.
//         A body ends with `yield`, `br` or `exit`, and these stand nowhere else.
//         A body of `for` has the parameters (i64 index, carried...), one of `loop` (carried...), the others none.
// Values  Each is defined once, by an instruction or as a parameter. An operand's definition stands before the
//         instruction in its body, or is a parameter of the body, or is visible where the body's owner stands.
//         Constants and entry values have no operands and may stand anywhere; the builder puts them first.
// Types   Operands and results are as type_rules.h says for the op. All vectors have the region's lanes.
//         An array is neither carried nor a result of `if` or `block`, and is named by an `array` instruction
//         directly. Conditions of `if` are scalars, bounds of `for` scalar i64, its step is positive.
// Bodies  `yield` gives what the owner takes: the results of `if` and `block`, the carried values of `for` and
//         `loop`, nothing at the end of the region. `br` names a block that encloses it and gives its results.
//         A `loop` has no results. Where the end of a body cannot be reached, the values that its `yield` gives are
//         any of the right types.
// Slots   Slots exist; an access has a subscript for each dimension and the slot's dtype; only writable slots are
//         stored to. Vectors from the lane record stay within it.
// Exits   `index`, `guard`, `leave` and `exit` name an exit, nothing else does. The exit's operands are visible at
//         each instruction that names it, and there are `gangs` of them for each value that its entries number. It
//         has a frame for the region itself; a register's kind fits the type of its value.
//
// Not checked, and promised by who writes the region: subscripts of `load` and `store` are in range when they run; the
// steps of lanes divide the grain.

#include <string>
#include <string_view>
#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::ir {

// What is wrong, one sentence each with the instruction's text; empty for a good region. Accepts any contents of a
// Region.
std::vector<std::string> verify(const Region& region);

// Asserts that the region is good; the assertion prints the messages and the listing. `where` says after what.
void check(const Region& region, std::string_view where);

} // namespace pyvm::ir
