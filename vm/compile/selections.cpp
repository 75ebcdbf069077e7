// Reading a selection off an `if`.
#include "vm/compile/selections.h"

#include <algorithm>

#include "vm/syntax/visit.h"

namespace pyvm {

using namespace syntax;

bool reads(const Node& node, const std::string& name) {
  bool found = false;
  for_each_node(node, [&](const Node& n) {
    auto* id = cast_if<Name>(&n);
    found = found || (id && id->id == name);
  });
  return found;
}

namespace {

// The same expression, to the letter.
bool same(const Node& a, const Node& b, const IsBuiltin& is_builtin) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
  case NodeKind::Name:
    return as<Name>(&a)->id == as<Name>(&b)->id;
  case NodeKind::Attribute:
    if (as<Attribute>(&a)->attr != as<Attribute>(&b)->attr) return false;
    break;
  case NodeKind::BinOp:
    if (as<BinOp>(&a)->op != as<BinOp>(&b)->op) return false;
    break;
  case NodeKind::UnaryOp:
    if (as<syntax::UnaryOp>(&a)->op != as<syntax::UnaryOp>(&b)->op) return false;
    break;
  case NodeKind::Constant: {
    const ConstantValue &x = as<Constant>(&a)->value, &y = as<Constant>(&b)->value;
    return x.kind == y.kind && x.integer == y.integer && to_bits(x.number) == to_bits(y.number) && x.text == y.text;
  }
  case NodeKind::Subscript:
  case NodeKind::Tuple:
    break;
  case NodeKind::Call: {
    auto* call = as<Call>(&a);
    const auto is = [&](BuiltinId id) { return is_builtin(*call->func, id); };
    if (!call->keywords.empty() || !(is(BuiltinId::Abs) || is(BuiltinId::Min) || is(BuiltinId::Max))) return false;
    break; // other calls may have effects
  }
  default:
    return false; // nothing else is worth the trouble
  }
  std::vector<const Node*> left, right;
  for_each_child(a, [&](const Node& n) { left.push_back(&n); });
  for_each_child(b, [&](const Node& n) { right.push_back(&n); });
  if (left.size() != right.size()) return false;
  for (std::size_t k = 0; k < left.size(); ++k)
    if (!same(*left[k], *right[k], is_builtin)) return false;
  return true;
}

bool calls(const Node& node) {
  bool found = false;
  for_each_node(node, [&](const Node& n) { found = found || n.kind == NodeKind::Call; });
  return found;
}

using Assigned = std::vector<std::pair<std::string, const Expression*>>;

// `name = value`, or `name, name = value, value`.
bool add_assigned(const Statement& node, Assigned& out) {
  auto* assign = cast_if<Assign>(&node);
  if (!assign || assign->targets.size() != 1) return false;
  auto add = [&](const Expression* target, const Expression* value) {
    auto* id = cast_if<Name>(target);
    if (!id || std::ranges::find(out, id->id, &Assigned::value_type::first) != out.end()) return false;
    out.emplace_back(id->id, value);
    return true;
  };
  auto* targets = cast_if<syntax::Tuple>(assign->targets[0]);
  if (!targets) return add(assign->targets[0], assign->value);
  auto* values = cast_if<syntax::Tuple>(assign->value);
  if (!values || values->elts.size() != targets->elts.size()) return false;
  for (std::size_t k = 0; k < targets->elts.size(); ++k)
    if (!add(targets->elts[k], values->elts[k])) return false;
  return true;
}

// The comparison, and what has to hold before it is made.
const Compare* comparison_of(const Expression& test, std::vector<const Expression*>& guards) {
  const Expression* last = &test;
  if (auto* both = cast_if<BoolOp>(&test); both && both->op == BoolOperator::And) {
    guards.assign(both->values.begin(), both->values.end() - 1);
    last = both->values.back();
  }
  auto* compare = cast_if<Compare>(last);
  return compare && compare->ops.size() == 1 ? compare : nullptr;
}

} // namespace

std::optional<SelectionForm> selection_form(const Statement& node, const IsBuiltin& is_builtin) {
  auto* branch = cast_if<If>(&node);
  if (!branch || !branch->orelse.empty()) return std::nullopt;
  SelectionForm form;
  const Compare* test = comparison_of(*branch->test, form.guards);
  if (!test) return std::nullopt;
  const auto rule = static_cast<CompareOp>(test->ops[0]);
  if (rule != CompareOp::Gt && rule != CompareOp::Ge && rule != CompareOp::Lt && rule != CompareOp::Le)
    return std::nullopt;
  for (const Statement* statement : branch->body)
    if (!add_assigned(*statement, form.assigned)) return std::nullopt;

  const auto is_key = [&](const Expression* key, const Expression* x, CompareOp op) {
    auto* id = cast_if<Name>(key);
    if (!id) return false;
    const auto set = std::ranges::find(form.assigned, id->id, &Assigned::value_type::first);
    if (set == form.assigned.end() || !same(*x, *set->second, is_builtin)) return false;
    form.key = id->id;
    form.rule = op;
    form.compared = x;
    return std::none_of(form.assigned.begin(), set, [](const auto& earlier) { return calls(*earlier.second); });
  };
  const Expression *left = test->left, *right = test->comparators[0];
  if (!is_key(right, left, rule) && !is_key(left, right, row_of(rule).exchanged)) return std::nullopt;
  for (const auto& [name, value] : form.assigned)
    if (reads(*form.compared, name)) return std::nullopt;
  return form;
}

} // namespace pyvm
