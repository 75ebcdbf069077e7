#include "tracer/ir/equal.h"

#include <tuple>

namespace pyvm::ir {

namespace {

// Lists agree when their elements do, by what `key` takes of them.
template <typename T, typename Key> bool all(const std::vector<T>& x, const std::vector<T>& y, const Key& key) {
  if (x.size() != y.size()) return false;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (key(x[i]) != key(y[i])) return false;
  return true;
}

class Comparison {
public:
  Comparison(const Region& a, const Region& b) : a_(a), b_(b), partner_(a.values.size(), no_id) {}

  bool run() { return headers() && bodies(a_.body, b_.body) && exits(); }

private:
  bool headers() const {
    const auto facts = [](const Region& r) {
      return std::tie(r.name, r.file, r.line, r.reduction_lanes, r.lanes, r.gangs);
    };
    return facts(a_) == facts(b_) &&
           all(a_.scalars, b_.scalars, [](const ScalarSlot& s) { return std::tuple(s.kind, s.guest_register); }) &&
           all(a_.arrays, b_.arrays,
               [](const ArraySlot& s) {
                 return std::tuple(s.dtype, s.ndim, s.contiguous, s.writable, s.guest_register, s.scratch,
                                   s.accumulates);
               }) &&
           all(a_.accumulators, b_.accumulators,
               [](const Accumulator& s) { return std::tuple(s.op, s.kind, s.guest_register); });
  }

  bool define(const std::vector<ValueId>& x, const std::vector<ValueId>& y) {
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (a_.type(x[i]) != b_.type(y[i])) return false;
      partner_[x[i]] = y[i];
    }
    return true;
  }
  bool use(const std::vector<ValueId>& x, const std::vector<ValueId>& y) const {
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (partner_[x[i]] != y[i]) return false;
    return true;
  }

  bool bodies(const Body& x, const Body& y) {
    if (x.instructions.size() != y.instructions.size() || !define(x.parameters, y.parameters)) return false;
    for (std::size_t i = 0; i < x.instructions.size(); ++i)
      if (!instructions(a_.at(x.instructions[i]), b_.at(y.instructions[i]))) return false;
    return true;
  }

  bool instructions(const Instruction& x, const Instruction& y) {
    const auto facts = [](const Instruction& it) {
      return std::tie(it.op, it.element, it.lane_stride, it.lane_dimension, it.lane_step, it.masked, it.gang,
                      it.immediate, it.exit, it.line);
    };
    if (facts(x) != facts(y) || !use(x.operands, y.operands) || x.bodies.size() != y.bodies.size()) return false;
    for (std::size_t i = 0; i < x.bodies.size(); ++i)
      if (!bodies(x.bodies[i], y.bodies[i])) return false;
    return define(x.results, y.results);
  }

  bool exits() const {
    if (a_.exits.size() != b_.exits.size()) return false;
    for (std::size_t i = 0; i < a_.exits.size(); ++i)
      if (!exits(a_.exits[i], b_.exits[i])) return false;
    return true;
  }

  bool exits(const Exit& x, const Exit& y) const {
    return x.reason == y.reason && x.line == y.line && x.lanes_left == y.lanes_left && use(x.operands, y.operands) &&
           all(x.entries, y.entries,
               [](const SnapshotEntry& e) {
                 return std::tuple(e.frame, e.guest_register, e.source, e.kind, e.operand, e.slot, e.count, e.sliced);
               }) &&
           all(x.frames, y.frames,
               [](const SnapshotFrame& f) { return std::tuple(f.function, f.pc, f.result_register); }) &&
           all(x.loops, y.loops, [](const SnapshotLoop& l) {
             return std::tuple(l.frame, l.state_register, l.value_operand, l.stop_operand, l.step, l.step_operand);
           });
  }

  const Region& a_;
  const Region& b_;
  std::vector<ValueId> partner_; // by value of a: the value of b
};

} // namespace

bool same(const Region& a, const Region& b) { return Comparison(a, b).run(); }

} // namespace pyvm::ir
