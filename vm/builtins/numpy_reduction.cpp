// NumPy's order of reductions, bit for bit (numpy/_core/src/umath/loops_utils.h.src, pairwise sum; nditer's axis
// order).
//
// nditer sorts axes by the size of their strides, largest outside, and merges what lies dense. Where its innermost axis
// is not reduced, that axis is added to as many results, element by element. Where it is, the innermost reduced axes
// that have at most 8192 elements together are one run (copied to a buffer unless they are one axis), and as many of
// these runs are taken at once as fit the buffer; each float sum adds `pairwise sum of the run` to its result. Results
// start at the identity, or at the first elements for min and max.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "vm/builtins/elementwise.h"
#include "vm/builtins/reduction_orders.h"
#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"
#include "vm/support/assert.h"

namespace pyvm {

namespace {

template <class T> T load_at(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// The result's axes are those of the source; where they are reduced, its stride is 0.
struct ReductionNest {
  int ndim = 0;
  std::int64_t shape[max_dimensions] = {};
  std::int64_t source_strides[max_dimensions] = {};
  std::int64_t result_strides[max_dimensions] = {};
  const std::byte* source;
  std::byte* result;

  ReductionNest(const Array& from, const ReductionAxes& axes, Array& to) : source(from.data), result(to.data) {
    for (int k = 0; k < from.ndim; ++k)
      if (from.shape[k] != 1) add_axis(from.shape[k], from.strides[k], axes.reduced[k] ? 0 : to.strides[k]);
    sort();
    merge();
  }

  void add_axis(std::int64_t extent, std::int64_t source_stride, std::int64_t result_stride) {
    shape[ndim] = extent;
    source_strides[ndim] = source_stride;
    result_strides[ndim] = result_stride;
    ++ndim;
  }

  void sort() {
    int order[max_dimensions];
    for (int k = 0; k < ndim; ++k) order[k] = k;
    sort_axes(ndim, order, [&](int outer, int inner) {
      const std::int64_t x = std::abs(source_strides[outer]), y = std::abs(source_strides[inner]);
      return x == 0 || y == 0 ? 0 : x >= y ? -1 : 1;
    });
    const ReductionNest old = *this;
    for (int k = 0; k < ndim; ++k) {
      shape[k] = old.shape[order[k]];
      source_strides[k] = old.source_strides[order[k]];
      result_strides[k] = old.result_strides[order[k]];
    }
  }

  void merge() {
    int kept = 0;
    for (int k = 0; k < ndim; ++k) {
      if (kept > 0 && source_strides[kept - 1] == source_strides[k] * shape[k] &&
          result_strides[kept - 1] == result_strides[k] * shape[k]) {
        shape[kept - 1] *= shape[k];
      } else {
        shape[kept++] = shape[k];
      }
      source_strides[kept - 1] = source_strides[k];
      result_strides[kept - 1] = result_strides[k];
    }
    ndim = kept;
  }

  // f(source, result) for every element of the nest.
  template <class F> void for_each_element(F&& f) {
    for_each_run(
        [&](const std::byte* from, std::int64_t from_stride, std::byte* to, std::int64_t to_stride, std::int64_t n) {
          for (std::int64_t k = 0; k < n; ++k) f(from + k * from_stride, to + k * to_stride);
        });
  }

  // f(source, source stride, result, result stride, elements)
  template <class F> void for_each_run(F&& f) {
    for (int k = 0; k < ndim; ++k)
      if (shape[k] == 0) return;
    if (ndim == 0) {
      f(source, std::int64_t{0}, result, std::int64_t{0}, std::int64_t{1});
      return;
    }
    const int inner = ndim - 1;
    std::int64_t index[max_dimensions] = {};
    while (true) {
      f(source, source_strides[inner], result, result_strides[inner], shape[inner]);
      int k = inner - 1;
      for (; k >= 0; --k) {
        source += source_strides[k];
        result += result_strides[k];
        if (++index[k] < shape[k]) break;
        source -= source_strides[k] * shape[k];
        result -= result_strides[k] * shape[k];
        index[k] = 0;
      }
      if (k < 0) return;
    }
  }
};

template <class T> T pairwise_sum(const std::byte* at, std::int64_t n, std::int64_t stride) {
  if (n < 8) {
    T total = T(-0.0);
    for (std::int64_t i = 0; i < n; ++i) total += load_at<T>(at + i * stride);
    return total;
  }
  if (n <= 128) {
    T r[8];
    for (int j = 0; j < 8; ++j) r[j] = load_at<T>(at + j * stride);
    std::int64_t i = 8;
    for (; i < n - n % 8; i += 8)
      for (int j = 0; j < 8; ++j) r[j] += load_at<T>(at + (i + j) * stride);
    T total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; ++i) total += load_at<T>(at + i * stride);
    return total;
  }
  std::int64_t half = n / 2;
  half -= half % 8;
  return pairwise_sum<T>(at, half, stride) + pairwise_sum<T>(at + half * stride, n - half, stride);
}

template <class T, class F> void combine_runs(ReductionNest& nest, F combine) {
  nest.for_each_run([&](const std::byte* source, std::int64_t source_stride, std::byte* result,
                        std::int64_t result_stride, std::int64_t n) {
    if (result_stride == 0) {
      T total = load_at<T>(result);
      for (std::int64_t k = 0; k < n; ++k) total = combine(total, load_at<T>(source + k * source_stride));
      std::memcpy(result, &total, sizeof total);
      return;
    }
    for (std::int64_t k = 0; k < n; ++k) {
      const T total = combine(load_at<T>(result + k * result_stride), load_at<T>(source + k * source_stride));
      std::memcpy(result + k * result_stride, &total, sizeof total);
    }
  });
}

// Where the order does not matter (min, max, int sums) dense runs go into sixteen results at once. Each starts at
// `identity`, which combining does not notice.
template <class T, class F> void combine_in_any_order(ReductionNest& nest, T identity, F combine) {
  constexpr std::int64_t width = 16, size = sizeof(T);
  ReductionNest rest = nest;
  if (nest.ndim == 0 || nest.result_strides[nest.ndim - 1] != 0 || nest.source_strides[nest.ndim - 1] != size) {
    combine_runs<T>(rest, combine);
    return;
  }
  nest.for_each_run([&](const std::byte* source, std::int64_t, std::byte* result, std::int64_t, std::int64_t n) {
    T totals[width];
    std::fill_n(totals, width, identity);
    std::int64_t k = 0;
    for (; k + width <= n; k += width)
      for (std::int64_t j = 0; j < width; ++j) totals[j] = combine(totals[j], load_at<T>(source + (k + j) * size));
    T total = load_at<T>(result);
    for (T partial : totals) total = combine(total, partial);
    for (; k < n; ++k) total = combine(total, load_at<T>(source + k * size));
    std::memcpy(result, &total, sizeof total);
  });
}

// Sums over the innermost reduced axes, from one result's first element on: NumPy's buffering decides what one pairwise
// sum spans.
template <class T> class PairwiseGroups {
public:
  // The axes [first, nest.ndim) are reduced.
  PairwiseGroups(const ReductionNest& nest, int first) : nest_(nest), first_(first), core_(nest.ndim) {
    while (core_ > first && elements_ * nest.shape[core_ - 1] <= (core_ == nest.ndim ? INT64_MAX : buffer_size))
      elements_ *= nest.shape[--core_];
    rows_ = core_ > first ? std::clamp<std::int64_t>(buffer_size / elements_, 1, nest.shape[core_ - 1]) : 1;
  }

  // The axes outside of the buffered ones.
  int outer() const { return core_ > first_ ? core_ - 1 : first_; }

  // Adds everything under axis `outer` at `source` to the total.
  T add(T total, const std::byte* source) {
    if (core_ == first_) return total + sum(source, 1);
    const std::int64_t extent = nest_.shape[core_ - 1], stride = nest_.source_strides[core_ - 1];
    for (std::int64_t k = 0; k < extent; k += rows_) total += sum(source + k * stride, std::min(rows_, extent - k));
    return total;
  }

private:
  static constexpr std::int64_t buffer_size = 8192;

  T sum(const std::byte* source, std::int64_t rows) {
    const int inner = nest_.ndim - 1;
    if (core_ == inner && rows == 1) return pairwise_sum<T>(source, nest_.shape[inner], nest_.source_strides[inner]);
    buffer_.clear();
    for (std::int64_t row = 0; row < rows; ++row)
      gather(core_, source + (core_ > first_ ? row * nest_.source_strides[core_ - 1] : 0));
    return pairwise_sum<T>(reinterpret_cast<const std::byte*>(buffer_.data()),
                           static_cast<std::int64_t>(buffer_.size()), sizeof(T));
  }

  void gather(int axis, const std::byte* source) {
    if (axis == nest_.ndim) {
      buffer_.push_back(load_at<T>(source));
      return;
    }
    for (std::int64_t k = 0; k < nest_.shape[axis]; ++k) gather(axis + 1, source + k * nest_.source_strides[axis]);
  }

  const ReductionNest& nest_;
  int first_, core_;
  std::int64_t elements_ = 1, rows_ = 1;
  std::vector<T> buffer_;
};

template <class T> void add_elementwise(ReductionNest& nest) {
  auto sum = [](T a, T b) { return add<T>(a, b); };
  if constexpr (std::is_floating_point_v<T>)
    combine_runs<T>(nest, sum);
  else
    combine_in_any_order<T>(nest, T{0}, sum);
}

template <class T> constexpr T least = std::numeric_limits<T>::lowest();
template <> constexpr float least<float> = -std::numeric_limits<float>::infinity();
template <> constexpr double least<double> = -std::numeric_limits<double>::infinity();
template <class T> constexpr T greatest = std::numeric_limits<T>::max();
template <> constexpr float greatest<float> = std::numeric_limits<float>::infinity();
template <> constexpr double greatest<double> = std::numeric_limits<double>::infinity();

template <class T> void sum_runs(ReductionNest& nest) {
  int first = nest.ndim; // of the innermost reduced axes
  while (first > 0 && nest.result_strides[first - 1] == 0) --first;
  if (!std::is_floating_point_v<T> || first == nest.ndim) {
    add_elementwise<T>(nest);
    return;
  }
  if constexpr (std::is_floating_point_v<T>) {
    PairwiseGroups<T> groups(nest, first);
    // What is inside is the groups' business.
    ReductionNest outer = nest;
    outer.ndim = groups.outer();
    outer.for_each_element([&](const std::byte* source, std::byte* result) {
      const T total = groups.add(load_at<T>(result), source);
      std::memcpy(result, &total, sizeof total);
    });
  }
}

void fill_with(Array& result, ScalarBits bits) { copy_elements(Operand(result.dtype, bits), result); }

// Min and max start at the elements with index 0 on every reduced axis.
void fill_with_first(const Array& source, const ReductionAxes& axes, Array& result) {
  Ref<Array> first = source.view();
  for (int k = 0; k < first->ndim; ++k)
    if (axes.reduced[k]) first->shape[k] = 1;
  copy_elements(Operand(*first), result);
}

template <class T> void reduce_typed(ArrayReduction reduction, ReductionNest& nest) {
  switch (reduction) {
  case ArrayReduction::Sum:
  case ArrayReduction::Mean:
    sum_runs<T>(nest);
    break;
  case ArrayReduction::Prod:
    combine_runs<T>(nest, [](T a, T b) { return multiply<T>(a, b); });
    break;
  case ArrayReduction::Min:
    combine_in_any_order<T>(nest, greatest<T>, [](T a, T b) { return b < a || b != b ? b : a; });
    break;
  case ArrayReduction::Max:
    combine_in_any_order<T>(nest, least<T>, [](T a, T b) { return b > a || b != b ? b : a; });
    break;
  case ArrayReduction::Any:
    combine_runs<T>(nest, [](T a, T b) { return static_cast<T>(a != T{0} || b != T{0}); });
    break;
  case ArrayReduction::All:
    combine_runs<T>(nest, [](T a, T b) { return static_cast<T>(a != T{0} && b != T{0}); });
    break;
  }
}

} // namespace

void reduce_as_numpy(ArrayReduction reduction, const Array& source, const ReductionAxes& axes, Array& result) {
  const ScalarKind kind = result.dtype;
  if (reduction == ArrayReduction::Min || reduction == ArrayReduction::Max) {
    if (result.size() == 0) return;
    fill_with_first(source, axes, result);
  } else {
    const bool starts_at_one = reduction == ArrayReduction::Prod || reduction == ArrayReduction::All;
    fill_with(result, convert_bits(starts_at_one, ScalarKind::Bool, kind));
  }
  ReductionNest nest(source, axes, result);
  // A bool byte may be any nonzero value for True, but every source of kind Bool was written by us or is compared with
  // 0.
  visit_kind(kind, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, bool>)
      reduce_typed<std::uint8_t>(reduction, nest);
    else
      reduce_typed<T>(reduction, nest);
  });
}

} // namespace pyvm
