// Loop-invariant code motion.
//
// A computation whose operands are made outside of a loop gives the same in each iteration, and moves before the loop.
// No op of the IR faults, so a computation may run where the program would not have run it (a loop of no iterations, a
// side of an `if` that is never taken). What is dear (divisions, math functions) is not moved out of a side of an `if`,
// where it may never be needed. Loops are treated innermost first, so that one walk takes a computation all the way
// out.
//
// Guards stay: to leave is to resume at this opcode, in this iteration. What they check, the planner hoists.
//
// A load may fault, and what makes its subscripts good may be the very fact that it runs. It moves only if
//   its place does not vary, and nothing in the loop may write there,
//   it stands in the loop's own body, and nothing before it in that body may leave: the first iteration runs it,
//   and there is a first iteration. A `loop` has one; before a `for` the load is put under `lo < hi`, unless the loop
//   is over the whole grain, which is never empty.
// Where the entry has checked the subscript for all iterations of the loops around (AliasInfo::forms_are_in_range), the
// first one need not run the load: it may stand in a block, behind a `continue`. Behind an `if` it stays: that may be
// one of ours, with `lo < hi` of a loop inside. A `touch` that each run of the loop comes to moves likewise: once is
// enough. Nothing is said about stores by others: DESIGN leaves a race's values open.
#include "tracer/opt/passes.h"

#include <algorithm>
#include <utility>

#include "tracer/ir/walk.h"
#include "tracer/opt/edit.h"
#include "tracer/opt/trips.h"

namespace pyvm::tracer {

using namespace ir;

namespace {

class Hoisting {
public:
  Hoisting(Region& region, const AliasInfo& alias)
      : region_(region), oracle_(region, alias), forms_are_in_range_(alias.forms_are_in_range),
        made_(definitions(region)), is_index_(region.values.size()) {
    for_each_instruction(region, region.body, [&](InstructionId id) {
      if (region.at(id).op == Op::For) is_index_[region.at(id).bodies[0].parameters[0]] = true;
    });
  }

  bool run() {
    inner_loops(region_.body);
    return changed_;
  }

private:
  // What is known of the loop at work.
  struct Loop {
    InstructionId id;
    std::vector<bool> inside;          // by value: made in the loop, and not moved out so far
    std::vector<InstructionId> before; // what goes before it
    std::vector<InstructionId> writes; // in it
  };

  void inner_loops(Body& body) {
    std::vector<InstructionId> now;
    for (const InstructionId id : std::vector<InstructionId>(body.instructions)) {
      for (std::size_t i = 0; i < region_.at(id).bodies.size(); ++i)
        in_body(id, i, [this](Body& b) { inner_loops(b); });
      if (region_.at(id).op == Op::For || region_.at(id).op == Op::Loop) {
        const std::vector<InstructionId> before = hoist_from(id);
        now.insert(now.end(), before.begin(), before.end());
      }
      now.push_back(id);
    }
    body.instructions = std::move(now);
  }

  // Works on a body taken out of its owner meanwhile: new instructions move the region's list.
  template <typename Work> void in_body(InstructionId owner, std::size_t which, const Work& work) {
    Body body = std::move(region_.at(owner).bodies[which]);
    work(body);
    region_.at(owner).bodies[which] = std::move(body);
  }

  std::vector<InstructionId> hoist_from(InstructionId id) {
    Loop loop{.id = id, .inside = defined_in(region_, region_.at(id).bodies[0]), .before = {}, .writes = {}};
    for_each_instruction(region_, region_.at(id).bodies[0], [&](InstructionId each) {
      if (is_write(region_.at(each))) loop.writes.push_back(each);
    });
    const bool counted = region_.at(id).op == Op::For;
    in_body(id, 0, [&](Body& body) { hoist(body, loop, {.own = true, .certain = true, .in_blocks = counted}); });
    changed_ |= !loop.before.empty();
    return std::move(loop.before);
  }

  // Where a body stands in the loop.
  struct Place {
    bool own = false;       // the loop's own body
    bool certain = false;   // so far nothing may have left it
    bool in_blocks = false; // of a `for`, with blocks alone around it
  };

  void hoist(Body& body, Loop& loop, Place place) {
    std::vector<InstructionId> now;
    for (const InstructionId id : std::vector<InstructionId>(body.instructions)) {
      const Instruction& it = region_.at(id);
      if (is_invariant(it, loop)) {
        if (info(it.op).effect == Effect::Pure && (place.own || !is_dear(it.op))) {
          move_out(id, loop);
          continue;
        }
        const bool may_run = place.certain || (place.in_blocks && is_in_range(it));
        if (info(it.op).effect == Effect::Read && may_run && !is_written(id, loop)) {
          load_before(id, loop);
          continue;
        }
      }
      if (it.op == Op::Touch && place.certain && runs_at_least_once(region_, made_, region_.at(loop.id))) {
        move_out(id, loop);
        continue;
      }
      place.certain = place.certain && !may_leave(region_, it);
      const bool branches = it.op == Op::If || it.op == Op::Block;
      const Place inside{.in_blocks = place.in_blocks && it.op == Op::Block};
      for (std::size_t i = 0; branches && i < region_.at(id).bodies.size(); ++i)
        in_body(id, i, [&](Body& nested) { hoist(nested, loop, inside); });
      now.push_back(id);
    }
    body.instructions = std::move(now);
  }

  static bool is_invariant(const Instruction& it, const Loop& loop) {
    if (info(it.op).effect != Effect::Pure && info(it.op).effect != Effect::Read) return false;
    for (const ValueId operand : it.operands)
      if (operand < loop.inside.size() && loop.inside[operand]) return false;
    return true;
  }
  // A load whose subscripts the entry has checked for all iterations of the loops around.
  bool is_in_range(const Instruction& load) const {
    if (!forms_are_in_range_ || load.op != Op::Load || load.masked || region_.type(load.results[0]).lanes != 1)
      return false;
    for (std::size_t i = 0; i < subscript_count(load); ++i)
      if (!is_form(load.operands[1 + i])) return false;
    return true;
  }
  bool is_form(ValueId value) const {
    if (value >= made_.size()) return false;
    if (is_index_[value]) return true;
    if (made_[value] == no_id) return false;
    const Instruction& made = region_.at(made_[value]);
    switch (made.op) {
    case Op::Const:
    case Op::Param:
    case Op::Dim:
    case Op::Begin:
    case Op::End:
      return true;
    case Op::Neg:
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::Shl:
      return std::ranges::all_of(made.operands, [&](ValueId each) { return is_form(each); });
    default:
      return false;
    }
  }
  bool is_written(InstructionId load, const Loop& loop) const {
    for (const InstructionId write : loop.writes)
      if (oracle_.overlap(region_.at(load), region_.at(write)) != Overlap::Never) return true;
    return false;
  }

  void move_out(InstructionId id, Loop& loop) {
    loop.before.push_back(id);
    for (const ValueId value : region_.at(id).results) loop.inside[value] = false;
  }

  void load_before(InstructionId id, Loop& loop) {
    if (runs_at_least_once(region_, made_, region_.at(loop.id))) return move_out(id, loop);
    loop.inside[region_.at(id).results[0]] = false;
    const ValueId result = region_.at(id).results[0];
    const Type type = region_.type(result);
    const ValueId loaded = region_.new_value(type);
    region_.at(id).results = {loaded};
    Instruction guarded{.op = Op::If,
                        .operands = {trips_condition(region_, loop.id, loop.before)},
                        .results = {result},
                        .line = region_.at(id).line};
    const InstructionId zero = make(region_, {.op = Op::Const}, {type});
    guarded.bodies.push_back({{}, {id, make(region_, {.op = Op::Yield, .operands = {loaded}})}});
    guarded.bodies.push_back({{}, {zero, make(region_, {.op = Op::Yield, .operands = region_.at(zero).results})}});
    loop.before.push_back(make(region_, std::move(guarded)));
  }

  Region& region_;
  const AliasOracle oracle_;
  const bool forms_are_in_range_;
  const std::vector<InstructionId> made_;
  std::vector<bool> is_index_; // by value: of a `for`
  bool changed_ = false;
};

} // namespace

bool hoist_invariants(Region& region, const AliasInfo& alias) { return Hoisting(region, alias).run(); }

} // namespace pyvm::tracer
