// Forwarding: a load of what is known to stand in memory becomes that value.
//
// The pass walks the bodies in order with a list of what is known: (place, value) after each load and store. A load of
// a known place is replaced by the value; a store forgets all places that it may overlap and notes its own. Branches
// take the list with them into their sides and throw away, behind the `if`, what a side may have written. A loop throws
// away what its body may write before its first iteration, since an iteration sees the stores of the one before.
//
// Places are of two sorts, treated alike: elements of arrays and lanes of the lane record. The record's lane moves with
// the ordinal, so a loop forgets all lanes.
//
// A store of a narrow integer keeps the low bits; a load of it becomes `wrap` of the value.
//
// A store whose place is stored to again, in the same body, is dropped if nothing in between may read it or leave: an
// exit must find memory as the program has it. Nothing is concluded from what other threads may write.
#include "tracer/opt/passes.h"

#include <algorithm>

#include "tracer/ir/walk.h"
#include "tracer/opt/edit.h"

namespace pyvm::tracer {

using namespace ir;

namespace {

class Forwarding {
public:
  Forwarding(Region& region, const AliasInfo& alias) : region_(region), oracle_(region, alias), replaced_(region) {}

  bool run() {
    body(region_.body, {});
    replaced_.apply(region_);
    return changed_;
  }

private:
  struct Known {
    InstructionId access; // names the place
    ValueId value;
  };
  using Memory = std::vector<Known>;

  // A load or store as it is after the replacements so far.
  Instruction current(InstructionId id) const {
    Instruction it = region_.at(id);
    for (ValueId& value : it.operands) value = replaced_.of(value);
    return it;
  }
  Overlap overlap(InstructionId a, InstructionId b) const { return oracle_.overlap(current(a), current(b)); }

  void forget_overlapping(Memory& memory, InstructionId write) const {
    std::erase_if(memory, [&](const Known& known) { return overlap(known.access, write) != Overlap::Never; });
  }
  void forget_written_in(Memory& memory, const Instruction& owner) const {
    for (const Body& nested : owner.bodies)
      for_each_instruction(region_, nested, [&](InstructionId id) {
        if (is_write(region_.at(id))) forget_overlapping(memory, id);
      });
  }
  void forget_lanes(Memory& memory) const {
    std::erase_if(memory, [&](const Known& known) { return info(region_.at(known.access).op).effect == Effect::Lane; });
  }

  void body(Body& body, Memory memory) {
    std::vector<InstructionId> now;
    std::vector<InstructionId> pending; // stores of this body that nobody can have seen yet
    for (const InstructionId id : std::vector<InstructionId>(body.instructions)) {
      now.push_back(id);
      const Instruction& it = region_.at(id);
      if (is_access(it) && is_write(it)) {
        store(id, memory, pending, now);
      } else if (is_access(it)) {
        if (load(id, memory, now)) continue;
        std::erase_if(pending, [&](InstructionId earlier) { return overlap(earlier, id) != Overlap::Never; });
      } else if (info(it.op).effect == Effect::Control || info(it.op).effect == Effect::Guard) {
        pending.clear();
        nested(id, memory);
      }
    }
    body.instructions = std::move(now);
  }

  void nested(InstructionId id, Memory& memory) {
    const bool repeats = region_.at(id).op == Op::For || region_.at(id).op == Op::Loop;
    if (repeats) {
      forget_written_in(memory, region_.at(id));
      forget_lanes(memory);
    }
    for (Body& nested_body : region_.at(id).bodies) body(nested_body, memory);
    if (!repeats) forget_written_in(memory, region_.at(id));
  }

  // True when the load is one no more.
  bool load(InstructionId id, Memory& memory, std::vector<InstructionId>& now) {
    Instruction& it = region_.at(id);
    const auto known = std::find_if(memory.begin(), memory.end(),
                                    [&](const Known& each) { return overlap(each.access, id) == Overlap::Same; });
    if (known == memory.end()) {
      memory.push_back({id, it.results[0]});
      return false;
    }
    changed_ = true;
    if (is_cut_by(region_.at(known->access))) {
      it = {.op = Op::Wrap, .element = it.element, .operands = {known->value}, .results = it.results, .line = it.line};
      return true;
    }
    replaced_.add(it.results[0], known->value);
    now.pop_back();
    return true;
  }

  static bool is_cut_by(const Instruction& access) {
    return access.op == Op::Store && is_integer(access.element) && size_of(access.element) < 8;
  }

  void store(InstructionId id, Memory& memory, std::vector<InstructionId>& pending, std::vector<InstructionId>& now) {
    const auto earlier = std::find_if(pending.begin(), pending.end(),
                                      [&](InstructionId each) { return overlap(each, id) == Overlap::Same; });
    if (earlier != pending.end()) {
      now.erase(std::find(now.begin(), now.end(), *earlier));
      pending.erase(earlier);
      changed_ = true;
    }
    pending.push_back(id);
    forget_overlapping(memory, id);
    memory.push_back({id, region_.at(id).operands.back()});
  }

  Region& region_;
  const AliasOracle oracle_;
  Replacements replaced_;
  bool changed_ = false;
};

} // namespace

bool forward_memory(Region& region, const AliasInfo& alias) { return Forwarding(region, alias).run(); }

} // namespace pyvm::tracer
