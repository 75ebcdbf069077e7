#include "vm/interp/array_accumulators.h"

#include <immintrin.h>

#include <algorithm>

#include <fmt/format.h>

#include "vm/builtins/array_operators.h"
#include "vm/builtins/elementwise.h"
#include "vm/bytecode/liveness.h"
#include "vm/semantics/promotion.h"
#include "vm/support/assert.h"

namespace pyvm {

namespace {

constexpr std::int64_t huge_bytes = std::int64_t{1} << 25;

// Whether code that has the value may touch the array's memory by it.
bool reaches(const Value& value, const Array& array) {
  switch (value.tag()) {
  case Tag::Array:
    return may_overlap(value.as<Array>(), array);
  case Tag::Tuple:
    return std::ranges::any_of(value.as<Tuple>().items, [&](const Value& item) { return reaches(item, array); });
  case Tag::BoundMethod:
    return reaches(value.as<BoundMethod>().self, array);
  case Tag::Cell:
    return reaches(value.as<Cell>().value, array);
  case Tag::Function:
    return std::ranges::any_of(value.as<Function>().cells,
                               [&](const Ref<Cell>& cell) { return reaches(cell->value, array); });
  case Tag::Iterator:
  case Tag::Native:
    return true;
  default:
    return false;
  }
}

// What else the body names that reaches the array, in words; empty: nothing.
std::string other_name(const Frame& frame, const LoopInfo& loop, const LoopVariable& variable, const Array& array) {
  for (const LoopVariable& other : loop.variables) {
    const bool counts = other.variable_class == VariableClass::Invariant ||
                        (other.variable_class == VariableClass::Reduction && other.in_place);
    if (counts && other.guest_register != variable.guest_register &&
        reaches(frame.registers[other.guest_register], array))
      return "'" + other.name + "'";
  }
  // Variables that inner functions share have no row.
  std::string found;
  for (std::uint32_t pc = loop.body; pc < loop.next; ++pc)
    for_each_register(
        frame.code->instructions[pc],
        [&](std::uint16_t r) {
          const Value& value = frame.registers[r];
          if (value.is(Tag::Cell) && reaches(value, array)) found = "what an inner function knows";
        },
        [](std::uint16_t) {});
  return found;
}

} // namespace

std::int64_t block_size_with_arrays(std::int64_t iterations) {
  return std::max<std::int64_t>(1, iterations / most_blocks_of_an_array + (iterations % most_blocks_of_an_array != 0));
}

std::string accumulates_in_order(const Frame& frame, const LoopInfo& loop, const LoopVariable& variable) {
  const Array& array = frame.registers[variable.guest_register].as<Array>();
  const std::string name = fmt::format("'{}' (line {})", variable.name, variable.line);
  const auto gives = [&](BinaryOp op) {
    const auto promotion = njit_array_promotion(op, array.dtype, array.dtype);
    return promotion && can_cast_same_kind(promotion->result, array.dtype);
  };
  if (!variable.in_place)
    return name + " is replaced by a new array in each iteration; write it with an augmented assignment (+=)";
  if (!array.writable) return name + " is read-only";
  if (!has_separate_elements(array)) return name + " has elements that overlap each other in memory; pass a copy";
  if (!gives(operator_of(variable.reduction)))
    return fmt::format("{} of {} cannot be combined by this operator", name, name_of(array.dtype));
  if (const std::string other = other_name(frame, loop, variable, array); !other.empty())
    return fmt::format("{} is accumulated, and {} shares its memory; pass a copy", name, other);
  return "";
}

ArrayAccumulator::ArrayAccumulator(ReductionOp op, const Value& target, std::int64_t blocks)
    : op_(op), target_(target.lent()), blocks_(blocks) {}

bool ArrayAccumulator::is_huge() const {
  const Array& array = target_.as<Array>();
  return array.size() * array.item_size() > huge_bytes;
}

namespace {

// `copy` full of identities, a new array if it is none.
Value cleared(Value copy, ReductionOp op, const Array& target) {
  if (copy.is_unbound()) copy = Value(Array::make(target.dtype, target.dims(), false));
  const ScalarBits identity = identity_bits(op, target.dtype, 0);
  copy_elements(Operand(target.dtype, identity), copy.as<Array>());
  return copy;
}

// As `into op= from` does, which asks a copy of the target's dtype much that is known here.
void join_arrays(CallContext& context, ReductionOp op, const Value& into, const Value& from) {
  const Array &a = into.as<Array>(), &b = from.as<Array>();
  const BinaryOp joins = operator_of(joining(op));
  const ElementLoop loop = binary_loop(joins, njit_array_promotion(joins, a.dtype, b.dtype)->operand, Dialect::Njit);
  const bool plain = loop.operand == a.dtype && loop.outcome == a.dtype && b.dtype == a.dtype && a.is_c_contiguous() &&
                     b.is_c_contiguous() && a.writable && !context.store_log;
  if (plain)
    return loop.body({a.data, a.item_size(), b.data, b.item_size(), a.data, a.item_size(), a.size()}, loop.extra);
  context.dialect = Dialect::Njit;
  array_inplace(context, joins, into, from);
}

} // namespace

// Held for less time than it takes to sleep and to be woken.
std::unique_lock<std::mutex> ArrayAccumulator::hold() {
  constexpr int looks = 256;
  std::unique_lock lock(mutex_, std::try_to_lock);
  for (int k = 0; k < looks && !lock.owns_lock(); ++k) {
    _mm_pause();
    static_cast<void>(lock.try_lock());
  }
  if (!lock.owns_lock()) lock.lock();
  return lock;
}

Value ArrayAccumulator::begin_block() {
  Value copy;
  {
    const auto lock = hold();
    if (!spare_.empty()) {
      copy = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  return cleared(std::move(copy), op_, target_.as<Array>());
}

// What waits there, if anything does.
Value ArrayAccumulator::take(const Node& node) {
  const auto found = waiting_.find(node);
  if (found == waiting_.end()) return Value();
  Value value = std::move(found->second);
  waiting_.erase(found);
  return value;
}

void ArrayAccumulator::combine(CallContext& context, const Value& into, const Value& from) const {
  join_arrays(context, op_, into, from);
}

void ArrayAccumulator::end_block(CallContext& context, std::int64_t block, Value copy) {
  add(context, {0, block}, std::move(copy));
}

// Whoever comes second to a pair joins it, and goes on with the whole of it one level up.
void ArrayAccumulator::add(CallContext& context, Node node, Value copy) {
  std::int64_t nodes = blocks_;
  for (int level = 0; level < node.first; ++level) nodes = (nodes + 1) / 2;
  for (; nodes > 1; ++node.first, node.second /= 2, nodes = (nodes + 1) / 2) {
    const bool is_left = node.second % 2 == 0;
    if (is_left && node.second + 1 == nodes) continue;
    Value sibling;
    {
      const auto lock = hold();
      sibling = take({node.first, node.second ^ 1});
      if (sibling.is_unbound()) {
        waiting_[node] = std::move(copy);
        return;
      }
    }
    if (!is_left) std::swap(copy, sibling);
    combine(context, copy, sibling);
    const auto lock = hold();
    spare_.push_back(std::move(sibling));
  }
  const auto lock = hold();
  left_[blocks_] = std::move(copy);
}

void ArrayAccumulator::leave_block(std::int64_t block, Value copy) {
  const auto lock = hold();
  left_[block] = std::move(copy);
}

ArrayAccumulator::Parts ArrayAccumulator::parts() const {
  Parts all = waiting_;
  for (const auto& [block, copy] : left_) all[{raised, block}] = copy;
  return all;
}

void ArrayAccumulator::take_over(CallContext& context, ArrayAccumulator& other) {
  for (auto& [node, copy] : other.waiting_) add(context, node, std::move(copy));
  for (auto& [block, copy] : other.left_) left_[block] = std::move(copy);
}

void ArrayAccumulator::join(CallContext& context) {
  PYVM_ASSERT(left_.count(blocks_), "all blocks of an array accumulator have ended");
  combine(context, target_, left_[blocks_]);
}

// What stands to the right of the block is left out of the tree; what stands to its left waits for it.
void ArrayAccumulator::join_until(CallContext& context, std::int64_t block) {
  const auto found = left_.find(block);
  Value total = found == left_.end() ? begin_block() : std::move(found->second);
  for (Node node{0, block}; node.second > 0; ++node.first, node.second /= 2) {
    if (node.second % 2 == 0) continue;
    const Value left = take({node.first, node.second - 1});
    PYVM_ASSERT(!left.is_unbound(), "blocks below the one that raised have ended");
    combine(context, left, total);
    total = left;
  }
  combine(context, target_, total);
}

bool ThreadCopies::is_huge(const Array& array, double predicted_microseconds) {
  constexpr double bytes_a_microsecond = 4000, least_gain = 8; // to fill a copy and to join it
  const auto bytes = static_cast<double>(array.size() * array.item_size());
  return bytes > static_cast<double>(huge_bytes) || bytes / bytes_a_microsecond * least_gain > predicted_microseconds;
}

Value ThreadCopies::take() {
  std::unique_lock lock(mutex_);
  if (!idle_.empty()) {
    Value copy = std::move(idle_.back());
    idle_.pop_back();
    return copy;
  }
  if (!std::exchange(target_taken_, true)) return target_;
  lock.unlock();
  Value copy = cleared(Value(), op_, target_.as<Array>());
  lock.lock();
  all_.push_back(copy);
  return copy;
}

void ThreadCopies::give_back(Value copy) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(copy));
}

void ThreadCopies::join(CallContext& context) {
  for (const Value& copy : all_) join_arrays(context, op_, target_, copy);
}

} // namespace pyvm
