// The grid and the trees of reductions. The kind is dispatched once for each fold; the folds are typed loops.

#include "vm/semantics/reduction.h"

#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"
#include "vm/semantics/promotion.h"
#include "vm/support/assert.h"

#include <algorithm>
#include <cstring>

namespace pyvm {

BinaryOp operator_of(ReductionOp op) {
  switch (op) {
  case ReductionOp::Add:
    return BinaryOp::Add;
  case ReductionOp::Sub:
    return BinaryOp::Sub;
  case ReductionOp::Mul:
    return BinaryOp::Mul;
  case ReductionOp::Div:
    return BinaryOp::TrueDiv;
  case ReductionOp::BitAnd:
    return BinaryOp::BitAnd;
  case ReductionOp::BitOr:
    return BinaryOp::BitOr;
  case ReductionOp::BitXor:
    return BinaryOp::BitXor;
  case ReductionOp::Min:
  case ReductionOp::Max:
  case ReductionOp::Selected:
    break;
  }
  PYVM_UNREACHABLE("min, max and selections are no binary operators");
}

ReductionOp joining(ReductionOp op) {
  if (op == ReductionOp::Sub) return ReductionOp::Add;
  return op == ReductionOp::Div ? ReductionOp::Mul : op;
}

namespace {

constexpr std::string_view reduction_names[] = {"add", "sub", "mul", "div", "and",
                                                "or",  "xor", "min", "max", "selected"};

template <typename T> T step(ReductionOp op, T a, T b) {
  switch (op) {
  case ReductionOp::Add:
    return add(a, b);
  case ReductionOp::Sub:
    return subtract(a, b);
  case ReductionOp::Mul:
    return multiply(a, b);
  case ReductionOp::Min:
    return minimum(a, b);
  case ReductionOp::Max:
    return maximum(a, b);
  default:
    break;
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (op == ReductionOp::Div) return true_divide(a, b);
  } else {
    if (op == ReductionOp::BitAnd) return bit_and(a, b);
    if (op == ReductionOp::BitOr) return bit_or(a, b);
    if (op == ReductionOp::BitXor) return bit_xor(a, b);
  }
  PYVM_UNREACHABLE("the accumulator kind excludes this operator");
}

ScalarBits step_bits(ReductionOp op, ScalarKind kind, ScalarBits a, ScalarBits b) {
  return visit_kind(kind, [=](auto tag) {
    using T = typename decltype(tag)::type;
    return to_bits<T>(step<T>(op, from_bits<T>(a), from_bits<T>(b)));
  });
}

// The upper half of 2 * Width lanes onto the lower one, and so on down; constant widths let the compiler use vectors.
template <size_t Width, typename T, typename Combine> T fold_halves(Combine combine, const T* lanes) {
  T folded[Width];
  for (size_t lane = 0; lane != Width; ++lane) folded[lane] = combine(lanes[lane], lanes[lane + Width]);
  if constexpr (Width > 1)
    return fold_halves<Width / 2>(combine, folded);
  else
    return folded[0];
}

template <size_t Lanes, typename T, typename Combine> T fold_all(Combine combine, const ScalarBits* bits) {
  T lanes[Lanes];
  if constexpr (sizeof(T) == sizeof(ScalarBits))
    std::memcpy(lanes, bits, sizeof lanes);
  else
    for (size_t lane = 0; lane != Lanes; ++lane) lanes[lane] = from_bits<T>(bits[lane]);
  return fold_halves<Lanes / 2>(combine, lanes);
}

template <typename T, typename Combine> T fold_with(Combine combine, std::span<const ScalarBits> bits) {
  PYVM_ASSERT(bits.size() == most_lanes || bits.size() == most_lanes / 2, "lane_count() gives the number of lanes");
  return bits.size() == most_lanes ? fold_all<most_lanes, T>(combine, bits.data())
                                   : fold_all<most_lanes / 2, T>(combine, bits.data());
}

// Sums, the usual case, without asking for the operator at every lane.
template <typename T> T fold_typed(ReductionOp op, std::span<const ScalarBits> lanes) {
  if (op == ReductionOp::Add) return fold_with<T>([](T a, T b) { return add(a, b); }, lanes);
  return fold_with<T>([op](T a, T b) { return step<T>(op, a, b); }, lanes);
}

template <typename T> void combine_typed(ReductionOp op, std::span<ScalarBits> blocks) {
  for (size_t count = blocks.size(); count > 1; count = (count + 1) / 2) {
    for (size_t pair = 0; pair != count / 2; ++pair)
      blocks[pair] = to_bits<T>(step<T>(op, from_bits<T>(blocks[2 * pair]), from_bits<T>(blocks[2 * pair + 1])));
    if (count % 2 != 0) blocks[count / 2] = blocks[count - 1];
  }
}

} // namespace

std::string_view name_of(ReductionOp op) { return reduction_names[static_cast<size_t>(op)]; }

std::optional<ReductionOp> reduction_of(BinaryOp op) {
  for (ReductionOp reduction : {ReductionOp::Add, ReductionOp::Sub, ReductionOp::Mul, ReductionOp::Div,
                                ReductionOp::BitAnd, ReductionOp::BitOr, ReductionOp::BitXor})
    if (operator_of(reduction) == op) return reduction;
  return std::nullopt;
}

int64_t block_size(int64_t iterations, bool body_has_loop_or_call) {
  if (!body_has_loop_or_call) return simple_block_size;
  int64_t whole = iterations / most_blocks_of_a_deep_loop;
  return std::max<int64_t>(1, whole + (iterations % most_blocks_of_a_deep_loop > 0));
}

int64_t block_count(int64_t iterations, int64_t iterations_per_block) {
  return iterations <= 0 ? 0 : (iterations - 1) / iterations_per_block + 1;
}

int lane_count(int reduction_variables) { return reduction_variables > 2 ? most_lanes / 2 : most_lanes; }

std::optional<ScalarKind> accumulator_kind(ReductionOp op, ScalarKind live_in, ScalarKind contribution) {
  if (op == ReductionOp::Min || op == ReductionOp::Max) return njit_min_max(live_in, contribution);
  auto promotion = njit_promotion(operator_of(op), live_in, contribution);
  return promotion ? std::optional(promotion->result) : std::nullopt;
}

ScalarBits identity_bits(ReductionOp op, ScalarKind kind, ScalarBits live_in) {
  switch (op) {
  case ReductionOp::Add:
  case ReductionOp::Sub:
    return is_float(kind) ? convert_bits(to_bits(-0.0), ScalarKind::Float64, kind) : 0;
  case ReductionOp::Mul:
  case ReductionOp::Div:
    return convert_bits(1, ScalarKind::Bool, kind);
  case ReductionOp::BitAnd:
    return apply_unary(UnaryOp::Invert, kind, 0);
  case ReductionOp::BitOr:
  case ReductionOp::BitXor:
    return 0;
  case ReductionOp::Min:
  case ReductionOp::Max:
    return live_in;
  case ReductionOp::Selected:
    break;
  }
  PYVM_UNREACHABLE("a selection has no identity of its own");
}

ScalarBits contribute_bits(ReductionOp op, ScalarKind kind, ScalarBits lane, ScalarBits x) {
  return step_bits(op, kind, lane, x);
}

ScalarBits combine_bits(ReductionOp op, ScalarKind kind, ScalarBits a, ScalarBits b) {
  return step_bits(joining(op), kind, a, b);
}

ScalarBits join_live_in(ReductionOp op, ScalarKind kind, ScalarBits live_in, ScalarBits total) {
  if (op == ReductionOp::Min || op == ReductionOp::Max) return total;
  return combine_bits(op, kind, live_in, total);
}

ScalarBits fold_lanes(ReductionOp op, ScalarKind kind, std::span<const ScalarBits> lanes) {
  return visit_kind(kind, [=](auto tag) {
    using T = typename decltype(tag)::type;
    return to_bits<T>(fold_typed<T>(joining(op), lanes));
  });
}

ScalarBits combine_blocks(ReductionOp op, ScalarKind kind, std::span<ScalarBits> blocks) {
  PYVM_ASSERT(!blocks.empty(), "a loop without blocks has no total");
  visit_kind(kind, [=](auto tag) { combine_typed<typename decltype(tag)::type>(joining(op), blocks); });
  return blocks[0];
}

} // namespace pyvm
