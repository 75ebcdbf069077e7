// The typed bodies of element loops, one for each operator and kind, over vm/semantics' functions.
#include <emmintrin.h>

#include <cstring>

#include "vm/builtins/elementwise.h"
#include "vm/semantics/arithmetic.h"
#include "vm/support/assert.h"

namespace pyvm {

namespace {

template <class T> T load(const std::byte* at) {
  if constexpr (std::is_same_v<T, bool>) {
    return *reinterpret_cast<const std::uint8_t*>(at) != 0;
  } else {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
}

template <class T> void store(std::byte* at, T value) { std::memcpy(at, &value, sizeof value); }

// The shapes of runs that matter for speed are spelled out, so that the compiler sees constant strides. A run of its
// own is what no store of bytes may change under its hands.
template <class T, class R, class F> void binary_run(const Run run, F f) {
  constexpr std::int64_t size = sizeof(T), out_size = sizeof(R);
  const std::int64_t n = run.count;
  if (std::is_same_v<T, R> && run.out == run.a && run.out_stride == size && run.a_stride == size &&
      run.b_stride == size) {
    // One pointer for both, or the compiler would take each element for the next one's operand.
    for (std::int64_t k = 0; k < n; ++k)
      store<R>(run.out + k * size, f(load<T>(run.out + k * size), load<T>(run.b + k * size)));
  } else if (run.out_stride == out_size && run.a_stride == size && run.b_stride == size) {
    for (std::int64_t k = 0; k < n; ++k)
      store<R>(run.out + k * out_size, f(load<T>(run.a + k * size), load<T>(run.b + k * size)));
  } else if (run.out_stride == out_size && run.a_stride == size && run.b_stride == 0) {
    const T b = load<T>(run.b);
    for (std::int64_t k = 0; k < n; ++k) store<R>(run.out + k * out_size, f(load<T>(run.a + k * size), b));
  } else if (run.out_stride == out_size && run.a_stride == 0 && run.b_stride == size) {
    const T a = load<T>(run.a);
    for (std::int64_t k = 0; k < n; ++k) store<R>(run.out + k * out_size, f(a, load<T>(run.b + k * size)));
  } else {
    for (std::int64_t k = 0; k < n; ++k)
      store<R>(run.out + k * run.out_stride, f(load<T>(run.a + k * run.a_stride), load<T>(run.b + k * run.b_stride)));
  }
}

template <class T, class R, class F> void unary_run(const Run& run, F f) {
  constexpr std::int64_t size = sizeof(T), out_size = sizeof(R);
  if (run.out_stride == out_size && run.a_stride == size)
    for (std::int64_t k = 0; k < run.count; ++k) store<R>(run.out + k * out_size, f(load<T>(run.a + k * size)));
  else
    for (std::int64_t k = 0; k < run.count; ++k)
      store<R>(run.out + k * run.out_stride, f(load<T>(run.a + k * run.a_stride)));
}

// NumPy's shift: a count of the width or more leaves nothing but the sign.
template <class T> T numpy_shift_left(T a, T count) {
  return static_cast<std::uint64_t>(count) >= sizeof(T) * 8 ? T{0} : shift_left<T>(a, count);
}
template <class T> T numpy_shift_right(T a, T count) {
  if (static_cast<std::uint64_t>(count) >= sizeof(T) * 8) return a < T{0} ? static_cast<T>(-1) : T{0};
  return shift_right<T>(a, count);
}

// Which kinds an operator has a loop for.
template <BinaryOp op, class T> constexpr bool has_loop() {
  constexpr bool is_float = std::is_floating_point_v<T>, is_bool = std::is_same_v<T, bool>;
  switch (op) {
  case BinaryOp::TrueDiv:
    return is_float;
  case BinaryOp::LShift:
  case BinaryOp::RShift:
    return !is_float && !is_bool;
  case BinaryOp::BitAnd:
  case BinaryOp::BitOr:
  case BinaryOp::BitXor:
    return !is_float;
  case BinaryOp::FloorDiv:
  case BinaryOp::Mod:
  case BinaryOp::Pow:
    return !is_bool;
  case BinaryOp::MatMul:
    return false;
  default:
    return true;
  }
}

template <BinaryOp op, class T, Dialect dialect> T apply(T a, T b) {
  if constexpr (op == BinaryOp::Add)
    return add<T>(a, b);
  else if constexpr (op == BinaryOp::Sub)
    return subtract<T>(a, b);
  else if constexpr (op == BinaryOp::Mul)
    return multiply<T>(a, b);
  else if constexpr (op == BinaryOp::TrueDiv)
    return true_divide<T>(a, b);
  else if constexpr (op == BinaryOp::FloorDiv)
    return floor_divide<T>(a, b);
  else if constexpr (op == BinaryOp::Mod)
    return modulo<T>(a, b);
  else if constexpr (op == BinaryOp::LShift && dialect == Dialect::Python)
    return numpy_shift_left<T>(a, b);
  else if constexpr (op == BinaryOp::RShift && dialect == Dialect::Python)
    return numpy_shift_right<T>(a, b);
  else if constexpr (op == BinaryOp::LShift)
    return shift_left<T>(a, b);
  else if constexpr (op == BinaryOp::RShift)
    return shift_right<T>(a, b);
  else if constexpr (op == BinaryOp::BitAnd)
    return bit_and<T>(a, b);
  else if constexpr (op == BinaryOp::BitOr)
    return bit_or<T>(a, b);
  else if constexpr (op == BinaryOp::BitXor)
    return bit_xor<T>(a, b);
  else
    return power<T>(a, b);
}

template <class T> void libm_power_run(const Run& run, const void* function) {
  const auto f = reinterpret_cast<T (*)(T, T)>(const_cast<void*>(function));
  binary_run<T, T>(run, f);
}

template <BinaryOp op, class T, Dialect dialect> ElementLoop make_binary_loop() {
  constexpr ScalarKind kind = kind_of<T>;
  if constexpr (op == BinaryOp::Pow && dialect == Dialect::Python && std::is_floating_point_v<T>)
    return {libm_power_run<T>, kind, kind, libm_function(MathFunction::Pow, kind)};
  else
    return {[](const Run& run, const void*) {
              binary_run<T, T>(run, [](T a, T b) { return apply<op, T, dialect>(a, b); });
            },
            kind, kind};
}

template <BinaryOp op> ElementLoop select_binary_loop(ScalarKind operand, Dialect dialect) {
  return visit_kind(operand, [&](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    if constexpr (has_loop<op, T>())
      return dialect == Dialect::Python ? make_binary_loop<op, T, Dialect::Python>()
                                        : make_binary_loop<op, T, Dialect::Njit>();
    else
      PYVM_UNREACHABLE("the promotion tables gave a kind that the operator has no loop for");
  });
}

template <CompareOp op> ElementLoop select_compare_loop(ScalarKind operand) {
  return visit_kind(operand, [](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    return {
        [](const Run& run, const void*) { binary_run<T, bool>(run, [](T a, T b) { return compare<T>(op, a, b); }); },
        kind_of<T>, ScalarKind::Bool};
  });
}

template <UnaryOp op> ElementLoop select_unary_loop(ScalarKind operand) {
  return visit_kind(operand, [](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    if constexpr (op == UnaryOp::Not)
      return {[](const Run& run, const void*) { unary_run<T, bool>(run, [](T a) { return a == T{0}; }); }, kind_of<T>,
              ScalarKind::Bool};
    else if constexpr (op == UnaryOp::Pos)
      return {[](const Run& run, const void*) { unary_run<T, T>(run, [](T a) { return a; }); }, kind_of<T>, kind_of<T>};
    else if constexpr (op == UnaryOp::Neg)
      return {[](const Run& run, const void*) { unary_run<T, T>(run, [](T a) { return negate<T>(a); }); }, kind_of<T>,
              kind_of<T>};
    else if constexpr (!std::is_floating_point_v<T>)
      return {[](const Run& run, const void*) { unary_run<T, T>(run, [](T a) { return invert<T>(a); }); }, kind_of<T>,
              kind_of<T>};
    else
      PYVM_UNREACHABLE("the promotion tables gave a float kind for ~");
  });
}

template <CompareOp op> ElementLoop mixed_loop(bool signed_is_left) {
  if (signed_is_left)
    return {[](const Run& run, const void*) {
              binary_run<std::uint64_t, bool>(run, [](std::uint64_t a, std::uint64_t b) {
                return compare_mixed(op, static_cast<std::int64_t>(a), b);
              });
            },
            ScalarKind::UInt64, ScalarKind::Bool};
  return {[](const Run& run, const void*) {
            binary_run<std::uint64_t, bool>(run, [](std::uint64_t a, std::uint64_t b) {
              return compare_mixed(row_of(op).exchanged, static_cast<std::int64_t>(b), a);
            });
          },
          ScalarKind::UInt64, ScalarKind::Bool};
}

} // namespace

ElementLoop binary_loop(BinaryOp op, ScalarKind operand, Dialect dialect) {
  switch (op) {
#define PYVM_BINARY_OP(enumerator, symbol, dunder, reflected, in_place)                                                \
  case BinaryOp::enumerator:                                                                                           \
    return select_binary_loop<BinaryOp::enumerator>(operand, dialect);
#include "vm/semantics/operators.def"
  }
  PYVM_UNREACHABLE("every operator is a case");
}

ElementLoop unary_loop(UnaryOp op, ScalarKind operand) {
  switch (op) {
#define PYVM_UNARY_OP(enumerator, symbol, dunder)                                                                      \
  case UnaryOp::enumerator:                                                                                            \
    return select_unary_loop<UnaryOp::enumerator>(operand);
#include "vm/semantics/operators.def"
  }
  PYVM_UNREACHABLE("every operator is a case");
}

ElementLoop compare_loop(CompareOp op, ScalarKind operand) {
  switch (op) {
#define PYVM_COMPARE_OP(enumerator, symbol, dunder, exchanged)                                                         \
  case CompareOp::enumerator:                                                                                          \
    return select_compare_loop<CompareOp::enumerator>(operand);
#include "vm/semantics/operators.def"
  }
  PYVM_UNREACHABLE("every comparison is a case");
}

ElementLoop compare_mixed_loop(CompareOp op, bool signed_is_left) {
  switch (op) {
#define PYVM_COMPARE_OP(enumerator, symbol, dunder, exchanged)                                                         \
  case CompareOp::enumerator:                                                                                          \
    return mixed_loop<CompareOp::enumerator>(signed_is_left);
#include "vm/semantics/operators.def"
  }
  PYVM_UNREACHABLE("every comparison is a case");
}

ElementLoop abs_loop(ScalarKind kind) {
  return visit_kind(kind, [](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    return {[](const Run& run, const void*) { unary_run<T, T>(run, [](T a) { return absolute<T>(a); }); }, kind_of<T>,
            kind_of<T>};
  });
}

ElementLoop power_literal_loop(ScalarKind kind, const std::int64_t& exponent) {
  return visit_kind(kind, [&](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, bool>)
      PYVM_UNREACHABLE("a bool is raised to powers as an int");
    else
      return {[](const Run& run, const void* extra) {
                const std::int64_t n = *static_cast<const std::int64_t*>(extra);
                unary_run<T, T>(run, [n](T a) { return pow_literal<T>(a, n); });
              },
              kind, kind, &exponent};
  });
}

ElementLoop power_by_scalar_loop(ScalarKind kind, const double& exponent) {
  auto make_loop = [&](auto zero) -> ElementLoop {
    using T = decltype(zero);
    return {[](const Run& run, const void* extra) {
              const double power_of = *static_cast<const double*>(extra);
              unary_run<T, T>(run, [power_of](T a) {
                return from_bits<T>(apply_numpy_power_by_scalar(kind_of<T>, to_bits(a), power_of));
              });
            },
            kind, kind, &exponent};
  };
  return kind == ScalarKind::Float32 ? make_loop(0.0f) : make_loop(0.0);
}

namespace {

// sqrt is one correctly rounded instruction; the compiler would call libm for its errno.
void sqrt_run64(const Run& run, const void*) {
  std::int64_t k = 0;
  if (run.a_stride == 8 && run.out_stride == 8)
    for (; k + 2 <= run.count; k += 2) {
      const __m128d a = _mm_loadu_pd(reinterpret_cast<const double*>(run.a + k * 8));
      _mm_storeu_pd(reinterpret_cast<double*>(run.out + k * 8), _mm_sqrt_pd(a));
    }
  for (; k < run.count; ++k) {
    const __m128d a = _mm_set_sd(load<double>(run.a + k * run.a_stride));
    store<double>(run.out + k * run.out_stride, _mm_cvtsd_f64(_mm_sqrt_sd(a, a)));
  }
}

void sqrt_run32(const Run& run, const void*) {
  std::int64_t k = 0;
  if (run.a_stride == 4 && run.out_stride == 4)
    for (; k + 4 <= run.count; k += 4) {
      const __m128 a = _mm_loadu_ps(reinterpret_cast<const float*>(run.a + k * 4));
      _mm_storeu_ps(reinterpret_cast<float*>(run.out + k * 4), _mm_sqrt_ps(a));
    }
  for (; k < run.count; ++k)
    store<float>(run.out + k * run.out_stride,
                 _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(load<float>(run.a + k * run.a_stride)))));
}

ElementLoop int_math_loop(MathFunction function, ScalarKind kind) {
  if (function != MathFunction::Fmod) return unary_loop(UnaryOp::Pos, kind);
  return visit_kind(kind, [&](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
      return {[](const Run& run, const void*) { binary_run<T, T>(run, [](T a, T b) { return int_fmod<T>(a, b); }); },
              kind, kind};
    else
      PYVM_UNREACHABLE("np.fmod of bools is one of int8");
  });
}

} // namespace

ElementLoop math_loop(MathFunction function, ScalarKind kind, Dialect dialect) {
  if (!is_float(kind)) return int_math_loop(function, kind);
  if (function == MathFunction::Sqrt) return {kind == ScalarKind::Float32 ? sqrt_run32 : sqrt_run64, kind, kind};
  void* code = dialect == Dialect::Njit ? scalar_function(function, kind) : libm_function(function, kind);
  auto make_loop = [&](auto zero) -> ElementLoop {
    using T = decltype(zero);
    if (arity_of(function) == 2)
      return {[](const Run& run, const void* f) {
                binary_run<T, T>(run, reinterpret_cast<T (*)(T, T)>(const_cast<void*>(f)));
              },
              kind, kind, code};
    return {
        [](const Run& run, const void* f) { unary_run<T, T>(run, reinterpret_cast<T (*)(T)>(const_cast<void*>(f))); },
        kind, kind, code};
  };
  return kind == ScalarKind::Float32 ? make_loop(0.0f) : make_loop(0.0);
}

ElementLoop extreme_loop(ScalarKind kind, bool maximum_of) {
  return visit_kind(kind, [&](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    if (maximum_of)
      return {[](const Run& run, const void*) {
                binary_run<T, T>(run, [](T a, T b) { return a != a ? a : a > b ? a : b; });
              },
              kind, kind};
    return {[](const Run& run, const void*) {
              binary_run<T, T>(run, [](T a, T b) { return a != a ? a : a < b ? a : b; });
            },
            kind, kind};
  });
}

ElementLoop sign_loop(ScalarKind kind) {
  return visit_kind(kind, [](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    return {[](const Run& run, const void*) {
              unary_run<T, T>(run, [](T a) {
                return a != a ? a : static_cast<T>(static_cast<T>(a > T{0}) - static_cast<T>(a < T{0}));
              });
            },
            kind_of<T>, kind_of<T>};
  });
}

ElementLoop float_test_loop(FloatTest test, ScalarKind kind) {
  auto make_loop = [&](auto zero) -> ElementLoop {
    using T = decltype(zero);
    switch (test) {
    case FloatTest::IsNan:
      return {[](const Run& run, const void*) { unary_run<T, bool>(run, [](T a) { return a != a; }); }, kind,
              ScalarKind::Bool};
    case FloatTest::IsInf:
      return {[](const Run& run, const void*) { unary_run<T, bool>(run, [](T a) { return __builtin_isinf(a) != 0; }); },
              kind, ScalarKind::Bool};
    case FloatTest::IsFinite:
      return {
          [](const Run& run, const void*) { unary_run<T, bool>(run, [](T a) { return __builtin_isfinite(a) != 0; }); },
          kind, ScalarKind::Bool};
    case FloatTest::SignBit:
      return {
          [](const Run& run, const void*) { unary_run<T, bool>(run, [](T a) { return __builtin_signbit(a) != 0; }); },
          kind, ScalarKind::Bool};
    }
    PYVM_UNREACHABLE("every test is a case");
  };
  return kind == ScalarKind::Float32 ? make_loop(0.0f) : make_loop(0.0);
}

} // namespace pyvm
