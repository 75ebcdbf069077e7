#include "tracer/ir/verify.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracer/ir/print.h"
#include "tracer/ir/region_abi.h"
#include "tracer/ir/type_rules.h"
#include "tracer/ir/walk.h"
#include "vm/support/assert.h"

namespace pyvm::ir {

namespace {

constexpr int deepest_nesting = 200;

class Verifier {
public:
  explicit Verifier(const Region& region)
      : region_(region), names_(value_names(region)), visible_(region.values.size()), defined_(region.values.size()),
        placed_(region.instructions.size()), array_of_(region.values.size(), no_id) {}

  std::vector<std::string> run() {
    header();
    owners_.push_back({nullptr, {}});
    body(region_.body);
    return std::move(messages_);
  }

private:
  // What the yields of an open body, and the brs to it, have to give.
  struct Owner {
    const Instruction* instruction; // null: the region
    std::vector<Type> yields;
  };

  template <typename... Args> void say(fmt::format_string<Args...> format, Args&&... args) {
    messages_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void say_at(const Instruction& it, const std::string& message) {
    messages_.push_back(fmt::format("{}: {}", print_line(region_, it, names_), message));
  }
  bool exists(ValueId value) const { return value < region_.values.size(); }
  std::string name(ValueId value) const { return exists(value) ? names_[value] : fmt::format("%?{}", value); }

  // Of scratch arrays, those of lower slots are measured before.
  bool is_known_at_entry(const ScratchLength::Term& term, std::size_t slot) const {
    const auto source = static_cast<std::size_t>(term.slot);
    if (term.from == ScratchLength::Term::From::Array)
      return source < slot && term.dimension < region_.arrays[source].ndim;
    return source < region_.scalars.size() && is_integer(region_.scalars[source].kind);
  }

  // ---- header ----------------------------------------------------------------------------------------------------
  void header() {
    if (!is_lane_count(region_.lanes) || region_.lanes > max_lanes) say("a region cannot have {} lanes", region_.lanes);
    if (region_.gangs < 1) say("a region cannot have {} gangs", region_.gangs);
    const int reduction = region_.reduction_lanes;
    if (reduction < 1 || reduction > most_lanes || (reduction & (reduction - 1)) != 0)
      say("there cannot be {} reduction lanes", reduction);
    for (const ArraySlot& slot : region_.arrays)
      if (slot.ndim > 8) say("an array slot has {} dimensions", slot.ndim);
    for (const ArraySlot& slot : region_.arrays)
      if (slot.is_scratch() && (slot.scratch.size() != slot.ndim || !slot.contiguous || !slot.writable))
        say("a scratch array has a length for each dimension, is contiguous and writable");
    for (std::size_t slot = 0; slot < region_.arrays.size(); ++slot)
      for (const ScratchLength& length : region_.arrays[slot].scratch)
        for (const ScratchLength::Term& term : length.terms)
          if (!is_known_at_entry(term, slot)) say("the scratch array {} has a length of what is no int at entry", slot);
    for (const ArraySlot& slot : region_.arrays)
      if (slot.accumulates && (slot.is_scratch() || !slot.contiguous || !slot.writable))
        say("an array that accumulates is contiguous and writable, and no scratch");
    for (std::size_t i = 0; i < region_.exits.size(); ++i) exit(i);
    for (const ValueInfo& value : region_.values)
      if (!is_lane_count(value.type.lanes) || (value.type.lanes > 1 && value.type.base == Base::Array))
        say("there is no type {}", name_of(value.type));
  }

  void exit(std::size_t id) {
    const Exit& exit = region_.exits[id];
    const auto gangs = static_cast<std::size_t>(std::max(region_.gangs, 1));
    if (exit.lanes_left != exit.frames.empty()) say("exit !{} has {}", id, exit.lanes_left ? "a frame" : "no frame");
    if (exit.operands.size() % gangs != 0) say("exit !{} has not {} values for each operand", id, gangs);
    std::size_t items = 0; // that are still to come
    for (const SnapshotEntry& entry : exit.entries) {
      items = items + entry_items(entry) - (items > 0 ? 1 : 0);
      if (entry.frame >= exit.frames.size()) say("exit !{} fills a register of frame {}", id, entry.frame);
      source(id, exit, entry);
    }
    if (items != 0) say("exit !{} lacks {} items of a compound value", id, items);
    for (const SnapshotLoop& loop : exit.loops) {
      if (loop.frame >= exit.frames.size()) say("exit !{} fills a register of frame {}", id, loop.frame);
      operand(id, exit, loop.value_operand, ScalarKind::Int64);
      operand(id, exit, loop.stop_operand, ScalarKind::Int64);
      if (loop.step == 0) operand(id, exit, loop.step_operand, ScalarKind::Int64);
    }
  }

  static std::size_t entry_items(const SnapshotEntry& entry) {
    using Source = SnapshotEntry::Source;
    const bool compound =
        entry.source == Source::Tuple || entry.source == Source::Slice || entry.source == Source::Range;
    return compound ? entry.count : 0;
  }

  void source(std::size_t id, const Exit& exit, const SnapshotEntry& entry) {
    using Source = SnapshotEntry::Source;
    const std::size_t slot = entry.source == Source::Array ? entry.operand : entry.slot;
    if ((entry.source == Source::Array || entry.source == Source::View) && slot >= region_.arrays.size())
      say("exit !{} names array slot {}, which does not exist", id, slot);
    switch (entry.source) {
    case Source::Lane:
      if (entry.slot >= region_.accumulators.size() || entry.frame != 0)
        say("exit !{} names accumulator {} in frame {}, which does not exist", id, entry.slot, entry.frame);
      [[fallthrough]];
    case Source::Scalar:
      return operand(id, exit, entry.operand, entry.kind);
    case Source::Number:
      operand(id, exit, entry.operand, ScalarKind::Float64);
      operand(id, exit, entry.operand + 1u, ScalarKind::Int64);
      return operand(id, exit, entry.operand + 2u, ScalarKind::Bool);
    case Source::View:
      for (std::size_t k = 0, at = entry.operand; k < entry.count; ++k)
        for (int each = 0; each < (entry.sliced >> k & 1 ? 3 : 1); ++each) operand(id, exit, at++, ScalarKind::Int64);
      return;
    case Source::Constant:
    case Source::Array:
    case Source::Tuple:
    case Source::Slice:
    case Source::Range:
      return;
    }
  }

  // Value `number` of an exit goes into a register of that kind.
  void operand(std::size_t id, const Exit& exit, std::size_t number, ScalarKind kind) {
    const std::size_t first = number * static_cast<std::size_t>(std::max(region_.gangs, 1));
    if (first >= exit.operands.size()) return say("exit !{} has no value #{}", id, number);
    const ValueId value = exit.operands[first];
    if (exists(value) && region_.type(value).base != type_of(kind).base)
      say("exit !{} puts {} into a register of kind {}", id, name(value), pyvm::name_of(kind));
  }

  // ---- values ----------------------------------------------------------------------------------------------------
  void define(ValueId value, std::vector<ValueId>& scope) {
    if (!exists(value)) return say("value {} does not exist", name(value));
    if (defined_[value]) say("{} is defined twice", name(value));
    defined_[value] = visible_[value] = true;
    scope.push_back(value);
    const Type type = region_.type(value);
    if (type.lanes > 1 && type.lanes != region_.lanes)
      say("{} is a {}, but vectors of the region have {} lanes", name(value), name_of(type), region_.lanes);
  }
  bool use(const Instruction& it, ValueId value) {
    if (exists(value) && visible_[value]) return true;
    say_at(it, fmt::format("{} is not visible here", name(value)));
    return false;
  }

  // ---- bodies ----------------------------------------------------------------------------------------------------
  void body(const Body& body) {
    if (owners_.size() > deepest_nesting) return say("bodies are nested too deeply");
    std::vector<ValueId> scope;
    for (const ValueId value : body.parameters) define(value, scope);
    for (std::size_t i = 0; i < body.instructions.size(); ++i) {
      const InstructionId id = body.instructions[i];
      if (id >= region_.instructions.size()) {
        say("instruction {} does not exist", id);
        continue;
      }
      const Instruction& it = region_.at(id);
      if (placed_[id]) {
        say_at(it, "stands in two places");
        continue;
      }
      placed_[id] = true;
      if (is_terminator(it.op) != (i + 1 == body.instructions.size()))
        say_at(it, is_terminator(it.op) ? "stands before the end of its body" : "ends a body");
      instruction(it);
      for (const ValueId value : it.results) define(value, scope);
    }
    if (body.instructions.empty()) say("a body is empty");
    for (const ValueId value : scope) visible_[value] = false;
  }

  void instruction(const Instruction& it) {
    bool good = true;
    for (const ValueId value : it.operands) good &= use(it, value);
    good &= std::all_of(it.results.begin(), it.results.end(), [&](ValueId value) { return exists(value); });
    exit_of(it);
    if (!good) return;
    if (info(it.op).effect == Effect::Control) return control(it);
    const std::string error = type_error(region_, it);
    if (!error.empty()) return say_at(it, error);
    if (it.op == Op::ArrayRef) array_of_[it.results[0]] = static_cast<std::uint32_t>(it.immediate);
    array_use(it);
  }

  // An operand of type array is the first one of dim, load or store, and comes from an `array` instruction.
  void array_use(const Instruction& it) {
    for (std::size_t i = 0; i < it.operands.size(); ++i) {
      if (region_.type(it.operands[i]).base != Base::Array) continue;
      const std::uint32_t slot = array_of_[it.operands[i]];
      if (i != 0 || slot == no_id) return say_at(it, "cannot use an array like this");
      if (it.op == Op::Dim) {
        if (it.immediate >= region_.arrays[slot].ndim) say_at(it, "the array has fewer dimensions");
      } else {
        access(it, region_.arrays[slot]);
      }
    }
  }

  void access(const Instruction& it, const ArraySlot& slot) {
    const std::size_t subscripts = subscript_count(it);
    if (subscripts != slot.ndim) say_at(it, fmt::format("{} subscripts for {} dimensions", subscripts, slot.ndim));
    if (it.element != slot.dtype) say_at(it, "the element is not of the array's dtype");
    if (it.op == Op::Store && !slot.writable) say_at(it, "stores to a read-only array");
  }

  void exit_of(const Instruction& it) {
    const bool leaves = info(it.op).effect == Effect::Guard || it.op == Op::Exit;
    if (!leaves) {
      if (it.exit != no_id) say_at(it, "has an exit but never leaves");
      return;
    }
    if (it.exit >= region_.exits.size()) return say_at(it, "its exit does not exist");
    if (it.op == Op::Leave && it.gang >= region_.gangs) say_at(it, "there is no such gang");
    if (region_.exits[it.exit].lanes_left && it.op != Op::Exit) say_at(it, "only an exit is for lanes that have left");
    for (const ValueId value : region_.exits[it.exit].operands)
      if (it.op == Op::Leave && exists(value) && region_.type(value).lanes == 1)
        say_at(it, fmt::format("its exit gives {}, which is not a vector", name(value)));
    for (const ValueId value : region_.exits[it.exit].operands)
      if (use(it, value) && region_.type(value).base == Base::Array) say_at(it, "its exit gives an array");
  }

  // ---- control ---------------------------------------------------------------------------------------------------
  std::vector<Type> types_of(const std::vector<ValueId>& values, std::size_t from = 0) const {
    std::vector<Type> types;
    for (std::size_t i = from; i < values.size(); ++i) types.push_back(region_.type(values[i]));
    return types;
  }

  void control(const Instruction& it) {
    if (it.op == Op::Yield) return gives(it, owners_.back().yields);
    if (it.op == Op::Br) return branch(it);
    if (it.op == Op::Exit) {
      if (!it.operands.empty() || !it.results.empty()) say_at(it, "an exit has neither operands nor results");
      return;
    }
    const std::size_t bodies = it.op == Op::If ? 2 : 1;
    if (it.bodies.size() != bodies) return say_at(it, fmt::format("needs {} bodies", bodies));
    const std::vector<Type> results = types_of(it.results);
    if (std::any_of(results.begin(), results.end(), [](Type type) { return type.base == Base::Array; }))
      say_at(it, "an array cannot be a result");
    switch (it.op) {
    case Op::If:
      if (it.operands.size() != 1 || region_.type(it.operands[0]) != b1) say_at(it, "takes one scalar b");
      return open(it, results, {});
    case Op::Block:
      if (!it.operands.empty()) say_at(it, "takes no operands");
      return open(it, results, {});
    case Op::For:
      if (it.operands.size() < 2 || region_.type(it.operands[0]) != i64 || region_.type(it.operands[1]) != i64)
        return say_at(it, "takes two scalar i64 bounds");
      if (it.immediate <= 0) say_at(it, "the step is not positive");
      return carries(it, 2, results);
    default:
      if (!it.results.empty()) say_at(it, "a loop has no results");
      return carries(it, 0, types_of(it.operands));
    }
  }

  void carries(const Instruction& it, std::size_t first, const std::vector<Type>& results) {
    const std::vector<Type> carried = types_of(it.operands, first);
    if (carried != results) say_at(it, "the results are not of the carried values' types");
    if (std::any_of(carried.begin(), carried.end(), [](Type type) { return type.base == Base::Array; }))
      say_at(it, "an array cannot be carried");
    std::vector<Type> parameters = carried;
    if (it.op == Op::For) parameters.insert(parameters.begin(), i64);
    open(it, carried, parameters);
  }

  void open(const Instruction& it, const std::vector<Type>& yields, const std::vector<Type>& parameters) {
    owners_.push_back({&it, yields});
    for (const Body& nested : it.bodies) {
      const bool known =
          std::all_of(nested.parameters.begin(), nested.parameters.end(), [&](ValueId value) { return exists(value); });
      if (!known || types_of(nested.parameters) != parameters) say_at(it, "the body has wrong parameters");
      body(nested);
    }
    owners_.pop_back();
  }

  void branch(const Instruction& it) {
    std::int64_t left = it.immediate;
    for (auto owner = owners_.rbegin(); owner != owners_.rend(); ++owner) {
      if (owner->instruction == nullptr || owner->instruction->op != Op::Block) continue;
      if (left-- == 0) return gives(it, owner->yields);
    }
    say_at(it, "no such block encloses it");
  }

  void gives(const Instruction& it, const std::vector<Type>& wanted) {
    if (!it.results.empty()) say_at(it, "has no results");
    const std::vector<Type> given = types_of(it.operands);
    if (given.size() != wanted.size())
      return say_at(it, fmt::format("gives {} values where {} are taken", given.size(), wanted.size()));
    for (std::size_t i = 0; i < given.size(); ++i)
      if (given[i] != wanted[i])
        say_at(it, fmt::format("gives a {} where a {} is taken", name_of(given[i]), name_of(wanted[i])));
  }

  const Region& region_;
  const std::vector<std::string> names_;
  std::vector<char> visible_, defined_, placed_;
  std::vector<std::uint32_t> array_of_; // by value: the slot that an `array` instruction names
  std::vector<Owner> owners_;
  std::vector<std::string> messages_;
};

} // namespace

std::vector<std::string> verify(const Region& region) { return Verifier(region).run(); }

void check(const Region& region, std::string_view where) {
  const std::vector<std::string> messages = verify(region);
  if (messages.empty()) return;
  std::string text = fmt::format("the IR is malformed after {}\n", where);
  for (const std::string& message : messages) text += "  " + message + "\n";
  PYVM_UNREACHABLE(text + print(region));
}

} // namespace pyvm::ir
