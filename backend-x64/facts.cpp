// Collects the facts in five passes over the tree: places, addresses, forms, readers, shared registers.

#include "backend-x64/facts.h"

#include "backend-x64/addresses.h"
#include "vm/support/assert.h"

#include <algorithm>
#include <map>
#include <set>

namespace pyvm::x64 {
namespace {

using ir::Body;
using ir::Effect;
using ir::info;
using ir::Instruction;
using ir::Op;
using ir::Type;

bool is_entry_op(Op op) {
  switch (op) {
  case Op::Const:
  case Op::Param:
  case Op::Begin:
  case Op::End:
  case Op::ArrayRef:
  case Op::Dim:
  case Op::Iota:
    return true;
  default:
    return false;
  }
}

// What may be computed in the cold code behind an exit: whatever is short and calls nothing.
bool may_wait_for_exit(Op op) {
  switch (op) {
  case Op::FloorDiv:
  case Op::FloorMod:
  case Op::UDiv:
  case Op::UMod:
  case Op::Pow:
  case Op::Math:
    return false;
  default:
    return info(op).effect == Effect::Pure;
  }
}

// Need not be done when nobody reads the result.
bool is_droppable(Op op) {
  const Effect effect = info(op).effect;
  return effect == Effect::Pure || effect == Effect::Read || op == Op::LaneGet;
}

bool is_compare(Op op) { return op >= Op::Eq && op <= Op::ULe; }
static_assert(static_cast<int>(Op::ULe) - static_cast<int>(Op::Eq) == 7, "the compares stand together in ir_ops.def");

// Memory holds the element as the register does, so that a memory operand can stand for the load.
bool is_natural(ScalarKind element) {
  return is_float(element) || element == ScalarKind::Int64 || element == ScalarKind::UInt64;
}

} // namespace

Facts::Facts(const ir::Region& region)
    : region_(region), values_(region.values.size()), instructions_(region.instructions.size()) {
  walk(region.body, no_loop);
  plan_accesses();
  find_forms();
  fold_into_readers(region.body);
  choose_modes();
  note_reads(region.body);
  for (ValueFacts& value : values_) std::sort(value.read_at.begin(), value.read_at.end());
  share_in(region.body);
  share_subscripts();
}

bool Facts::is_emitted(const Instruction& it) const {
  if (!is_droppable(it.op)) return true;
  return values_[it.results[0]].form == Form::Emitted;
}

// ---- places -------------------------------------------------------------------------------------------------------

void Facts::walk(const Body& body, LoopId loop) {
  const auto define = [&](ValueId value, InstructionId by) {
    bool entry = by != no_id && is_entry_op(region_.instructions[by].op);
    values_[value].definition = by;
    values_[value].body = &body;
    values_[value].loop = entry ? no_loop : loop;
    values_[value].position = static_cast<int>(order_.size());
  };
  for (ValueId parameter : body.parameters) define(parameter, no_id);
  for (InstructionId id : body.instructions) {
    const Instruction& it = region_.instructions[id];
    for (ValueId result : it.results) define(result, id);
    InstructionFacts& facts = instructions_[id];
    facts.body = &body;
    facts.loop = loop;
    facts.position = static_cast<int>(order_.size());
    order_.push_back(id);
    LoopId inside = loop;
    if (it.op == Op::For || it.op == Op::Loop) {
      inside = static_cast<LoopId>(loops_.size());
      facts.owns = inside;
      loops_.push_back({&it, loop, it.op == Op::For ? it.bodies[0].parameters[0] : no_id, true, {}});
      for (LoopId outer = loop; outer != no_loop; outer = loops_[static_cast<std::size_t>(outer)].parent)
        loops_[static_cast<std::size_t>(outer)].innermost = false;
    }
    for (const Body& nested : it.bodies) walk(nested, inside);
    instructions_[id].end = static_cast<int>(order_.size()) - 1;
  }
}

// ---- addresses ----------------------------------------------------------------------------------------------------

void Facts::plan_accesses() {
  for (InstructionId id : order_) {
    const Instruction& it = region_.instructions[id];
    if (it.op != Op::Load && it.op != Op::Store) continue;
    LoopId loop = instructions_[id].loop;
    AddressForm form = address_form(region_, *this, it, loop);
    AccessPlan plan{array_slot(region_, *this, it.operands[0]), loop, -1, {}, form.offset};
    PointerGroup group;
    group.slot = plan.slot;
    for (const AddressTerm& term : form.terms) {
      if (loop == no_loop)
        plan.dynamic.push_back(term);
      else if (term.value != no_id && term.value == loops_[static_cast<std::size_t>(loop)].index)
        group.with_index.push_back(term);
      else if (term.value != no_id && values_[term.value].loop == loop)
        plan.dynamic.push_back(term);
      else
        group.invariant.push_back(term);
    }
    if (!group.invariant.empty() || !group.with_index.empty()) {
      std::vector<PointerGroup>& groups = loops_[static_cast<std::size_t>(loop)].groups;
      auto same = std::find_if(groups.begin(), groups.end(), [&](const PointerGroup& other) {
        return other.slot == group.slot && other.invariant == group.invariant && other.with_index == group.with_index;
      });
      if (same == groups.end()) same = groups.insert(groups.end(), group);
      ++same->members;
      same->has_dynamic_member |= !plan.dynamic.empty();
      plan.group = static_cast<int>(same - groups.begin());
    }
    instructions_[id].access = static_cast<int>(accesses_.size());
    accesses_.push_back(std::move(plan));
  }
}

// ---- forms --------------------------------------------------------------------------------------------------------

template <typename F> void Facts::for_each_read(const Instruction& it, F&& f) const {
  std::size_t first = 0, last = it.operands.size();
  if (it.op == Op::Load || it.op == Op::Store) {
    const AccessPlan& plan = access(it);
    for (const AddressTerm& term : plan.dynamic)
      if (term.value != no_id) f(term.value);
    first = 1;
    last = 1 + subscript_count(it);
    for (std::size_t k = first; k < last; ++k)
      if (region_.type(it.operands[k]).lanes > 1) f(it.operands[k]);
    if (it.masked) f(mask_of(it));
    if (it.op == Op::Store) f(it.operands.back());
    return;
  }
  for (std::size_t k = first; k < last; ++k)
    if (region_.type(it.operands[k]).base != ir::Base::Array) f(it.operands[k]);
}

void Facts::find_forms() {
  // What pointer groups read is needed as soon as the loop is there.
  for (const LoopFacts& loop : loops_)
    for (const PointerGroup& group : loop.groups)
      for (const AddressTerm& term : group.invariant)
        if (term.value != no_id) ++values_[term.value].reads;
  for (std::size_t k = order_.size(); k-- > 0;) visit_backwards(region_.instructions[order_[k]]);
}

void Facts::visit_backwards(const Instruction& it) {
  const auto any = [&](int ValueFacts::*count) {
    return std::any_of(it.results.begin(), it.results.end(), [&](ValueId r) { return values_[r].*count > 0; });
  };
  bool droppable = is_droppable(it.op);
  bool read = any(&ValueFacts::reads), read_at_exits = any(&ValueFacts::exit_reads);
  Form form = Form::Emitted;
  if (is_entry_op(it.op))
    form = Form::Entry;
  else if (droppable && !read && !read_at_exits)
    form = Form::Dead;
  else if (!read && read_at_exits && may_wait_for_exit(it.op))
    form = Form::AtExits;
  for (ValueId result : it.results) values_[result].form = form;
  if (form == Form::Emitted) {
    for_each_read(it, [&](ValueId value) { ++values_[value].reads; });
    if (it.exit != no_id)
      for (ValueId value : region_.exits[it.exit].operands) ++values_[value].exit_reads;
  } else if (form == Form::AtExits) {
    for_each_read(it, [&](ValueId value) { ++values_[value].exit_reads; });
  }
  for (const Body& body : it.bodies)
    for (ValueId parameter : body.parameters) values_[parameter].form = Form::Emitted;
}

// ---- readers that take their operand in ---------------------------------------------------------------------------

bool Facts::takes_memory(const ir::Region& region, const Instruction& reader, std::size_t operand) {
  const Type type = region.type(reader.operands[operand]);
  switch (reader.op) {
  case Op::Mul:
    return type != ir::i64.with_lanes(4); // AVX2 multiplies int64 in pieces
  case Op::Add:
  case Op::And:
  case Op::Or:
  case Op::Xor:
    return true;
  case Op::Sub:
  case Op::Div:
    return operand == 1;
  case Op::Min:
  case Op::Max:
    return operand == 0 && type.is_float();
  case Op::Splat:
    return true;
  case Op::FloatToFloat:
    return type.base == ir::Base::F32 && region.type(reader.results[0]).base == ir::Base::F64;
  default:
    return false;
  }
}

namespace {

// What the processor does to memory in place.
bool is_update(Op op) { return op == Op::Add || op == Op::Sub || op == Op::And || op == Op::Or || op == Op::Xor; }

} // namespace

void Facts::fold_into_readers(const Body& body) {
  fold_extracts(body);
  for (std::size_t k = 0; k < body.instructions.size(); ++k) {
    const Instruction& it = region_.instructions[body.instructions[k]];
    for (const Body& nested : it.bodies) fold_into_readers(nested);
    if (it.op == Op::And && region_.lanes == 8 && is_emitted(it)) fold_masked_compare(it, body);
    if (is_bitwise(it.op) && has_ternary_logic(region_.type(it.results[0])) && is_emitted(it)) fold_logic(it, body);
    if (it.op == Op::Store) fold_update(it, body, k);
    if (it.op == Op::If || it.op == Op::Guard) fold_condition(it, body);
    if (it.results.size() != 1 || values_[it.results[0]].form != Form::Emitted) continue;
    if (values_[it.results[0]].exit_reads != 0) continue;
    if (is_compare(it.op) || (it.op == Op::Any && values_[it.results[0]].reads == 1))
      fold_compare(it, body, k);
    else if (it.op == Op::Load && values_[it.results[0]].reads == 1)
      fold_load(it, body, k);
  }
}

// Into branches, guards, and selects that can use the processor's flags or a compare mask of their own type. Comparing
// again for each of them is cheaper than to keep the answer in a register.
void Facts::fold_compare(const Instruction& it, const Body& body, std::size_t index) {
  const ValueId result = it.results[0];
  if (region_.type(result).lanes > 1) return;
  int taken = 0;
  for (std::size_t k = index + 1; k < body.instructions.size(); ++k) {
    const Instruction& reader = region_.instructions[body.instructions[k]];
    if (reader.operands.empty() || reader.operands[0] != result || !is_emitted(reader)) continue;
    bool takes = reader.op == Op::If || reader.op == Op::Guard;
    if (reader.op == Op::Select && is_compare(it.op)) {
      Type selected = region_.type(reader.results[0]), compared = region_.type(it.operands[0]);
      takes = selected.is_float() ? selected == compared : selected.base != ir::Base::Array;
    }
    if (takes) ++taken;
  }
  if (taken > 0 && taken == values_[result].reads) values_[result].form = Form::InReader;
}

// What all of a branch's compares must say becomes a branch for each of them, where nothing else reads it. Of two, both
// answers and one branch cost no more, and it is seldomer guessed wrong.
void Facts::fold_condition(const Instruction& branch, const Body& body) {
  constexpr std::size_t most_answers = 2;
  const auto read_here = [&](ValueId value, std::ptrdiff_t times) {
    const ValueFacts& facts = values_[value];
    return facts.form == Form::Emitted && facts.reads == times && facts.exit_reads == 0 && facts.body == &body &&
           region_.type(value) == ir::b1 && definition(value) != nullptr;
  };
  std::vector<ValueId> all = {branch.operands[0]}, joined;
  for (std::size_t k = 0; k < all.size();) {
    if (!read_here(all[k], 1) || definition(all[k])->op != Op::And) {
      ++k;
      continue;
    }
    joined.push_back(all[k]);
    const std::vector<ValueId>& parts = definition(all[k])->operands;
    all[k] = parts[0];
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(k) + 1, parts[1]);
  }
  const std::set<ValueId> different(all.begin(), all.end());
  if (different.size() <= most_answers) return;
  for (const ValueId value : joined) values_[value].form = Form::InReader;
  for (const ValueId value : different) {
    const auto times = std::count(all.begin(), all.end(), value);
    if (read_here(value, times) && is_compare(definition(value)->op)) values_[value].form = Form::InReader;
  }
}

// AVX-512 compares under a mask, so that `and` of a mask and a compare, or of its opposite, is one instruction.
void Facts::fold_masked_compare(const Instruction& it, const Body& body) {
  const auto foldable = [&](ValueId value) {
    const ValueFacts& facts = values_[value];
    return facts.form == Form::Emitted && facts.reads == 1 && facts.exit_reads == 0 && facts.body == &body &&
           region_.type(value) == ir::b1.with_lanes(8) && definition(value) != nullptr;
  };
  const auto compares = [&](ValueId value) {
    return foldable(value) && is_compare(definition(value)->op) &&
           region_.type(definition(value)->operands[0]).base != ir::Base::Bool;
  };
  for (ValueId operand : {it.operands[1], it.operands[0]}) {
    if (compares(operand)) {
      values_[operand].form = Form::InReader;
      return;
    }
    if (!foldable(operand) || definition(operand)->op != Op::Not || !compares(definition(operand)->operands[0]))
      continue;
    values_[operand].form = values_[definition(operand)->operands[0]].form = Form::InReader;
    return;
  }
}

// AVX-512 has one instruction for any two bitwise ops in a row.
void Facts::fold_logic(const Instruction& it, const Body& body) {
  const auto is_plain = [&](const Instruction& each) {
    return std::none_of(each.operands.begin(), each.operands.end(),
                        [&](ValueId operand) { return values_[operand].form == Form::InReader; });
  };
  if (!is_plain(it)) return;
  for (ValueId operand : it.operands) {
    ValueFacts& facts = values_[operand];
    const Instruction* inner = definition(operand);
    if (inner == nullptr || !is_bitwise(inner->op) || !is_plain(*inner)) continue;
    if (facts.form != Form::Emitted || facts.body != &body || facts.reads != 1 || facts.exit_reads != 0) continue;
    facts.form = Form::InReader;
    return;
  }
}

// `a[i] += x` on 64-bit integers: one instruction that works on memory, if the store's value is made of what stood at
// that very place and has no other use. Between the load and the store nothing may write.
void Facts::fold_update(const Instruction& store, const Body& body, std::size_t index) {
  const ValueId sum = store.operands.back();
  const Instruction* made = definition(sum);
  if (made == nullptr || values_[sum].body != &body || !is_update(made->op) || region_.type(sum) != ir::i64) return;
  if (size_of(store.element) != 8 || values_[sum].form != Form::Emitted) return;
  const auto only_use = [&](ValueId value) { return values_[value].reads == 1 && values_[value].exit_reads == 0; };
  if (!only_use(sum)) return;
  for (std::size_t k = 0; k < (made->op == Op::Sub ? 1 : 2); ++k) {
    const ValueId old = made->operands[k], other = made->operands[1 - k];
    if (values_[other].form == Form::InReader) continue;
    const Instruction* load = definition(old);
    if (load == nullptr || load->op != Op::Load || values_[old].body != &body || !only_use(old)) continue;
    if (load->element != store.element || load->masked || store.masked) continue;
    if (!std::equal(load->operands.begin(), load->operands.end(), store.operands.begin(), store.operands.end() - 1))
      continue;
    for (std::size_t between = index; between-- > 0;) {
      const Instruction& it = region_.instructions[body.instructions[between]];
      if (&it == load) break;
      if (info(it.op).effect == Effect::Write || info(it.op).effect == Effect::Control) return;
    }
    values_[sum].form = values_[old].form = Form::InReader;
    return;
  }
}

void Facts::fold_load(const Instruction& it, const Body& body, std::size_t index) {
  ValueId result = it.results[0];
  bool vector = region_.type(result).lanes > 1;
  if (!is_natural(it.element) || it.masked || (vector && it.lane_stride != ir::LaneStride::Contiguous)) return;
  fold_into_next_reader(result, body, index, false);
}

void Facts::fold_into_next_reader(ValueId result, const Body& body, std::size_t index, bool past_stores) {
  for (std::size_t k = index + 1; k < body.instructions.size(); ++k) {
    const Instruction& reader = region_.instructions[body.instructions[k]];
    if (!past_stores && (info(reader.op).effect == Effect::Write || info(reader.op).effect == Effect::Control)) return;
    auto at = std::find(reader.operands.begin(), reader.operands.end(), result);
    if (at == reader.operands.end() || !is_emitted(reader)) continue;
    bool another = std::any_of(reader.operands.begin(), reader.operands.end(),
                               [&](ValueId other) { return values_[other].form == Form::InReader; });
    if (!another && takes_memory(region_, reader, static_cast<std::size_t>(at - reader.operands.begin())))
      values_[result].form = Form::InReader;
    return;
  }
}

// A vector that is taken apart goes through memory once, where its lanes are memory operands: moving them to the bottom
// of a register one after the other takes more instructions, all of them for the unit that permutes.
void Facts::fold_extracts(const Body& body) {
  std::map<ValueId, std::vector<std::size_t>> lanes_of;
  for (std::size_t k = 0; k < body.instructions.size(); ++k) {
    const Instruction& it = region_.instructions[body.instructions[k]];
    if (it.op == Op::Extract && values_[it.results[0]].form == Form::Emitted) lanes_of[it.operands[0]].push_back(k);
  }
  for (const auto& [vector, places] : lanes_of) {
    if (places.size() < 2) continue;
    for (std::size_t k : places) {
      instructions_[body.instructions[k]].opener = body.instructions[places[0]];
      const ValueId lane = region_.instructions[body.instructions[k]].results[0];
      const bool one_reader = values_[lane].reads == 1 && values_[lane].exit_reads == 0;
      if (k != places[0] && one_reader) fold_into_next_reader(lane, body, k, true);
    }
  }
}

// ---- pointers -----------------------------------------------------------------------------------------------------

// A moving pointer costs an instruction in each iteration; an index in the addressing mode costs one for each access
// that is folded into arithmetic (Intel's cores take such operands apart), and saves setting the pointer up.
void Facts::choose_modes() {
  const auto is_folded = [&](const Instruction& access) {
    const ValueId value = access.op == Op::Load ? access.results[0] : access.operands.back();
    return values_[value].form == Form::InReader;
  };
  for (InstructionId id : order_) {
    const Instruction& it = region_.instructions[id];
    if (instructions_[id].access < 0 || !is_folded(it)) continue;
    const AccessPlan& plan = access(it);
    if (plan.group >= 0)
      ++loops_[static_cast<std::size_t>(plan.loop)].groups[static_cast<std::size_t>(plan.group)].folded;
  }
  for (LoopFacts& loop : loops_) {
    for (PointerGroup& group : loop.groups) {
      if (group.with_index.empty()) continue;
      const AddressTerm& term = group.with_index.front();
      bool scalable = group.with_index.size() == 1 && term.dimension == AddressTerm::none &&
                      (term.factor == 1 || term.factor == 2 || term.factor == 4 || term.factor == 8);
      bool indexed = scalable && (group.members == 1 || group.folded == 0) && !group.has_dynamic_member;
      group.mode = indexed ? PointerGroup::Mode::Indexed : PointerGroup::Mode::Bumped;
    }
  }
}

// ---- reads --------------------------------------------------------------------------------------------------------

// Reads of a value that stands inside its reader, or waits for an exit, are reads of its operands.
void Facts::note_read(ValueId value, int position) {
  values_[value].read_at.push_back(position);
  Form form = values_[value].form;
  if (form == Form::InReader || form == Form::AtExits)
    for_each_read(*definition(value), [&](ValueId operand) { note_read(operand, position); });
}

void Facts::note_loop_reads(const Instruction& it, int position) {
  // The pointers are set up after the loop's first values have been moved into their registers.
  for (const PointerGroup& group : loops_[static_cast<std::size_t>(at(it).owns)].groups)
    for (const AddressTerm& term : group.invariant)
      if (term.value != no_id) note_read(term.value, position + 1);
  if (it.op == Op::For) note_read(it.operands[1], at(it).end);
}

void Facts::note_reads(const Body& body) {
  for (InstructionId id : body.instructions) {
    const Instruction& it = region_.instructions[id];
    bool emitted = is_emitted(it) && (it.results.empty() || values_[it.results[0]].form != Form::InReader);
    if (emitted) {
      int position = instructions_[id].position;
      for_each_read(it, [&](ValueId value) { note_read(value, position); });
      if (it.exit != no_id)
        for (ValueId value : region_.exits[it.exit].operands) note_read(value, position);
      if (instructions_[id].owns != no_loop) note_loop_reads(it, position);
    }
    for (const Body& nested : it.bodies) note_reads(nested);
  }
}

bool Facts::read_between(ValueId value, int after, int limit) const {
  const std::vector<int>& reads = values_[value].read_at;
  auto next = std::upper_bound(reads.begin(), reads.end(), after);
  return next != reads.end() && *next <= limit;
}

bool Facts::may_leave_between(int first, int last) const {
  for (int k = first + 1; k < last; ++k)
    if (region_.instructions[order_[static_cast<std::size_t>(k)]].exit != no_id) return true;
  return false;
}

// ---- shared registers ---------------------------------------------------------------------------------------------

// True when `next`, computed in `body`, can be written straight into the register of `parameter`: nobody reads the
// parameter after that, up to position `limit`. `sharers` gets `next` and, where it is an `if`, what its sides yield.
bool Facts::may_share(ValueId parameter, ValueId next, const Body& body, int limit,
                      std::vector<ValueId>& sharers) const {
  const ValueFacts& value = values_[next];
  if (value.definition == no_id || value.body != &body || value.form != Form::Emitted || value.shares != no_id)
    return false;
  if (std::find(sharers.begin(), sharers.end(), next) != sharers.end()) return false;
  const Instruction& it = region_.instructions[value.definition];
  const InstructionFacts& facts = instructions_[value.definition];
  if (it.op != Op::If) {
    if (read_between(parameter, facts.position, limit)) return false;
    sharers.push_back(next);
    return true;
  }
  if (read_between(parameter, facts.end, limit)) return false;
  sharers.push_back(next);
  auto index = static_cast<std::size_t>(std::find(it.results.begin(), it.results.end(), next) - it.results.begin());
  for (const Body& side : it.bodies) {
    InstructionId last = side.instructions.back();
    const Instruction& terminator = region_.instructions[last];
    if (terminator.op == Op::Yield)
      may_share(parameter, terminator.operands[index], side, instructions_[last].position, sharers);
  }
  return true;
}

void Facts::share_in(const Body& body) {
  for (InstructionId id : body.instructions) {
    const Instruction& it = region_.instructions[id];
    const auto share = [&](ValueId target, ValueId next, const Body& inside) {
      std::vector<ValueId> sharers;
      if (may_share(target, next, inside, instructions_[id].end, sharers))
        for (ValueId sharer : sharers) values_[sharer].shares = target;
    };
    for (const Body& nested : it.bodies) {
      const Instruction& terminator = region_.instructions[nested.instructions.back()];
      if (terminator.op == Op::Yield && it.op != Op::Block) {
        std::size_t skipped = it.op == Op::For ? 1 : 0;
        for (std::size_t k = 0; k < terminator.operands.size(); ++k) {
          bool loops = it.op == Op::For || it.op == Op::Loop;
          // An `if`'s result is read by nobody before its sides have ended.
          if (loops)
            share(nested.parameters[k + skipped], terminator.operands[k], nested);
          else if (values_[it.results[k]].shares == no_id)
            share(it.results[k], terminator.operands[k], nested);
        }
      }
      share_in(nested);
    }
  }
}

// A subscript that is in range as it stands is its own result, so both may have one register where nothing reads the
// subscript any more: no copy stands in the chain of loads. A negative one is changed in cold code, which changes it
// back before an exit looks.
void Facts::share_subscripts() {
  std::set<ValueId> kept; // a reduction's: its register outlives all reads
  for (InstructionId id : order_)
    if (region_.instructions[id].op == Op::LaneSet) kept.insert(region_.instructions[id].operands[0]);
  for (InstructionId id : order_) {
    const Instruction& it = region_.instructions[id];
    if (it.op != Op::Index || region_.type(it.results[0]).lanes > 1 || kept.contains(it.operands[0])) continue;
    const ValueId subscript = it.operands[0];
    ValueFacts& result = values_[it.results[0]];
    const ValueFacts& facts = values_[subscript];
    if (result.form != Form::Emitted || result.shares != no_id || it.operands[1] == subscript) continue;
    if (facts.form != Form::Emitted || facts.shares != no_id || facts.body != result.body) continue;
    if (facts.definition == no_id) continue;
    const Effect effect = info(region_.instructions[facts.definition].op).effect;
    if (effect != Effect::Pure && effect != Effect::Read) continue;
    if (!read_between(subscript, instructions_[id].position, static_cast<int>(order_.size())))
      result.shares = subscript;
  }
}

} // namespace pyvm::x64
