// Products of vectors and matrices through CBLAS (https://www.netlib.org/blas), found by dlopen.
#include "vm/builtins/linear_algebra.h"

#include <dlfcn.h>

#include "vm/builtins/array_creation.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/operators.h"
#include "vm/semantics/arithmetic.h"

namespace pyvm {

namespace {

struct Blas {
  // cblas_?gemm with row-major order
  void (*dgemm)(int, int, int, int, int, int, double, const double*, int, const double*, int, double, double*,
                int) = nullptr;
  void (*sgemm)(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*,
                int) = nullptr;

  Blas() {
    void* library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    dgemm = reinterpret_cast<decltype(dgemm)>(dlsym(library, "cblas_dgemm"));
    sgemm = reinterpret_cast<decltype(sgemm)>(dlsym(library, "cblas_sgemm"));
  }
};

// Opening the library costs milliseconds and starts threads, so small products do without it.
const Blas* blas_for(std::int64_t operations) {
  constexpr std::int64_t most = 0x7fffffff;
  if (operations < least_for_blas || operations > most * most) return nullptr;
  static const Blas blas;
  return blas.dgemm && blas.sgemm ? &blas : nullptr;
}

struct Product {
  std::int64_t rows, inner, columns;
};

template <class T> void multiply_plainly(const Product& p, const T* a, const T* b, T* c) {
  std::fill_n(c, p.rows * p.columns, T{0});
  for (std::int64_t i = 0; i < p.rows; ++i)
    for (std::int64_t k = 0; k < p.inner; ++k) {
      const T x = a[i * p.inner + k];
      for (std::int64_t j = 0; j < p.columns; ++j)
        c[i * p.columns + j] = add<T>(c[i * p.columns + j], multiply<T>(x, b[k * p.columns + j]));
    }
}

template <class T> void multiply_typed(const Product& p, const T* a, const T* b, T* c) {
  if constexpr (std::is_floating_point_v<T>) {
    constexpr int row_major = 101, plain = 111;
    const bool small = p.rows <= 0x7fffffff && p.inner <= 0x7fffffff && p.columns <= 0x7fffffff;
    if (const Blas* blas = small ? blas_for(p.rows * p.inner * p.columns) : nullptr) {
      const int m = static_cast<int>(p.rows), n = static_cast<int>(p.columns), k = static_cast<int>(p.inner);
      if constexpr (std::is_same_v<T, double>)
        blas->dgemm(row_major, plain, plain, m, n, k, 1.0, a, k, b, n, 0.0, c, n);
      else
        blas->sgemm(row_major, plain, plain, m, n, k, 1.0f, a, k, b, n, 0.0f, c, n);
      return;
    }
  }
  multiply_plainly(p, a, b, c);
}

[[noreturn]] void raise_no_dimensions(int operand) {
  raise(ExceptionKind::ValueError,
        "matmul: Input operand {} does not have enough dimensions (has 0, gufunc core with signature "
        "(n?,k),(k,m?)->(n?,m?) "
        "requires 1)",
        operand);
}

Value multiply_arrays(CallContext& context, const Ref<Array>& a, const Ref<Array>& b) {
  if (a->ndim > 2 || b->ndim > 2)
    raise(ExceptionKind::NotImplementedError, "pyvm: matrix products of more than 2 dimensions are not supported yet");
  const ScalarKind kind = numpy_common_kind(a->dtype, b->dtype);
  Product p;
  p.rows = a->ndim == 2 ? a->shape[0] : 1;
  p.inner = a->shape[a->ndim - 1];
  p.columns = b->ndim == 2 ? b->shape[1] : 1;
  const Ref<Array> left = as_c_contiguous(a->dtype == kind ? a : converted_copy(*a, kind));
  const Ref<Array> right = as_c_contiguous(b->dtype == kind ? b : converted_copy(*b, kind));
  std::vector<std::int64_t> shape;
  if (a->ndim == 2) shape.push_back(p.rows);
  if (b->ndim == 2) shape.push_back(p.columns);
  Ref<Array> out = Array::make(kind, shape, true);
  visit_kind(kind, [&](auto tag) {
    using T = typename decltype(tag)::type;
    multiply_typed<T>(p, reinterpret_cast<const T*>(left->data), reinterpret_cast<const T*>(right->data),
                      reinterpret_cast<T*>(out->data));
  });
  return scalar_if_0d(context, out);
}

std::int64_t inner_of_right(const Array& b) { return b.ndim >= 2 ? b.shape[b.ndim - 2] : b.shape[0]; }

} // namespace

Value matrix_product(CallContext& context, const Value& a, const Value& b) {
  if (!UfuncOperand::accepts(a) || !UfuncOperand::accepts(b)) raise_unsupported(BinaryOp::MatMul, a, b, false);
  const Ref<Array> x = to_array(context, a, std::nullopt), y = to_array(context, b, std::nullopt);
  if (x->ndim == 0) raise_no_dimensions(0);
  if (y->ndim == 0) raise_no_dimensions(1);
  const std::int64_t left = x->shape[x->ndim - 1], right = inner_of_right(*y);
  if (left != right)
    raise(ExceptionKind::ValueError,
          "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
          "(n?,k),(k,m?)->(n?,m?) (size {} "
          "is different from {})",
          right, left);
  return multiply_arrays(context, x, y);
}

Value dot_product(CallContext& context, const Value& a, const Value& b) {
  const Ref<Array> x = to_array(context, a, std::nullopt), y = to_array(context, b, std::nullopt);
  if (x->ndim == 0 || y->ndim == 0) return array_binary(context, BinaryOp::Mul, Value(x), Value(y));
  const std::int64_t left = x->shape[x->ndim - 1], right = inner_of_right(*y);
  if (left != right)
    raise(ExceptionKind::ValueError, "shapes {} and {} not aligned: {} (dim {}) != {} (dim {})",
          compact_shape_text(x->dims()), compact_shape_text(y->dims()), left, x->ndim - 1, right,
          y->ndim >= 2 ? y->ndim - 2 : 0);
  return multiply_arrays(context, x, y);
}

} // namespace pyvm
