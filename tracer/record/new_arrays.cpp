// Arrays that an iteration makes: np.zeros, ones, empty, full and their *_like, np.arange of ints.
//
// Such an array lives no longer than the iteration: it is scratch of the thread's, one for each place that makes one.
// It may be used again when the place is passed again, since what was made there before cannot be named any more: a
// variable that brings an array from one iteration of a loop to the next does not come to the loop with an array of a
// place inside.
//
// Its length is what the entry knows (ScratchLength), or, of a vector, anything up to a number that is fixed here.
#include <algorithm>

#include "tracer/record/walker.h"
#include "vm/semantics/conversion.h"

namespace pyvm::tracer {

using ir::Op;
using Shape = Abstract::Shape;

namespace {

struct Maker {
  BuiltinId id;
  bool like;             // the first argument is an array, not a shape
  std::size_t arguments; // before the dtype
  enum class Fill : std::uint8_t { Nothing, Zero, One, Given } fill;
};
constexpr std::size_t most_terms = 4; // of a length
constexpr std::int64_t most_elements_of_varying = 2048;

constexpr Maker makers[] = {
    {BuiltinId::NumpyZeros, false, 1, Maker::Fill::Zero},       {BuiltinId::NumpyOnes, false, 1, Maker::Fill::One},
    {BuiltinId::NumpyEmpty, false, 1, Maker::Fill::Nothing},    {BuiltinId::NumpyFull, false, 2, Maker::Fill::Given},
    {BuiltinId::NumpyZerosLike, true, 1, Maker::Fill::Zero},    {BuiltinId::NumpyOnesLike, true, 1, Maker::Fill::One},
    {BuiltinId::NumpyEmptyLike, true, 1, Maker::Fill::Nothing}, {BuiltinId::NumpyFullLike, true, 2, Maker::Fill::Given},
};

const Maker* maker_of(BuiltinId id) {
  const auto* found = std::ranges::find(makers, id, &Maker::id);
  return found == std::end(makers) ? nullptr : found;
}

std::optional<ScalarKind> kind_named_by(const Abstract& dtype) {
  if (!dtype.is(Shape::Constant)) return std::nullopt;
  if (dtype.constant.is(Tag::DType)) return dtype.constant.as<DTypeObject>().kind;
  if (dtype.constant.is(Tag::Type) && dtype.constant.as<Builtin>().id == BuiltinId::ScalarType)
    return static_cast<ScalarKind>(dtype.constant.as<Builtin>().detail);
  return std::nullopt;
}

} // namespace

bool Walker::makes_array(BuiltinId id) { return maker_of(id) != nullptr || id == BuiltinId::NumpyArange; }

// A length that the entry's numbers decide.
std::optional<ir::ScratchLength> Walker::length_at_entry(const Abstract& length) const {
  if (!length.is(Shape::Scalar) || is_float(length.kind) || length.kind == ScalarKind::Bool ||
      length.kind == ScalarKind::UInt64)
    return std::nullopt;
  return multiple_at_entry(length.id, 1);
}

// `factor` times the value, which may be written in sums, differences and products with numbers.
std::optional<ir::ScratchLength> Walker::multiple_at_entry(ir::ValueId value, std::int64_t factor) const {
  using Term = ir::ScratchLength::Term;
  const ir::Instruction* made = build_.definition(value);
  if (made == nullptr) return std::nullopt;
  const auto wrapped = [](std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  };
  switch (made->op) {
  case Op::Const:
    return ir::ScratchLength{.constant = wrapped(made->immediate, factor)};
  case Op::Param: {
    const ScalarKind kind = out_.region.scalars[static_cast<std::size_t>(made->immediate)].kind;
    if (!is_integer(kind) || kind == ScalarKind::UInt64) return std::nullopt;
    return ir::ScratchLength{.terms = {Term{.slot = made->immediate, .factor = factor}}};
  }
  case Op::Dim:
    return ir::ScratchLength{.terms = {Term{.from = Term::From::Array,
                                            .slot = build_.definition(made->operands[0])->immediate,
                                            .dimension = static_cast<std::uint8_t>(made->immediate),
                                            .factor = factor}}};
  case Op::Add:
  case Op::Sub: {
    auto sum = multiple_at_entry(made->operands[0], factor);
    const auto other = multiple_at_entry(made->operands[1], made->op == Op::Add ? factor : wrapped(factor, -1));
    if (!sum || !other) return std::nullopt;
    sum->constant = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum->constant) +
                                              static_cast<std::uint64_t>(other->constant));
    sum->terms.insert(sum->terms.end(), other->terms.begin(), other->terms.end());
    return sum->terms.size() <= most_terms ? sum : std::nullopt;
  }
  case Op::Mul:
    for (const int k : {0, 1})
      if (const auto times = build_.constant_bits(made->operands[static_cast<std::size_t>(k)]))
        return multiple_at_entry(made->operands[static_cast<std::size_t>(1 - k)],
                                 wrapped(factor, static_cast<std::int64_t>(*times)));
    return std::nullopt;
  case Op::Shl:
    if (const auto by = build_.constant_bits(made->operands[1]); by && *by < 63)
      return multiple_at_entry(made->operands[0], wrapped(factor, std::int64_t{1} << *by));
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

std::vector<Abstract> Walker::lengths_of_new(const Abstract& shape, bool is_like) {
  if (!is_like) return shape.is(Shape::Tuple) ? shape.items : std::vector<Abstract>{shape};
  std::vector<Abstract> lengths;
  for (const ir::ValueId length : shape_of_view(shape)) lengths.push_back(Abstract::scalar(ScalarKind::Int64, length));
  return lengths;
}

Abstract Walker::new_array(const Builtin& builtin, std::span<const Abstract> arguments, std::optional<Abstract> dtype) {
  if (builtin.id == BuiltinId::NumpyArange) return new_range(builtin, arguments, dtype);
  const Maker& maker = *maker_of(builtin.id);
  const auto refuse = [&](const char* why) { return give_up(Abort::UnsupportedCall, builtin.name + "() " + why); };
  if (arguments.size() == maker.arguments + 1 && !dtype) {
    dtype = arguments.back();
    arguments = arguments.first(maker.arguments);
  }
  if (arguments.size() != maker.arguments) return refuse("with these arguments");
  if (maker.like && !arguments[0].is(Shape::Array)) return refuse("of this value");
  const bool is_given = maker.fill == Maker::Fill::Given;
  if (is_given && !arguments[1].is(Shape::Scalar)) return refuse("with this value");

  ir::ArraySlot slot{ScalarKind::Float64, 0, true, true, 0xffff};
  if (maker.like) slot.dtype = out_.region.arrays[arguments[0].slot].dtype;
  if (is_given && !maker.like) slot.dtype = arguments[1].kind;
  if (dtype) {
    const auto kind = kind_named_by(*dtype);
    if (!kind) return refuse("of this dtype");
    slot.dtype = *kind;
  }
  const Abstract array = scratch_of(builtin, slot.dtype, lengths_of_new(arguments[0], maker.like));
  if (!array.is(Shape::Array) || maker.fill == Maker::Fill::Nothing) return array;
  const ir::ValueId value =
      is_given ? convert(arguments[1], slot.dtype)
               : build_.constant(ir::type_of(slot.dtype),
                                 convert_bits(maker.fill == Maker::Fill::One, ScalarKind::Bool, slot.dtype));
  fill_new(array, [&](const std::vector<ir::ValueId>&) { return value; });
  return array;
}

Abstract Walker::scratch_of(const Builtin& builtin, ScalarKind kind, const std::vector<Abstract>& lengths) {
  const auto refuse = [&](const char* why) { return give_up(Abort::UnsupportedCall, builtin.name + "() " + why); };
  ir::ArraySlot slot{kind, 0, true, true, 0xffff};
  if (lengths.size() > 8) return refuse("of so many dimensions");
  for (const Abstract& each : lengths) {
    const auto length = length_at_entry(each);
    if (!length && lengths.size() == 1) return scratch_within(builtin, kind, each);
    if (!length) return refuse("of several dimensions whose lengths are not known before the loop");
    slot.scratch.push_back(*length);
  }
  if (slot.scratch.empty()) return refuse("of no dimension");
  slot.ndim = static_cast<std::uint8_t>(slot.scratch.size());
  out_.region.arrays.push_back(slot);
  out_.arrays.push_back({});
  Abstract array = Abstract::of(Shape::Array);
  array.slot = static_cast<int>(out_.region.arrays.size()) - 1;
  return array;
}

// A vector of a length that iterations find out: the first elements of one that is long enough for most. A longer one,
// and one of a negative length, are the interpreter's.
Abstract Walker::scratch_within(const Builtin& builtin, ScalarKind kind, const Abstract& length) {
  const Abstract number = one_kind(length);
  if (!number.is(Shape::Scalar) || !is_integer(number.kind) || number.kind == ScalarKind::UInt64)
    return give_up(Abort::UnsupportedCall, builtin.name + "() of this length");
  const ir::ValueId elements = convert(number, ScalarKind::Int64);
  build_.guard(build_.emit(Op::ULe, {elements, build_.int_constant(most_elements_of_varying)}),
               exit_here("an array of many elements"));
  Abstract array = scratch_of(
      builtin, kind, {Abstract::scalar(ScalarKind::Int64, build_.int_constant(most_elements_of_varying))});
  array.dims.push_back({true, build_.int_constant(0), elements, 1});
  return array;
}

// A few elements one by one, else a loop.
void Walker::fill_new(const Abstract& array,
                      const std::function<ir::ValueId(const std::vector<ir::ValueId>& at)>& element) {
  constexpr std::int64_t few = 8;
  const ir::ArraySlot slot = out_.region.arrays[array.slot];
  const ir::ValueId reference = build_.array(array.slot), zero = build_.int_constant(0);
  std::vector<ir::ValueId> at;
  const ir::ScratchLength& first = slot.scratch[0];
  if (slot.ndim == 1 && array.dims.empty() && first.is_constant() && first.constant <= few) {
    for (std::int64_t k = 0; k < first.constant; ++k) {
      at = {build_.int_constant(k)};
      build_.store(reference, at, element(at));
    }
    return;
  }
  build_.set_line(0);
  for (const ir::ValueId length : shape_of_view(array)) at.push_back(build_.begin_for(zero, length, 1).index);
  build_.store(reference, at, element(at));
  for (int k = 0; k < slot.ndim; ++k) build_.end_for();
  build_.set_line(code().locations[pc_].line);
}

// np.arange(stop) and arange(start, stop) of ints that make int64: the other kinds and steps are the interpreter's, and
// so is an entry with stop < start, which is a scratch array of a negative length.
Abstract Walker::new_range(const Builtin& builtin, std::span<const Abstract> arguments, std::optional<Abstract> dtype) {
  const auto refuse = [&](const char* why) { return give_up(Abort::UnsupportedCall, builtin.name + "() " + why); };
  if (arguments.empty() || arguments.size() > 2) return refuse("with these arguments");
  std::vector<ir::ValueId> bounds;
  for (const Abstract& each : arguments) {
    const Abstract bound = one_kind(each);
    if (!bound.is(Shape::Scalar) || !is_integer(bound.kind) || bound.kind == ScalarKind::UInt64)
      return refuse("of these numbers");
    bounds.push_back(convert(bound, ScalarKind::Int64));
  }
  const auto kind = dtype ? kind_named_by(*dtype) : ScalarKind::Int64;
  if (!kind || *kind == ScalarKind::Bool) return refuse("of this dtype");
  if (bounds.size() == 2) // or the difference may wrap to a length
    build_.guard(build_.emit(Op::Le, {bounds[0], bounds[1]}), exit_here("a range that goes down"));
  const ir::ValueId start = bounds.size() == 2 ? bounds[0] : build_.int_constant(0);
  const ir::ValueId length = bounds.size() == 2 ? build_.emit(Op::Sub, {bounds[1], bounds[0]}) : bounds[0];
  const Abstract array = scratch_of(builtin, *kind, {Abstract::scalar(ScalarKind::Int64, length)});
  if (!array.is(Shape::Array)) return array;
  const auto in_kind = [&](ir::ValueId value) { return convert(value, ScalarKind::Int64, *kind); };
  fill_new(array, [&](const std::vector<ir::ValueId>& at) {
    return is_float(*kind) ? build_.emit(Op::Add, {in_kind(start), in_kind(at[0])})
                           : in_kind(build_.emit(Op::Add, {start, at[0]}));
  });
  return array;
}

} // namespace pyvm::tracer
