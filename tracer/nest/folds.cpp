// The Widener's folds: what a loop in lanes carries from one iteration to the next (LaneView::folds).
//
// A sum of floats has one order, that of the loop: it stays a scalar, and takes the lanes' own values one after the
// other. That is worth it where these are dear to compute. All else is a vector for each gang, which begins as the
// identity of its operation and is joined with the live-in value behind the last whole step.
//
// Extremes of floats are `b > a ? b : a`: NaN is never taken, but stays where the live-in value is one, and of equal
// numbers the first one stays. So the order shows in one case only, zeros of either sign, and then the loop is run
// again as it was written; it has no stores (LaneView), so that nobody can tell.
#include <limits>

#include "tracer/nest/widener.h"
#include "vm/support/assert.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

double identity_of_floats(Op op) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (op) {
  case Op::Add:
    return -0.0;
  case Op::Sub:
    return 0.0;
  case Op::Mul:
  case Op::Div:
    return 1.0;
  case Op::Max:
    return -infinity;
  case Op::Min:
    return infinity;
  default:
    PYVM_UNREACHABLE("not a fold of floats");
  }
}

std::int64_t identity_of_ints(Op op) {
  switch (op) {
  case Op::Mul:
    return 1;
  case Op::And:
  case Op::UMin:
    return -1;
  case Op::Max:
    return std::numeric_limits<std::int64_t>::min();
  case Op::Min:
    return std::numeric_limits<std::int64_t>::max();
  default:
    return 0;
  }
}

} // namespace

ScalarBits fold_identity(Op op, ir::Type type) {
  if (type.base == ir::Base::F64) return to_bits(identity_of_floats(op));
  if (type.base == ir::Base::F32) return to_bits(static_cast<float>(identity_of_floats(op)));
  return static_cast<ScalarBits>(identity_of_ints(op));
}

ValueId Widener::identity(const Fold& fold, int lanes) {
  const ir::Type type = from_.type(fold.own);
  return build_.constant(type.with_lanes(lanes), fold_identity(fold.update->op, type));
}

// What two parts of a fold come to; the parts of a difference have been taken from zero.
ValueId Widener::joined(const Fold& fold, ValueId a, ValueId b) {
  return build_.emit(fold.update->op == Op::Sub ? Op::Add : fold.update->op, {a, b});
}

void Widener::begin_folds(const Instruction& it) {
  folds_.clear();
  for (std::size_t k = 0; k < view_->folds().size(); ++k) {
    const bool in_order = fold(k).in_order;
    folds_.push_back(in_order ? List{at(it.operands[k + 2])}
                              : List(static_cast<std::size_t>(gangs_), identity(fold(k), lanes_)));
  }
}

// From the gangs that the loop before had to fewer.
void Widener::fit_folds(int gangs) {
  for (std::size_t k = 0; k < folds_.size(); ++k)
    while (!fold(k).in_order && folds_[k].size() > static_cast<std::size_t>(gangs)) {
      const ValueId last = folds_[k].back();
      folds_[k].pop_back();
      ValueId& place = folds_[k][folds_[k].size() % static_cast<std::size_t>(gangs)];
      place = joined(fold(k), place, last);
    }
}

Widener::List Widener::all_folds() const {
  List result;
  for (const List& each : folds_) result.insert(result.end(), each.begin(), each.end());
  return result;
}

void Widener::take_folds(const List& values) {
  auto next = values.begin();
  for (List& each : folds_)
    for (ValueId& value : each) value = *next++;
}

Widener::List Widener::folds_of_one_gang(const std::vector<List>& folds) {
  List result;
  for (std::size_t k = 0; k < folds.size(); ++k) {
    ValueId all = folds[k][0];
    for (std::size_t gang = 1; gang < folds[k].size(); ++gang) all = joined(fold(k), all, folds[k][gang]);
    result.push_back(all);
  }
  return result;
}

Widener::Types Widener::types_of_folds() const {
  Types types;
  for (const Fold& each : view_->folds()) types.push_back(from_.type(each.own).with_lanes(each.in_order ? 1 : lanes_));
  return types;
}

void Widener::update(const Fold& fold) {
  List& now = folds_[static_cast<std::size_t>(&fold - view_->folds().data())];
  for (int gang = 0; gang < at_work_; ++gang) {
    const auto g = static_cast<std::size_t>(gang);
    ValueId own = vector(fold.own, gang);
    if (masked()) own = build_.emit(Op::Select, {state_.mask[g], own, identity(fold, lanes_)});
    if (!fold.in_order) {
      now[g] = build_.emit(fold.update->op, {now[g], own});
      continue;
    }
    for (int lane = 0; lane < lanes_; ++lane)
      now[0] = build_.emit(fold.update->op, {now[0], build_.emit(Op::Extract, {own}, {.immediate = lane})});
  }
}

// What is carried behind the whole steps, as scalars. They have ended at `end`.
Widener::List Widener::totals(const Instruction& it, ValueId end) {
  fit_folds(1);
  List result, live_in, doubts;
  for (std::size_t k = 0; k < folds_.size(); ++k) {
    live_in.push_back(at(it.operands[k + 2]));
    result.push_back(folds_[k][0]);
    if (fold(k).in_order) continue;
    result[k] = live_in[k];
    for (int lane = 0; lane < lanes_; ++lane)
      result[k] = joined(fold(k), result[k], build_.emit(Op::Extract, {folds_[k][0]}, {.immediate = lane}));
    if (fold(k).shows_zeros) doubts.push_back(build_.emit(Op::Eq, {result[k], build_.zero(to_.type(result[k]))}));
  }
  if (doubts.empty()) return result;
  ValueId doubt = doubts[0];
  for (const ValueId each : doubts) doubt = build_.emit(Op::Or, {doubt, each});
  build_.begin_if(doubt);
  build_.yield(scalar_loop(it, at(it.operands[0]), end, live_in));
  build_.begin_else();
  build_.yield(result);
  Types types;
  for (const ValueId value : live_in) types.push_back(to_.type(value));
  return build_.end_if(types);
}

// The loop as it was written, of some iterations.
Widener::List Widener::scalar_loop(const Instruction& it, ValueId from, ValueId to, const List& carried) {
  const auto opened = build_.begin_for(from, to, it.immediate, carried);
  set(it.bodies[0].parameters[0], opened.index);
  for (std::size_t k = 0; k < carried.size(); ++k) set(it.bodies[0].parameters[k + 1], opened.parameters[k]);
  body(it.bodies[0]);
  const List results = build_.end_for();
  forget_exits();
  return results;
}

// The step has had no effect yet: its first iteration and those behind it run in the scalar loop.
void Widener::give_up() {
  List values{base_};
  const List folded = folds_of_one_gang(folds_at_start_);
  values.insert(values.end(), folded.begin(), folded.end());
  br_to(restart_block_, values);
}

} // namespace pyvm::tracer::nest
