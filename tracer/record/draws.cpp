// np.random. In plain loops the IR's `draw` asks the thread's stream. In iterations of a prange draws of the
// iteration's Philox stream (vm/semantics/philox.h) become plain operations, as follows.
//
// How many the iteration has drawn is part of the interpreter's state, as a register is: the walk keeps it in a
// register of its own behind each frame's, which joins, loops, calls and exits carry like any other. As long as it is
// known whether that number is odd (before a loop that draws an even number of times, say), the register holds the
// number of the block, and which half of it is next stands in the recording. So the two halves of a block are computed
// once: equal operations are one (tracer/ir/builder.h). Where paths differ in that, it holds the count, both halves are
// computed and one is taken.
//
// Words are kept in 64 bits with anything above the low 32: mul32 reads only these, xor keeps them apart, and whoever
// makes a number of them cuts them first. What does not vary (the keys of the rounds, most of the first two rounds
// where all lanes draw the same block) moves out of the loop by itself.
#include "tracer/record/walker.h"

#include <limits>

#include "vm/interp/draws.h"
#include "vm/semantics/philox.h"

namespace pyvm::tracer {

using ir::Op;
using ir::ValueId;
using Shape = Abstract::Shape;

namespace {

constexpr std::int64_t low_word = 0xffffffff;

// Arguments by position; size and dtype, which is what nothing else has, come third and fourth.
std::vector<std::optional<Abstract>> bound(BuiltinId id, const std::vector<Abstract>& given,
                                           std::span<const Value> keywords) {
  const std::size_t positional = given.size() - keywords.size();
  std::vector<std::optional<Abstract>> arguments(given.begin(),
                                                 given.begin() + static_cast<std::ptrdiff_t>(positional));
  const char* const first = id == BuiltinId::RandomNormal ? "loc" : "low";
  const char* const second = id == BuiltinId::RandomNormal ? "scale" : "high";
  for (std::size_t k = 0; k < keywords.size(); ++k) {
    const std::string& name = keywords[k].as<Str>().text;
    const std::size_t place = name == first ? 0 : name == second ? 1 : name == "size" ? 2 : 3;
    if (arguments.size() <= place) arguments.resize(place + 1);
    arguments[place] = given[positional + k];
  }
  return arguments;
}

std::int64_t half_of(const Abstract& known) { return known.items[1].constant.as_int(); }

} // namespace

void Walker::begin_draws(ValueId ordinal) {
  if (!job_->random_key()) return;
  out_.region.scalars.push_back({ScalarKind::Int64, key_slot});
  draws_ = {build_.param(static_cast<std::int64_t>(out_.region.scalars.size()) - 1), ordinal};
  set_drawn(build_.int_constant(0), 0);
}

void Walker::set_drawn(ValueId block, std::int64_t half) {
  frame().registers[drawn_register()] = Abstract::of_items(
      Shape::Tuple, {Abstract::scalar(ScalarKind::Int64, block), Abstract::of_constant(Value::integer(half))});
}

bool Walker::range_draws(std::uint32_t from, std::uint32_t to) const {
  return draws_ && may_draw(code(), from, std::min(to, static_cast<std::uint32_t>(code().instructions.size())));
}

ValueId Walker::drawn_count_of(const Abstract& drawn) {
  if (drawn.is(Shape::Scalar)) return drawn.id;
  const ValueId even = build_.emit(Op::Shl, {drawn.items[0].id, build_.int_constant(1)});
  return half_of(drawn) == 0 ? even : build_.emit(Op::Add, {even, build_.int_constant(1)});
}

// As append_flat, for the register of draws.
void Walker::append_drawn(const Abstract& value, const Abstract& shape, const Place& at,
                          std::vector<ir::ValueId>& out) {
  if (shape.is(Shape::Scalar)) {
    out.push_back(drawn_count_of(value));
    return;
  }
  if (!value.is(Shape::Tuple) || half_of(value) != half_of(shape))
    learn(at, drawn_register(), {Hint::What::Kind, ScalarKind::Int64});
  out.push_back(value.items[0].id);
}

std::array<ValueId, 4> Walker::philox_block(ValueId number) {
  const ValueId word_bits = build_.int_constant(32);
  const auto high = [&](ValueId x) { return build_.emit(Op::UShr, {x, word_bits}); };
  std::array<ValueId, 4> c = {draws_->ordinal, high(draws_->ordinal), number, high(number)};
  const ValueId keys[2] = {draws_->key, high(draws_->key)};
  for (std::int64_t round = 0; round < philox_rounds; ++round) {
    const auto half = [&](int k, ValueId multiplied, ValueId other) {
      const ValueId grown = build_.int_constant(round * philox_weyl[1 - k]);
      const ValueId key = build_.emit(Op::Add, {keys[1 - k], grown});
      const ValueId product = build_.emit(Op::Mul32, {multiplied, build_.int_constant(philox_multipliers[k])});
      return std::pair(product, build_.emit(Op::Xor, {build_.emit(Op::Xor, {high(product), key}), other}));
    };
    const auto [p0, mixed0] = half(0, c[0], c[3]);
    const auto [p1, mixed1] = half(1, c[2], c[1]);
    c = {mixed1, p1, mixed0, p0};
  }
  return c;
}

Walker::Draw Walker::draw() {
  const Abstract drawn = frame().registers[drawn_register()];
  const ValueId one = build_.int_constant(1);
  if (drawn.is(Shape::Tuple)) {
    const ValueId number = drawn.items[0].id;
    const std::array<ValueId, 4> block = philox_block(number);
    if (half_of(drawn) == 0) {
      set_drawn(number, 1);
      return {block[0], block[1]};
    }
    set_drawn(build_.emit(Op::Add, {number, one}), 0);
    return {block[2], block[3]};
  }
  const std::array<ValueId, 4> block = philox_block(build_.emit(Op::UShr, {drawn.id, one}));
  const ValueId odd = build_.emit(Op::Ne, {build_.emit(Op::And, {drawn.id, one}), build_.int_constant(0)});
  frame().registers[drawn_register()] = Abstract::scalar(ScalarKind::Int64, build_.emit(Op::Add, {drawn.id, one}));
  const auto either = [&](int word) {
    return build_.emit(Op::Select,
                       {odd, block[static_cast<std::size_t>(word) + 2], block[static_cast<std::size_t>(word)]},
                       {.type = ir::i64});
  };
  return {either(0), either(1)};
}

// In a plain loop: from whatever the thread draws from, one after the other.
ValueId Walker::draw_in_order(DrawKind kind, ValueId range) {
  out_.draws = true;
  return build_.emit(Op::Draw, {range}, {.immediate = static_cast<std::int64_t>(kind)});
}

// [0, 1) with 53 bits.
ValueId Walker::draw_unit() {
  if (!draws_) return draw_in_order(DrawKind::Unit, build_.int_constant(0));
  const Draw x = draw();
  const ValueId low = build_.emit(Op::And, {x.low, build_.int_constant(low_word)});
  const ValueId bits = build_.emit(Op::Or, {low, build_.emit(Op::Shl, {x.high, build_.int_constant(32)})});
  const ValueId whole = build_.emit(Op::UShr, {bits, build_.int_constant(11)});
  const ValueId number = build_.emit(Op::IntToFloat, {whole}, {.type = ir::f64});
  return build_.emit(Op::Mul, {number, build_.float_constant(draw_scale)});
}

// The high half of a draw times `values`, which counts as unsigned.
ValueId Walker::draw_below(ValueId values) {
  if (!draws_) return draw_in_order(DrawKind::Bounded, build_.emit(Op::Sub, {values, build_.int_constant(1)}));
  const Draw x = draw();
  const ValueId word_bits = build_.int_constant(32), mask = build_.int_constant(low_word);
  const auto high = [&](ValueId v) { return build_.emit(Op::UShr, {v, word_bits}); };
  const auto product = [&](ValueId a, ValueId b) { return build_.emit(Op::Mul32, {a, b}); };
  const ValueId middle = build_.emit(Op::Add, {product(x.high, values), high(product(x.low, values))});
  const auto known = build_.constant_bits(values);
  if (known && *known >> 32 == 0) return high(middle);
  const ValueId upper = high(values);
  const ValueId carried = build_.emit(Op::Add, {product(x.low, upper), build_.emit(Op::And, {middle, mask})});
  const ValueId top = build_.emit(Op::Add, {product(x.high, upper), high(middle)});
  return build_.emit(Op::Add, {top, high(carried)});
}

ValueId Walker::draw_gauss() {
  if (!draws_) return draw_in_order(DrawKind::Gauss, build_.int_constant(0));
  const ValueId u = draw_unit(), v = draw_unit();
  const auto math = [&](MathFunction function, ValueId x) { return build_.math(function, ir::Values(&x, 1)); };
  const ValueId log = math(MathFunction::Log, build_.emit(Op::Sub, {build_.float_constant(1.0), u}));
  const ValueId radius = math(MathFunction::Sqrt, build_.emit(Op::Mul, {build_.float_constant(-2.0), log}));
  const ValueId angle = build_.emit(Op::Mul, {build_.float_constant(two_pi), v});
  return build_.emit(Op::Mul, {radius, math(MathFunction::Cos, angle)});
}

Abstract Walker::call_random(const Builtin& builtin, const std::vector<Abstract>& given,
                             std::span<const Value> keywords) {
  const std::vector<std::optional<Abstract>> arguments = bound(builtin.id, given, keywords);
  const std::size_t n = arguments.size();
  const auto refuse = [&](const char* why) {
    return give_up(Abort::UnsupportedCall, "np.random." + builtin.name + why);
  };
  if (job_ && !draws_) return refuse("(), which is called by another name,");
  const auto real = [&](std::size_t k, double otherwise) {
    return k < n && arguments[k] ? convert(*arguments[k], ScalarKind::Float64) : build_.float_constant(otherwise);
  };
  const auto is_int = [](const Abstract& a) {
    return is_integer(a.kind) && a.kind != ScalarKind::Bool && a.kind != ScalarKind::UInt64;
  };
  for (const std::optional<Abstract>& a : arguments)
    if (a && !a->is_numeric()) return refuse("() with these arguments");
  switch (builtin.id) {
  case BuiltinId::RandomDouble:
    if (n != 0) return refuse("() of a size");
    return Abstract::scalar(ScalarKind::Float64, draw_unit());
  case BuiltinId::RandomGauss:
    if (n != 0) return refuse("() of a size");
    return Abstract::scalar(ScalarKind::Float64, draw_gauss());
  case BuiltinId::RandomInteger: {
    if (n > 2) return refuse("() of a size");
    if (n < 1 || !arguments[0] || !arguments[n - 1]) return refuse("() with these arguments");
    const Abstract last = int_kind(*arguments[n - 1]), first = int_kind(*arguments[0]);
    if (!is_int(last) || !is_int(first)) return refuse("() with these arguments");
    const ValueId low = n == 2 ? convert(first, ScalarKind::Int64) : build_.int_constant(0);
    const ValueId high = convert(last, ScalarKind::Int64);
    build_.guard(build_.emit(Op::Lt, {low, high}), exit_here("randint() of no value"));
    const ValueId offset = draw_below(build_.emit(Op::Sub, {high, low}));
    return Abstract::scalar(ScalarKind::Int64, build_.emit(Op::Add, {low, offset}));
  }
  case BuiltinId::RandomUniform: {
    if (n > 2) return refuse("() of a size");
    const ValueId low = real(0, 0.0), range = build_.emit(Op::Sub, {real(1, 1.0), low});
    const ValueId infinity = build_.float_constant(std::numeric_limits<double>::infinity());
    build_.guard(build_.emit(Op::Lt, {build_.emit(Op::Abs, {range}), infinity}), exit_here("an infinite range"));
    return Abstract::scalar(ScalarKind::Float64,
                            build_.emit(Op::Add, {low, build_.emit(Op::Mul, {range, draw_unit()})}));
  }
  case BuiltinId::RandomNormal: {
    if (n > 2) return refuse("() of a size");
    const ValueId centre = real(0, 0.0), scale = real(1, 1.0);
    build_.guard(build_.emit(Op::Gt, {scale, build_.float_constant(0.0)}), exit_here("a scale that is not positive"));
    return Abstract::scalar(ScalarKind::Float64,
                            build_.emit(Op::Add, {centre, build_.emit(Op::Mul, {scale, draw_gauss()})}));
  }
  default:
    return refuse("() in a loop");
  }
}

} // namespace pyvm::tracer
