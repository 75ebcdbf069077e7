// Where two runs of the same piece of a loop differ, in words (verify.h). Values are the same when a program could not
// tell them apart: the same kind and bits, but for the sign and payload of a NaN (DESIGN section 2).
#pragma once

#include <string>

#include "tracer/trace/region.h"
#include "vm/interp/frame.h"
#include "vm/interp/prange.h"
#include "vm/object/store_log.h"

namespace pyvm::tracer {

bool same_value(const Value& a, const Value& b);
// "float64 1.5", "an array of int64, shape (3,)"
std::string value_text(const Value& value);

// "C[3, 7]": the element there, of an array that the frame or the recording has.
std::string place_text(const Frame& frame, const Recording& recording, const std::byte* at);

// "C[3, 7]: interpreted 1.5, compiled 2.5 (2 of 64 stored elements differ)". The frame has the array in a register, or
// the recording among its constants.
std::string element_difference(const Frame& frame, const Recording& recording, const StoreLog::Difference& difference,
                               std::size_t stored);

// What two exceptions differ in, or one and none; empty when they are the same. An ordinal or pc that is not known is
// the same for both.
struct Raised {
  const GuestError* error = nullptr; // null: none was raised
  std::int64_t ordinal = 0;
  std::uint32_t pc = 0;
};
std::string exception_difference(const Code& code, const Raised& interpreted, const Raised& compiled);

// Lanes, totals and last values that two jobs apart have of [begin, end).
std::string result_difference(PrangeJob& interpreted, PrangeJob& compiled, std::int64_t begin, std::int64_t end);

// "n = int64 5, a = an array of float64, shape (10,)": what the region was entered with.
std::string entry_text(const Frame& frame, const Recording& recording);

} // namespace pyvm::tracer
