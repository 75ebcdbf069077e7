#pragma once
// C++ functions that generated code calls, for what has no short instruction sequence. Each is a meaning of
// vm/semantics behind the System V calling convention. None throws.
//
// Code that has used ymm or zmm registers must not fall into SSE code with their upper halves dirty: functions whose
// table entry is taken with `after_avx` clear them first, which is allowed because callers keep no vector register
// across a call.

#include "tracer/ir/ir.h"

namespace pyvm::x64 {

// double (*)(double, double) or float (*)(float, float) for FloorDiv, FloorMod; int64 (*)(int64, int64) for Pow.
void* scalar_helper(ir::Op op, ir::Base base, bool after_avx);

// Exact functions of math_functions.h that are not an instruction.
void* exact_math_helper(MathFunction function, ir::Base base, bool after_avx);

// Lane by lane over memory: void (*)(void* result, const void* a, const void* b, int64 lanes), with a's lanes 64 bits
// apart, 32 for f32. For FloorDiv, FloorMod, UDiv, UMod and Pow. Needs AVX.
using LanesHelper = void (*)(void* result, const void* a, const void* b, std::int64_t lanes) noexcept;
LanesHelper lanes_helper(ir::Op op, ir::Base base);

// The same for a math function of the family, by its scalar variant.
LanesHelper lanes_math_helper(MathFunction function, ir::Base base);

} // namespace pyvm::x64
