#pragma once
// Addresses of array elements as sums, so that what a loop does not change is computed before it.
//
// The address of A[s0, s1, ...] is data + sum of s_d * stride_d, modulo 2^64. Integers of the IR wrap at 2^64 too, so a
// subscript may be taken apart exactly: `i + 8` is `i` and a constant, `2 * i - 1` is `i` twice and a constant.

#include "backend-x64/facts.h"

namespace pyvm::x64 {

struct AddressForm {
  std::vector<AddressTerm> terms;
  std::int64_t offset = 0; // bytes
};

// Of the scalar subscripts of a load or store that stands in `loop`; vector subscripts are left to the access itself.
// A subscript is not taken apart into more than one term that changes inside the loop's body.
AddressForm address_form(const ir::Region& region, const Facts& facts, const ir::Instruction& access, LoopId loop);

// The array slot that an access, or `dim`, names. Negative when the array is not named by an `array` instruction.
std::int64_t array_slot(const ir::Region& region, const Facts& facts, ValueId array);

// The distance between two elements along a dimension, when it is a constant.
bool has_constant_stride(const ir::ArraySlot& slot, int dimension);

} // namespace pyvm::x64
