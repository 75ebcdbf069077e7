// Expressions to bytecode. See function_compiler.h for the rules about registers.
#include <fmt/format.h>

#include "vm/compile/function_compiler.h"
#include "vm/support/syntax_error.h"
#include "vm/syntax/refuse.h"

namespace pyvm {

using namespace syntax;

static_assert(static_cast<int>(BinaryOperator::MatMul) == static_cast<int>(BinaryOp::MatMul) &&
                  static_cast<int>(BinaryOperator::Pow) == static_cast<int>(BinaryOp::Pow) &&
                  static_cast<int>(CompareOperator::NotIn) == static_cast<int>(CompareOp::NotIn) &&
                  static_cast<int>(CompareOperator::Eq) == static_cast<int>(CompareOp::Eq) &&
                  static_cast<int>(UnaryOperator::Not) == static_cast<int>(pyvm::UnaryOp::Not),
              "the parser's operators stand in the order of vm/semantics/operators.h");

namespace {

BinaryOp semantic(BinaryOperator op) { return static_cast<BinaryOp>(op); }
CompareOp semantic(CompareOperator op) { return static_cast<CompareOp>(op); }
pyvm::UnaryOp semantic(UnaryOperator op) { return static_cast<pyvm::UnaryOp>(op); }

// The value of `7`, `-7`, `2.5`, `-2.5` as they are written; the parser gives a sign as an operator.
std::optional<Value> signed_literal(const Expression& node) {
  if (auto* u = cast_if<syntax::UnaryOp>(&node)) {
    auto* c = cast_if<Constant>(u->operand);
    if (!c || u->op != UnaryOperator::Neg) return std::nullopt;
    if (c->value.kind == ConstantKind::Int) return Value::integer(-c->value.integer);
    if (c->value.kind == ConstantKind::Float) return Value::floating(-c->value.number);
    if (c->value.kind == ConstantKind::LargeInt && c->value.text == "9223372036854775808")
      return Value::integer(INT64_MIN);
    return std::nullopt;
  }
  if (auto* c = cast_if<Constant>(&node)) {
    if (c->value.kind == ConstantKind::Int) return Value::integer(c->value.integer);
    if (c->value.kind == ConstantKind::Float) return Value::floating(c->value.number);
  }
  return std::nullopt;
}

} // namespace

void FunctionCompiler::refuse(const Node& node, const char* construct, const char* instead) {
  syntax::refuse(node, construct, instead, code_.source);
}

Register FunctionCompiler::moved(Register from, Into into) {
  if (!into || *into == from) return from;
  emit_.emit(Opcode::Move, *into, from);
  return *into;
}

void FunctionCompiler::expression_into(const Expression& node, Register into) { expression(node, into); }

Register FunctionCompiler::expression(const Expression& node, Into into) {
  at(node);
  if (node.kind == NodeKind::UnaryOp)
    if (auto value = signed_literal(node)) return load_constant(*value, into);
  if (auto value = frozen(node)) return load_constant(*value, into);
  switch (node.kind) {
  case NodeKind::Constant:
    return constant(*as<Constant>(&node), into);
  case NodeKind::Name:
    return name(*as<Name>(&node), into);
  case NodeKind::BinOp:
    return binary(*as<BinOp>(&node), into);
  case NodeKind::UnaryOp:
    return unary(*as<syntax::UnaryOp>(&node), into);
  case NodeKind::BoolOp:
    return bool_op(*as<BoolOp>(&node), into);
  case NodeKind::Compare:
    return compare(*as<Compare>(&node), into);
  case NodeKind::IfExp:
    return conditional(*as<IfExp>(&node), into);
  case NodeKind::Call:
    return call(*as<Call>(&node), into);
  case NodeKind::Attribute:
    return attribute(*as<Attribute>(&node), into);
  case NodeKind::Subscript:
    return subscript(*as<Subscript>(&node), into);
  case NodeKind::Tuple:
    return tuple(as<syntax::Tuple>(&node)->elts, into);
  case NodeKind::Slice:
    return slice(*as<syntax::Slice>(&node), into);
  case NodeKind::JoinedStr:
    return joined_string(*as<JoinedStr>(&node), into);
  case NodeKind::Lambda:
    return make_function(node, "<lambda>", into);
  case NodeKind::NamedExpr: {
    auto* named = as<NamedExpr>(&node);
    const Register value = expression(*named->value, destination(into));
    store(*named->target, value);
    return value;
  }
  default:
    refuse(node, "this expression", "write it with the supported constructs");
  }
}

Register FunctionCompiler::load_constant(const Value& value, Into into) {
  if (!into && !open_loops_.empty()) return emit_.constant_register(value);
  const Register to = destination(into);
  emit_.emit(Opcode::LoadConst, to, emit_.constant(value));
  return to;
}

Register FunctionCompiler::constant(const Constant& node, Into into) {
  const ConstantValue& c = node.value;
  switch (c.kind) {
  case ConstantKind::None:
    return load_constant(Value::none(), into);
  case ConstantKind::True:
    return load_constant(Value::boolean(true), into);
  case ConstantKind::False:
    return load_constant(Value::boolean(false), into);
  case ConstantKind::Ellipsis:
    return load_constant(Value::ellipsis(), into);
  case ConstantKind::Int:
    return load_constant(Value::integer(c.integer), into);
  case ConstantKind::Float:
    return load_constant(Value::floating(c.number), into);
  case ConstantKind::String:
    return load_constant(make_str(c.text), into);
  case ConstantKind::LargeInt: {
    // Numba types such a literal uint64 as long as it fits.
    errno = 0;
    const bool binary_digits = c.text.size() > 1 && (c.text[1] == 'b' || c.text[1] == 'B');
    const bool octal_digits = c.text.size() > 1 && (c.text[1] == 'o' || c.text[1] == 'O');
    const bool prefixed = binary_digits || octal_digits;
    const unsigned long long bits = std::strtoull(c.text.c_str() + (prefixed ? 2 : 0), nullptr,
                                                  binary_digits                                  ? 2
                                                  : octal_digits                                 ? 8
                                                  : c.text.size() > 1 && (c.text[1] | 32) == 'x' ? 16
                                                                                                 : 10);
    if (is_njit() && errno == 0) return load_constant(Value::numpy_scalar(ScalarKind::UInt64, bits), into);
    refuse(node, "an integer literal beyond 64 bits", "use a float literal");
  }
  default:
    refuse(node, "this literal", "use a number or a string");
  }
}

Register FunctionCompiler::name(const Name& node, Into into) {
  const std::string& id = node.id;
  if (scope_.is_free(id) || scope_.is_cell(id)) {
    const Register to = destination(into);
    emit_.emit(Opcode::LoadCell, to, emit_.local(id), emit_.name(id));
    return to;
  }
  if (!is_module() && scope_.is_local(id)) {
    const Register r = emit_.local(id);
    if (!bound_.count(id)) emit_.emit(Opcode::CheckBound, r, emit_.name(id));
    // A walrus further right in the same expression may overwrite the variable.
    if (!into && scope_.has_walrus) return moved(r, emit_.temporary());
    return moved(r, into);
  }
  const Register to = destination(into);
  emit_.emit(Opcode::LoadGlobal, to, emit_.name(id));
  return to;
}

std::optional<Value> FunctionCompiler::frozen(const Expression& node) {
  if (!resolver_) return std::nullopt;
  if (auto* n = cast_if<Name>(&node)) {
    if (scope_.is_local(n->id) || scope_.is_free(n->id)) return std::nullopt;
    try {
      return resolver_->resolve(n->id);
    } catch (const GuestError& error) {
      raise(error.kind(), "{}\n\nFile \"{}\", line {}:\n{}", error.message(), code_.file(), node.location.line,
            source_and_carets(code_.source->line_text(node.location.line),
                              node.location.column - code_.source->column_offset(),
                              node.location.end_column - code_.source->column_offset()));
    }
  }
  if (auto* a = cast_if<Attribute>(&node)) {
    auto base = frozen(*a->value);
    if (!base || !base->is(Tag::Module)) return std::nullopt;
    auto& members = base->as<pyvm::Module>().members;
    auto found = members.find(a->attr);
    if (found == members.end()) return std::nullopt;
    return found->second;
  }
  return std::nullopt;
}

// Division by zero is decided by the source: numpy's values under error_model='numpy', and lexically inside a parallel
// prange unless error_model='python' was given (DESIGN section 2).
std::uint8_t FunctionCompiler::operator_flags(BinaryOp op) const {
  const bool divides = op == BinaryOp::TrueDiv || op == BinaryOp::FloorDiv || op == BinaryOp::Mod;
  const bool numpy = options_.numpy_errors || (parallel_depth_ > 0 && !options_.python_errors);
  return divides && is_njit() && numpy ? numpy_errors_flag : 0;
}

Register FunctionCompiler::binary(const BinOp& node, Into into) {
  const int mark = emit_.temporaries();
  const BinaryOp op = semantic(node.op);
  const Register left = operand(*node.left);
  if (op == BinaryOp::Pow && is_njit()) {
    auto exponent = signed_literal(*node.right);
    if (exponent && exponent->is(Tag::Int) && exponent->as_int() >= INT16_MIN && exponent->as_int() <= INT16_MAX) {
      at(node);
      emit_.release_to(mark);
      const Register to = destination(into);
      emit_.emit(Opcode::PowLiteral, to, left, static_cast<int>(exponent->as_int()));
      return to;
    }
  }
  const Register right = operand(*node.right);
  at(node);
  emit_.release_to(mark);
  const Register to = destination(into);
  emit_.emit(opcode_of(op), to, left, right, operator_flags(op));
  return to;
}

Register FunctionCompiler::unary(const syntax::UnaryOp& node, Into into) {
  const int mark = emit_.temporaries();
  const Register value = operand(*node.operand);
  at(node);
  emit_.release_to(mark);
  const Register to = destination(into);
  emit_.emit(opcode_of(semantic(node.op)), to, value);
  return to;
}

// The value so far must not land in a variable that the rest of the expression reads: a temporary, moved at the end.
Register FunctionCompiler::bool_op(const BoolOp& node, Into into) {
  const Register to = into && emit_.is_temporary(*into) ? *into : emit_.temporary();
  Label end;
  std::vector<std::uint32_t> jumps;
  const std::set<std::string> before = bound_;
  std::set<std::string> after_first;
  for (std::size_t k = 0; k < node.values.size(); ++k) {
    expression_into(*node.values[k], to);
    if (k == 0) after_first = bound_;
    if (k + 1 < node.values.size()) jumps.push_back(emit_.jump_if(node.op == BoolOperator::Or, to, end));
  }
  emit_.bind(end);
  for (std::uint32_t at_pc : jumps) emit_.set_join(at_pc);
  bound_ = after_first;
  return moved(to, into);
}

Register FunctionCompiler::compare(const Compare& node, Into into) {
  const int mark = emit_.temporaries();
  if (node.ops.size() == 1) {
    const Register left = operand(*node.left);
    const Register right = operand(*node.comparators[0]);
    at(node);
    emit_.release_to(mark);
    const Register to = destination(into);
    emit_.emit(opcode_of(semantic(node.ops[0])), to, left, right);
    return to;
  }
  const Register to = into && emit_.is_temporary(*into) ? *into : emit_.temporary();
  Register left = operand(*node.left);
  Label end;
  std::vector<std::uint32_t> jumps;
  for (std::size_t k = 0; k < node.ops.size(); ++k) {
    const Register right = operand(*node.comparators[k]);
    at(node);
    emit_.emit(opcode_of(semantic(node.ops[k])), to, left, right);
    if (k + 1 < node.ops.size()) jumps.push_back(emit_.jump_if(false, to, end));
    left = right;
  }
  emit_.bind(end);
  for (std::uint32_t at_pc : jumps) emit_.set_join(at_pc);
  emit_.release_to(std::max(mark, emit_.is_temporary(to) && !into ? mark + 1 : mark));
  return moved(to, into);
}

Register FunctionCompiler::conditional(const IfExp& node, Into into) {
  const Register to = destination(into);
  const int mark = emit_.temporaries();
  const Register test = operand(*node.test);
  Label otherwise, end;
  const std::uint32_t branch = emit_.jump_if(false, test, otherwise);
  emit_.release_to(mark);
  const std::set<std::string> before = bound_;
  expression_into(*node.body, to);
  emit_.jump(end);
  emit_.bind(otherwise);
  bound_ = before;
  emit_.release_to(mark);
  expression_into(*node.orelse, to);
  bound_ = before;
  emit_.bind(end);
  emit_.set_join(branch);
  emit_.release_to(mark);
  return to;
}

Register FunctionCompiler::call(const Call& node, Into into) {
  const int mark = emit_.temporaries();
  const Register callee = operand(*node.func);
  const int count = static_cast<int>(node.args.size() + node.keywords.size());
  const Register first = emit_.temporary(count);
  int k = 0;
  for (const Expression* argument : node.args) expression_into(*argument, static_cast<Register>(first + k++));
  std::vector<Value> keyword_names;
  for (const syntax::Keyword* keyword : node.keywords) {
    if (!keyword->arg) refuse(*keyword, "'**' in a call", "write the keyword arguments one by one");
    for (const Value& seen : keyword_names)
      if (seen.as<Str>().text == *keyword->arg)
        throw SyntaxError(SyntaxErrorKind::Syntax, fmt::format("keyword argument repeated: {}", *keyword->arg),
                          code_.source, keyword->location);
    keyword_names.push_back(make_str(*keyword->arg));
    expression_into(*keyword->value, static_cast<Register>(first + k++));
  }
  at(node);
  emit_.release_to(mark);
  const Register to = destination(into);
  if (keyword_names.empty()) {
    emit_.emit(Opcode::Call, to, callee, first, count);
  } else {
    emit_.emit(Opcode::CallKeywords, to, callee, first, count);
    code_.constants.push_back(make_tuple(std::move(keyword_names)));
    emit_.emit(Opcode::Extra, static_cast<int>(code_.constants.size()) - 1);
  }
  return to;
}

Register FunctionCompiler::attribute(const Attribute& node, Into into) {
  const int mark = emit_.temporaries();
  const Register object = operand(*node.value);
  at(node);
  emit_.release_to(mark);
  const Register to = destination(into);
  emit_.emit(Opcode::GetAttr, to, object, emit_.name(node.attr));
  return to;
}

// Subscripts go into consecutive registers; `a[i, j]` has two of them, `a[t]` one.
int FunctionCompiler::subscripts(const Expression& index, Register& first) {
  auto* several = cast_if<syntax::Tuple>(&index);
  if (!several || several->elts.empty()) {
    if (index.kind == NodeKind::Slice || index.kind == NodeKind::Name || index.kind == NodeKind::Constant) {
      first = operand(index);
    } else {
      first = emit_.temporary();
      expression_into(index, first);
    }
    return 1;
  }
  const int count = static_cast<int>(several->elts.size());
  first = emit_.temporary(count);
  for (int k = 0; k < count; ++k) expression_into(*several->elts[k], static_cast<Register>(first + k));
  return count;
}

Register FunctionCompiler::subscript(const Subscript& node, Into into) {
  const int mark = emit_.temporaries();
  const Register object = operand(*node.value);
  Register first = 0;
  const int count = subscripts(*node.slice, first);
  at(node);
  emit_.release_to(mark);
  const Register to = destination(into);
  emit_.emit(Opcode::GetItem, to, object, first, count);
  return to;
}

Register FunctionCompiler::tuple(const Nodes<Expression>& items, Into into) {
  const int mark = emit_.temporaries();
  const int count = static_cast<int>(items.size());
  const Register first = emit_.temporary(count);
  for (int k = 0; k < count; ++k) expression_into(*items[k], static_cast<Register>(first + k));
  emit_.release_to(mark);
  const Register to = destination(into);
  emit_.emit(Opcode::MakeTuple, to, first, count);
  return to;
}

Register FunctionCompiler::slice(const syntax::Slice& node, Into into) {
  const int mark = emit_.temporaries();
  const Register first = emit_.temporary(3);
  int k = 0;
  for (const Expression* part : {node.lower, node.upper, node.step}) {
    const Register to = static_cast<Register>(first + k++);
    if (part)
      expression_into(*part, to);
    else
      load_constant(Value::none(), to);
  }
  at(node);
  emit_.release_to(mark);
  const Register to = destination(into);
  emit_.emit(Opcode::MakeSlice, to, first);
  return to;
}

Register FunctionCompiler::joined_string(const JoinedStr& node, Into into) {
  const int mark = emit_.temporaries();
  const int count = static_cast<int>(node.values.size());
  const Register first = emit_.temporary(count);
  for (int k = 0; k < count; ++k) {
    const Register to = static_cast<Register>(first + k);
    auto* formatted = cast_if<FormattedValue>(node.values[k]);
    if (!formatted) {
      expression_into(*node.values[k], to);
      continue;
    }
    const int inner = emit_.temporaries();
    const Register value = operand(*formatted->value);
    const Register spec = emit_.temporary();
    if (formatted->format_spec)
      expression_into(*formatted->format_spec, spec);
    else
      load_constant(make_str(""), spec);
    at(node);
    emit_.emit(Opcode::FormatValue, to, value, spec, formatted->conversion > 0 ? formatted->conversion : 0);
    emit_.release_to(inner);
  }
  emit_.release_to(mark);
  const Register to = destination(into);
  emit_.emit(Opcode::BuildString, to, first, count);
  return to;
}

Register FunctionCompiler::make_function(const Node& node, const std::string& function_name, Into into) {
  const syntax::Arguments& parameters = *parameters_of(node);
  const Scope& inner = *scope_.children.at(&node);
  const int mark = emit_.temporaries();
  const int count = static_cast<int>(parameters.defaults.size() + parameters.kw_defaults.size() + inner.free.size());
  const Register first = emit_.temporary(count);
  int k = 0;
  for (const Expression* d : parameters.defaults) expression_into(*d, static_cast<Register>(first + k++));
  for (const Expression* d : parameters.kw_defaults) {
    const Register to = static_cast<Register>(first + k++);
    if (d)
      expression_into(*d, to);
    else
      emit_.emit(Opcode::Unbind, to);
  }
  for (const std::string& id : inner.free) emit_.emit(Opcode::Move, first + k++, emit_.local(id));

  auto child = make<Code>();
  child->name = function_name;
  child->qualified_name = is_module() ? function_name : code_.qualified_name + ".<locals>." + function_name;
  child->dialect = code_.dialect;
  child->parallel = false;
  child->source = code_.source;
  child->tree_owner = code_.tree_owner;
  FunctionCompiler(*child, inner, resolver_, options_, this).compile_function_body(node);
  code_.constants.push_back(Value(child));
  const int index = static_cast<int>(code_.constants.size()) - 1;

  at(node);
  emit_.release_to(mark);
  const Register to = destination(into);
  emit_.emit(Opcode::MakeFunction, to, index, first, count);
  return to;
}

} // namespace pyvm
