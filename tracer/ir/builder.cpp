#include "tracer/ir/builder.h"

#include <algorithm>

#include "tracer/ir/simplify.h"
#include "tracer/ir/type_rules.h"
#include "vm/support/assert.h"

namespace pyvm::ir {

namespace {

bool commutes(Op op) {
  switch (op) {
  case Op::Add:
  case Op::Mul:
  case Op::And:
  case Op::Or:
  case Op::Xor:
  case Op::Eq:
  case Op::Ne:
    return true;
  default:
    return false;
  }
}

// Ops of which a second equal one, where the first is visible, has nothing to add: computations; `index`, which leaves
// or gives the same as an equal one that did not leave; `touch`, which notes what has been noted.
bool is_numbered(Op op) {
  const OpInfo& row = info(op);
  const bool computes = row.effect == Effect::Pure || (row.effect == Effect::Guard && row.result != ResultRule::None);
  return computes || op == Op::Touch;
}

bool is_entry_value(Op op) { return info(op).effect == Effect::Pure && (info(op).operands == 0 || op == Op::Dim); }

} // namespace

// ---- value numbering -----------------------------------------------------------------------------------------------

std::size_t Builder::Hash::operator()(InstructionId id) const {
  const Instruction& it = region->at(id);
  std::size_t hash = static_cast<std::size_t>(it.op);
  const auto mix = [&hash](std::uint64_t part) { hash = (hash ^ part) * 0x9e3779b97f4a7c15u + (hash >> 29); };
  mix(static_cast<std::uint64_t>(it.immediate));
  mix(static_cast<std::uint64_t>(it.element));
  if (commutes(it.op)) {
    mix(std::min(it.operands[0], it.operands[1]));
    mix(std::max(it.operands[0], it.operands[1]));
    return hash;
  }
  for (const ValueId operand : it.operands) mix(operand);
  return hash;
}

bool Builder::Equal::operator()(InstructionId a, InstructionId b) const {
  const Instruction& x = region->at(a);
  const Instruction& y = region->at(b);
  if (x.op != y.op || x.immediate != y.immediate || x.element != y.element) return false;
  if (!x.results.empty() && region->type(x.results[0]) != region->type(y.results[0])) return false;
  if (x.operands == y.operands) return true;
  return commutes(x.op) && x.operands[0] == y.operands[1] && x.operands[1] == y.operands[0];
}

void Builder::open_scope(Frame& frame) {
  frame.numbered_mark = numbered_log_.size();
  frame.facts_mark = facts_log_.size();
}

void Builder::close_scope(const Frame& frame) {
  for (; numbered_log_.size() > frame.numbered_mark; numbered_log_.pop_back()) numbered_.erase(numbered_log_.back());
  for (; facts_log_.size() > frame.facts_mark; facts_log_.pop_back()) facts_.erase(facts_log_.back());
}

// From here on in this scope the condition is `truth`, in every lane.
void Builder::learn(ValueId condition, bool truth) {
  if (unreachable() || constant_bits(condition)) return;
  const auto note = [this](ValueId value, const Known& known) {
    if (facts_.try_emplace(value, known).second) facts_log_.push_back(value);
  };
  note(condition, {.truth = truth});
  const Instruction* made = definition(condition);
  if (made == nullptr) return;
  const Op op = made->op;
  const std::vector<ValueId>& parts = made->operands;
  if (op == Op::Not) learn(parts[0], !truth);
  if ((op == Op::And && truth) || (op == Op::Or && !truth))
    for (const ValueId part : parts) learn(part, truth);
  const bool equal = (op == Op::Eq && truth) || (op == Op::Ne && !truth);
  if (equal && region_.type(parts[0]).base == Base::I64 && constant_bits(parts[1]) && !constant_bits(parts[0]))
    note(parts[0], {.value = parts[1]});
}

ValueId Builder::resolved(ValueId value) {
  const auto fact = facts_.find(value);
  if (fact == facts_.end()) return value;
  if (fact->second.value == no_id) fact->second.value = constant(region_.type(value), fact->second.truth);
  return fact->second.value;
}

std::vector<ValueId> Builder::resolved(Values values) {
  std::vector<ValueId> result;
  result.reserve(values.size());
  for (const ValueId value : values) result.push_back(resolved(value));
  return result;
}

// ---- instructions --------------------------------------------------------------------------------------------------

Builder::Builder(Region& region) : region_(region), numbered_(64, Hash{&region}, Equal{&region}) {
  PYVM_ASSERT(region.body.instructions.empty(), "a builder starts with an empty body");
  frames_.emplace_back();
}

ExitId Builder::add_exit(Exit exit) {
  region_.exits.push_back(std::move(exit));
  return static_cast<ExitId>(region_.exits.size() - 1);
}

const Instruction* Builder::definition(ValueId value) const {
  if (value >= definition_.size() || definition_[value] == no_id) return nullptr;
  return &region_.at(definition_[value]);
}

std::optional<ScalarBits> Builder::constant_bits(ValueId value) const {
  const Instruction* made = definition(value);
  if (made == nullptr || made->op != Op::Const) return std::nullopt;
  return static_cast<ScalarBits>(made->immediate);
}

std::size_t Builder::target_index() const {
  std::size_t index = frames_.size() - 1;
  while (frames_[index].where == Where::InPlace) --index;
  return index;
}

Body& Builder::target_body() {
  const std::size_t index = target_index();
  return index == 0 ? region_.body : frames_[index].body;
}

void Builder::mark_terminated() {
  for (std::size_t i = target_index(); i < frames_.size(); ++i) frames_[i].terminated = true;
}

void Builder::append(InstructionId id) {
  if (!unreachable()) target_body().instructions.push_back(id);
}

InstructionId Builder::new_instruction(Instruction instruction, std::span<const Type> result_types) {
  instruction.line = line_;
  const auto id = static_cast<InstructionId>(region_.instructions.size());
  for (const Type type : result_types) instruction.results.push_back(region_.new_value(type));
  definition_.resize(region_.values.size(), no_id);
  for (const ValueId result : instruction.results) definition_[result] = id;
  region_.instructions.push_back(std::move(instruction));
  return id;
}

void Builder::forget_last_instruction() {
  region_.values.resize(region_.values.size() - region_.instructions.back().results.size());
  definition_.resize(region_.values.size());
  region_.instructions.pop_back();
}

ValueId Builder::entry_value(Op op, Type type, std::int64_t immediate, Values operands) {
  Instruction instruction{.op = op, .immediate = immediate, .operands = {operands.begin(), operands.end()}};
  const InstructionId id = new_instruction(std::move(instruction), {&type, 1});
  if (const auto older = numbered_.find(id); older != numbered_.end()) {
    const ValueId result = region_.at(*older).results[0];
    forget_last_instruction();
    return result;
  }
  region_.at(id).line = 0;
  numbered_.insert(id);
  auto& head = region_.body.instructions;
  head.insert(head.begin() + static_cast<std::ptrdiff_t>(entry_count_++), id);
  return region_.at(id).results[0];
}

ValueId Builder::constant(Type type, ScalarBits bits) {
  return entry_value(Op::Const, type, static_cast<std::int64_t>(bits));
}
ValueId Builder::begin() { return entry_value(Op::Begin, i64, 0); }
ValueId Builder::end() { return entry_value(Op::End, i64, 0); }
ValueId Builder::array(std::int64_t slot) { return entry_value(Op::ArrayRef, array_type, slot); }
ValueId Builder::dim(ValueId array, int dimension) { return entry_value(Op::Dim, i64, dimension, {&array, 1}); }
ValueId Builder::param(std::int64_t slot) {
  PYVM_ASSERT(slot >= 0 && static_cast<std::size_t>(slot) < region_.scalars.size(), "no such scalar slot");
  return entry_value(Op::Param, type_of(region_.scalars[slot].kind), slot);
}

ValueId Builder::emit(Op op, Values operands, const Attributes& attributes) {
  PYVM_ASSERT(info(op).effect != Effect::Control, "control is written by begin_*, end_*, yield, br and exit");
  Instruction instruction{.op = op,
                          .element = attributes.element,
                          .lane_stride = attributes.lane_stride,
                          .lane_dimension = attributes.lane_dimension,
                          .lane_step = attributes.lane_step,
                          .masked = attributes.masked,
                          .gang = attributes.gang,
                          .immediate = attributes.immediate,
                          .exit = attributes.exit,
                          .operands = resolved(operands)};
  if (is_entry_value(op))
    return entry_value(op, implied_type(region_, instruction).value_or(attributes.type), attributes.immediate,
                       instruction.operands);
  if (const auto known = simplify(*this, instruction, attributes.type)) return *known;
  const bool has_result = info(op).result != ResultRule::None;
  const Type type = has_result ? implied_type(region_, instruction).value_or(attributes.type) : Type{};
  const InstructionId id = new_instruction(std::move(instruction), {&type, has_result ? 1u : 0u});
  PYVM_ASSERT_DEBUG(type_error(region_, region_.at(id)).empty(), type_error(region_, region_.at(id)));
  const ValueId result = has_result ? region_.at(id).results[0] : no_id;
  if (is_numbered(op)) {
    if (const auto older = numbered_.find(id); older != numbered_.end()) {
      const ValueId equal = has_result ? region_.at(*older).results[0] : no_id;
      forget_last_instruction();
      return equal;
    }
    if (!unreachable()) {
      numbered_.insert(id);
      numbered_log_.push_back(id);
    }
  }
  append(id);
  if (op == Op::Guard) learn(region_.at(id).operands[0], true);
  return result;
}

ValueId Builder::math(MathFunction function, Values operands) {
  return emit(Op::Math, operands, {.immediate = static_cast<std::int64_t>(function)});
}

namespace {

ScalarKind element_of(const Builder& builder, const Region& region, ValueId array) {
  const Instruction* made = builder.definition(array);
  PYVM_ASSERT(made != nullptr && made->op == Op::ArrayRef, "an access names its array by an `array` instruction");
  return region.arrays[made->immediate].dtype;
}

} // namespace

ValueId Builder::load(ValueId array, Values subscripts, const Attributes& how) {
  Attributes attributes = how;
  attributes.element = element_of(*this, region_, array);
  attributes.type = type_of(attributes.element).with_lanes(how.type.lanes);
  std::vector<ValueId> operands{array};
  operands.insert(operands.end(), subscripts.begin(), subscripts.end());
  return emit(Op::Load, operands, attributes);
}

void Builder::store(ValueId array, Values subscripts, ValueId value, const Attributes& how) {
  Attributes attributes = how;
  attributes.element = element_of(*this, region_, array);
  std::vector<ValueId> operands{array};
  operands.insert(operands.end(), subscripts.begin(), subscripts.end());
  operands.push_back(value);
  emit(Op::Store, operands, attributes);
}

ValueId Builder::lane_get(std::int64_t accumulator, int lanes, int gang) {
  const Type type = type_of(region_.accumulators.at(accumulator).kind).with_lanes(lanes);
  return emit(Op::LaneGet, Values{}, {.type = type, .immediate = accumulator, .gang = static_cast<std::uint8_t>(gang)});
}

void Builder::lane_set(std::int64_t accumulator, ValueId value, int gang) {
  emit(Op::LaneSet, {value}, {.immediate = accumulator, .gang = static_cast<std::uint8_t>(gang)});
}

void Builder::touch(std::int64_t accumulator) { emit(Op::Touch, Values{}, {.immediate = accumulator}); }

std::vector<ValueId> Builder::zeros(std::span<const Type> types) {
  std::vector<ValueId> values;
  for (const Type type : types) values.push_back(zero(type));
  return values;
}

std::vector<Type> Builder::types_of(Values values) const {
  std::vector<Type> types;
  for (const ValueId value : values) types.push_back(region_.type(value));
  return types;
}

} // namespace pyvm::ir
