// Broadcasting, axis merging and chunked conversion for element loops.
#include "vm/builtins/elementwise.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "vm/semantics/conversion.h"
#include "vm/support/assert.h"

namespace pyvm {

namespace {

constexpr std::int64_t chunk = 512; // elements converted at once; three buffers of them lie on the stack

// Up to three operands over one shape, axes ordered so that the last is the first operand's fastest, merged where
// possible.
template <int count> struct LoopNest {
  int ndim = 0;
  std::int64_t shape[max_dimensions] = {};
  std::int64_t strides[count][max_dimensions] = {};

  // Strides of an operand with its axes aligned to the right; 0 where it is repeated.
  void set_strides(int which, const Shape& full, const Operand& operand) {
    const int missing = full.ndim - operand.ndim;
    for (int k = 0; k < operand.ndim; ++k) strides[which][k + missing] = operand.shape[k] == 1 ? 0 : operand.strides[k];
  }

  void swap_axes(int i, int j) {
    std::swap(shape[i], shape[j]);
    for (auto& s : strides) std::swap(s[i], s[j]);
  }

  void prepare(const Shape& full) {
    ndim = full.ndim;
    std::copy_n(full.extent, ndim, shape);
    for (int i = 1; i < ndim; ++i)
      for (int j = i; j > 0 && std::abs(strides[0][j - 1]) < std::abs(strides[0][j]); --j) swap_axes(j - 1, j);
    int kept = 0;
    for (int k = 0; k < ndim; ++k) {
      if (shape[k] == 1) continue;
      if (kept > 0 && merges(kept - 1, k)) {
        shape[kept - 1] *= shape[k];
        for (auto& s : strides) s[kept - 1] = s[k];
        continue;
      }
      shape[kept] = shape[k];
      for (auto& s : strides) s[kept] = s[k];
      ++kept;
    }
    ndim = kept;
  }

  bool merges(int outer, int inner) const {
    for (const auto& s : strides)
      if (s[outer] != s[inner] * shape[inner]) return false;
    return true;
  }

  // f(offsets of the operands, elements) for each run along the last axis; its strides are strides[.][ndim - 1].
  template <class F> void for_each_run(F&& f) const {
    for (int k = 0; k < ndim; ++k)
      if (shape[k] == 0) return;
    std::int64_t offsets[count] = {};
    if (ndim == 0) {
      f(offsets, std::int64_t{1});
      return;
    }
    std::int64_t index[max_dimensions] = {};
    while (true) {
      f(offsets, shape[ndim - 1]);
      int k = ndim - 2;
      for (; k >= 0; --k) {
        for (int o = 0; o < count; ++o) offsets[o] += strides[o][k];
        if (++index[k] < shape[k]) break;
        for (int o = 0; o < count; ++o) offsets[o] -= strides[o][k] * shape[k];
        index[k] = 0;
      }
      if (k < 0) return;
    }
  }

  std::int64_t inner_stride(int which) const { return ndim ? strides[which][ndim - 1] : 0; }
};

template <class From, class To> void convert_loop(const Run& run) {
  const std::byte* from = run.a;
  std::byte* to = run.out;
  const bool dense = run.a_stride == sizeof(From) && run.out_stride == sizeof(To);
  const std::int64_t from_stride = dense ? sizeof(From) : run.a_stride, to_stride = dense ? sizeof(To) : run.out_stride;
  auto one = [](const std::byte* source, std::byte* target) {
    To result;
    if constexpr (std::is_same_v<From, bool>) {
      result = convert<To, bool>(*reinterpret_cast<const std::uint8_t*>(source) != 0);
    } else {
      From value;
      std::memcpy(&value, source, sizeof value);
      result = convert<To, From>(value);
    }
    std::memcpy(target, &result, sizeof result);
  };
  if (dense)
    for (std::int64_t k = 0; k < run.count; ++k)
      one(from + k * static_cast<std::int64_t>(sizeof(From)), to + k * static_cast<std::int64_t>(sizeof(To)));
  else
    for (std::int64_t k = 0; k < run.count; ++k) one(from + k * from_stride, to + k * to_stride);
}

struct alignas(64) ChunkBuffer {
  std::byte bytes[chunk * 8];
};

// Runs the body over one run, through buffers for the operands whose kind is not the loop's.
class ChunkedRun {
public:
  ChunkedRun(const ElementLoop& loop, ScalarKind a, ScalarKind b, ScalarKind out, bool has_b)
      : loop_(loop), a_kind_(a), b_kind_(b), out_kind_(out), has_b_(has_b) {}

  bool is_direct() const {
    return a_kind_ == loop_.operand && (!has_b_ || b_kind_ == loop_.operand) && out_kind_ == loop_.outcome;
  }

  void operator()(const Run& whole) {
    if (is_direct()) {
      loop_.body(whole, loop_.extra);
      return;
    }
    for (std::int64_t at = 0; at < whole.count; at += chunk) {
      Run part = whole;
      part.count = std::min(chunk, whole.count - at);
      part.a = whole.a + at * whole.a_stride;
      part.b = whole.b + at * whole.b_stride;
      part.out = whole.out + at * whole.out_stride;
      run_part(part);
    }
  }

private:
  void run_part(Run part) {
    Run direct = part;
    load(a_kind_, part.a, part.a_stride, part.count, a_buffer_, direct.a, direct.a_stride);
    if (has_b_) load(b_kind_, part.b, part.b_stride, part.count, b_buffer_, direct.b, direct.b_stride);
    if (out_kind_ == loop_.outcome) {
      loop_.body(direct, loop_.extra);
      return;
    }
    const auto size = static_cast<std::int64_t>(size_of(loop_.outcome));
    direct.out = out_buffer_.bytes;
    direct.out_stride = size;
    loop_.body(direct, loop_.extra);
    convert_run(loop_.outcome, out_kind_, {out_buffer_.bytes, size, nullptr, 0, part.out, part.out_stride, part.count});
  }

  void load(ScalarKind kind, const std::byte* from, std::int64_t stride, std::int64_t count, ChunkBuffer& buffer,
            const std::byte*& to, std::int64_t& to_stride) {
    if (kind == loop_.operand) return;
    // A repeated element is converted once.
    const auto size = static_cast<std::int64_t>(size_of(loop_.operand));
    convert_run(kind, loop_.operand, {from, stride, nullptr, 0, buffer.bytes, size, stride == 0 ? 1 : count});
    to = buffer.bytes;
    to_stride = stride == 0 ? 0 : size;
  }

  const ElementLoop& loop_;
  ScalarKind a_kind_, b_kind_, out_kind_;
  bool has_b_;
  ChunkBuffer a_buffer_, b_buffer_, out_buffer_;
};

} // namespace

Shape::Shape(const Array& array) : ndim(array.ndim) { std::copy_n(array.shape, ndim, extent); }

std::int64_t Shape::size() const {
  std::int64_t n = 1;
  for (std::int64_t e : dims()) n *= e;
  return n;
}

bool operator==(const Shape& a, const Shape& b) {
  return a.ndim == b.ndim && std::equal(a.extent, a.extent + a.ndim, b.extent);
}

std::string compact_shape_text(std::span<const std::int64_t> shape) {
  std::string text = "(";
  for (std::size_t k = 0; k < shape.size(); ++k) text += fmt::format("{}{}", k ? "," : "", shape[k]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

Shape broadcast_shapes(std::initializer_list<const Operand*> operands) {
  Shape shape;
  for (const Operand* operand : operands) shape.ndim = std::max(shape.ndim, operand->ndim);
  std::fill_n(shape.extent, shape.ndim, 1);
  bool fits = true;
  for (const Operand* operand : operands)
    for (int k = 0; k < operand->ndim; ++k) {
      std::int64_t& extent = shape.extent[k + shape.ndim - operand->ndim];
      if (extent == 1)
        extent = operand->shape[k];
      else if (operand->shape[k] != 1)
        fits &= operand->shape[k] == extent;
    }
  if (fits) return shape;
  std::string shapes;
  for (const Operand* operand : operands)
    shapes += compact_shape_text({operand->shape, static_cast<std::size_t>(operand->ndim)}) + ' ';
  raise(ExceptionKind::ValueError, "operands could not be broadcast together with shapes {}", shapes);
}

// Axes are compared by the operands' strides: the one on which all operands move in larger steps stands outside, and in
// a conflict between operands C order wins.
Ref<Array> make_like(ScalarKind kind, const Shape& shape, std::initializer_list<const Operand*> operands) {
  Ref<Array> out = Array::make(kind, shape.dims(), false);
  int order[max_dimensions];
  for (int k = 0; k < shape.ndim; ++k) order[k] = k;
  auto stride_at = [&](const Operand& operand, int axis) -> std::int64_t {
    const int k = axis - (shape.ndim - operand.ndim);
    return k < 0 || operand.shape[k] == 1 ? 0 : std::abs(operand.strides[k]);
  };
  sort_axes(shape.ndim, order, [&](int outer, int inner) {
    int verdict = 0;
    for (const Operand* operand : operands) {
      const std::int64_t x = stride_at(*operand, outer), y = stride_at(*operand, inner);
      if (x == 0 || y == 0) continue;
      if (x >= y) return -1;
      verdict = 1;
    }
    return verdict;
  });
  std::int64_t stride = out->item_size();
  for (int k = shape.ndim - 1; k >= 0; --k) {
    out->strides[order[k]] = stride;
    stride *= std::max<std::int64_t>(shape.extent[order[k]], 1);
  }
  return out;
}

void convert_run(ScalarKind from, ScalarKind to, const Run& run) {
  visit_kind(from, [&](auto from_tag) {
    visit_kind(to, [&](auto to_tag) {
      convert_loop<typename decltype(from_tag)::type, typename decltype(to_tag)::type>(run);
    });
  });
}

void run_elementwise(const ElementLoop& loop, const Operand& a, Array& out) {
  const Shape shape(out);
  LoopNest<2> nest;
  nest.set_strides(0, shape, Operand(out));
  nest.set_strides(1, shape, a);
  nest.prepare(shape);
  ChunkedRun run(loop, a.kind, a.kind, out.dtype, false);
  nest.for_each_run([&](const std::int64_t* offsets, std::int64_t count) {
    run({a.data + offsets[1], nest.inner_stride(1), nullptr, 0, out.data + offsets[0], nest.inner_stride(0), count});
  });
}

void run_elementwise(const ElementLoop& loop, const Operand& a, const Operand& b, Array& out) {
  const Shape shape(out);
  LoopNest<3> nest;
  nest.set_strides(0, shape, Operand(out));
  nest.set_strides(1, shape, a);
  nest.set_strides(2, shape, b);
  nest.prepare(shape);
  ChunkedRun run(loop, a.kind, b.kind, out.dtype, true);
  nest.for_each_run([&](const std::int64_t* offsets, std::int64_t count) {
    run({a.data + offsets[1], nest.inner_stride(1), b.data + offsets[2], nest.inner_stride(2), out.data + offsets[0],
         nest.inner_stride(0), count});
  });
}

namespace {

// The first element of `count` into all of them, which lie side by side.
void repeat_first(std::byte* out, std::int64_t size, std::int64_t count) {
  std::int64_t done = 1;
  for (; done < count; done += std::min(done, count - done))
    std::memcpy(out + done * size, out, static_cast<std::size_t>(std::min(done, count - done) * size));
}

} // namespace

void copy_elements(const Operand& a, Array& out) {
  const Shape shape(out);
  LoopNest<2> nest;
  nest.set_strides(0, shape, Operand(out));
  nest.set_strides(1, shape, a);
  nest.prepare(shape);
  nest.for_each_run([&](const std::int64_t* offsets, std::int64_t count) {
    const Run run{a.data + offsets[1],   nest.inner_stride(1), nullptr, 0,
                  out.data + offsets[0], nest.inner_stride(0), count};
    const auto size = static_cast<std::int64_t>(size_of(a.kind));
    if (run.a_stride == 0 && run.out_stride == out.item_size() && count > 0) {
      convert_run(a.kind, out.dtype, {run.a, 0, nullptr, 0, run.out, run.out_stride, 1});
      return repeat_first(run.out, run.out_stride, count);
    }
    // A bool byte may be anything but 0 for True, so bools are always read as values.
    if (a.kind == out.dtype && a.kind != ScalarKind::Bool && run.a_stride == size && run.out_stride == size)
      std::memcpy(run.out, run.a, static_cast<std::size_t>(count * size));
    else
      convert_run(a.kind, out.dtype, run);
  });
}

} // namespace pyvm
