// Reductions inside njit: DESIGN section 6's grid over the elements in C order, once for each element of the result.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "vm/builtins/elementwise.h"
#include "vm/builtins/reduction_orders.h"
#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"
#include "vm/semantics/reduction.h"
#include "vm/support/assert.h"

namespace pyvm {

namespace {

constexpr int lanes_in_use = 32;

ReductionOp operator_of(ArrayReduction reduction) {
  switch (reduction) {
  case ArrayReduction::Prod:
    return ReductionOp::Mul;
  case ArrayReduction::Min:
    return ReductionOp::Min;
  case ArrayReduction::Max:
    return ReductionOp::Max;
  default:
    return ReductionOp::Add;
  }
}

template <class T> T combine(ReductionOp op, T lane, T x) {
  switch (op) {
  case ReductionOp::Mul:
    return multiply<T>(lane, x);
  case ReductionOp::Min:
    return minimum<T>(lane, x);
  case ReductionOp::Max:
    return maximum<T>(lane, x);
  default:
    return add<T>(lane, x);
  }
}

// The elements of one result in C order, a block at a time, dense.
template <class T> class BlockReader {
public:
  explicit BlockReader(const Array& line)
      : cursor_(line), dense_(line.is_c_contiguous() && line.dtype != ScalarKind::Bool) {}

  const std::byte* next(std::int64_t count, std::vector<std::byte>& buffer) {
    if (dense_) {
      const std::byte* at = dense_at_ ? dense_at_ : cursor_.at();
      dense_at_ = at + count * static_cast<std::int64_t>(sizeof(T));
      return at;
    }
    buffer.resize(static_cast<std::size_t>(count) * sizeof(T));
    std::byte* to = buffer.data();
    for (std::int64_t k = 0; k < count; ++k, cursor_.advance(), to += sizeof(T))
      store_scalar(kind_of<T>, to, load_scalar(kind_of<T>, cursor_.at()));
    return buffer.data();
  }

private:
  ElementCursor cursor_;
  bool dense_;
  const std::byte* dense_at_ = nullptr;
};

template <class T> T element(const std::byte* at, std::int64_t k) {
  T value;
  std::memcpy(&value, at + k * static_cast<std::int64_t>(sizeof(T)), sizeof value);
  return value;
}

template <class T, ReductionOp op>
ScalarBits reduce_block(const std::byte* at, std::int64_t count, ScalarBits identity) {
  constexpr ScalarKind kind = kind_of<T>;
  T lanes[lanes_in_use];
  std::fill_n(lanes, lanes_in_use, from_bits<T>(identity));
  std::int64_t k = 0;
  for (; k + lanes_in_use <= count; k += lanes_in_use)
    for (int lane = 0; lane < lanes_in_use; ++lane) lanes[lane] = combine<T>(op, lanes[lane], element<T>(at, k + lane));
  for (int lane = 0; k < count; ++k, ++lane) lanes[lane] = combine<T>(op, lanes[lane], element<T>(at, k));
  ScalarBits bits[lanes_in_use];
  for (int lane = 0; lane < lanes_in_use; ++lane) bits[lane] = to_bits(lanes[lane]);
  return fold_lanes(op, kind, bits);
}

template <class T, ReductionOp op> ScalarBits reduce_line(const Array& line, ScalarBits live_in) {
  constexpr ScalarKind kind = kind_of<T>;
  const std::int64_t n = line.size();
  if (n == 0) return live_in;
  const ScalarBits identity = identity_bits(op, kind, live_in);
  std::vector<ScalarBits> blocks;
  std::vector<std::byte> buffer;
  BlockReader<T> reader(line);
  const std::int64_t size = block_size(n, false);
  for (std::int64_t at = 0; at < n; at += size) {
    const std::int64_t count = std::min(size, n - at);
    blocks.push_back(reduce_block<T, op>(reader.next(count, buffer), count, identity));
  }
  return join_live_in(op, kind, live_in, combine_blocks(op, kind, blocks));
}

// NaN in any place is the answer of min and max, as in Numba and NumPy; the grid's comparisons would lose it.
template <class T> bool find_nan(const Array& line, ScalarBits& bits) {
  if constexpr (!std::is_floating_point_v<T>) {
    return false;
  } else {
    for (ElementCursor cursor(line); !cursor.done(); cursor.advance()) {
      bits = load_scalar(kind_of<T>, cursor.at());
      if (std::isnan(from_bits<T>(bits))) return true;
    }
    return false;
  }
}

template <class T> ScalarBits reduce_line_by(ReductionOp op, const Array& line) {
  constexpr ScalarKind kind = kind_of<T>;
  ScalarBits nan = 0;
  switch (op) {
  case ReductionOp::Mul:
    return reduce_line<T, ReductionOp::Mul>(line, convert_bits(1, ScalarKind::Bool, kind));
  case ReductionOp::Min:
    return find_nan<T>(line, nan) ? nan : reduce_line<T, ReductionOp::Min>(line, load_scalar(kind, line.data));
  case ReductionOp::Max:
    return find_nan<T>(line, nan) ? nan : reduce_line<T, ReductionOp::Max>(line, load_scalar(kind, line.data));
  default:
    return reduce_line<T, ReductionOp::Add>(line, 0);
  }
}

} // namespace

void reduce_by_grid(ArrayReduction reduction, const Array& source, const ReductionAxes& axes, Array& result) {
  const ReductionOp op = operator_of(reduction);
  // `starts` runs over the results, `line` over what is reduced for one of them.
  Ref<Array> line = source.view(), starts = source.view();
  line->ndim = 0;
  for (int k = 0; k < source.ndim; ++k) {
    if (!axes.reduced[k]) continue;
    line->shape[line->ndim] = source.shape[k];
    line->strides[line->ndim] = source.strides[k];
    ++line->ndim;
    starts->shape[k] = 1;
  }
  ElementCursor start(*starts), out(result);
  for (; !out.done(); out.advance(), start.advance()) {
    line->data = start.at();
    store_scalar(result.dtype, out.at(), visit_kind(source.dtype, [&](auto tag) {
                   return reduce_line_by<typename decltype(tag)::type>(op, *line);
                 }));
  }
}

} // namespace pyvm
