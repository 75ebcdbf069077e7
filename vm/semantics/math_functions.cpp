// The math table: SLEEF's variants by family and width, and libm's functions.
//
// SLEEF's vector functions are declared here as functions without parameters: this file only takes their addresses,
// and its own code is compiled for the baseline CPU, where the vector types of their true signatures do not exist.
// Names: Sleef_<finz|cinz>_<base><d|f><lanes>_<accuracy><target>.

#include "vm/semantics/math_functions.h"

#include "vm/semantics/promotion.h"
#include "vm/support/assert.h"

#include <cmath>

// The twelve variants of one SLEEF function, in the order that variant_of expects.
#define PYVM_SLEEF_VARIANTS(X, name, accuracy)                                                                         \
  X(Sleef_finz_##name##d1_##accuracy##purecfma)                                                                        \
  X(Sleef_finz_##name##d4_##accuracy##avx2)                                                                            \
  X(Sleef_finz_##name##d8_##accuracy##avx512f)                                                                         \
  X(Sleef_finz_##name##f1_##accuracy##purecfma)                                                                        \
  X(Sleef_finz_##name##f8_##accuracy##avx2)                                                                            \
  X(Sleef_finz_##name##f16_##accuracy##avx512f)                                                                        \
  X(Sleef_cinz_##name##d1_##accuracy##purec)                                                                           \
  X(Sleef_cinz_##name##d4_##accuracy##avx)                                                                             \
  X(Sleef_cinz_##name##d8_##accuracy##avx512fnofma)                                                                    \
  X(Sleef_cinz_##name##f1_##accuracy##purec)                                                                           \
  X(Sleef_cinz_##name##f8_##accuracy##avx)                                                                             \
  X(Sleef_cinz_##name##f16_##accuracy##avx512fnofma)

#define PYVM_DECLARE(symbol) extern "C" void symbol(void);
#define PYVM_DECLARE_Sleef(name, accuracy) PYVM_SLEEF_VARIANTS(PYVM_DECLARE, name, accuracy)
#define PYVM_DECLARE_Exact(name, accuracy)
#define PYVM_MATH_FUNCTION(enumerator, name, arity, how, accuracy) PYVM_DECLARE_##how(name, accuracy)
#include "vm/semantics/math_functions.def"
#undef PYVM_MATH_FUNCTION

namespace pyvm {
namespace {

using AnyFunction = void (*)();

// The variants of one kind in one family stand together: one lane, a ymm register, a zmm register.
enum Width { scalar_width, ymm_width, zmm_width, width_count };
using SleefVariants = std::array<AnyFunction, 2 * 2 * width_count>;

struct Row {
  std::string_view name;
  int arity;
  MathSource source;
  SleefVariants sleef; // all null for Exact
  AnyFunction libm64;
  AnyFunction libm32;
};

template <int arity> struct Signature;
template <> struct Signature<1> {
  using Float64 = Float64Function1;
  using Float32 = Float32Function1;
};
template <> struct Signature<2> {
  using Float64 = Float64Function2;
  using Float32 = Float32Function2;
};

// Checks libm's signature against the arity of the row and picks that overload.
template <int arity> AnyFunction libm64(typename Signature<arity>::Float64 function) {
  return reinterpret_cast<AnyFunction>(function);
}
template <int arity> AnyFunction libm32(typename Signature<arity>::Float32 function) {
  return reinterpret_cast<AnyFunction>(function);
}

#define PYVM_ADDRESS(symbol) symbol,
#define PYVM_SLEEF_ROW_Sleef(name, accuracy) PYVM_SLEEF_VARIANTS(PYVM_ADDRESS, name, accuracy)
#define PYVM_SLEEF_ROW_Exact(name, accuracy)

const Row rows[] = {
#define PYVM_MATH_FUNCTION(enumerator, name, arity, how, accuracy)                                                     \
  {#name,                                                                                                              \
   arity,                                                                                                              \
   MathSource::how,                                                                                                    \
   SleefVariants{PYVM_SLEEF_ROW_##how(name, accuracy)},                                                                \
   libm64<arity>(::name),                                                                                              \
   libm32<arity>(::name##f)},
#include "vm/semantics/math_functions.def"
#undef PYVM_MATH_FUNCTION
};

const Row& row_of(MathFunction function) { return rows[static_cast<size_t>(function)]; }

bool cpu_has_fma() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
}

AnyFunction variant_of(const Row& row, ScalarKind kind, Width width) {
  size_t family = math_uses_fma() ? 0 : 2;
  size_t group = family + (kind == ScalarKind::Float32 ? 1 : 0);
  return row.sleef[group * width_count + width];
}

AnyFunction libm_of(const Row& row, ScalarKind kind) { return kind == ScalarKind::Float64 ? row.libm64 : row.libm32; }

AnyFunction scalar_of(const Row& row, ScalarKind kind) {
  return row.source == MathSource::Exact ? libm_of(row, kind) : variant_of(row, kind, scalar_width);
}

template <typename T> ScalarBits call(AnyFunction function, int arity, ScalarBits a, ScalarBits b) {
  if (arity == 1) return to_bits<T>(reinterpret_cast<T (*)(T)>(function)(from_bits<T>(a)));
  return to_bits<T>(reinterpret_cast<T (*)(T, T)>(function)(from_bits<T>(a), from_bits<T>(b)));
}

ScalarBits call(AnyFunction function, int arity, ScalarKind kind, ScalarBits a, ScalarBits b) {
  PYVM_ASSERT_DEBUG(is_float(kind), "math functions compute in a float kind");
  return kind == ScalarKind::Float64 ? call<double>(function, arity, a, b) : call<float>(function, arity, a, b);
}

} // namespace

bool math_uses_fma() {
  static const bool has_fma = cpu_has_fma();
  return has_fma;
}

std::string_view name_of(MathFunction function) { return row_of(function).name; }
int arity_of(MathFunction function) { return row_of(function).arity; }
MathSource source_of(MathFunction function) { return row_of(function).source; }

std::optional<MathFunction> math_function_from_name(std::string_view name) {
  for (MathFunction function : all_math_functions)
    if (name_of(function) == name) return function;
  return std::nullopt;
}

ScalarKind math_kind(ScalarKind a) { return a == ScalarKind::Float32 ? a : ScalarKind::Float64; }
// Numba converts to float32 what its operators would (bool and the ints of 8 and 16 bits but uint16) where the other
// operand is one, and for copysign, which has no overload for ints, always. pow has one of float32 and int32, which is
// nearer for those ints: their result is float64, and the right operand bool's is not.
ScalarKind math_kind(MathFunction function, ScalarKind a, ScalarKind b) {
  const auto narrow = [](ScalarKind kind) {
    return kind == ScalarKind::Float32 || size_of(kind) == 1 || kind == ScalarKind::Int16;
  };
  if (!narrow(a) || !narrow(b)) return ScalarKind::Float64;
  if (function == MathFunction::Copysign) return ScalarKind::Float32;
  if (function == MathFunction::Pow && is_integer(b)) return ScalarKind::Float64;
  return is_float(a) || is_float(b) ? ScalarKind::Float32 : ScalarKind::Float64;
}

ScalarKind ufunc_math_kind(MathFunction function, ScalarKind a) {
  if (function == MathFunction::Floor || function == MathFunction::Ceil || function == MathFunction::Trunc) return a;
  return a == ScalarKind::Float32 || size_of(a) <= 2 ? ScalarKind::Float32 : ScalarKind::Float64;
}
ScalarKind ufunc_math_kind(MathFunction function, ScalarKind a, ScalarKind b) {
  return *njit_ufunc(function == MathFunction::Fmod ? BinaryOp::Mod : BinaryOp::TrueDiv, a, b);
}

void* scalar_function(MathFunction function, ScalarKind kind) {
  return reinterpret_cast<void*>(scalar_of(row_of(function), kind));
}

void* vector_function(MathFunction function, ScalarKind kind, int lanes) {
  const Row& row = row_of(function);
  if (row.source == MathSource::Exact) return nullptr;
  size_t bytes = size_of(kind) * static_cast<size_t>(lanes);
  if (bytes == 32 && __builtin_cpu_supports("avx")) return reinterpret_cast<void*>(variant_of(row, kind, ymm_width));
  if (bytes == 64 && __builtin_cpu_supports("avx512f"))
    return reinterpret_cast<void*>(variant_of(row, kind, zmm_width));
  return nullptr;
}

void* libm_function(MathFunction function, ScalarKind kind) {
  return reinterpret_cast<void*>(libm_of(row_of(function), kind));
}

ScalarBits apply_math(MathFunction function, ScalarKind kind, ScalarBits a, ScalarBits b) {
  const Row& row = row_of(function);
  return call(scalar_of(row, kind), row.arity, kind, a, b);
}

ScalarBits apply_libm(MathFunction function, ScalarKind kind, ScalarBits a, ScalarBits b) {
  const Row& row = row_of(function);
  return call(libm_of(row, kind), row.arity, kind, a, b);
}

double math_power(double a, double b) {
  static const auto function =
      reinterpret_cast<Float64Function2>(scalar_function(MathFunction::Pow, ScalarKind::Float64));
  return function(a, b);
}

float math_power(float a, float b) {
  static const auto function =
      reinterpret_cast<Float32Function2>(scalar_function(MathFunction::Pow, ScalarKind::Float32));
  return function(a, b);
}

} // namespace pyvm
