// A register's value as the recorder knows it: IR names with kinds, or something that needs no code at run time.
#pragma once

#include <memory>
#include <vector>

#include "tracer/ir/ir.h"
#include "vm/builtins/reductions.h"
#include "vm/object/value.h"

namespace pyvm {
class Code;
}

namespace pyvm::tracer {

struct DeferredArray;

struct Abstract {
  enum class Shape : std::uint8_t {
    Entry, // what the interpreter's register held at the region's entry, not looked at yet
    Unbound,
    Conflict, // differs between the paths that lead here; must not be read
    Scalar,   // `kind`, `id`
    Number, // an int or a float64: float in `id` (converted where it is an int), int in `int_id`, `tag_id` true: float
    Constant, // `constant`: a function, a module, None, a string
    Array,    // array slot `slot`, or a view of it: see `dims`
    Tuple,    // `items`
    Range,    // `items`: start, stop, step
    Slice,    // `items`
    Method,   // of the array items[0]: `method`, looked up at `made_at` of `made_in`
  };
  Shape shape = Shape::Unbound;
  ScalarKind kind = ScalarKind::Int64;
  ir::ValueId id = ir::no_id, int_id = ir::no_id, tag_id = ir::no_id;
  int slot = 0;
  int accumulator = -1; // read from this reduction variable of the region
  std::uint8_t method = 0; // which of those in array_expressions.cpp
  const Code* made_in = nullptr;
  std::uint32_t made_at = 0;
  Value constant;
  // What a view has made of the first dimensions of its array: one that a subscript has fixed to `at` is gone, one that
  // a slice has cut begins at `at` and has `length` elements `step` apart. Dimensions behind these are whole.
  struct Dimension {
    bool sliced = false;
    ir::ValueId at = ir::no_id, length = ir::no_id;
    std::int64_t step = 1;
    friend bool operator==(const Dimension&, const Dimension&) = default;
  };
  std::vector<Dimension> dims;
  // Of an Array that has not been computed and has no slot: the next operation adds it to one (array_accumulators.cpp).
  std::shared_ptr<const DeferredArray> deferred;
  std::vector<Abstract> items;

  static Abstract of(Shape shape) {
    Abstract a;
    a.shape = shape;
    return a;
  }
  static Abstract scalar(ScalarKind kind, ir::ValueId id) {
    Abstract a = of(Shape::Scalar);
    a.kind = kind;
    a.id = id;
    return a;
  }
  static Abstract number(ir::ValueId as_float, ir::ValueId as_int, ir::ValueId is_float) {
    Abstract a = of(Shape::Number);
    a.kind = ScalarKind::Float64;
    a.id = as_float;
    a.int_id = as_int;
    a.tag_id = is_float;
    return a;
  }
  static Abstract of_constant(Value value) {
    Abstract a = of(Shape::Constant);
    a.constant = std::move(value);
    return a;
  }
  static Abstract of_items(Shape shape, std::vector<Abstract> items) {
    Abstract a = of(shape);
    a.items = std::move(items);
    return a;
  }

  bool is(Shape s) const { return shape == s; }
  bool is_numeric() const { return shape == Shape::Scalar || shape == Shape::Number; }
};

// The same value under the same names.
bool same(const Abstract& a, const Abstract& b);

} // namespace pyvm::tracer
