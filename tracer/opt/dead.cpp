// Dead code.
//
// Liveness starts at what has an effect (stores, lanes that are set, guards, exits, loops that may not end) and goes
// from each live instruction to what it needs: its operands, its exit's values, the instruction that owns the body it
// stands in, and the way out of that body. A result of an `if`, `block` or `for` makes live what the yields and
// branches give for it; a carried value lives if its result or its parameter does, so that a value that only feeds
// itself dies. What is never marked is cut: instructions, and single results, parameters and operands of those that
// stay.
//
// A `for` ends by itself, so it goes if nothing in it lives. A `loop` may run forever, which is an effect.
#include "tracer/opt/passes.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "tracer/ir/walk.h"
#include "tracer/opt/edit.h"

namespace pyvm::tracer {

using namespace ir;

namespace {

bool has_effect(const Instruction& it) {
  switch (info(it.op).effect) {
  case Effect::Pure:
  case Effect::Read:
    return false;
  case Effect::Write:
  case Effect::Guard:
  case Effect::State:
    return true;
  case Effect::Lane:
    return it.op != Op::LaneGet;
  case Effect::Control:
    break;
  }
  return it.op == Op::Loop || it.op == Op::Exit;
}

class Sweeper {
public:
  explicit Sweeper(Region& region)
      : region_(region), owner_(region.instructions.size(), no_id), source_(region.values.size()),
        live_value_(region.values.size()), live_(region.instructions.size()) {}

  bool run() {
    survey(region_.body, no_id);
    for (const InstructionId root : roots_) keep(root);
    while (!work_.empty()) {
      const ValueId value = work_.back();
      work_.pop_back();
      need(value);
    }
    sweep(region_.body, nullptr);
    return changed_;
  }

private:
  // Where a value comes from.
  struct Source {
    InstructionId instruction = no_id; // makes it, or owns the body whose parameter it is
    std::size_t position = 0;          // among results or parameters
    bool is_parameter = false;
  };

  // ---- survey: owners, sources, terminators, roots -----------------------------------------------------------------
  void survey(const Body& body, InstructionId owner) {
    for (std::size_t i = 0; i < body.parameters.size(); ++i) source_[body.parameters[i]] = {owner, i, true};
    for (const InstructionId id : body.instructions) {
      const Instruction& it = region_.at(id);
      owner_[id] = owner;
      for (std::size_t i = 0; i < it.results.size(); ++i) source_[it.results[i]] = {id, i, false};
      if (it.op == Op::Yield && owner != no_id) givers_[owner].push_back(id);
      if (it.op == Op::Br) {
        target_.emplace(id, open_blocks_[open_blocks_.size() - 1 - static_cast<std::size_t>(it.immediate)]);
        givers_[target_.at(id)].push_back(id);
      }
      if (it.op == Op::Block) open_blocks_.push_back(id);
      for (const Body& nested : it.bodies) survey(nested, id);
      if (it.op == Op::Block) open_blocks_.pop_back();
      if (has_effect(it)) roots_.push_back(id);
    }
  }

  // ---- marking -----------------------------------------------------------------------------------------------------
  void keep(InstructionId id) {
    if (live_[id]) return;
    live_[id] = true;
    const Instruction& it = region_.at(id);
    if (owner_[id] != no_id) keep(owner_[id]);
    switch (it.op) {
    case Op::Yield:
    case Op::Br:
    case Op::Loop:
    case Op::Block:
      break; // what they pass on is needed value by value
    case Op::For:
      want(it.operands[0]);
      want(it.operands[1]);
      break;
    default:
      for (const ValueId operand : it.operands) want(operand);
    }
    if (it.exit != no_id)
      for (const ValueId operand : region_.exits[it.exit].operands) want(operand);
    for (const Body& nested : it.bodies) keep_ways_out(nested);
  }

  // The terminators of a live body stay, and so do those of the bodies in it that may end elsewhere.
  void keep_ways_out(const Body& body) {
    for (const InstructionId id : body.instructions)
      if (is_terminator(region_.at(id).op) || branches_out(region_.at(id), 0)) keep(id);
  }
  bool branches_out(const Instruction& it, std::int64_t blocks) const {
    if (it.op == Op::Br) return it.immediate >= blocks;
    for (const Body& nested : it.bodies)
      for (const InstructionId id : nested.instructions)
        if (branches_out(region_.at(id), blocks + (it.op == Op::Block ? 1 : 0))) return true;
    return false;
  }

  void want(ValueId value) {
    if (live_value_[value]) return;
    live_value_[value] = true;
    work_.push_back(value);
  }

  void need(ValueId value) {
    const Source source = source_[value];
    keep(source.instruction);
    const Instruction& it = region_.at(source.instruction);
    if (info(it.op).effect != Effect::Control) return;
    if (it.op == Op::If || it.op == Op::Block) return given(source.instruction, source.position);
    const bool index = it.op == Op::For && source.is_parameter && source.position == 0;
    if (!index) carried(source.instruction, source.position - (it.op == Op::For && source.is_parameter ? 1 : 0));
  }

  // Position `i` of the values that an owner takes from its yields and branches.
  void given(InstructionId owner, std::size_t i) {
    for (const InstructionId giver : givers_[owner])
      if (i < region_.at(giver).operands.size()) want(region_.at(giver).operands[i]);
  }

  void carried(InstructionId loop, std::size_t i) {
    const Instruction& it = region_.at(loop);
    const std::size_t first = it.op == Op::For ? 2 : 0;
    want(it.operands[first + i]);
    want(it.bodies[0].parameters[i + (it.op == Op::For ? 1 : 0)]);
    if (!it.results.empty()) want(it.results[i]);
    given(loop, i);
  }

  // ---- sweeping ----------------------------------------------------------------------------------------------------
  // Which of the values that an owner takes are live.
  std::vector<bool> taken(const Instruction& owner) const {
    const std::vector<ValueId>& values = owner.op == Op::Loop ? owner.bodies[0].parameters : owner.results;
    std::vector<bool> kept;
    for (const ValueId value : values) kept.push_back(live_value_[value]);
    return kept;
  }

  void cut(std::vector<ValueId>& values, std::size_t from, const std::vector<bool>& kept) {
    std::vector<ValueId> now(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(from));
    for (std::size_t i = from; i < values.size(); ++i)
      if (kept[i - from]) now.push_back(values[i]);
    changed_ |= now.size() != values.size();
    values = std::move(now);
  }

  void sweep(Body& body, const std::vector<bool>* yields) {
    const std::size_t before = body.instructions.size();
    std::erase_if(body.instructions, [&](InstructionId id) { return !live_[id] && !is_terminator(region_.at(id).op); });
    changed_ |= body.instructions.size() != before;
    for (const InstructionId id : body.instructions) {
      Instruction& it = region_.at(id);
      if (it.op == Op::Yield && yields != nullptr) cut(it.operands, 0, *yields);
      if (it.op == Op::Br) cut(it.operands, 0, taken_.at(target_.at(id)));
      if (it.bodies.empty()) continue;
      const std::vector<bool> kept = taken_[id] = taken(it);
      for (Body& nested : it.bodies) sweep(nested, &kept);
      if (it.op == Op::For || it.op == Op::Loop) {
        cut(it.operands, it.op == Op::For ? 2 : 0, kept);
        cut(it.bodies[0].parameters, it.op == Op::For ? 1 : 0, kept);
      }
      if (it.op != Op::Loop) cut(it.results, 0, kept);
    }
  }

  Region& region_;
  std::vector<InstructionId> owner_; // by instruction: whose body it stands in; no_id: the region's
  std::vector<Source> source_;       // by value
  std::unordered_map<InstructionId, std::vector<InstructionId>> givers_; // yields and branches, by owner
  std::vector<InstructionId> open_blocks_;                               // innermost last
  std::unordered_map<InstructionId, InstructionId> target_;              // of a branch
  std::unordered_map<InstructionId, std::vector<bool>> taken_;
  std::vector<bool> live_value_, live_;
  std::vector<InstructionId> roots_;
  std::vector<ValueId> work_;
  bool changed_ = false;
};

} // namespace

bool remove_dead(Region& region) { return Sweeper(region).run(); }

} // namespace pyvm::tracer
