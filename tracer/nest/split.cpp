#include "tracer/nest/split.h"

#include <limits>
#include <vector>

#include "tracer/ir/walk.h"
#include "tracer/nest/copy.h"
#include "tracer/opt/edit.h"
#include "tracer/opt/moving.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

// Loops of more instructions stay as they are.
constexpr std::size_t most_instructions = 100;

// index + offset + addend = still, with offset no_id for none.
struct Cut {
  ValueId still = ir::no_id, offset = ir::no_id;
  std::int64_t addend = 0;
};

class LoopSplitter : public Copier {
public:
  LoopSplitter(const ir::Region& from, ir::Region& to) : Copier(from, to), made_(ir::definitions(from)) {}

  bool changed() const { return changed_; }

private:
  void instruction(ir::InstructionId id) override {
    const ir::Instruction& it = from_.at(id);
    if (it.op == Op::For && it.immediate == 1 && loops_around_ > 0)
      if (const auto cut = find(it)) return split(it, *cut);
    const bool loops = it.op == Op::For || it.op == Op::Loop;
    loops_around_ += loops ? 1 : 0;
    copy(id);
    loops_around_ -= loops ? 1 : 0;
  }

  std::optional<Cut> find(const ir::Instruction& loop) const {
    std::vector<const ir::Instruction*> accesses;
    std::size_t count = 0;
    bool innermost = true;
    ir::for_each_instruction(from_, loop.bodies[0], [&](ir::InstructionId id) {
      const ir::Instruction& it = from_.at(id);
      ++count;
      if (it.op == Op::For || it.op == Op::Loop) innermost = false;
      if (it.op == Op::Load || it.op == Op::Store) accesses.push_back(&it);
    });
    if (!innermost || count > most_instructions) return std::nullopt;
    const std::vector<bool> inside = defined_in(from_, loop.bodies[0]);
    for (const ir::Instruction* store : accesses)
      for (const ir::Instruction* other : accesses)
        if (store->op == Op::Store && other->operands[0] == store->operands[0])
          if (const auto cut = cut_between(loop, inside, *store, *other)) return cut;
    return std::nullopt;
  }

  std::optional<Cut> cut_between(const ir::Instruction& loop, const std::vector<bool>& inside,
                                 const ir::Instruction& store, const ir::Instruction& other) const {
    const auto stands_still = [&](ValueId value) { return value >= inside.size() || !inside[value]; };
    for (std::size_t d = 0; d < ir::subscript_count(store); ++d) {
      const ValueId x = store.operands[1 + d], y = other.operands[1 + d];
      if (stands_still(x) == stands_still(y)) continue;
      const auto moving =
          moving_subscript(from_, made_, inside, loop.bodies[0].parameters[0], stands_still(x) ? y : x);
      if (moving) return Cut{stands_still(x) ? x : y, moving->offset, moving->addend};
    }
    return std::nullopt;
  }

  void split(const ir::Instruction& it, const Cut& cut) {
    changed_ = true;
    build_.set_line(it.line);
    const ValueId lo = at(it.operands[0]), hi = at(it.operands[1]), one = build_.int_constant(1);
    ValueId met = at(cut.still);
    if (cut.offset != ir::no_id) met = build_.emit(Op::Sub, {met, at(cut.offset)});
    met = build_.emit(Op::Sub, {met, build_.int_constant(cut.addend)});
    // The greatest int64 is no index: what is next to it must not be the least.
    met = build_.emit(Op::Min, {met, build_.int_constant(std::numeric_limits<std::int64_t>::max() - 1)});

    std::vector<ValueId> carried = piece(it, lo, build_.emit(Op::Min, {met, hi}), at(it.operands, 2));
    build_.begin_if(build_.emit(Op::And, {build_.emit(Op::Le, {lo, met}), build_.emit(Op::Lt, {met, hi})}));
    enter(it, met, carried);
    body(it.bodies[0]);
    build_.begin_else();
    build_.yield(carried);
    std::vector<ir::Type> types;
    for (const ValueId result : it.results) types.push_back(from_.type(result));
    carried = build_.end_if(types);
    forget_exits();
    build_.set_line(it.line);
    set(it.results, piece(it, build_.emit(Op::Max, {build_.emit(Op::Add, {met, one}), lo}), hi, carried));
  }

  // Nobody has declared a piece independent: it is cut where iterations of the whole may be proven to meet, and where
  // its own bounds are less well known.
  std::vector<ValueId> piece(const ir::Instruction& it, ValueId lo, ValueId hi, const std::vector<ValueId>& carried) {
    const auto opened = build_.begin_for(lo, hi, it.immediate, carried);
    enter(it, opened.index, std::vector<ValueId>(opened.parameters.begin(), opened.parameters.end()));
    body(it.bodies[0]);
    const std::vector<ValueId> results = build_.end_for();
    forget_exits();
    return results;
  }

  // Exits give the values of the piece that they stand in.
  void enter(const ir::Instruction& it, ValueId index, const std::vector<ValueId>& carried) {
    forget_exits();
    set(it.bodies[0].parameters[0], index);
    for (std::size_t k = 0; k < carried.size(); ++k) set(it.bodies[0].parameters[k + 1], carried[k]);
  }

  const std::vector<ir::InstructionId> made_; // by value
  int loops_around_ = 0;
  bool changed_ = false;
};

} // namespace

std::optional<ir::Region> split_loops(const ir::Region& region) {
  ir::Region result;
  LoopSplitter splitter(region, result);
  splitter.run();
  if (!splitter.changed()) return std::nullopt;
  return result;
}

} // namespace pyvm::tracer::nest
