#pragma once
// The IR as text: line-oriented, read back by parse.h into the same region.
//
//   region "dot" file "dot.py" line 3
//   scalar 0 float64 r4                                  slots: index, kind or dtype, the interpreter's register
//   array 0 float64 ndim 1 contiguous readonly r2
//   array 1 float64 ndim 1 contiguous r3 scratch 32
//   array 2 float64 ndim 2 contiguous r3 scratch scalar 0 array 0 1
//   array 3 float64 ndim 1 contiguous r5 accumulates
//   accumulator 0 add float64 r7
//   reduction_lanes 16                                   when it is not 32
//   lanes 8 gangs 2                                      when they are not 1
//   body
//     %0: i64 = begin
//     %1: f64 = const 1.5
//     @7                                                 the guest line of what follows
//     %2: f64 = for %3 = %0 to %9 step 1 (%4: f64 = %1) {        `independent` behind the step: a prange
//       %5: i64 = index %3, %8 !0                        an instruction that may leave names its exit
//       %6: f64 = load float64 %7[%5]                    a vector: then `contiguous` or `strided 0 2`, and `mask %9`
//       yield %6
//     }
//     yield
//   exits
//     !0 "index out of range" line 7                     `lanes_left` behind it: for lanes that have left, has nothing
//                                                        of its own
//       values %3, %4
//       frame pc 12                                      the region's own frame first
//       frame pc 3 result r4 function 0x7f00dead
//       r3 = #0 float64                                  register = value number, guest kind
//       frame 1 r2 = #1 int64                            in an inlined call
//       r4 = number #2                                   the other sources: float, int and which of them;
//       r5 = constant 3                                  a constant of the recording;
//       r6 = array 1                                     the array of a slot;
//       r7 = view 1 #5 count 2                           that array indexed by the ints #5 and #6
//       loop r8 value #0 stop #1 step 1                  a range loop under way
//
// `;` begins a comment. Values are numbered in the order in which the text defines them, so that equal regions print
// equally, whatever the ids that they were built with.

#include <string>

#include "tracer/ir/ir.h"

namespace pyvm::ir {

std::string print(const Region& region);

// How print() names the values of a region, by ValueId; what no instruction or body of it defines is called "%?id".
// For other listings (the backend's) that want to agree with this one.
std::vector<std::string> value_names(const Region& region);

// The first line of an instruction's text, without indentation and results' types of nested bodies.
std::string print_line(const Region& region, const Instruction& instruction, const std::vector<std::string>& names);

// A constant's bits as text: 5, -0.0, inf, true; a NaN that is not the usual one as 0x...
std::string constant_text(Base base, ScalarBits bits);

} // namespace pyvm::ir
