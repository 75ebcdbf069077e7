// The dispatch loop, and the opcodes that are not worth a place in it.
//
// Fast paths for ints, floats and array elements stand in the loop; everything else is one call into vm/builtins, which
// decides by the dialect. `frame->pc` is set before anything that can raise, call or leave.
#include "vm/interp/interpreter.h"

#include <fmt/format.h>

#include "vm/builtins/attributes.h"
#include "vm/builtins/call.h"
#include "vm/builtins/iterate.h"
#include "vm/builtins/modules.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/subscript.h"
#include "vm/builtins/text.h"
#include "vm/interp/hooks.h"
#include "vm/interp/prange.h"
#include "vm/object/array.h"
#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"
#include "vm/support/environment.h"
#include "vm/support/utf8.h"

namespace pyvm {

namespace {

constexpr std::int32_t back_edges_between_polls = 20000;

Value call_guest(CallContext& context, const Value& callee, const Arguments& arguments) {
  return static_cast<Interpreter*>(context.interpreter)->call(callee, arguments, context.dialect);
}

bool both_int(const Value& a, const Value& b) { return a.is(Tag::Int) && b.is(Tag::Int); }

bool is_int_or_float(const Value& v) { return v.is(Tag::Int) || v.is(Tag::Float); }
double number(const Value& v) { return v.is(Tag::Int) ? static_cast<double>(v.as_int()) : v.as_float(); }

// Address of an element when every subscript is an int in range; null: take the long way.
std::byte* element(const Array& array, const Value* subscripts, int n) {
  if (array.ndim != n) return nullptr;
  std::byte* at = array.data;
  for (int k = 0; k < n; ++k) {
    if (!subscripts[k].is(Tag::Int)) return nullptr;
    std::int64_t i = subscripts[k].as_int();
    if (i < 0) i += array.shape[k];
    if (static_cast<std::uint64_t>(i) >= static_cast<std::uint64_t>(array.shape[k])) return nullptr;
    at += i * array.strides[k];
  }
  return at;
}

bool load_element(Value& to, const Value& object, const Value* subscripts, int n, Dialect dialect) {
  if (!object.is(Tag::Array)) return false;
  const Array& array = object.as<Array>();
  const std::byte* at = element(array, subscripts, n);
  if (!at) return false;
  const ScalarBits bits = load_scalar(array.dtype, at);
  to = dialect == Dialect::Njit ? Value::njit_scalar(array.dtype, bits) : Value::numpy_scalar(array.dtype, bits);
  return true;
}

bool store_element(const Value& value, const Value& object, const Value* subscripts, int n) {
  if (!object.is(Tag::Array)) return false;
  const Array& array = object.as<Array>();
  if (!array.writable) return false;
  const bool as_float = array.dtype == ScalarKind::Float64 && is_int_or_float(value);
  if (!as_float && !(array.dtype == ScalarKind::Int64 && value.is(Tag::Int))) return false;
  std::byte* at = element(array, subscripts, n);
  if (!at) return false;
  if (as_float) {
    const double f = number(value);
    std::memcpy(at, &f, sizeof f);
  } else {
    const std::int64_t i = value.as_int();
    std::memcpy(at, &i, sizeof i);
  }
  return true;
}

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

// `raise value`
[[noreturn]] void raise_value(CallContext& context, const Value& value) {
  if (value.is(Tag::Type) && value.as<TypeObject>().exception) throw GuestError(*value.as<TypeObject>().exception, "");
  if (!value.is(Tag::Exception)) raise(ExceptionKind::TypeError, "exceptions must derive from BaseException");
  const Exception& exception = value.as<Exception>();
  GuestError error(exception.kind, str_of(context, value));
  if (!exception.arguments.empty()) error.set_payload(exception.arguments[0]);
  throw error;
}

} // namespace

InterpreterHooks& interpreter_hooks() {
  static InterpreterHooks hooks;
  return hooks;
}

Interpreter::Interpreter() {
  context_.interpreter = this;
  context_.call = call_guest;
}

Interpreter& Interpreter::current() {
  static thread_local Interpreter interpreter;
  return interpreter;
}

void Interpreter::poll() {
  poll_budget_ = back_edges_between_polls;
  const InterpreterHooks& hooks = interpreter_hooks();
  if (running_grain >= 0) {
    if (hooks.should_stop && hooks.should_stop(running_grain)) throw GrainStopped();
  } else if (hooks.interrupted && hooks.interrupted()) {
    throw GuestError(ExceptionKind::KeyboardInterrupt, "");
  }
}

Value Interpreter::dispatch() {
  static const void* const labels[] = {
#define OPCODE(name, a, b, c, meaning) &&op_##name,
#include "vm/bytecode/opcodes.def"
#undef OPCODE
  };

  Frame* frame;
  const Instruction* code;
  const Instruction* ip;
  Value* r;
  Dialect dialect;

#define ENTER_FRAME()                                                                                                  \
  do {                                                                                                                 \
    frame = top_;                                                                                                      \
    code = frame->code->instructions.data();                                                                           \
    ip = code + frame->pc;                                                                                             \
    r = frame->registers;                                                                                              \
    dialect = frame->code->dialect;                                                                                    \
  } while (0)
#define DISPATCH() goto* labels[static_cast<int>(ip->op)]
#define NEXT()                                                                                                         \
  do {                                                                                                                 \
    ++ip;                                                                                                              \
    DISPATCH();                                                                                                        \
  } while (0)
#define SAVE() (frame->pc = static_cast<std::uint32_t>(ip - code))
#define GO(target)                                                                                                     \
  do {                                                                                                                 \
    ip = code + (target);                                                                                              \
    DISPATCH();                                                                                                        \
  } while (0)
#define CONTEXT()                                                                                                      \
  (SAVE(), context_.dialect = dialect, context_.numpy_errors = (ip->n & numpy_errors_flag) != 0, context_)

  ENTER_FRAME();
  DISPATCH();

op_LoadConst:
  r[ip->a] = frame->code->constants[ip->b];
  NEXT();
op_Move:
  r[ip->a] = r[ip->b];
  NEXT();
op_CheckBound:
  if (r[ip->a].is_unbound()) [[unlikely]] {
    SAVE();
    raise(ExceptionKind::UnboundLocalError, "cannot access local variable '{}' where it is not associated with a value",
          frame->code->names[ip->b]);
  }
  NEXT();
op_Unbind:
  r[ip->a] = Value();
  NEXT();
op_LoadGlobal:
  SAVE();
  r[ip->a] = global(*frame, ip->b);
  NEXT();
op_StoreGlobal:
  frame->globals->members[frame->code->names[ip->b]] = r[ip->a];
  NEXT();
op_DeleteGlobal : {
  SAVE();
  auto found = frame->globals->members.find(frame->code->names[ip->b]);
  if (found == frame->globals->members.end() || found->second.is_unbound())
    raise(ExceptionKind::NameError, "name '{}' is not defined", frame->code->names[ip->b]);
  found->second = Value(); // the node stays: global_cache points at it
  NEXT();
}
op_MakeCell : {
  auto cell = make<Cell>();
  cell->value = std::move(r[ip->a]);
  r[ip->a] = Value(cell);
  NEXT();
}
op_LoadFree:
  r[ip->a] = Value(frame->function->cells[ip->b]);
  NEXT();
op_LoadCell : {
  const Value& held = r[ip->b].as<Cell>().value;
  if (held.is_unbound()) [[unlikely]] {
    SAVE();
    raise(ExceptionKind::NameError,
          "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
          frame->code->names[ip->c]);
  }
  r[ip->a] = held;
  NEXT();
}
op_StoreCell:
  r[ip->a].as<Cell>().value = r[ip->b];
  NEXT();

#define ARITHMETIC(name, checked, symbol)                                                                              \
  op_##name : {                                                                                                        \
    const Value &x = r[ip->b], &y = r[ip->c];                                                                          \
    std::int64_t result;                                                                                               \
    if (both_int(x, y) && !checked(x.as_int(), y.as_int(), &result)) [[likely]] {                                      \
      r[ip->a].set_int(result);                                                                                        \
      NEXT();                                                                                                          \
    }                                                                                                                  \
    if (x.is(Tag::Float) && y.is(Tag::Float)) {                                                                        \
      r[ip->a].set_float(x.as_float() symbol y.as_float());                                                            \
      NEXT();                                                                                                          \
    }                                                                                                                  \
    if (is_int_or_float(x) && is_int_or_float(y) && !both_int(x, y)) {                                                 \
      r[ip->a].set_float(number(x) symbol number(y));                                                                  \
      NEXT();                                                                                                          \
    }                                                                                                                  \
    goto slow_binary;                                                                                                  \
  }
  ARITHMETIC(Add, __builtin_add_overflow, +)
  ARITHMETIC(Sub, __builtin_sub_overflow, -)
  ARITHMETIC(Mul, __builtin_mul_overflow, *)
#undef ARITHMETIC

op_TrueDiv : {
  const Value &x = r[ip->b], &y = r[ip->c];
  if (x.is(Tag::Float) && is_int_or_float(y) && number(y) != 0) {
    r[ip->a].set_float(x.as_float() / number(y));
    NEXT();
  }
  goto slow_binary;
}
op_FloorDiv : {
  const Value &x = r[ip->b], &y = r[ip->c];
  if (both_int(x, y) && y.as_int() > 0) {
    r[ip->a].set_int(floor_divide(x.as_int(), y.as_int()));
    NEXT();
  }
  goto slow_binary;
}
op_Mod : {
  const Value &x = r[ip->b], &y = r[ip->c];
  if (both_int(x, y) && y.as_int() > 0) {
    r[ip->a].set_int(modulo(x.as_int(), y.as_int()));
    NEXT();
  }
  goto slow_binary;
}

#define BITWISE(name, symbol)                                                                                          \
  op_##name : {                                                                                                        \
    const Value &x = r[ip->b], &y = r[ip->c];                                                                          \
    if (both_int(x, y)) {                                                                                              \
      r[ip->a].set_int(x.as_int() symbol y.as_int());                                                                  \
      NEXT();                                                                                                          \
    }                                                                                                                  \
    goto slow_binary;                                                                                                  \
  }
  BITWISE(BitAnd, &)
  BITWISE(BitOr, |)
  BITWISE(BitXor, ^)
#undef BITWISE

op_Pow:
op_LShift:
op_RShift:
op_MatMul:
slow_binary : {
  CallContext& context = CONTEXT();
  const BinaryOp op = binary_of(ip->op);
  if (ip->n & in_place_flag && r[ip->b].is(Tag::Array))
    r[ip->a] = inplace(context, op, r[ip->b], r[ip->c]);
  else
    r[ip->a] = binary(context, op, r[ip->b], r[ip->c]);
  NEXT();
}
op_PowLiteral:
  r[ip->a] = power_literal(CONTEXT(), r[ip->b], static_cast<std::int16_t>(ip->c));
  NEXT();

#define COMPARISON(name, symbol)                                                                                       \
  op_##name : {                                                                                                        \
    const Value &x = r[ip->b], &y = r[ip->c];                                                                          \
    if (both_int(x, y)) {                                                                                              \
      r[ip->a].set_bool(x.as_int() symbol y.as_int());                                                                 \
      NEXT();                                                                                                          \
    }                                                                                                                  \
    if (x.is(Tag::Float) && y.is(Tag::Float)) {                                                                        \
      r[ip->a].set_bool(x.as_float() symbol y.as_float());                                                             \
      NEXT();                                                                                                          \
    }                                                                                                                  \
    goto slow_compare;                                                                                                 \
  }
  COMPARISON(Lt, <)
  COMPARISON(Le, <=)
  COMPARISON(Gt, >)
  COMPARISON(Ge, >=)
  COMPARISON(Eq, ==)
  COMPARISON(Ne, !=)
#undef COMPARISON

op_Is:
op_IsNot:
op_In:
op_NotIn:
slow_compare:
  r[ip->a] = compare(CONTEXT(), comparison_of(ip->op), r[ip->b], r[ip->c]);
  NEXT();

op_Neg : {
  const Value& x = r[ip->b];
  if (x.is(Tag::Float)) {
    r[ip->a].set_float(-x.as_float());
    NEXT();
  }
  goto slow_unary;
}
op_Not : {
  const Value& x = r[ip->b];
  if (x.is(Tag::Bool)) {
    r[ip->a].set_bool(!x.as_bool());
    NEXT();
  }
  goto slow_unary;
}
op_Pos:
op_Invert:
slow_unary:
  r[ip->a] = unary(CONTEXT(), unary_of(ip->op), r[ip->b]);
  NEXT();

op_Jump:
  ip += 1 + ip->distance();
  DISPATCH();
op_JumpIf : {
  const Value& x = r[ip->a];
  const bool taken = x.is(Tag::Bool) ? x.as_bool() : truth(CONTEXT(), x);
  ip += taken ? 1 + ip->distance() : 1;
  DISPATCH();
}
op_JumpIfNot : {
  const Value& x = r[ip->a];
  const bool taken = x.is(Tag::Bool) ? !x.as_bool() : !truth(CONTEXT(), x);
  ip += taken ? 1 + ip->distance() : 1;
  DISPATCH();
}

op_GetItem : {
  if (load_element(r[ip->a], r[ip->b], r + ip->c, ip->n, dialect)) [[likely]]
    NEXT();
  CallContext& context = CONTEXT();
  r[ip->a] = get_item(context, r[ip->b], {r + ip->c, ip->n});
  NEXT();
}
op_SetItem : {
  if (store_element(r[ip->a], r[ip->b], r + ip->c, ip->n)) [[likely]]
    NEXT();
  CallContext& context = CONTEXT();
  set_item(context, r[ip->b], {r + ip->c, ip->n}, r[ip->a]);
  NEXT();
}
op_GetAttr : {
  CallContext& context = CONTEXT();
  r[ip->a] = get_attribute(context, r[ip->b], frame->code->names[ip->c]);
  NEXT();
}

op_Call : {
  SAVE();
  const std::uint16_t to = ip->a;
  if (push_call(*frame, r[ip->b], {{r + ip->c, ip->n}, {}}, to)) {
    ENTER_FRAME();
    DISPATCH();
  }
  NEXT();
}
op_CallKeywords : {
  SAVE();
  const auto& names = frame->code->constants[ip[1].a].as<Tuple>().items;
  const std::size_t positional = ip->n - names.size();
  std::vector<Keyword> keywords;
  for (std::size_t k = 0; k < names.size(); ++k)
    keywords.push_back({names[k].as<Str>().text, r[ip->c + positional + k]});
  if (push_call(*frame, r[ip->b], {{r + ip->c, positional}, keywords}, ip->a)) {
    ENTER_FRAME();
    DISPATCH();
  }
  ip += 2;
  DISPATCH();
}
op_Extra:
  NEXT(); // behind a CallKeywords whose callee was a guest function
op_MakeTuple:
  r[ip->a] = make_tuple(std::vector<Value>(r + ip->b, r + ip->b + ip->c));
  NEXT();
op_Unpack : {
  CallContext& context = CONTEXT();
  const Value from = r[ip->b];
  unpack(context, from, ip->c, r + ip->a);
  NEXT();
}
op_MakeSlice:
  r[ip->a] = Value(make<Slice>(r[ip->b], r[ip->b + 1], r[ip->b + 2]));
  NEXT();
op_FormatValue : {
  CallContext& context = CONTEXT();
  Value value = r[ip->b];
  if (ip->n == 's') value = make_str(str_of(context, value));
  if (ip->n == 'r') value = make_str(repr_of(context, value));
  if (ip->n == 'a') value = make_str(escaped(repr_of(context, value)));
  r[ip->a] = make_str(format_value(context, value, r[ip->c].as<Str>().text));
  NEXT();
}
op_BuildString : {
  std::string text;
  for (int k = 0; k < ip->c; ++k) text += r[ip->b + k].as<Str>().text;
  r[ip->a] = make_str(std::move(text));
  NEXT();
}
op_MakeFunction:
  r[ip->a] = make_function(*frame, *ip);
  NEXT();
op_ImportModule : {
  CallContext& context = CONTEXT();
  const std::string& name = frame->code->names[ip->b];
  Ref<Module> module = import_module(context, name);
  if (ip->n) module = import_module(context, name.substr(0, name.find('.')));
  r[ip->a] = Value(module);
  NEXT();
}
op_ImportFrom : {
  SAVE();
  auto& module = r[ip->b].as<Module>();
  const std::string& name = frame->code->names[ip->c];
  auto found = module.members.find(name);
  if (found == module.members.end())
    raise(ExceptionKind::ImportError, "cannot import name '{}' from '{}' (pyvm's own module)", name, module.name);
  r[ip->a] = found->second;
  NEXT();
}
op_ImportStar:
  import_star(*frame, r[ip->a]);
  NEXT();

op_Return : {
  Value result = r[ip->a].is_lent() && !frame->caller ? r[ip->a].owned() : std::move(r[ip->a]);
  const bool to_host = frame->returns_to_host;
  const std::uint16_t to = frame->result_register;
  if (frame->python_result) result = python_result(std::move(result));
  pop_frame();
  if (to_host) return result;
  ENTER_FRAME();
  r[to] = std::move(result);
  NEXT();
}
op_Raise : {
  CallContext& context = CONTEXT();
  raise_value(context, r[ip->a]);
}
op_RaiseAssertion : {
  CallContext& context = CONTEXT();
  GuestError error(ExceptionKind::AssertionError, ip->n ? str_of(context, r[ip->a]) : "");
  throw error;
}

op_EnterFor:
  SAVE();
  GO(enter_for(*frame, *ip) ? frame->code->loops[ip->c].body : frame->code->loops[ip->c].otherwise);
op_EnterPrange:
  SAVE();
  GO(enter_prange(*frame, *ip) ? frame->code->loops[ip->c].body : frame->code->loops[ip->c].otherwise);
op_NextPrange:
  if (frame->grain && frame->grain_loop == ip->c) {
    if (--poll_budget_ <= 0) {
      SAVE();
      poll();
    }
    SAVE();
    if (frame->grain->next(*frame)) GO(frame->code->loops[ip->c].body);
    return Value();
  }
  goto op_NextFor;
op_NextFor : {
  const LoopInfo& loop = frame->code->loops[ip->c];
  if (--poll_budget_ <= 0) {
    SAVE();
    poll();
  }
  Value* state = r + ip->a;
  if (state[0].is(Tag::Int)) [[likely]] {
    if (--frame->code->heat[ip->c] == 0) [[unlikely]]
      goto hot;
    const std::uint64_t left = static_cast<std::uint64_t>(state[1].as_int());
    if (left == 0) GO(loop.otherwise);
    const std::int64_t value = state[0].as_int();
    r[ip->b].set_int(value);
    state[0].set_int(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(value) + static_cast<std::uint64_t>(state[2].as_int())));
    state[1].set_int(static_cast<std::int64_t>(left - 1));
    GO(loop.body);
  }
  SAVE();
  GO(next_for(*frame, *ip) ? loop.body : loop.otherwise);
}
op_LoopBack:
  if (--poll_budget_ <= 0) {
    SAVE();
    poll();
  }
  if (--frame->code->heat[ip->c] == 0) [[unlikely]]
    goto hot;
  GO(frame->code->loops[ip->c].body);

hot : {
  SAVE();
  // One more, because the loop's end is dispatched again below and counts again.
  frame->code->heat[ip->c] = static_cast<std::int32_t>(environment().hot) + 1;
  auto* hook = interpreter_hooks().hot_loop;
  if (hook && dialect == Dialect::Njit) {
    top_ = hook(*this, *frame, ip->c);
    ENTER_FRAME();
  }
  DISPATCH();
}
}

const Value& Interpreter::global(Frame& frame, int name) {
  const Code& code = *frame.code;
  if (code.global_cache.empty()) code.global_cache.resize(code.names.size());
  const Value*& known = code.global_cache[name];
  if (known && !known->is_unbound()) return *known;
  const std::string& text = code.names[name];
  if (frame.globals) {
    auto found = frame.globals->members.find(text);
    if (found != frame.globals->members.end() && !found->second.is_unbound()) return *(known = &found->second);
  }
  const auto& builtins = builtins_module()->members;
  if (auto found = builtins.find(text); found != builtins.end()) return found->second;
  raise(ExceptionKind::NameError, "name '{}' is not defined", text);
}

void Interpreter::import_star(Frame& frame, const Value& module) {
  for (const auto& [name, value] : module.as<Module>().members)
    if (name[0] != '_') frame.globals->members[name] = value;
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

// The state of a loop over a range: next value, values left, step. Over anything else: an iterator.
bool Interpreter::enter_for(Frame& frame, const Instruction& i) {
  Value* state = frame.registers + i.a;
  const Value iterable = frame.registers[i.b];
  if (iterable.is(Tag::Range)) {
    const Range& range = iterable.as<Range>();
    state[0].set_int(range.start);
    state[1].set_int(static_cast<std::int64_t>(range_length(range.start, range.stop, range.step)));
    state[2].set_int(range.step);
  } else {
    context_.dialect = frame.code->dialect;
    state[0] = Value(iterate(context_, iterable));
  }
  return next_for(frame, i);
}

bool Interpreter::next_for(Frame& frame, const Instruction& i) {
  Value* state = frame.registers + i.a;
  const std::uint16_t target = frame.code->loops[i.c].target;
  if (state[0].is(Tag::Int)) {
    const std::uint64_t left = static_cast<std::uint64_t>(state[1].as_int());
    if (left == 0) return false;
    const std::int64_t value = state[0].as_int();
    frame.registers[target].set_int(value);
    state[0].set_int(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(value) + static_cast<std::uint64_t>(state[2].as_int())));
    state[1].set_int(static_cast<std::int64_t>(left - 1));
    return true;
  }
  Value item;
  if (!state[0].as<Iterator>().next(item)) {
    state[0] = Value();
    return false;
  }
  frame.registers[target] = frame.code->dialect == Dialect::Njit ? njit_argument(item) : item;
  return true;
}

// Runs a prange to its end and returns false, or begins it as a plain range loop (true, like enter_for).
bool Interpreter::enter_prange(Frame& frame, const Instruction& i) {
  const LoopInfo& loop = frame.code->loops[i.c];
  const Value iterable = frame.registers[i.b];
  std::string reason = loop.in_order_reason;
  for (const LoopVariable& v : loop.variables) {
    if (v.variable_class != VariableClass::Reduction || !reason.empty()) continue;
    const Value& live = frame.registers[v.guest_register];
    if (!live.is_number())
      reason = fmt::format("'{}' (line {}) is combined in every iteration, but is no number", v.name, v.line);
    else if (!accumulator_kind(v.reduction, live.scalar_kind(), live.scalar_kind()))
      reason = fmt::format("'{}' (line {}) cannot be combined by this operator", v.name, v.line);
  }
  if (!reason.empty()) {
    if (auto* remark = interpreter_hooks().performance_remark) remark(*frame.code, i.c, reason);
    return enter_for(frame, i);
  }
  const Range& range = iterable.as<Range>();
  const std::uint64_t length = range_length(range.start, range.stop, range.step);
  if (length == 0) return false;
  if (length > static_cast<std::uint64_t>(INT64_MAX))
    raise(ExceptionKind::OverflowError, "prange of more than 2**63 - 1 iterations");
  PrangeJob job(frame, i.c, range.start, range.step, static_cast<std::int64_t>(length));
  auto* hook = interpreter_hooks().prange;
  if (!hook || job.has_sometimes_assigned() || !hook(*this, job)) run_interpreted(*this, job);
  return false;
}

} // namespace pyvm
