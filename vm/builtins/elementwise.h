// Loops over arrays, element by element, with broadcasting: the ufuncs' machinery.
//
// An operand is a view of typed memory (an array, or one scalar). A loop runs over the shape that all operands
// broadcast to, with merged axes and the output's fastest axis innermost; operands of other kinds than the loop's are
// converted in chunks. The body sees plain strided memory. Overlap is the caller's: outputs are fresh, or the same
// elements as an input, or free of it (see array_operators.cpp and assign_array).
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>

#include "vm/object/array.h"
#include "vm/object/objects.h"
#include "vm/semantics/math_functions.h"
#include "vm/semantics/operators.h"
#include "vm/semantics/promotion.h"

namespace pyvm {

struct Shape {
  int ndim = 0;
  std::int64_t extent[max_dimensions] = {};

  Shape() = default;
  explicit Shape(const Array& array);
  std::span<const std::int64_t> dims() const { return {extent, static_cast<std::size_t>(ndim)}; }
  std::int64_t size() const;
  friend bool operator==(const Shape& a, const Shape& b);
};
// "(2,3)", as NumPy's broadcasting errors print it.
std::string compact_shape_text(std::span<const std::int64_t> shape);

// Typed memory that a loop reads. It keeps nothing alive.
struct Operand {
  const std::byte* data;
  ScalarKind kind;
  int ndim = 0;
  const std::int64_t* shape = nullptr;
  const std::int64_t* strides = nullptr;

  explicit Operand(const Array& array)
      : data(array.data), kind(array.dtype), ndim(array.ndim), shape(array.shape), strides(array.strides) {}
  // One element; `bits` must outlive the operand. (Little endian: the low bytes are the element.)
  Operand(ScalarKind k, const ScalarBits& bits) : data(reinterpret_cast<const std::byte*>(&bits)), kind(k) {}
};

// NumPy's broadcasting of all shapes; ValueError "operands could not be broadcast together with shapes (2,3) (4,) ".
Shape broadcast_shapes(std::initializer_list<const Operand*> operands);

// NumPy's order of axes (nditer's insertion sort). verdict(outer, inner) is +1 when `inner`, which stands further
// inside, has to go outside of `outer`, -1 when it must not, 0 when nothing tells; such axes are passed over.
template <class F> void sort_axes(int count, int* order, F&& verdict) {
  for (int i = 1; i < count; ++i) {
    const int axis = order[i];
    int place = i;
    for (int j = i - 1; j >= 0; --j) {
      const int found = verdict(order[j], axis);
      if (found < 0) break;
      if (found > 0) place = j;
    }
    for (int j = i; j > place; --j) order[j] = order[j - 1];
    order[place] = axis;
  }
}

// A new array of the shape whose memory order follows the operands' (NumPy's order='K').
Ref<Array> make_like(ScalarKind kind, const Shape& shape, std::initializer_list<const Operand*> operands);

// What is done to runs of elements. a, b and out point to elements of the loop's kinds, strides are bytes.
struct Run {
  const std::byte* a;
  std::int64_t a_stride;
  const std::byte* b;
  std::int64_t b_stride;
  std::byte* out;
  std::int64_t out_stride;
  std::int64_t count;
};
struct ElementLoop {
  void (*body)(const Run& run, const void* extra);
  ScalarKind operand; // kind of a and b
  ScalarKind outcome; // kind of out
  const void* extra = nullptr;
};
void run_elementwise(const ElementLoop& loop, const Operand& a, Array& out);
void run_elementwise(const ElementLoop& loop, const Operand& a, const Operand& b, Array& out);

// out[...] = a, converted; a broadcasts to out's shape (the caller has checked) and shares no memory with it.
void copy_elements(const Operand& a, Array& out);
void convert_run(ScalarKind from, ScalarKind to, const Run& run);

// The loops of the operators. Dialect::Python is NumPy's: libm's pow, shifts beyond the width.
ElementLoop binary_loop(BinaryOp op, ScalarKind operand, Dialect dialect);
ElementLoop unary_loop(UnaryOp op, ScalarKind operand);
ElementLoop compare_loop(CompareOp op, ScalarKind operand);
ElementLoop abs_loop(ScalarKind kind);
// a ** n for one n, which must outlive the loop, by binary powers.
ElementLoop power_literal_loop(ScalarKind kind, const std::int64_t& exponent);
// NumPy's a ** exponent of float arrays with one exponent, which must outlive the loop.
ElementLoop power_by_scalar_loop(ScalarKind kind, const double& exponent);
// A function of vm/semantics/math_functions.h in Float32 or Float64; Dialect::Python takes libm's. Floor, Ceil, Trunc
// and Fmod have loops for ints, too.
ElementLoop math_loop(MathFunction function, ScalarKind kind, Dialect dialect);
// np.maximum and np.minimum: NaN wins.
ElementLoop extreme_loop(ScalarKind kind, bool maximum_of);
// np.sign: -1, 0, 1, or NaN.
ElementLoop sign_loop(ScalarKind kind);
enum class FloatTest : std::uint8_t { IsNan, IsInf, IsFinite, SignBit };
ElementLoop float_test_loop(FloatTest test, ScalarKind kind);
// int64 with uint64, compared exactly. `signed_is_left` says which side is the int64.
ElementLoop compare_mixed_loop(CompareOp op, bool signed_is_left);

} // namespace pyvm
