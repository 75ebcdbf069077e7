// One walk over the body in evaluation order, with the set of variables that this iteration has certainly assigned.
//
//   read before that                        -> carried (an earlier iteration's value is seen)
//   only ever `s op= x`, one op, no reads   -> reduction
//   assigned before every read              -> private, its last value may live on
//   never assigned                          -> invariant
//
// `found = True` is one of `|=` where flags say so, `= False` one of `&=`.
// A contribution is `s op= x`, `s = s op x` (also `x op s` where op commutes), `s = min(s, x, ...)`, `s = max(s, x,
// ...)`, x not reading s. After an ordinary assignment in the same iteration the same statement is no contribution but
// a use of a private variable.
//
// A selection is `if x > s: s = x; where = i` (selections.h). Its variables are reductions if nothing else names them,
// and all statements that replace `s` compare the same way and set the same variables.
//
// The variable of an inner loop counts as assigned behind it although the loop may be empty, when its range is the same
// in every iteration and nothing else assigns the variable: either every iteration assigns it then, or none does and
// all read the value from before the prange, which every worker has.
#include "vm/compile/classify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "vm/syntax/visit.h"

namespace pyvm {

using namespace syntax;

namespace {

struct Facts {
  bool assigned = false; // other than by a contribution
  bool contributed = false;
  bool mixed = false;      // contributions of unlike operators
  bool rebound = false;    // contributions that are no `s op= x`
  bool read_early = false; // read where this iteration has not certainly assigned it
  bool read = false;       // other than by a contribution
  bool selected = false;   // by selections, of the variable `key`
  std::string key;
  ReductionOp op = ReductionOp::Add;
  int first_line = 0;
  int read_line = 0;
  int assigned_line = 0;
};

struct Contribution {
  std::string name;
  ReductionOp op;
  std::vector<const Expression*> values; // several for max(s, x, y)
  bool in_place = false;                 // s op= x
};

class Classifier {
public:
  Classifier(const For& loop, const Scope& scope, const IsBuiltin& is_builtin, const Flags& flags)
      : loop_(loop), scope_(scope), is_builtin_(is_builtin), flags_(flags) {}

  PrangeDescription run() {
    count_bindings();
    assign_target(*loop_.target);
    walk(loop_.body);
    if (here_) ends_.push_back(*here_);
    find_loops_and_calls();
    settle_selections();
    for (auto& [name, f] : facts_) describe(name, f);
    return std::move(result_);
  }

private:
  using Assigned = std::set<std::string>;

  bool is_variable(const std::string& name) const { return scope_.is_local(name) || scope_.is_free(name); }
  bool certainly_assigned(const std::string& name) const { return !here_ || here_->count(name); }

  Facts& facts(const std::string& name, const Node& node) {
    Facts& f = facts_[name];
    if (!f.first_line) f.first_line = node.location.line;
    return f;
  }

  void read_name(const std::string& name, const Node& node) {
    if (!is_variable(name)) return;
    Facts& f = facts(name, node);
    if (!f.read) f.read_line = node.location.line;
    f.read = true;
    if (!certainly_assigned(name)) {
      if (!f.read_early) f.read_line = node.location.line;
      f.read_early = true;
    }
  }

  void assign_name(const std::string& name, const Node& node) {
    Facts& f = facts(name, node);
    if (!f.assigned) f.assigned_line = node.location.line;
    f.assigned = true;
    if (here_) here_->insert(name);
    if (scope_.is_cell(name) || scope_.is_free(name))
      in_order(fmt::format("'{}', assigned in the loop (line {}), is shared with an inner function", name,
                           node.location.line));
  }

  void in_order(std::string reason) {
    if (result_.in_order_reason.empty()) result_.in_order_reason = std::move(reason);
  }

  // ---- contributions

  std::optional<Contribution> contribution(const Statement& node) const {
    std::optional<Contribution> c;
    if (auto* aug = cast_if<AugAssign>(&node)) {
      auto* id = cast_if<Name>(aug->target);
      auto op = reduction_of(static_cast<BinaryOp>(aug->op));
      if (id && op) c = Contribution{id->id, *op, {aug->value}, true};
    } else if (auto* a = cast_if<Assign>(&node); a && a->targets.size() == 1) {
      if (auto* id = cast_if<Name>(a->targets[0])) c = combined(id->id, *a->value);
      if (auto flag = flag_assignment(node); flag && flags_.count(flag->name))
        c = Contribution{flag->name, flag->value ? ReductionOp::BitOr : ReductionOp::BitAnd, {}};
    }
    if (!c || !is_variable(c->name) || certainly_assigned(c->name)) return std::nullopt;
    for (const Expression* value : c->values)
      if (reads(*value, c->name)) return std::nullopt;
    return c;
  }

  std::optional<Contribution> combined(const std::string& name, const Expression& value) const {
    auto is_it = [&](const Expression* e) {
      auto* id = cast_if<Name>(e);
      return id && id->id == name;
    };
    if (auto* b = cast_if<BinOp>(&value)) {
      auto op = reduction_of(static_cast<BinaryOp>(b->op));
      if (!op) return std::nullopt;
      const bool commutes = *op != ReductionOp::Sub && *op != ReductionOp::Div;
      if (is_it(b->left)) return Contribution{name, *op, {b->right}};
      if (commutes && is_it(b->right)) return Contribution{name, *op, {b->left}};
    }
    if (auto* call = cast_if<Call>(&value);
        call && call->args.size() >= 2 && call->keywords.empty() && is_it(call->args[0])) {
      std::vector<const Expression*> values(call->args.begin() + 1, call->args.end());
      if (is_builtin_(*call->func, BuiltinId::Max)) return Contribution{name, ReductionOp::Max, std::move(values)};
      if (is_builtin_(*call->func, BuiltinId::Min)) return Contribution{name, ReductionOp::Min, std::move(values)};
    }
    return std::nullopt;
  }

  void contribute(const Contribution& c, const Node& node) {
    for (const Expression* value : c.values) visit(*value);
    Facts& f = facts(c.name, node);
    f.mixed = f.mixed || (f.contributed && f.op != c.op);
    f.rebound = f.rebound || !c.in_place;
    f.contributed = true;
    f.op = c.op;
    if (scope_.is_cell(c.name) || scope_.is_free(c.name)) assign_name(c.name, node);
  }

  // ---- selections

  bool select(const Statement& node) {
    auto form = selection_form(node, is_builtin_);
    if (!form || !is_variable(form->key) || certainly_assigned(form->key)) return false;
    for (const Expression* guard : form->guards) visit(*guard);
    visit(*form->compared);
    SelectedVariables now{form->key, form->rule, {}, {as<If>(&node)}};
    for (const auto& [name, value] : form->assigned) {
      visit(*value);
      const bool is_private = certainly_assigned(name);
      Facts& f = facts(name, node);
      if (is_private || scope_.is_cell(name) || scope_.is_free(name)) assign_name(name, node);
      if (is_private) continue;
      f.mixed = f.mixed || (f.selected && f.key != form->key);
      f.selected = true;
      f.key = form->key;
      if (name != form->key) now.companions.insert(name);
    }
    auto [known, is_new] = selections_.try_emplace(form->key, now);
    if (is_new) return true;
    if (known->second.rule != now.rule || known->second.companions != now.companions) facts_[form->key].mixed = true;
    known->second.companions.merge(now.companions);
    known->second.statements.push_back(now.statements[0]);
    return true;
  }

  // A selection is one as a whole, or all of its variables are carried.
  void settle_selections() {
    auto* target = cast_if<Name>(loop_.target);
    for (const auto& each : selections_) {
      const std::string& key = each.first; // clang 14's lambdas cannot capture a structured binding
      std::set<std::string> members = each.second.companions;
      members.insert(key);
      const bool holds =
          target && bindings_[target->id] == 1 && std::ranges::all_of(members, [&](const std::string& name) {
            const Facts& f = facts_[name];
            return f.key == key && !f.mixed && !f.assigned && !f.contributed && !f.read;
          });
      if (holds)
        result_.selections.push_back(each.second);
      else
        for (const std::string& name : members) facts_[name].mixed = true;
    }
  }

  // ---- the walk

  void walk(const Nodes<Statement>& body) {
    for (const Statement* s : body) statement(*s);
  }

  static std::optional<Assigned> meet(std::optional<Assigned> a, const std::optional<Assigned>& b) {
    if (!a) return b;
    if (b) std::erase_if(*a, [&](const std::string& name) { return !b->count(name); });
    return a;
  }

  void statement(const Statement& node) {
    if (select(node)) return;
    if (auto c = contribution(node)) {
      contribute(*c, node);
      return;
    }
    switch (node.kind) {
    case NodeKind::Assign: {
      auto* a = as<Assign>(&node);
      visit(*a->value);
      for (const Expression* t : a->targets) assign_target(*t);
      return;
    }
    case NodeKind::AnnAssign: {
      auto* a = as<AnnAssign>(&node);
      if (!a->value) return;
      visit(*a->value);
      assign_target(*a->target);
      return;
    }
    case NodeKind::AugAssign: {
      auto* a = as<AugAssign>(&node);
      if (auto* id = cast_if<Name>(a->target))
        read_name(id->id, node);
      else
        visit(*a->target);
      visit(*a->value);
      if (a->target->kind == NodeKind::Name) assign_target(*a->target);
      return;
    }
    case NodeKind::If: {
      auto* i = as<If>(&node);
      visit(*i->test);
      const auto before = here_;
      walk(i->body);
      auto after_then = here_;
      here_ = before;
      walk(i->orelse);
      here_ = meet(std::move(here_), after_then);
      return;
    }
    case NodeKind::For: {
      auto* f = as<For>(&node);
      visit(*f->iter);
      inner_loop(f->body, f->orelse, f->target, nullptr);
      if (auto* id = cast_if<Name>(f->target); id && here_ && bindings_.at(id->id) == 1 && is_steady_range(*f->iter))
        here_->insert(id->id);
      return;
    }
    case NodeKind::While: {
      auto* w = as<While>(&node);
      inner_loop(w->body, w->orelse, nullptr, w->test);
      return;
    }
    case NodeKind::Continue:
      if (breaks_.empty() && here_) ends_.push_back(*here_);
      here_.reset();
      return;
    case NodeKind::Break:
      if (breaks_.empty())
        in_order(fmt::format("'break' (line {})", node.location.line));
      else
        breaks_.back() = meet(std::move(breaks_.back()), here_);
      here_.reset();
      return;
    case NodeKind::Return:
      in_order(fmt::format("'return' (line {})", node.location.line));
      if (as<Return>(&node)->value) visit(*as<Return>(&node)->value);
      here_.reset();
      return;
    case NodeKind::Raise:
      for_each_child(node, [&](const Node& child) { visit(child); });
      here_.reset();
      return;
    case NodeKind::FunctionDef: {
      auto* f = as<FunctionDef>(&node);
      visit(node);
      assign_name(f->name, node);
      return;
    }
    case NodeKind::Delete:
      for (const Expression* t : as<Delete>(&node)->targets)
        if (auto* id = cast_if<Name>(t)) {
          read_name(id->id, node);
          in_order(fmt::format("'del {}' (line {})", id->id, node.location.line));
        }
      return;
    default:
      for_each_child(node, [&](const Node& child) { visit(child); });
    }
  }

  void count_bindings() {
    bindings_.clear();
    for_each_node(loop_, [&](const Node& n) {
      auto* id = cast_if<Name>(&n);
      if (id && id->ctx != Context::Load) ++bindings_[id->id];
      if (auto* f = cast_if<FunctionDef>(&n)) ++bindings_[f->name];
    });
  }

  // A range() whose bounds no iteration can change.
  bool is_steady_range(const Expression& iterable) const {
    auto* call = cast_if<Call>(&iterable);
    if (!call || !(is_builtin_(*call->func, BuiltinId::Range) || is_builtin_(*call->func, BuiltinId::Prange)))
      return false;
    for (const Expression* argument : call->args)
      if (!is_steady(*argument)) return false;
    return call->keywords.empty();
  }

  bool is_steady(const Expression& node) const {
    switch (node.kind) {
    case NodeKind::Constant:
      return true;
    case NodeKind::Name:
      return !bindings_.count(as<Name>(&node)->id);
    case NodeKind::BinOp:
      return is_steady(*as<BinOp>(&node)->left) && is_steady(*as<BinOp>(&node)->right);
    case NodeKind::UnaryOp:
      return is_steady(*as<syntax::UnaryOp>(&node)->operand);
    case NodeKind::Attribute:
      return is_steady(*as<Attribute>(&node)->value);
    // a.shape[0]; but what an array holds may change.
    case NodeKind::Subscript: {
      auto* s = as<Subscript>(&node);
      return s->value->kind == NodeKind::Attribute && is_steady(*s->value) && is_steady(*s->slice);
    }
    case NodeKind::Call: {
      auto* c = as<Call>(&node);
      return is_builtin_(*c->func, BuiltinId::Len) && c->args.size() == 1 && c->keywords.empty() &&
             is_steady(*c->args[0]);
    }
    default:
      return false;
    }
  }

  void inner_loop(const Nodes<Statement>& body, const Nodes<Statement>& orelse, const Expression* target,
                  const Expression* test) {
    if (test) visit(*test);
    const auto before = here_;
    breaks_.emplace_back();
    if (target) assign_target(*target);
    walk(body);
    const auto broken = std::move(breaks_.back());
    breaks_.pop_back();
    // `while True` ends by a break alone.
    here_ = test && is_true(*test) ? std::nullopt : before;
    walk(orelse);
    here_ = meet(std::move(here_), broken);
  }

  static bool is_true(const Expression& test) {
    auto* constant = cast_if<Constant>(&test);
    if (!constant) return false;
    const ConstantValue& value = constant->value;
    return value.kind == ConstantKind::True || (value.kind == ConstantKind::Int && value.integer != 0);
  }

  void assign_target(const Expression& target) {
    if (auto* id = cast_if<Name>(&target)) return assign_name(id->id, target);
    if (auto* tuple = cast_if<syntax::Tuple>(&target)) {
      for (const Expression* e : tuple->elts) assign_target(*e);
      return;
    }
    visit(target);
  }

  void visit(const Node& node) {
    if (auto* id = cast_if<Name>(&node)) return read_name(id->id, node);
    if (auto* walrus = cast_if<NamedExpr>(&node)) {
      visit(*walrus->value);
      return assign_target(*walrus->target);
    }
    if (node.kind == NodeKind::BoolOp || node.kind == NodeKind::IfExp) {
      // What the later operands assign is not certain.
      const auto before = here_;
      for_each_child(node, [&](const Node& child) { visit(child); });
      here_ = before;
      return;
    }
    for_each_child(node, [&](const Node& child) { visit(child); });
  }

  void find_loops_and_calls() {
    auto look = [&](auto&& self, const Node& node) -> void {
      if (node.kind == NodeKind::For || node.kind == NodeKind::While || node.kind == NodeKind::Call)
        result_.body_has_loop_or_call = true;
      // The min or max of `s = max(s, x)` is the reduction itself.
      auto* a = cast_if<Assign>(&node);
      if (a && a->targets.size() == 1 && a->value->kind == NodeKind::Call)
        if (auto* id = cast_if<Name>(a->targets[0])) {
          auto f = facts_.find(id->id);
          if (f != facts_.end() && f->second.contributed && !f->second.assigned) {
            for (const Expression* operand : as<Call>(a->value)->args) self(self, *operand);
            return;
          }
        }
      for_each_child(node, [&](const Node& child) { self(self, child); });
    };
    for (const Statement* s : loop_.body) look(look, *s);
  }

  void describe(const std::string& name, const Facts& f) {
    PrangeVariable v{name, VariableClass::Invariant, f.op, false, flags_.count(name) != 0, !f.rebound, f.first_line};
    if ((f.contributed || f.selected) && !f.assigned && !f.read && !f.mixed) {
      v.variable_class = VariableClass::Reduction;
      if (f.selected) v.reduction = ReductionOp::Selected;
    } else if (f.contributed || f.selected || (f.assigned && f.read_early)) {
      v.variable_class = VariableClass::Carried;
      v.line = f.read_line ? f.read_line : f.first_line;
      const char* why = f.selected      ? "is chosen by a comparison, and also used or set in another way"
                        : f.mixed       ? "is combined by different operators"
                        : f.contributed ? "is a sum that the loop also uses"
                                        : "goes from one iteration to the next";
      in_order(fmt::format("'{}' {} (line {})", name, why, v.line));
    } else if (f.assigned) {
      v.variable_class = VariableClass::Private;
      v.line = f.assigned_line;
      v.always_assigned = true;
      for (const Assigned& end : ends_) v.always_assigned = v.always_assigned && end.count(name);
    }
    result_.variables.push_back(std::move(v));
  }

  const For& loop_;
  const Scope& scope_;
  const IsBuiltin& is_builtin_;
  const Flags& flags_;
  std::map<std::string, int> bindings_; // how many places of the loop assign the variable
  std::map<std::string, Facts> facts_;
  std::optional<Assigned> here_ = Assigned{};           // empty optional: this place is not reached
  std::vector<Assigned> ends_;                          // at each way an iteration can end
  std::map<std::string, SelectedVariables> selections_; // by key
  std::vector<std::optional<Assigned>> breaks_;         // of each inner loop: what all of its breaks have assigned
  PrangeDescription result_;
};

} // namespace

PrangeDescription classify_prange(const For& loop, const Scope& scope, const IsBuiltin& is_builtin,
                                  const Flags& flags) {
  return Classifier(loop, scope, is_builtin, flags).run();
}

std::optional<FlagAssignment> flag_assignment(const Statement& node) {
  auto* a = cast_if<Assign>(&node);
  if (!a || a->targets.size() != 1) return std::nullopt;
  auto* id = cast_if<Name>(a->targets[0]);
  auto* literal = cast_if<Constant>(a->value);
  if (!id || !literal) return std::nullopt;
  const ConstantKind kind = literal->value.kind;
  if (kind != ConstantKind::True && kind != ConstantKind::False) return std::nullopt;
  return FlagAssignment{id->id, kind == ConstantKind::True};
}

} // namespace pyvm
