// Statements to bytecode.
#include <algorithm>

#include <fmt/format.h>

#include "vm/compile/function_compiler.h"
#include "vm/support/syntax_error.h"

namespace pyvm {

using namespace syntax;

FunctionCompiler::FunctionCompiler(Code& code, const Scope& scope, NameResolver* resolver, const KernelOptions& options,
                                   FunctionCompiler* outer)
    : code_(code), scope_(scope), resolver_(resolver), options_(options), outer_(outer), emit_(code) {}

void FunctionCompiler::compile_module_body(const syntax::Module& module) {
  code_.tree = &module;
  statements(module.body);
  emit_.emit(Opcode::Return, load_constant(Value::none(), emit_.temporary()));
  emit_.finish();
}

void FunctionCompiler::compile_function_body(const Node& function) {
  const syntax::Arguments& parameters = *parameters_of(function);
  if (parameters.vararg) refuse(*parameters.vararg, "'*' parameters", "write the parameters one by one");
  if (parameters.kwarg) refuse(*parameters.kwarg, "'**' parameters", "write the parameters one by one");
  code_.tree = &function;
  code_.positional_only = static_cast<int>(parameters.posonlyargs.size());
  code_.positional = static_cast<int>(parameters.posonlyargs.size() + parameters.args.size());
  code_.defaults = static_cast<int>(parameters.defaults.size());
  for (const auto* list : {&parameters.posonlyargs, &parameters.args, &parameters.kwonlyargs})
    for (const Arg* p : *list) {
      code_.parameters.push_back(p->arg);
      emit_.local(p->arg);
      bound_.insert(p->arg);
    }
  for (const std::string& id : scope_.locals) emit_.local(id);
  code_.free_variables = scope_.free;
  at(function);
  for (std::size_t k = 0; casts_ && k < code_.parameters.size(); ++k) {
    const auto parameter = static_cast<Register>(k);
    if (k < casts_->parameters.size() && !casts_->parameters[k].is_unbound()) cast(parameter, casts_->parameters[k]);
    if (const Value* to = cast_of(code_.parameters[k])) cast(parameter, *to);
  }
  for (std::size_t k = 0; k < scope_.free.size(); ++k)
    emit_.emit(Opcode::LoadFree, emit_.local(scope_.free[k]), static_cast<int>(k));
  for (const std::string& id : scope_.locals)
    if (scope_.is_cell(id)) emit_.emit(Opcode::MakeCell, emit_.local(id));

  if (auto* lambda = cast_if<Lambda>(&function)) {
    const Register value = expression(*lambda->body);
    emit_.emit(Opcode::Return, casted_result(value));
  } else {
    statements(as<FunctionDef>(&function)->body);
    if (reachable_) emit_.emit(Opcode::Return, load_constant(Value::none(), emit_.temporary()));
  }
  emit_.finish();
  settle_pranges();
}

void FunctionCompiler::statements(const Nodes<Statement>& body) {
  for (const Statement* s : body) {
    if (!reachable_) return;
    const int mark = emit_.temporaries();
    at(*s);
    statement(*s);
    emit_.release_to(mark);
  }
}

void FunctionCompiler::statement(const Statement& node) {
  switch (node.kind) {
  case NodeKind::Expr:
    expression(*as<Expr>(&node)->value);
    return;
  case NodeKind::Assign:
    assign(*as<Assign>(&node));
    return;
  case NodeKind::AugAssign:
    augmented_assign(*as<AugAssign>(&node));
    return;
  case NodeKind::AnnAssign: {
    auto* a = as<AnnAssign>(&node);
    if (a->value) store(*a->target, expression(*a->value));
    return;
  }
  case NodeKind::If:
    if_statement(*as<If>(&node));
    return;
  case NodeKind::For:
    for_statement(*as<For>(&node));
    return;
  case NodeKind::While:
    while_statement(*as<While>(&node));
    return;
  case NodeKind::Return: {
    auto* r = as<Return>(&node);
    Register value = r->value ? expression(*r->value) : load_constant(Value::none(), emit_.temporary());
    at(node);
    value = casted_result(value);
    emit_.emit(Opcode::Return, value);
    reachable_ = false;
    return;
  }
  case NodeKind::Break:
    emit_.jump(open_loops_.back()->end);
    open_loops_.back()->broken = true;
    reachable_ = false;
    return;
  case NodeKind::Continue:
    emit_.jump(open_loops_.back()->next);
    reachable_ = false;
    return;
  case NodeKind::Pass:
    return;
  case NodeKind::Nonlocal:
    if (is_njit()) refuse(node, "'nonlocal' in njit code", "return the value, or pass an array");
    return;
  case NodeKind::Global:
    if (is_njit()) refuse(node, "'global' in njit code", "return the value, or pass an array");
    return;
  case NodeKind::Delete:
    for (const Expression* target : as<Delete>(&node)->targets) remove(*target);
    return;
  case NodeKind::Raise:
    raise_statement(*as<Raise>(&node));
    return;
  case NodeKind::Assert:
    assert_statement(*as<Assert>(&node));
    return;
  case NodeKind::Import:
    import(*as<Import>(&node));
    return;
  case NodeKind::ImportFrom:
    import_from(*as<ImportFrom>(&node));
    return;
  case NodeKind::FunctionDef:
    function_definition(*as<FunctionDef>(&node));
    return;
  default:
    refuse(node, "this statement", "write it with the supported constructs");
  }
}

void FunctionCompiler::assign(const Assign& node) {
  if (node.targets.size() == 1) {
    const Expression& target = *node.targets[0];
    if (assign_pairwise(target, *node.value)) return;
    if (is_plain_local(target)) {
      const std::string& id = as<Name>(&target)->id;
      const bool is_flag =
          std::any_of(open_flags_.begin(), open_flags_.end(), [&](const Flags& f) { return f.count(id) != 0; });
      if (const auto flag = flag_assignment(node); flag && is_flag) {
        const Register r = emit_.local(id), value = expression(*node.value);
        at(node);
        emit_.emit(opcode_of(flag->value ? BinaryOp::BitOr : BinaryOp::BitAnd), r, r, value, in_place_flag);
        return;
      }
      expression_into(*node.value, emit_.local(id));
      cast_stored(id);
      return;
    }
  }
  const Register value = expression(*node.value);
  for (const Expression* target : node.targets) store(*target, value);
}

// `a, b = x, y` without making a tuple: the values first, then the stores from left to right.
bool FunctionCompiler::assign_pairwise(const Expression& target, const Expression& value) {
  auto* to = cast_if<syntax::Tuple>(&target);
  auto* from = cast_if<syntax::Tuple>(&value);
  if (!to || !from || to->elts.size() != from->elts.size()) return false;
  const int count = static_cast<int>(to->elts.size());
  const Register first = emit_.temporary(count);
  for (int k = 0; k < count; ++k) expression_into(*from->elts[k], static_cast<Register>(first + k));
  for (int k = 0; k < count; ++k) store(*to->elts[k], static_cast<Register>(first + k));
  return true;
}

void FunctionCompiler::augmented_assign(const AugAssign& node) {
  const BinaryOp op = static_cast<BinaryOp>(node.op);
  auto combine = [&](Register to, Register target) {
    const Register value = expression(*node.value);
    at(node);
    auto* literal = cast_if<Constant>(node.value);
    if (op == BinaryOp::Pow && is_njit() && literal && literal->value.kind == ConstantKind::Int &&
        literal->value.integer <= INT16_MAX)
      emit_.emit(Opcode::PowLiteral, to, target, static_cast<int>(literal->value.integer));
    else
      emit_.emit(opcode_of(op), to, target, value, operator_flags(op) | in_place_flag);
  };
  if (auto* id = cast_if<Name>(node.target)) {
    if (!is_module() && scope_.is_local(id->id) && !scope_.is_cell(id->id)) {
      const Register r = emit_.local(id->id);
      if (!bound_.count(id->id)) emit_.emit(Opcode::CheckBound, r, emit_.name(id->id));
      combine(r, r);
      cast_stored(id->id);
      return;
    }
    const Register current = emit_.temporary();
    name(*id, current);
    combine(current, current);
    store_name(id->id, current);
    return;
  }
  auto* sub = cast_if<Subscript>(node.target);
  if (!sub) refuse(*node.target, "assignment to an attribute", "use a variable or an array element");
  const Register object = expression(*sub->value);
  Register first = 0;
  const int count = subscripts(*sub->slice, first);
  const Register current = emit_.temporary();
  at(*node.target);
  emit_.emit(Opcode::GetItem, current, object, first, count);
  combine(current, current);
  at(*node.target);
  emit_.emit(Opcode::SetItem, current, object, first, count);
}

void FunctionCompiler::store(const Expression& target, Register value) {
  switch (target.kind) {
  case NodeKind::Name:
    store_name(as<Name>(&target)->id, value);
    return;
  case NodeKind::Subscript: {
    auto* sub = as<Subscript>(&target);
    const Register object = expression(*sub->value);
    Register first = 0;
    const int count = subscripts(*sub->slice, first);
    at(target);
    emit_.emit(Opcode::SetItem, value, object, first, count);
    return;
  }
  case NodeKind::Tuple:
  case NodeKind::List: {
    auto* as_tuple = cast_if<syntax::Tuple>(&target);
    const auto& items = as_tuple ? as_tuple->elts : as<List>(&target)->elts;
    const int count = static_cast<int>(items.size());
    const Register first = emit_.temporary(count);
    at(target);
    emit_.emit(Opcode::Unpack, first, value, count);
    for (int k = 0; k < count; ++k) store(*items[k], static_cast<Register>(first + k));
    return;
  }
  case NodeKind::Attribute:
    refuse(target, "assignment to an attribute", "use a variable or an array element");
  default:
    refuse(target, "this assignment target", "assign to a variable or an array element");
  }
}

void FunctionCompiler::store_name(const std::string& id, Register value) {
  if (scope_.is_cell(id) || scope_.is_free(id)) {
    if (const Value* to = cast_of(id)) {
      value = moved(value, emit_.temporary());
      cast(value, *to);
    }
    emit_.emit(Opcode::StoreCell, emit_.local(id), value);
  } else if (!is_module() && scope_.is_local(id)) {
    moved(value, emit_.local(id));
    cast_stored(id);
  } else {
    emit_.emit(Opcode::StoreGlobal, value, emit_.name(id));
  }
}

bool FunctionCompiler::is_plain_local(const Expression& target) const {
  auto* id = cast_if<Name>(&target);
  return id && !is_module() && scope_.is_local(id->id) && !scope_.is_cell(id->id) && !scope_.is_free(id->id);
}

const Value* FunctionCompiler::cast_of(const std::string& id) const {
  if (!casts_) return nullptr;
  auto found = casts_->stores.find(id);
  return found == casts_->stores.end() ? nullptr : &found->second;
}

void FunctionCompiler::cast(Register r, const Value& to) {
  const int mark = emit_.temporaries();
  emit_.emit(Opcode::Call, r, load_constant(to, emit_.temporary()), r, 1);
  emit_.release_to(mark);
}

// A local has just been given a value.
void FunctionCompiler::cast_stored(const std::string& id) {
  if (const Value* to = cast_of(id)) cast(emit_.local(id), *to);
  if (!scope_.deleted.count(id)) bound_.insert(id);
}

Register FunctionCompiler::casted_result(Register value) {
  if (!casts_ || casts_->result.is_unbound()) return value;
  const Register result = moved(value, emit_.temporary());
  cast(result, casts_->result);
  return result;
}

void FunctionCompiler::remove(const Expression& target) {
  auto* id = cast_if<Name>(&target);
  if (!id) refuse(target, "'del' of this target", "delete whole variables only");
  if (!is_module() && scope_.is_local(id->id) && !scope_.is_cell(id->id)) {
    const Register r = emit_.local(id->id);
    if (!bound_.count(id->id)) emit_.emit(Opcode::CheckBound, r, emit_.name(id->id));
    emit_.emit(Opcode::Unbind, r);
  } else if (scope_.is_cell(id->id) || scope_.is_free(id->id)) {
    refuse(target, "'del' of a variable that an inner function uses", "leave it as it is");
  } else {
    emit_.emit(Opcode::DeleteGlobal, 0, emit_.name(id->id));
  }
}

void FunctionCompiler::if_statement(const If& node) {
  const int mark = emit_.temporaries();
  const Register test = expression(*node.test);
  Label otherwise, end;
  const std::uint32_t branch = emit_.jump_if(false, test, otherwise);
  emit_.release_to(mark);
  const std::set<std::string> before = bound_;
  // First of all, so that a place says from then on that there is a choice.
  if (const auto chosen = places_.find(&node); chosen != places_.end())
    for (const PlaceOfChoice& p : chosen->second) emit_.emit(Opcode::Move, p.place, p.target);
  statements(node.body);
  const bool then_ends = reachable_;
  const std::set<std::string> after_then = bound_;
  if (then_ends && !node.orelse.empty()) emit_.jump(end);
  emit_.bind(otherwise);
  reachable_ = true;
  bound_ = before;
  statements(node.orelse);
  emit_.bind(end);
  emit_.set_join(branch);
  if (!reachable_)
    bound_ = after_then;
  else if (then_ends)
    std::erase_if(bound_, [&](const std::string& id) { return !after_then.count(id); });
  reachable_ = reachable_ || then_ends;
}

void FunctionCompiler::raise_statement(const Raise& node) {
  if (!node.exc) refuse(node, "'raise' without an exception", "name the exception");
  if (node.cause) refuse(node, "'raise ... from ...'", "leave the 'from' part out");
  const Register value = expression(*node.exc);
  at(node);
  emit_.emit(Opcode::Raise, value);
  reachable_ = false;
}

void FunctionCompiler::assert_statement(const Assert& node) {
  const Register test = expression(*node.test);
  Label passed;
  const std::uint32_t branch = emit_.jump_if(true, test, passed);
  const Register message = node.msg ? expression(*node.msg) : test;
  // CPython's traceback underlines the condition.
  at(*node.test);
  emit_.emit(Opcode::RaiseAssertion, message, 0, 0, node.msg ? 1 : 0);
  emit_.bind(passed);
  emit_.set_join(branch);
}

void FunctionCompiler::import(const Import& node) {
  for (const Alias* alias : node.names) {
    const Register module = emit_.temporary();
    at(node);
    emit_.emit(Opcode::ImportModule, module, emit_.name(alias->name), 0, alias->asname ? 0 : 1);
    store_name(alias->asname ? *alias->asname : alias->name.substr(0, alias->name.find('.')), module);
  }
}

void FunctionCompiler::import_from(const ImportFrom& node) {
  if (node.level > 0 || !node.module) refuse(node, "a relative import", "name the module in full");
  const Register module = emit_.temporary();
  at(node);
  // `from __future__ import annotations` changes nothing here: annotations are never evaluated.
  if (*node.module == "__future__") return;
  emit_.emit(Opcode::ImportModule, module, emit_.name(*node.module));
  for (const Alias* alias : node.names) {
    if (alias->name == "*") {
      if (!is_module())
        throw SyntaxError(SyntaxErrorKind::Syntax, "import * only allowed at module level", code_.source,
                          node.location);
      emit_.emit(Opcode::ImportStar, module);
      continue;
    }
    const Register value = emit_.temporary();
    emit_.emit(Opcode::ImportFrom, value, module, emit_.name(alias->name));
    store_name(alias->asname ? *alias->asname : alias->name, value);
  }
}

void FunctionCompiler::function_definition(const FunctionDef& node) {
  const int mark = emit_.temporaries();
  if (is_njit() && !node.decorator_list.empty())
    refuse(*node.decorator_list[0], "a decorator inside njit code", "decorate the function outside");
  std::vector<Register> decorators;
  for (const Expression* d : node.decorator_list) {
    const Register callee = emit_.temporary();
    expression_into(*d, callee);
    decorators.push_back(callee);
  }
  const Register function = emit_.temporary();
  make_function(node, node.name, function);
  for (auto it = decorators.rbegin(); it != decorators.rend(); ++it) {
    at(*node.decorator_list[decorators.rend() - it - 1]);
    emit_.emit(Opcode::Call, function, *it, function, 1);
  }
  store_name(node.name, function);
  emit_.release_to(mark);
}

} // namespace pyvm
