// The dispatch loop.
//
// Ints, floats and array elements have fast paths here; everything else is one call into vm/builtins, which decides by
// the dialect, or into operations.cpp and loops.cpp beside this file. `frame->pc` is set before anything that can
// raise, call or leave. No opcode's body may own an object while it dispatches: a computed goto runs no destructors.
// Such bodies are functions.
//
// A comparison goes on with the branch that tests its result: it is nearly always the next instruction. The result is
// written all the same, because an exit or a traceback may look at it.
#include "vm/interp/interpreter.h"

#include "vm/builtins/attributes.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/subscript.h"
#include "vm/interp/hooks.h"
#include "vm/interp/prange.h"
#include "vm/object/array.h"
#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"

namespace pyvm {

namespace {

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;

bool both_int(const Value& a, const Value& b) { return a.is(Tag::Int) && b.is(Tag::Int); }
bool both_float(const Value& a, const Value& b) { return a.is(Tag::Float) && b.is(Tag::Float); }
bool is_int_or_float(const Value& v) { return v.is(Tag::Int) || v.is(Tag::Float); }
double number(const Value& v) { return v.is(Tag::Int) ? static_cast<double>(v.as_int()) : v.as_float(); }
bool is_exact(std::int64_t i) { return -exact_in_double <= i && i <= exact_in_double; }

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
  if (dialect == Dialect::Njit && array.dtype == ScalarKind::Float64) {
    double f;
    std::memcpy(&f, at, sizeof f);
    to.set_float(f);
    return true;
  }
  const ScalarKind kind = array.dtype;
  const ScalarBits bits = load_scalar(kind, at);
  to = dialect == Dialect::Njit ? Value::njit_scalar(kind, bits) : Value::numpy_scalar(kind, bits);
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

} // namespace

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
  bool outcome;

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
#define A r[ip->a]
#define B r[ip->b]
#define C r[ip->c]

  ENTER_FRAME();
  DISPATCH();

op_LoadConst:
  A = frame->code->constants[ip->b].lent(); // immortal: nothing to count
  NEXT();
op_Move:
  A = B;
  NEXT();
op_CheckBound:
  if (A.is_unbound()) [[unlikely]] {
    SAVE();
    raise_unbound_local(*frame, *ip);
  }
  NEXT();
op_Unbind:
  A = Value();
  NEXT();
op_LoadGlobal:
  SAVE();
  A = global(*frame, ip->b);
  NEXT();
op_StoreGlobal:
  store_global(*frame, ip->b, A);
  NEXT();
op_DeleteGlobal:
  SAVE();
  delete_global(*frame, ip->b);
  NEXT();
op_MakeCell:
  make_cell(A);
  NEXT();
op_LoadFree:
  A = Value(frame->function->cells[ip->b]);
  NEXT();
op_LoadCell:
  if (B.as<Cell>().value.is_unbound()) [[unlikely]] {
    SAVE();
    raise_unbound_cell(*frame, *ip);
  }
  A = B.as<Cell>().value;
  NEXT();
op_StoreCell:
  A.as<Cell>().value = B;
  NEXT();

#define ARITHMETIC(name, checked, symbol)                                                                              \
  op_##name : {                                                                                                        \
    const Value &x = B, &y = C;                                                                                        \
    if (x.is(Tag::Int)) {                                                                                              \
      std::int64_t result;                                                                                             \
      if (y.is(Tag::Int)) {                                                                                            \
        if (checked(x.as_int(), y.as_int(), &result)) [[unlikely]]                                                     \
          goto slow_binary;                                                                                            \
        A.set_int(result);                                                                                             \
        NEXT();                                                                                                        \
      }                                                                                                                \
      if (!y.is(Tag::Float)) goto slow_binary;                                                                         \
      A.set_float(static_cast<double>(x.as_int()) symbol y.as_float());                                                \
      NEXT();                                                                                                          \
    }                                                                                                                  \
    if (!x.is(Tag::Float) || !is_int_or_float(y)) goto slow_binary;                                                    \
    A.set_float(x.as_float() symbol number(y));                                                                        \
    NEXT();                                                                                                            \
  }
  ARITHMETIC(Add, __builtin_add_overflow, +)
  ARITHMETIC(Sub, __builtin_sub_overflow, -)
  ARITHMETIC(Mul, __builtin_mul_overflow, *)
#undef ARITHMETIC

op_TrueDiv : {
  const Value &x = B, &y = C;
  if (!is_int_or_float(x) || !is_int_or_float(y)) goto slow_binary;
  // CPython rounds the quotient of two ints once, also where they are not exact as floats.
  if (both_int(x, y) && dialect == Dialect::Python && !(is_exact(x.as_int()) && is_exact(y.as_int()))) goto slow_binary;
  if (number(y) == 0) goto slow_binary;
  A.set_float(number(x) / number(y));
  NEXT();
}
op_FloorDiv:
  if (both_int(B, C) && C.as_int() > 0) {
    A.set_int(floor_divide(B.as_int(), C.as_int()));
    NEXT();
  }
  goto slow_binary;
op_Mod:
  if (both_int(B, C) && C.as_int() > 0) {
    A.set_int(modulo(B.as_int(), C.as_int()));
    NEXT();
  }
  goto slow_binary;

#define BITWISE(name, symbol)                                                                                          \
  op_##name : if (both_int(B, C)) {                                                                                    \
    A.set_int(B.as_int() symbol C.as_int());                                                                           \
    NEXT();                                                                                                            \
  }                                                                                                                    \
  goto slow_binary;
  BITWISE(BitAnd, &)
  BITWISE(BitOr, |)
  BITWISE(BitXor, ^)
#undef BITWISE

op_RShift:
  if (both_int(B, C) && static_cast<std::uint64_t>(C.as_int()) < 64) {
    A.set_int(B.as_int() >> C.as_int());
    NEXT();
  }
  goto slow_binary;

op_Pow:
op_LShift:
op_MatMul:
slow_binary:
  A = binary_or_inplace(CONTEXT(), *ip, B, C);
  if (A.is(Tag::Array)) poll_soon();
  NEXT();
op_PowLiteral:
  if (B.is(Tag::Float)) {
    A.set_float(pow_literal(B.as_float(), static_cast<std::int16_t>(ip->c)));
    NEXT();
  }
  A = power_literal(CONTEXT(), B, static_cast<std::int16_t>(ip->c));
  NEXT();

#define COMPARISON(name, symbol)                                                                                       \
  op_##name : {                                                                                                        \
    const Value &x = B, &y = C;                                                                                        \
    if (both_int(x, y))                                                                                                \
      outcome = x.as_int() symbol y.as_int();                                                                          \
    else if (both_float(x, y))                                                                                         \
      outcome = x.as_float() symbol y.as_float();                                                                      \
    else                                                                                                               \
      goto slow_compare;                                                                                               \
    A.set_bool(outcome);                                                                                               \
    if (ip[1].op == Opcode::JumpIfNot && ip[1].a == ip->a) [[likely]] {                                                \
      ++ip;                                                                                                            \
      ip += outcome ? 1 : 1 + ip->distance();                                                                          \
      DISPATCH();                                                                                                      \
    }                                                                                                                  \
    NEXT();                                                                                                            \
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
  A = compare(CONTEXT(), comparison_of(ip->op), B, C);
  NEXT();

op_Neg:
  if (B.is(Tag::Float)) {
    A.set_float(-B.as_float());
    NEXT();
  }
  if (B.is(Tag::Int) && B.as_int() != INT64_MIN) {
    A.set_int(-B.as_int());
    NEXT();
  }
  goto slow_unary;
op_Not:
  if (B.is(Tag::Bool)) {
    A.set_bool(!B.as_bool());
    NEXT();
  }
  goto slow_unary;
op_Pos:
op_Invert:
slow_unary:
  A = unary(CONTEXT(), unary_of(ip->op), B);
  NEXT();

op_Jump:
  ip += 1 + ip->distance();
  DISPATCH();
op_JumpIf:
  outcome = A.is(Tag::Bool) ? A.as_bool() : truth(CONTEXT(), A);
  ip += outcome ? 1 + ip->distance() : 1;
  DISPATCH();
op_JumpIfNot:
  outcome = A.is(Tag::Bool) ? A.as_bool() : truth(CONTEXT(), A);
  ip += outcome ? 1 : 1 + ip->distance();
  DISPATCH();

op_GetItem:
  if (load_element(A, B, &C, ip->n, dialect)) [[likely]]
    NEXT();
  A = get_item(CONTEXT(), B, {&C, ip->n});
  NEXT();
op_SetItem:
  if (!context_.store_log && store_element(A, B, &C, ip->n)) [[likely]]
    NEXT();
  set_item(CONTEXT(), B, {&C, ip->n}, A);
  poll_soon();
  NEXT();
op_GetAttr:
  A = get_attribute(CONTEXT(), B, frame->code->names[ip->c]);
  NEXT();

op_Call:
  SAVE();
  if (push_call(*frame, B, {{&C, ip->n}, {}}, ip->a)) {
    ENTER_FRAME();
    DISPATCH();
  }
  NEXT();
op_CallKeywords:
  SAVE();
  if (push_keyword_call(*frame, *ip)) {
    ENTER_FRAME();
    DISPATCH();
  }
  ip += 2;
  DISPATCH();
op_Extra:
  NEXT(); // behind a CallKeywords whose callee was a guest function
op_MakeTuple:
  A = make_tuple(std::vector<Value>(&B, &B + ip->c));
  NEXT();
op_Unpack:
  unpack_value(CONTEXT(), B, ip->c, &A);
  NEXT();
op_MakeSlice:
  A = Value(make<Slice>(B, (&B)[1], (&B)[2]));
  NEXT();
op_FormatValue:
  A = formatted(CONTEXT(), B, ip->n, C);
  NEXT();
op_BuildString:
  A = joined({&B, ip->c});
  NEXT();
op_MakeFunction:
  A = make_function(*frame, *ip);
  NEXT();
op_ImportModule:
  A = imported_module(CONTEXT(), frame->code->names[ip->b], ip->n != 0);
  NEXT();
op_ImportFrom:
  SAVE();
  A = imported_name(B.as<Module>(), frame->code->names[ip->c]);
  NEXT();
op_ImportStar:
  import_star(*frame, A);
  NEXT();

op_Return:
  if (frame->returns_to_host) return result_for_host(A);
  leave_frame(A);
  ENTER_FRAME();
  NEXT();
op_Raise:
  raise_value(CONTEXT(), A);
op_RaiseAssertion:
  raise_assertion(CONTEXT(), ip->n ? &A : nullptr);

op_EnterFor:
  SAVE();
  GO(enter_for(*frame, *ip) ? frame->code->loops[ip->c].body : frame->code->loops[ip->c].otherwise);
op_EnterPrange:
  SAVE();
  GO(enter_prange(*frame, *ip) ? frame->code->loops[ip->c].body : frame->code->loops[ip->c].otherwise);
op_NextPrange:
  if (frame->grain && frame->grain_loop == ip->c) {
    SAVE();
    count_down_to_poll();
    if (frame->grain->next(*frame)) GO(frame->code->loops[ip->c].body);
    return Value();
  }
  goto op_NextFor;
op_NextFor : {
  Value* state = &A;
  if (--poll_budget_ <= 0) [[unlikely]] {
    SAVE();
    poll();
  }
  if (state[0].is(Tag::Int)) [[likely]] {
    if (--frame->code->heat[ip->c] == 0) [[unlikely]]
      goto hot;
    const LoopInfo& loop = frame->code->loops[ip->c];
    const std::int64_t left = state[1].as_int();
    if (left == 0) GO(loop.otherwise);
    const std::int64_t value = state[0].as_int();
    B.set_int(value);
    state[0].set_int(add(value, state[2].as_int()));
    state[1].set_int(subtract(left, std::int64_t{1})); // a count: the bits of up to 2^64 - 1
    GO(loop.body);
  }
  SAVE();
  GO(next_for(*frame, *ip) ? frame->code->loops[ip->c].body : frame->code->loops[ip->c].otherwise);
}
op_LoopBack:
  if (--poll_budget_ <= 0) [[unlikely]] {
    SAVE();
    poll();
  }
  if (--frame->code->heat[ip->c] == 0) [[unlikely]]
    goto hot;
  GO(frame->code->loops[ip->c].body);

hot : {
  SAVE();
  // One more, because the loop's end is dispatched again below and counts again.
  frame->code->heat[ip->c] = back_edges_until_hot() + 1;
  auto* hook = interpreter_hooks().hot_loop;
  if (hook && dialect == Dialect::Njit) {
    top_ = hook(*this, *frame, ip->c);
    ENTER_FRAME();
  }
  DISPATCH();
}

#undef A
#undef B
#undef C
#undef CONTEXT
#undef GO
#undef SAVE
#undef NEXT
#undef DISPATCH
#undef ENTER_FRAME
}

} // namespace pyvm
