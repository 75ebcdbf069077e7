#pragma once
// Math functions of guest programs. Inside njit they are SLEEF's consistent variants: Sleef_finz_* on a CPU with FMA,
// Sleef_cinz_* on one without, chosen once per process, so that the interpreter, scalar code, AVX2 and AVX-512 give
// the same bits (FACTS.md, "Vector math"). They never raise: C99's nan and inf. sqrt, floor, ceil, trunc, rint, fabs,
// copysign and fmod are exact by IEEE and need no family. Outside njit `math` is libm's: libm_function.
//
// Kinds inside njit are Numba's, cell by cell (tests/python/test_promotion_peers.py). math's functions compute ints in
// Float64 (math_kind); numpy's take Bool and ints of 8 and 16 bits to Float32, and np.floor, ceil, trunc and fmod leave
// ints what they are (ufunc_math_kind; int_fmod of arithmetic.h).
//
// Python's math.floor, ceil and trunc give an int: that is checked_floor and its kin of conversion.h. The rows here
// give a float, as np.floor does.

#include "vm/semantics/scalar_kind.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pyvm {

enum class MathFunction : uint8_t {
#define PYVM_MATH_FUNCTION(enumerator, name, arity, how, accuracy) enumerator,
#include "vm/semantics/math_functions.def"
#undef PYVM_MATH_FUNCTION
};

inline constexpr std::array all_math_functions = {
#define PYVM_MATH_FUNCTION(enumerator, name, arity, how, accuracy) MathFunction::enumerator,
#include "vm/semantics/math_functions.def"
#undef PYVM_MATH_FUNCTION
};
inline constexpr size_t math_function_count = all_math_functions.size();

enum class MathSource : uint8_t { Exact, Sleef };

// "sqrt"
std::string_view name_of(MathFunction function);
std::optional<MathFunction> math_function_from_name(std::string_view name);
// 1 or 2
int arity_of(MathFunction function);
MathSource source_of(MathFunction function);

// The kind that math's functions compute in and return inside njit: Float32 or Float64.
ScalarKind math_kind(ScalarKind a);
ScalarKind math_kind(MathFunction function, ScalarKind a, ScalarKind b);
// The same of numpy's. Floor, Ceil, Trunc and Fmod have ints, too; numpy leaves no others ints, inside njit or outside.
ScalarKind ufunc_math_kind(MathFunction function, ScalarKind a);
ScalarKind ufunc_math_kind(MathFunction function, ScalarKind a, ScalarKind b);

using Float64Function1 = double (*)(double);
using Float64Function2 = double (*)(double, double);
using Float32Function1 = float (*)(float);
using Float32Function2 = float (*)(float, float);

// The scalar variant as a plain C function of the arity, for a call from generated code: cast to FloatNNFunctionM.
// The kind must be Float32 or Float64.
void* scalar_function(MathFunction function, ScalarKind kind);

// The vector variant: lanes 4 (ymm) or 8 (zmm) of Float64, 8 (ymm) or 16 (zmm) of Float32. It is called with the
// vectors in the first one or two vector registers and returns in the first, System V ABI: it may clobber every
// vector, mask and call-clobbered register. nullptr for Exact rows, for other lane counts, and when this CPU cannot
// run it.
void* vector_function(MathFunction function, ScalarKind kind, int lanes);

// libm's function for `math` and NumPy outside njit. Same signatures as scalar_function.
void* libm_function(MathFunction function, ScalarKind kind);

// Computes in kind Float32 or Float64; b is ignored by functions of one operand.
ScalarBits apply_math(MathFunction function, ScalarKind kind, ScalarBits a, ScalarBits b = 0);
ScalarBits apply_libm(MathFunction function, ScalarKind kind, ScalarBits a, ScalarBits b = 0);

// Float `**` inside njit: the Pow row.
double math_power(double a, double b);
float math_power(float a, float b);

// True when the process uses the FMA family.
bool math_uses_fma();

} // namespace pyvm
