// `for` and `while` to bytecode, and the loop table.
#include <algorithm>

#include "vm/bytecode/liveness.h"
#include "vm/compile/accesses.h"
#include "vm/compile/classify.h"
#include "vm/compile/function_compiler.h"
#include "vm/syntax/visit.h"

namespace pyvm {

using namespace syntax;

int FunctionCompiler::open_loop(LoopKind kind, const Node& node) {
  LoopInfo loop;
  loop.kind = kind;
  loop.parent = open_loops_.empty() ? -1 : open_loops_.back()->index;
  loop.location = node.location;
  code_.loops.push_back(std::move(loop));
  return static_cast<int>(code_.loops.size()) - 1;
}

bool FunctionCompiler::is_parallel_prange(const For& node) {
  if (!is_njit() || !options_.parallel || outer_) return false;
  auto* c = cast_if<Call>(node.iter);
  if (!c) return false;
  auto callee = frozen(*c->func);
  return callee && callee->is(Tag::Builtin) && callee->as<Builtin>().id == BuiltinId::Prange;
}

void FunctionCompiler::for_statement(const For& node) {
  const bool parallel = is_parallel_prange(node);
  const int loop = open_loop(parallel ? LoopKind::Prange : LoopKind::For, node);
  const Register state = emit_.temporary(3);
  const int mark = emit_.temporaries();
  const Register iterable = expression(*node.iter);
  at(*node.iter);

  auto* id = cast_if<Name>(node.target);
  const bool plain_local = is_plain_local(*node.target) && !cast_of(id->id);
  const Register target = plain_local ? emit_.local(id->id) : emit_.temporary();
  code_.loops[loop].state = state;
  code_.loops[loop].target = target;
  emit_.patch_loop(loop, &LoopInfo::enter);
  emit_.emit(parallel ? Opcode::EnterPrange : Opcode::EnterFor, state, iterable, loop);
  emit_.release_to(plain_local ? mark : mark + 2);

  OpenLoop open{loop, {}, {}, false};
  open_loops_.push_back(&open);
  const std::set<std::string> before = bound_;
  parallel_depth_ += parallel;
  PrangeDescription description;
  if (parallel) {
    open_flags_.push_back(flags_of(node));
    description = classified(node);
    open_selections(loop, description);
  }
  emit_.patch_loop(loop, &LoopInfo::body);
  if (plain_local) {
    if (!scope_.deleted.count(id->id)) bound_.insert(id->id);
  } else {
    at(*node.target);
    store(*node.target, target);
  }
  statements(node.body);
  emit_.bind(open.next);
  at(*node.iter);
  emit_.patch_loop(loop, &LoopInfo::next);
  emit_.emit(parallel ? Opcode::NextPrange : Opcode::NextFor, state, target, loop);
  parallel_depth_ -= parallel;
  open_loops_.pop_back();
  emit_.patch_loop(loop, &LoopInfo::otherwise);
  bound_ = before;
  reachable_ = true;
  statements(node.orelse);
  bound_ = before;
  emit_.bind(open.end);
  emit_.patch_loop(loop, &LoopInfo::end);
  reachable_ = reachable_ || open.broken;
  if (!parallel) return;
  describe_prange(loop, description);
  open_flags_.pop_back();
}

PrangeDescription FunctionCompiler::classified(const For& node) {
  auto is_builtin = [&](const Expression& callee, BuiltinId id) {
    auto value = frozen(callee);
    return value && value->is(Tag::Builtin) && value->as<Builtin>().id == id;
  };
  PrangeDescription d = classify_prange(node, scope_, is_builtin, open_flags_.back());
  for (const SelectedVariables& selection : d.selections)
    if (cast_of(selection.key) && d.in_order_reason.empty())
      d.in_order_reason = fmt::format("'{}' is converted as it is stored", selection.key);
  return d;
}

// Gives each selection its place. A selection inside of another prange's is one of both, and has a place in each.
void FunctionCompiler::open_selections(int loop, const PrangeDescription& description) {
  if (!description.in_order_reason.empty()) return;
  for (const SelectedVariables& selection : description.selections) {
    LoopSelection row{selection.rule, emit_.local(selection.key), 0, {}};
    row.place = place_of(loop, selection, code_.loops[loop].target);
    std::set<Register> companions;
    for (const std::string& name : selection.companions) companions.insert(emit_.local(name));
    for (const If* statement : selection.statements)
      for (const PlaceOfChoice& outer : places_[statement]) companions.insert(outer.place);
    companions.erase(row.place);
    row.companions.assign(companions.begin(), companions.end());
    for (const If* statement : selection.statements)
      places_[statement].push_back({row.place, code_.loops[loop].target});
    code_.loops[loop].selections.push_back(std::move(row));
  }
}

// `where = i`, if that is one of the companions, else a register of its own.
Register FunctionCompiler::place_of(int loop, const SelectedVariables& selection, Register target) {
  for (const std::string& name : selection.companions) {
    const bool is_target = std::ranges::all_of(selection.statements, [&](const If* statement) {
      return std::ranges::any_of(statement->body, [&](const Statement* s) {
        auto* assign = cast_if<Assign>(s);
        auto* to = assign ? cast_if<Name>(assign->targets[0]) : nullptr;
        auto* from = assign ? cast_if<Name>(assign->value) : nullptr;
        return to && from && to->id == name && !cast_of(name) && !cast_of(from->id) && emit_.has_local(from->id) &&
               emit_.local(from->id) == target;
      });
    });
    if (is_target) return emit_.local(name);
  }
  return emit_.local(fmt::format("the place of {} in loop {}", selection.key, loop));
}

// Variables that hold True or False wherever they are bound, are bound before the loop, and in it are only ever
// assigned the one or the other, never read: `found = True` then means `found |= True`, a reduction.
Flags FunctionCompiler::flags_of(const For& loop) const {
  struct Uses {
    int bindings = 0, bools = 0, bools_inside = 0, mentions_inside = 0;
    bool value = false, mixed = false;
  };
  std::map<std::string, Uses> uses;
  if (!code_.tree) return {};
  const auto count = [&](const Node& node, bool inside) {
    if (auto* id = cast_if<Name>(&node)) {
      Uses& u = uses[id->id];
      u.bindings += !inside && id->ctx != Context::Load;
      u.mentions_inside += inside;
    }
    if (auto* inner = cast_if<FunctionDef>(&node)) uses[inner->name].bindings += !inside;
    auto* assign = cast_if<Assign>(&node);
    const auto flag = assign ? flag_assignment(*assign) : std::nullopt;
    if (!flag) return;
    Uses& u = uses[flag->name];
    u.bools += !inside;
    if (!inside) return;
    u.mixed = u.mixed || (u.bools_inside > 0 && u.value != flag->value);
    u.value = flag->value;
    ++u.bools_inside;
  };
  for_each_node(*static_cast<const Node*>(code_.tree), [&](const Node& node) { count(node, false); });
  for_each_node(loop, [&](const Node& node) { count(node, true); });
  Flags flags;
  for (const auto& [name, u] : uses) {
    const bool plain = scope_.is_local(name) && !scope_.is_cell(name) && !cast_of(name) && bound_.count(name) != 0;
    const bool is_parameter =
        std::find(code_.parameters.begin(), code_.parameters.end(), name) != code_.parameters.end();
    if (plain && !is_parameter && !u.mixed && u.bools_inside > 0 && u.bools_inside == u.mentions_inside &&
        u.bools == u.bindings)
      flags[name] = u.value;
  }
  return flags;
}

void FunctionCompiler::while_statement(const While& node) {
  const int loop = open_loop(LoopKind::While, node);
  OpenLoop open{loop, {}, {}, false};
  open_loops_.push_back(&open);
  emit_.patch_loop(loop, &LoopInfo::enter);
  emit_.patch_loop(loop, &LoopInfo::body);
  const std::set<std::string> before = bound_;
  auto* literal = cast_if<Constant>(node.test);
  const bool endless = literal && (literal->value.kind == ConstantKind::True ||
                                   (literal->value.kind == ConstantKind::Int && literal->value.integer != 0));
  Label otherwise;
  if (!endless) {
    const int mark = emit_.temporaries();
    const Register test = expression(*node.test);
    emit_.jump_if(false, test, otherwise);
    emit_.release_to(mark);
  }
  statements(node.body);
  emit_.bind(open.next);
  at(node);
  emit_.patch_loop(loop, &LoopInfo::next);
  emit_.emit(Opcode::LoopBack, 0, 0, loop);
  open_loops_.pop_back();
  emit_.bind(otherwise);
  emit_.patch_loop(loop, &LoopInfo::otherwise);
  bound_ = before;
  reachable_ = !endless;
  statements(node.orelse);
  bound_ = before;
  emit_.bind(open.end);
  emit_.patch_loop(loop, &LoopInfo::end);
  reachable_ = reachable_ || open.broken;
}

void FunctionCompiler::describe_prange(int loop, PrangeDescription& d) {
  LoopInfo& info = code_.loops[loop];
  info.body_has_loop_or_call = d.body_has_loop_or_call;
  info.in_order_reason = std::move(d.in_order_reason);
  for (PrangeVariable& v : d.variables) {
    if (scope_.is_cell(v.name) || scope_.is_free(v.name)) continue; // the classifier has put the loop in order
    LoopVariable row;
    row.guest_register = emit_.local(v.name);
    row.variable_class = v.variable_class;
    row.reduction = v.reduction;
    row.always_assigned = v.always_assigned;
    row.in_place = v.in_place;
    row.name = std::move(v.name);
    row.line = v.line;
    // Flags have no say in how many lanes there are: they come to the same in any order.
    // Nor have selections, for the same reason.
    info.reductions +=
        row.variable_class == VariableClass::Reduction && row.reduction != ReductionOp::Selected && !v.flag;
    info.variables.push_back(std::move(row));
  }
  for (const LoopSelection& s : info.selections)
    for (const Register r : members_of(s))
      if (std::ranges::find(info.variables, r, &LoopVariable::guest_register) == info.variables.end())
        info.variables.push_back({r, VariableClass::Reduction, ReductionOp::Selected, false, false, false,
                                  code_.register_names[r], info.location.line});
}

// With the whole function known: which last values are read behind their loop.
void FunctionCompiler::settle_pranges() {
  std::optional<Liveness> liveness;
  for (LoopInfo& loop : code_.loops) {
    if (loop.kind != LoopKind::Prange) continue;
    if (!liveness) liveness.emplace(code_);
    for (LoopVariable& v : loop.variables) {
      if (v.variable_class != VariableClass::Private) continue;
      v.live_after = liveness->live(loop.otherwise, v.guest_register) ||
                     (loop.end < code_.instructions.size() && liveness->live(loop.end, v.guest_register));
    }
    if (loop.in_order_reason.empty()) loop.accesses = accesses_of(code_, loop);
  }
}

} // namespace pyvm
