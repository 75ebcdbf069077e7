// The helpers and the tables that name them. See helpers.h.

#include "backend-x64/helpers.h"

#include "vm/semantics/arithmetic.h"
#include "vm/support/assert.h"

#include <array>
#include <cmath>

namespace pyvm::x64 {
namespace {

using ir::Base;
using ir::Op;

template <Op op, typename T> T compute(T a, T b) noexcept {
  if constexpr (op == Op::FloorDiv || op == Op::UDiv)
    return floor_divide(a, b);
  else if constexpr (op == Op::FloorMod || op == Op::UMod)
    return modulo(a, b);
  else
    return power(a, b);
}

template <Op op, typename T> __attribute__((target("avx"))) T compute_after_avx(T a, T b) noexcept {
  __builtin_ia32_vzeroupper();
  return compute<op, T>(a, b);
}

template <Op op, typename T> void* scalar_entry(bool after_avx) {
  return reinterpret_cast<void*>(after_avx ? &compute_after_avx<op, T> : &compute<op, T>);
}

template <Op op> void* scalar_entry(Base base, bool after_avx) {
  if (base == Base::F64) return scalar_entry<op, double>(after_avx);
  if (base == Base::F32) return scalar_entry<op, float>(after_avx);
  return scalar_entry<op, std::int64_t>(after_avx);
}

template <Op op, typename T>
__attribute__((target("avx"))) void lanes_entry(void* result, const void* a, const void* b,
                                                std::int64_t lanes) noexcept {
  __builtin_ia32_vzeroupper();
  for (std::int64_t l = 0; l < lanes; ++l)
    static_cast<T*>(result)[l] = compute<op, T>(static_cast<const T*>(a)[l], static_cast<const T*>(b)[l]);
}

template <Op op> LanesHelper lanes_of_base(Base base) {
  if (base == Base::F64) return &lanes_entry<op, double>;
  if (base == Base::F32) return &lanes_entry<op, float>;
  return &lanes_entry<op, std::int64_t>;
}

__attribute__((target("avx"))) double fmod_after_avx(double a, double b) noexcept {
  __builtin_ia32_vzeroupper();
  return std::fmod(a, b);
}
__attribute__((target("avx"))) float fmodf_after_avx(float a, float b) noexcept {
  __builtin_ia32_vzeroupper();
  return std::fmod(a, b);
}

template <MathFunction function, typename T>
__attribute__((target("avx"))) void lanes_math(void* result, const void* a, const void* b,
                                               std::int64_t lanes) noexcept {
  __builtin_ia32_vzeroupper();
  for (std::int64_t l = 0; l < lanes; ++l) {
    ScalarBits x = to_bits<T>(static_cast<const T*>(a)[l]), y = to_bits<T>(static_cast<const T*>(b)[l]);
    static_cast<T*>(result)[l] = from_bits<T>(apply_math(function, kind_of<T>, x, y));
  }
}

struct MathLanes {
  LanesHelper f64, f32;
};
constexpr MathLanes math_lanes[] = {
#define PYVM_MATH_FUNCTION(enumerator, ...)                                                                            \
  {&lanes_math<MathFunction::enumerator, double>, &lanes_math<MathFunction::enumerator, float>},
#include "vm/semantics/math_functions.def"
#undef PYVM_MATH_FUNCTION
};

} // namespace

void* scalar_helper(Op op, Base base, bool after_avx) {
  switch (op) {
  case Op::FloorDiv:
    return scalar_entry<Op::FloorDiv>(base, after_avx);
  case Op::FloorMod:
    return scalar_entry<Op::FloorMod>(base, after_avx);
  case Op::Pow:
    return scalar_entry<Op::Pow>(base, after_avx);
  default:
    PYVM_UNREACHABLE("this op has no scalar helper");
  }
}

void* exact_math_helper(MathFunction function, Base base, bool after_avx) {
  ScalarKind kind = base == Base::F32 ? ScalarKind::Float32 : ScalarKind::Float64;
  if (!after_avx) return scalar_function(function, kind);
  PYVM_ASSERT(function == MathFunction::Fmod, "with AVX every other exact function is an instruction");
  return base == Base::F32 ? reinterpret_cast<void*>(&fmodf_after_avx) : reinterpret_cast<void*>(&fmod_after_avx);
}

LanesHelper lanes_helper(Op op, Base base) {
  switch (op) {
  case Op::FloorDiv:
    return lanes_of_base<Op::FloorDiv>(base);
  case Op::FloorMod:
    return lanes_of_base<Op::FloorMod>(base);
  case Op::Pow:
    return lanes_of_base<Op::Pow>(base);
  case Op::UDiv:
    return &lanes_entry<Op::UDiv, std::uint64_t>;
  case Op::UMod:
    return &lanes_entry<Op::UMod, std::uint64_t>;
  default:
    PYVM_UNREACHABLE("this op has no helper for lanes");
  }
}

LanesHelper lanes_math_helper(MathFunction function, Base base) {
  const MathLanes& row = math_lanes[static_cast<std::size_t>(function)];
  return base == Base::F32 ? row.f32 : row.f64;
}

} // namespace pyvm::x64
