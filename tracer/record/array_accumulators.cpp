// Arrays that all iterations of a parallel prange add to as a whole: `hist += row`, `counts |= seen[i]`
// (vm/interp/array_accumulators.h has the rules and runs the blocks).
//
// What the region has in place of the guest's array is the copy of the block that runs: of its shape, in C order, apart
// from all other memory, and nothing but `op=` touches it. So the update is one loop over the elements, which loads,
// combines and stores each of them, with no array for the result in between; it becomes lanes like any other. The
// iterations of a block come in their order, so that no lanes go over them (ir::ArraySlot::accumulates).
//
// `hist += row * w`: the operation whose result is nothing but added, by the very next one, is put off until then, and
// its elements are computed in the same loop. Where the sum leaves because of its shape, the interpreter goes back to
// the operation before, which has had no effect.
//
// Designs rejected. *The copy as scratch of the region*: scratch is forgotten at an iteration's end, so that stores to
// it are dead, and exits make new arrays of it. *Joining the copies in compiled code*: there are 64 blocks at most, and
// the interpreter's tree has to know of blocks that raise.
#include <algorithm>

#include "tracer/record/walker.h"
#include "vm/builtins/array_operators.h"
#include "vm/support/assert.h"

namespace pyvm::tracer {

using Shape = Abstract::Shape;

std::vector<Walker::Accumulating> Walker::accumulating_arrays() {
  std::vector<Accumulating> result;
  for (const PrangeReduction& r : job_->reductions()) {
    if (!r.array) continue;
    Abstract& array = frame().registers[r.guest_register];
    array = array_slot(entry_.registers[r.guest_register], r.guest_register);
    ir::ArraySlot& slot = out_.region.arrays[static_cast<std::size_t>(array.slot)];
    slot.accumulates = slot.contiguous = true;
    result.push_back({r.guest_register, array});
  }
  return result;
}

bool Walker::accumulates(const Abstract& a) const {
  const bool found = out_.region.arrays[static_cast<std::size_t>(a.slot)].accumulates;
  PYVM_ASSERT(!found || a.dims.empty(), "an array that accumulates has no views");
  return found;
}

namespace {

// Whether other ways than the straight one may lead there.
bool may_be_jumped_to(const Code& code, std::uint32_t pc) {
  return std::ranges::find(code.joins, pc) != code.joins.end() ||
         std::ranges::any_of(code.loops, [pc](const LoopInfo& loop) {
           return pc == loop.body || pc == loop.next || pc == loop.otherwise || pc == loop.end;
         });
}

} // namespace

// Whether the next operation adds the array that this one makes, and nothing else ever reads it. An operation in place
// makes none: `x *= 2` puts its result where x is, which may be a view.
bool Walker::is_added_next(ScalarKind kind, std::size_t dimensions) const {
  const std::vector<Instruction>& all = code().instructions;
  const std::uint32_t next = pc_ + 1;
  if (is_binary(all[pc_].op) && (all[pc_].n & in_place_flag)) return false;
  if (frames_.size() != 1 || reduction_exit_ != ir::no_id || next + 1 >= all.size() || !is_binary(all[next].op) ||
      may_be_jumped_to(code(), next))
    return false;
  // No exit can name a method: what a.copy() makes is not put off.
  if (std::ranges::any_of(frame().registers, [](const Abstract& a) { return a.is(Shape::Method); })) return false;
  const std::uint16_t made = all[pc_].a;
  const Abstract& target = frame().registers[all[next].b];
  if (!(all[next].n & in_place_flag) || all[next].c != made || all[next].b == made ||
      frame().live->live(next + 1, made) || !target.is(Shape::Array) || target.deferred || !accumulates(target))
    return false;
  const ir::ArraySlot& slot = out_.region.arrays[static_cast<std::size_t>(target.slot)];
  const auto promotion = njit_array_promotion(binary_of(all[next].op), slot.dtype, kind);
  return slot.ndim == dimensions && promotion && can_cast_same_kind(promotion->result, slot.dtype);
}

// target op= x, an array or a number, by a promotion that gives what the target may hold.
Abstract Walker::accumulate(BinaryOp op, const Promotion& promotion, const Abstract& target, const Abstract& x) {
  if (!x.deferred) {
    const std::vector<ir::ValueId> shape = one_shape({target, x});
    if (!shape.empty())
      elementwise_into(target, {target, x}, promotion.result, shape,
                       [&](const std::vector<Abstract>& each) { return computed(op, promotion, each[0], each[1]); });
    return target;
  }
  const DeferredArray& made = *x.deferred;
  const std::vector<ir::ValueId> shape = shape_of_view(target);
  for (std::size_t k = 0; k < shape.size(); ++k)
    if (shape[k] != made.shape[k]) build_.guard(build_.emit(ir::Op::Eq, {made.shape[k], shape[k]}), made.exit);
  std::vector<Abstract> operands{target};
  operands.insert(operands.end(), made.operands.begin(), made.operands.end());
  elementwise_into(target, operands, promotion.result, shape, [&](const std::vector<Abstract>& each) {
    const Abstract element = made.element({each.begin() + 1, each.end()});
    return computed(op, promotion, each[0], Abstract::scalar(made.kind, convert(element, made.kind)));
  });
  return target;
}

} // namespace pyvm::tracer
