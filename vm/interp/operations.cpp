// The opcodes that are not worth a place in the dispatch loop, or that own objects while they run.
#include <fmt/format.h>

#include "vm/builtins/iterate.h"
#include "vm/builtins/modules.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/text.h"
#include "vm/interp/interpreter.h"
#include "vm/support/utf8.h"

namespace pyvm {

namespace {

// ascii(): everything beyond ASCII as an escape.
std::string escaped(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t c = decode_utf8(text, at);
    if (c < 0x80)
      out += static_cast<char>(c);
    else if (c < 0x100)
      out += fmt::format("\\x{:02x}", c);
    else if (c < 0x10000)
      out += fmt::format("\\u{:04x}", c);
    else
      out += fmt::format("\\U{:08x}", c);
  }
  return out;
}

} // namespace

// ---- names

// Pointers into the module's map stay right for ever; which name a pointer stands for changes when a new global hides a
// builtin. Kernels name globals that did not exist when they were compiled; they may run on several threads and look
// each one up.
const Value& Interpreter::global(Frame& frame, int name) {
  const Code& code = *frame.code;
  const std::string& text = code.names[static_cast<std::size_t>(name)];
  const bool caches = code.dialect == Dialect::Python && frame.globals;
  if (caches) {
    if (code.global_cache.empty() || code.globals_seen != frame.globals->members.size()) {
      code.global_cache.assign(code.names.size(), nullptr);
      code.globals_seen = frame.globals->members.size();
    }
    const Value* known = code.global_cache[static_cast<std::size_t>(name)];
    if (known && !known->is_unbound()) return *known;
  }
  for (Module* module : {frame.globals, builtins_module().get()}) {
    if (!module) continue;
    auto found = module->members.find(text);
    if (found == module->members.end() || found->second.is_unbound()) continue;
    if (caches) code.global_cache[static_cast<std::size_t>(name)] = &found->second;
    return found->second;
  }
  raise(ExceptionKind::NameError, "name '{}' is not defined", text);
}

void Interpreter::store_global(Frame& frame, int name, const Value& value) {
  frame.globals->members[frame.code->names[static_cast<std::size_t>(name)]] = value;
}

void Interpreter::delete_global(Frame& frame, int name) {
  const std::string& text = frame.code->names[static_cast<std::size_t>(name)];
  auto found = frame.globals->members.find(text);
  if (found == frame.globals->members.end() || found->second.is_unbound())
    raise(ExceptionKind::NameError, "name '{}' is not defined", text);
  found->second = Value(); // the node stays: global_cache points at it
}

void Interpreter::make_cell(Value& variable) {
  auto cell = make<Cell>();
  cell->value = std::move(variable);
  variable = Value(cell);
}

void Interpreter::raise_unbound_local(const Frame& frame, const Instruction& i) {
  raise(ExceptionKind::UnboundLocalError, "cannot access local variable '{}' where it is not associated with a value",
        frame.code->names[i.b]);
}

void Interpreter::raise_unbound_cell(const Frame& frame, const Instruction& i) {
  raise(ExceptionKind::NameError,
        "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
        frame.code->names[i.c]);
}

// ---- values

Value Interpreter::binary_or_inplace(CallContext& context, const Instruction& i, const Value& a, const Value& b) {
  const BinaryOp op = binary_of(i.op);
  return i.n & in_place_flag && a.is(Tag::Array) ? inplace(context, op, a, b) : binary(context, op, a, b);
}

// The value may live in one of the registers that are written.
void Interpreter::unpack_value(CallContext& context, const Value& value, std::size_t count, Value* out) {
  const Value from = value;
  unpack(context, from, count, out);
}

Value Interpreter::formatted(CallContext& context, const Value& value, int conversion, const Value& spec) {
  const std::string& text = spec.as<Str>().text;
  switch (conversion) {
  case 's':
    return make_str(format_value(context, make_str(str_of(context, value)), text));
  case 'r':
    return make_str(format_value(context, make_str(repr_of(context, value)), text));
  case 'a':
    return make_str(format_value(context, make_str(escaped(repr_of(context, value))), text));
  default:
    return make_str(format_value(context, value, text));
  }
}

Value Interpreter::joined(std::span<const Value> strings) {
  std::string text;
  for (const Value& s : strings) text += s.as<Str>().text;
  return make_str(std::move(text));
}

Value Interpreter::make_function(Frame& frame, const Instruction& i) {
  auto function = make<Function>();
  function->code = Ref<CodeBase>(static_cast<CodeBase*>(frame.code->constants[i.b].object()));
  const Code& code = static_cast<const Code&>(*function->code);
  function->name = code.name;
  function->qualified_name = code.qualified_name;
  function->globals = Ref<Module>(frame.globals);
  const Value* from = frame.registers + i.c;
  for (int k = 0; k < code.defaults; ++k) function->defaults.push_back(*from++);
  for (std::size_t k = static_cast<std::size_t>(code.positional); k < code.parameters.size(); ++k)
    function->keyword_defaults.push_back(*from++);
  for (std::size_t k = 0; k < code.free_variables.size(); ++k)
    function->cells.push_back(Ref<Cell>(&(from++)->as<Cell>()));
  return Value(function);
}

// ---- modules

Value Interpreter::imported_module(CallContext& context, const std::string& name, bool first_part) {
  Ref<Module> module = import_module(context, name);
  return Value(first_part ? import_module(context, name.substr(0, name.find('.'))) : module);
}

Value Interpreter::imported_name(const Module& module, const std::string& name) {
  auto found = module.members.find(name);
  if (found == module.members.end())
    raise(ExceptionKind::ImportError, "cannot import name '{}' from '{}' (pyvm's own module)", name, module.name);
  return found->second;
}

void Interpreter::import_star(Frame& frame, const Value& module) {
  for (const auto& [name, value] : module.as<Module>().members)
    if (name[0] != '_') frame.globals->members[name] = value;
}

// ---- exceptions

void Interpreter::raise_value(CallContext& context, const Value& value) {
  if (value.is(Tag::Type) && value.as<TypeObject>().exception) throw GuestError(*value.as<TypeObject>().exception, "");
  if (!value.is(Tag::Exception)) raise(ExceptionKind::TypeError, "exceptions must derive from BaseException");
  const Exception& exception = value.as<Exception>();
  GuestError error(exception.kind, str_of(context, value));
  if (exception.arguments.size() == 1)
    error.set_payload(exception.arguments[0]);
  else if (!exception.arguments.empty())
    error.set_payload(exception.kind == ExceptionKind::SystemExit ? make_tuple(exception.arguments) : value);
  throw error;
}

void Interpreter::raise_assertion(CallContext& context, const Value* message) {
  GuestError error(ExceptionKind::AssertionError, message ? str_of(context, *message) : "");
  if (message) error.set_payload(*message);
  throw error;
}

} // namespace pyvm
