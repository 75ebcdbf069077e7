// Two accesses of one array are the same place when they name equal subscripts and move alike from lane to lane. They
// are different places when a subscript differs by a constant and different subscripts mean different memory. The
// latter holds in C-contiguous arrays; in others a stride may be zero, or two dimensions may overlap, and nothing is
// concluded. Vectors of neighbours are different places when their last subscripts differ by as many as they hold.
// Scratch, and copies that accumulate, share memory with nothing.
// A masked access is never the same place as another: what it leaves out is not known here.
#include "tracer/opt/alias.h"

#include "tracer/ir/walk.h"

namespace pyvm::tracer {

using namespace ir;

bool is_access(const Instruction& instruction) {
  const Effect effect = info(instruction.op).effect;
  return effect == Effect::Read || effect == Effect::Write || instruction.op == Op::LaneGet ||
         instruction.op == Op::LaneSet;
}

bool is_write(const Instruction& instruction) {
  return info(instruction.op).effect == Effect::Write || instruction.op == Op::LaneSet;
}

std::vector<ValueId> place_operands(const Instruction& access) {
  std::vector<ValueId> operands = access.operands;
  if (is_write(access)) operands.pop_back();
  return operands;
}

namespace {

bool is_lane_access(const Instruction& it) { return info(it.op).effect == Effect::Lane; }

ValueId moved_value(const Instruction& access) { return is_write(access) ? access.operands.back() : access.results[0]; }

} // namespace

AliasOracle::AliasOracle(const Region& region, const AliasInfo& info)
    : region_(region), info_(info), definitions_(definitions(region)) {}

const Instruction* AliasOracle::definition(ValueId value) const {
  if (value >= definitions_.size() || definitions_[value] == no_id) return nullptr;
  return &region_.at(definitions_[value]);
}

AliasOracle::Affine AliasOracle::affine(ValueId value) const {
  const Instruction* made = definition(value);
  if (made == nullptr || region_.type(value).lanes > 1) return {value, 0};
  if (made->op == Op::Const) return {no_id, made->immediate};
  if (made->op != Op::Add) return {value, 0};
  const Instruction* addend = definition(made->operands[1]);
  if (addend == nullptr || addend->op != Op::Const) return {value, 0};
  return {made->operands[0], addend->immediate};
}

std::int64_t AliasOracle::slot(ValueId array) const {
  const Instruction* made = definition(array);
  return made == nullptr ? -1 : made->immediate;
}

Overlap AliasOracle::overlap(const Instruction& a, const Instruction& b) const {
  if (is_lane_access(a) != is_lane_access(b)) return Overlap::Never;
  return is_lane_access(a) ? of_lanes(a, b) : of_elements(a, b);
}

Overlap AliasOracle::of_lanes(const Instruction& a, const Instruction& b) const {
  if (a.immediate != b.immediate) return Overlap::Never;
  const int lanes = region_.type(moved_value(a)).lanes;
  if (lanes != region_.type(moved_value(b)).lanes) return Overlap::Maybe;
  return a.gang == b.gang ? Overlap::Same : Overlap::Never;
}

Overlap AliasOracle::of_elements(const Instruction& a, const Instruction& b) const {
  const std::int64_t slot_a = slot(a.operands[0]), slot_b = slot(b.operands[0]);
  if (slot_a < 0 || slot_b < 0) return Overlap::Maybe;
  const bool own = region_.arrays[slot_a].is_apart() || region_.arrays[slot_b].is_apart();
  if (slot_a != slot_b) return own || info_.distinct_slots_are_disjoint ? Overlap::Never : Overlap::Maybe;
  const int lanes = region_.type(moved_value(a)).lanes;
  bool equal = lanes == region_.type(moved_value(b)).lanes && a.lane_stride == b.lane_stride && !a.masked && !b.masked;
  if (a.lane_stride == LaneStride::Strided)
    equal = equal && a.lane_dimension == b.lane_dimension && a.lane_step == b.lane_step;
  bool apart = false;
  for (std::size_t i = 1; i <= subscript_count(a); ++i) {
    const Affine x = affine(a.operands[i]), y = affine(b.operands[i]);
    if (x.base != y.base) equal = false;
    if (x.base == y.base && x.addend != y.addend) equal = false, apart = true;
  }
  if (equal) return Overlap::Same;
  if (!region_.arrays[slot_a].contiguous) return Overlap::Maybe;
  const int lanes_b = region_.type(moved_value(b)).lanes;
  const bool scalars = lanes == 1 && lanes_b == 1;
  return (apart && scalars) || are_apart_in_row(a, lanes, b, lanes_b) ? Overlap::Never : Overlap::Maybe;
}

// Elements side by side along the last dimension, which begin at a known distance.
bool AliasOracle::are_apart_in_row(const Instruction& a, int lanes_a, const Instruction& b, int lanes_b) const {
  const auto in_a_row = [](const Instruction& it, int lanes) {
    return lanes == 1 || it.lane_stride == LaneStride::Contiguous;
  };
  if (!in_a_row(a, lanes_a) || !in_a_row(b, lanes_b)) return false;
  if (subscript_count(a) == 0) return false;
  const Affine x = affine(a.operands[subscript_count(a)]), y = affine(b.operands[subscript_count(b)]);
  if (x.base != y.base) return false;
  std::int64_t distance = 0;
  if (__builtin_sub_overflow(y.addend, x.addend, &distance)) return false;
  return distance >= 0 ? distance >= lanes_a : -distance >= lanes_b;
}

} // namespace pyvm::tracer
