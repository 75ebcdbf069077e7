// Calls: builtins on scalars, and njit functions, which are inlined.
#include <algorithm>

#include "tracer/record/walker.h"
#include "vm/interp/interpreter.h"
#include "vm/semantics/conversion.h"
#include "vm/semantics/math_functions.h"
#include "vm/semantics/promotion.h"

namespace pyvm::tracer {

using ir::Op;
using Shape = Abstract::Shape;

namespace {

bool is_random(BuiltinId id) { return id >= BuiltinId::RandomSeed && id <= BuiltinId::RandomNormal; }

} // namespace

Abstract Walker::call(std::uint32_t pc, const Instruction& i) {
  const Abstract callee = read(i.b);
  std::vector<Abstract> arguments;
  for (int k = 0; k < i.n; ++k) arguments.push_back(read(static_cast<std::uint16_t>(i.c + k)));
  if (callee.is(Shape::Method)) return call_method(callee, i.b, arguments.size());
  if (!callee.is(Shape::Constant)) return give_up(Abort::UnsupportedCall, "this value");
  switch (callee.constant.tag()) {
  case Tag::Builtin:
  case Tag::Type:
    return call_builtin(callee.constant.as<Builtin>(), arguments);
  case Tag::Kernel:
    // Which overload it is, and what it converts, depends on the arguments.
    if (callee.constant.as<Kernel>().choose)
      return give_up(Abort::UnsupportedCall, callee.constant.as<Kernel>().name + "(), which has explicit signatures,");
    // Made before, if it can be (vm/interp/callees.h).
    if (const Function* function = callee.constant.as<Kernel>().function.load(std::memory_order_acquire))
      return inline_call(pc, *function, arguments, i.a);
    return give_up(Abort::UnsupportedCall, callee.constant.as<Kernel>().name + "(), which has no bytecode,");
  case Tag::Function:
    return inline_call(pc, callee.constant.as<Function>(), arguments, i.a);
  default:
    return give_up(Abort::UnsupportedCall, "this value");
  }
}

// np.zeros(n, dtype=...) and its kin.
Abstract Walker::call_with_keywords(std::uint32_t pc, const Instruction& i) {
  const Abstract callee = read(i.b);
  const auto& names = code().constants[code().instructions[pc + 1].a].as<Tuple>().items;
  const bool is_builtin =
      callee.is(Shape::Constant) && (callee.constant.is(Tag::Builtin) || callee.constant.is(Tag::Type));
  if (is_builtin && is_random(callee.constant.as<Builtin>().id)) {
    std::vector<Abstract> arguments;
    for (int k = 0; k < i.n; ++k) arguments.push_back(read(static_cast<std::uint16_t>(i.c + k)));
    return call_random(callee.constant.as<Builtin>(), arguments, names);
  }
  if (!is_builtin || names.size() != 1 || names[0].as<Str>().text != "dtype")
    return give_up(Abort::UnsupportedCall, "a function with keywords");
  const Builtin& builtin = callee.constant.as<Builtin>();
  if (!makes_array(builtin.id)) return give_up(Abort::UnsupportedCall, builtin.name + "() with keywords");
  std::vector<Abstract> arguments;
  for (int k = 0; k + 1 < i.n; ++k) arguments.push_back(read(static_cast<std::uint16_t>(i.c + k)));
  return new_array(builtin, arguments, read(static_cast<std::uint16_t>(i.c + i.n - 1)));
}

Abstract Walker::call_builtin(const Builtin& builtin, const std::vector<Abstract>& arguments) {
  const std::size_t n = arguments.size();
  const bool numeric =
      std::all_of(arguments.begin(), arguments.end(), [](const Abstract& a) { return a.is_numeric(); });
  auto refuse = [&] { return give_up(Abort::UnsupportedCall, builtin.name + "()"); };
  if (is_random(builtin.id)) return call_random(builtin, arguments, {});
  if (is_ufunc(builtin.id)) return call_ufunc(builtin, arguments);
  switch (builtin.id) {
  case BuiltinId::Len:
    if (n == 1 && arguments[0].is(Shape::Tuple))
      return Abstract::scalar(ScalarKind::Int64,
                              build_.int_constant(static_cast<std::int64_t>(arguments[0].items.size())));
    if (n == 1 && arguments[0].is(Shape::Array)) {
      const std::vector<ir::ValueId> shape = shape_of_view(arguments[0]);
      if (!shape.empty()) return Abstract::scalar(ScalarKind::Int64, shape[0]);
    }
    return refuse();
  case BuiltinId::Range:
  case BuiltinId::Prange: {
    if (n < 1 || n > 3 || !numeric) return refuse();
    std::vector<Abstract> items;
    auto integer = [&](ir::ValueId id) { return Abstract::scalar(ScalarKind::Int64, id); };
    for (const Abstract& a : arguments) {
      const Abstract value = int_kind(a);
      if (is_float(value.kind)) return refuse();
      items.push_back(integer(convert(value, ScalarKind::Int64)));
    }
    if (n == 1) items.insert(items.begin(), integer(build_.int_constant(0)));
    if (n < 3) items.push_back(integer(build_.int_constant(1)));
    if (n == 3)
      build_.guard(build_.emit(ir::Op::Ne, {items[2].id, build_.int_constant(0)}),
                   exit_here("the step of range() is zero"));
    return Abstract::of_items(Shape::Range, std::move(items));
  }
  case BuiltinId::Min:
  case BuiltinId::Max: {
    if (n < 2 || !numeric) return refuse();
    std::vector<Abstract> operands = arguments;
    for (const Abstract& s : arguments)
      for (Abstract& x : operands) contribute(s, x);
    Abstract best = one_kind(operands[0]);
    for (std::size_t k = 1; k < n; ++k) {
      const Abstract other = one_kind(operands[k]);
      const ScalarKind kind = njit_min_max(best.kind, other.kind);
      const bool is_unsigned = kind == ScalarKind::UInt64;
      const Op op =
          builtin.id == BuiltinId::Min ? (is_unsigned ? Op::UMin : Op::Min) : (is_unsigned ? Op::UMax : Op::Max);
      if (kind == ScalarKind::Bool) return refuse();
      best = Abstract::scalar(kind, build_.emit(op, {convert(best, kind), convert(other, kind)}));
    }
    return best;
  }
  case BuiltinId::Abs: {
    if (n != 1 || !numeric) return refuse();
    const Abstract a = one_kind(arguments[0]);
    if (a.kind == ScalarKind::Bool) return refuse();
    const ScalarKind kind = njit_abs(a.kind);
    ir::ValueId id = convert(a, kind);
    if (is_signed(kind)) id = build_.emit(Op::Abs, {id});
    if (is_integer(kind) && size_of(kind) < 8) id = build_.wrap(kind, id);
    return Abstract::scalar(kind, id);
  }
  case BuiltinId::Int:
    return n == 1 && numeric ? int_of(arguments[0]) : refuse();
  case BuiltinId::Float: {
    if (n != 1 || !numeric) return refuse();
    const bool is_number = arguments[0].is(Shape::Number);
    const ScalarKind kind = is_number ? ScalarKind::Float64 : njit_float(arguments[0].kind);
    return Abstract::scalar(kind, convert(arguments[0], kind));
  }
  case BuiltinId::Bool:
    return n == 1 ? Abstract::scalar(ScalarKind::Bool, truth(arguments[0])) : refuse();
  case BuiltinId::ScalarType: {
    if (n != 1 || !numeric) return refuse();
    const auto kind = static_cast<ScalarKind>(builtin.detail);
    return Abstract::scalar(kind, convert(arguments[0], kind));
  }
  case BuiltinId::Math: {
    const auto function = static_cast<MathFunction>(builtin.detail);
    if (!numeric || static_cast<int>(n) != arity_of(function)) return refuse();
    std::vector<Abstract> values = arguments;
    if (n == 2) values = {one_kind(arguments[0]), one_kind(arguments[1])};
    const ScalarKind kind = n == 1 ? math_kind(values[0].kind) : math_kind(function, values[0].kind, values[1].kind);
    std::vector<ir::ValueId> operands;
    for (const Abstract& x : values) operands.push_back(convert(x, kind));
    return Abstract::scalar(kind, build_.math(function, operands));
  }
  case BuiltinId::MathToInt: {
    if (n != 1 || !numeric) return refuse();
    const Abstract a = one_kind(arguments[0]);
    if (!is_float(a.kind)) return unary(UnaryOp::Pos, a);
    const ir::ValueId id = convert(a, ScalarKind::Float64);
    const ir::ValueId operands[] = {id};
    return int_of(
        Abstract::scalar(ScalarKind::Float64, build_.math(static_cast<MathFunction>(builtin.detail), operands)));
  }
  case BuiltinId::FloatTest:
    return n == 1 && numeric ? Abstract::scalar(ScalarKind::Bool, float_test(builtin.detail, arguments[0])) : refuse();
  case BuiltinId::NumpyZeros:
  case BuiltinId::NumpyOnes:
  case BuiltinId::NumpyEmpty:
  case BuiltinId::NumpyFull:
  case BuiltinId::NumpyZerosLike:
  case BuiltinId::NumpyOnesLike:
  case BuiltinId::NumpyEmptyLike:
  case BuiltinId::NumpyFullLike:
  case BuiltinId::NumpyArange:
    return new_array(builtin, arguments, std::nullopt);
  case BuiltinId::NumpyReduce:
    return n == 1 && arguments[0].is(Shape::Array) ? reduced(arguments[0], static_cast<ArrayReduction>(builtin.detail),
                                                             [&] { return exit_here(reason_of_no_element); })
                                                   : refuse();
  case BuiltinId::NumpyArgExtreme:
    return n == 1 && arguments[0].is(Shape::Array)
               ? arg_extreme(arguments[0], builtin.detail != 0, [&] { return exit_here(reason_of_no_element); })
               : refuse();
  case BuiltinId::NumpyCopy: // which keeps another order of several dimensions
    return n == 1 && arguments[0].is(Shape::Array) && shape_of_view(arguments[0]).size() == 1 ? copy_of(arguments[0])
                                                                                              : refuse();
  case BuiltinId::NumpyDot:
    return n == 2 && arguments[0].is(Shape::Array) && arguments[1].is(Shape::Array)
               ? inner_product(arguments[0], arguments[1])
               : refuse();
  default:
    return refuse();
  }
}

// int(x): ValueError for NaN, OverflowError beyond int64; the interpreter raises them.
Abstract Walker::int_of(const Abstract& value) {
  const Abstract a = one_kind(value);
  if (!is_float(a.kind)) return Abstract::scalar(ScalarKind::Int64, convert(a, ScalarKind::Int64));
  const ir::ValueId x = convert(a, ScalarKind::Float64);
  const ir::ValueId low = build_.emit(Op::Ge, {x, build_.float_constant(-9223372036854775808.0)});
  const ir::ValueId high = build_.emit(Op::Lt, {x, build_.float_constant(9223372036854775808.0)});
  build_.guard(build_.emit(Op::And, {low, high}), exit_here("no int64 for this float"));
  return Abstract::scalar(ScalarKind::Int64, build_.emit(Op::FloatToInt, {x}, {.type = ir::i64}));
}

Abstract Walker::inline_call(std::uint32_t pc, const Function& function, const std::vector<Abstract>& arguments,
                             std::uint16_t result_register) {
  const Code& callee = static_cast<const Code&>(*function.code);
  if (callee.dialect != Dialect::Njit) return give_up(Abort::UnsupportedCall, function.name + "()");
  for (const InlineFrame& open : frames_)
    if (open.code == &callee) return give_up(Abort::Recursion, function.name + "()");
  if (frames_.size() >= most_inlined) return give_up(Abort::TooDeep, function.name + "()");
  const std::size_t given = arguments.size();
  const auto positional = static_cast<std::size_t>(callee.positional);
  if (given > positional || callee.parameters.size() != positional || given + function.defaults.size() < positional ||
      !callee.free_variables.empty())
    return give_up(Abort::UnsupportedCall, function.name + "() with these arguments");

  InlineFrame inner{&callee, &function, &liveness(callee), {}, pc, result_register, nullptr, {}, {}};
  inner.registers.assign(static_cast<std::size_t>(callee.registers) + 1, Abstract::of(Shape::Unbound));
  inner.registers.back() = frame().registers.back();
  push_constants(inner);
  for (std::size_t k = 0; k < positional; ++k) {
    if (k < given) {
      inner.registers[k] = arguments[k];
      continue;
    }
    const Value& fallback = function.defaults[k - (positional - function.defaults.size())];
    inner.registers[k] = fallback.is_number() ? constant_scalar(fallback) : Abstract::of_constant(fallback);
  }
  frames_.push_back(std::move(inner));

  const auto is_branch = [](const Instruction& x) { return x.op == Opcode::JumpIf || x.op == Opcode::JumpIfNot; };
  const bool straight =
      callee.loops.empty() && std::none_of(callee.instructions.begin(), callee.instructions.end(), is_branch);
  const auto end = static_cast<std::uint32_t>(callee.instructions.size());
  Abstract result = Abstract::of_constant(Value::none());
  if (straight) {
    walk_range(0, end);
    if (frame().result) result = *frame().result;
  } else {
    // Returns on several paths meet behind a block; what kind they bring is known from an earlier walk.
    const auto known = knowledge_.returns.find(place(0));
    std::vector<Abstract> shapes;
    if (known != knowledge_.returns.end()) shapes = known->second;
    if (shapes.size() > 1) shapes[1] = shape_of(place(0), drawn_register(), shapes[1]);
    Target target{no_join, place(0), open_blocks_, {}, shapes};
    open_target(target);
    frame().returns = &target;
    walk_range(0, end);
    std::vector<ir::ValueId> values = build_.end_block();
    --open_blocks_;
    if (!shapes.empty()) {
      result = shapes[0];
      if (!build_.unreachable()) {
        const std::size_t at = adopt(result, values, 0);
        if (draws_) adopt(frame().registers.back() = shapes[1], values, at);
      }
    }
  }
  Abstract drawn = std::move(frame().registers.back());
  frames_.pop_back();
  if (draws_) frame().registers.back() = std::move(drawn);
  pc_ = pc;
  exit_cache_ = ir::no_id;
  return result;
}

} // namespace pyvm::tracer
