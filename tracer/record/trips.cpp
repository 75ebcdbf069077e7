// How many trips a range() has, as a value of the region: at most 0 where there are none.
//
// With a constant step it is stop - start over the step, a form in which subscripts can be checked before the loop;
// differences beyond 64 bits leave. A step that is known only when the loop begins makes it a choice by its sign, which
// nothing is read off: there the distance may be an unsigned number.
#include <limits>

#include "tracer/record/walker.h"

namespace pyvm::tracer {

using ir::Op;
using ir::ValueId;

std::int64_t Walker::constant_step(const Abstract& range) const {
  const auto bits = build_.constant_bits(range.items[2].id);
  const auto step = static_cast<std::int64_t>(bits.value_or(0));
  return step == std::numeric_limits<std::int64_t>::min() ? 0 : step;
}

ValueId Walker::trips_of(const Abstract& range) {
  const std::int64_t step = constant_step(range);
  return step != 0 ? trips_of_constant_step(range, step) : trips_of_any_step(range);
}

ValueId Walker::trips_of_constant_step(const Abstract& range, std::int64_t step) {
  const ValueId from = range.items[step > 0 ? 0 : 1].id, to = range.items[step > 0 ? 1 : 0].id;
  const std::int64_t by = step < 0 ? -step : step;
  const auto stepped = [&](ValueId distance) {
    if (by == 1) return distance;
    const ValueId whole =
        build_.emit(Op::FloorDiv, {build_.emit(Op::Sub, {distance, build_.int_constant(1)}), build_.int_constant(by)});
    return build_.emit(Op::Add, {whole, build_.int_constant(1)});
  };
  const ValueId distance = build_.emit(Op::Sub, {to, from});
  const ValueId runs = build_.emit(Op::Lt, {from, to});
  const auto start = build_.constant_bits(from);
  const bool is_ahead = start && static_cast<std::int64_t>(*start) >= 0; // no stop is 2^63 beyond it
  if (!is_ahead)
    build_.guard(build_.emit(Op::Eq, {runs, build_.emit(Op::Gt, {distance, build_.int_constant(0)})}),
                 exit_here("a range of more than 2**63 values, or its reverse"));
  // Down from there the distance, or the distance less one, may wrap to a large number.
  const bool may_wrap_down = (is_ahead && *start != 0) || by != 1;
  return may_wrap_down ? build_.emit(Op::Select, {runs, stepped(distance), build_.int_constant(0)}) : distance;
}

// The distance is right as an unsigned number even where it leaves the signed ones; nobody lives to see the end of more
// than 2^63 - 1 trips.
ValueId Walker::trips_of_any_step(const Abstract& range) {
  const ValueId start = range.items[0].id, stop = range.items[1].id, step = range.items[2].id;
  const ValueId zero = build_.int_constant(0), one = build_.int_constant(1);
  const auto either = [&](ValueId condition, ValueId a, ValueId b) {
    return build_.emit(Op::Select, {condition, a, b}, {.type = ir::i64});
  };
  const ValueId up = build_.emit(Op::Lt, {zero, step});
  const ValueId low = either(up, start, stop), high = either(up, stop, start);
  const ValueId distance = build_.emit(Op::Sub, {build_.emit(Op::Sub, {high, low}), one});
  const ValueId whole = build_.emit(Op::UDiv, {distance, build_.emit(Op::Abs, {step})});
  const ValueId trips = build_.emit(
      Op::UMin, {build_.emit(Op::Add, {whole, one}), build_.int_constant(std::numeric_limits<std::int64_t>::max())});
  return either(build_.emit(Op::Lt, {low, high}), trips, zero);
}

} // namespace pyvm::tracer
