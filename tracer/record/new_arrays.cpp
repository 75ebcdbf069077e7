// Arrays that an iteration makes: np.zeros, ones, empty, full and their *_like.
//
// Such an array lives no longer than the iteration: it is scratch of the thread's, one for each place that makes one.
// It may be used again when the place is passed again, since what was made there before cannot be named any more: a
// variable that brings an array from one iteration of a loop to the next does not come to the loop with an array of a
// place inside.
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

bool Walker::makes_array(BuiltinId id) { return maker_of(id) != nullptr; }

// A length that the entry's numbers decide.
std::optional<ir::ScratchLength> Walker::length_at_entry(const Abstract& length) const {
  using From = ir::ScratchLength::From;
  if (!length.is(Shape::Scalar) || is_float(length.kind) || length.kind == ScalarKind::Bool ||
      length.kind == ScalarKind::UInt64)
    return std::nullopt;
  const ir::Instruction* made = build_.definition(length.id);
  if (made == nullptr) return std::nullopt;
  if (made->op == Op::Const && made->immediate >= 0) return ir::ScratchLength{From::Constant, made->immediate, 0};
  if (made->op == Op::Param) return ir::ScratchLength{From::Scalar, made->immediate, 0};
  if (made->op == Op::Dim)
    return ir::ScratchLength{From::Array, build_.definition(made->operands[0])->immediate,
                             static_cast<std::uint8_t>(made->immediate)};
  return std::nullopt;
}

std::vector<Abstract> Walker::lengths_of_new(const Abstract& shape, bool is_like) {
  if (!is_like) return shape.is(Shape::Tuple) ? shape.items : std::vector<Abstract>{shape};
  std::vector<Abstract> lengths;
  for (const ir::ValueId length : shape_of_view(shape)) lengths.push_back(Abstract::scalar(ScalarKind::Int64, length));
  return lengths;
}

Abstract Walker::new_array(const Builtin& builtin, std::span<const Abstract> arguments, std::optional<Abstract> dtype) {
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
  const std::vector<Abstract> lengths = lengths_of_new(arguments[0], maker.like);
  if (lengths.size() > 8) return refuse("of so many dimensions");
  for (const Abstract& each : lengths) {
    const auto length = length_at_entry(each);
    if (!length) return refuse("of a length that is not known before the loop");
    slot.scratch.push_back(*length);
  }
  if (slot.scratch.empty()) return refuse("of no dimension");
  slot.ndim = static_cast<std::uint8_t>(slot.scratch.size());
  out_.region.arrays.push_back(slot);
  out_.arrays.push_back({});
  Abstract array = Abstract::of(Shape::Array);
  array.slot = static_cast<int>(out_.region.arrays.size()) - 1;
  if (is_given)
    fill_new(array.slot, convert(arguments[1], slot.dtype));
  else if (maker.fill != Maker::Fill::Nothing)
    fill_new(array.slot, build_.constant(ir::type_of(slot.dtype),
                                         convert_bits(maker.fill == Maker::Fill::One, ScalarKind::Bool, slot.dtype)));
  return array;
}

// A few elements one by one, else a loop.
void Walker::fill_new(int number, ir::ValueId value) {
  constexpr std::int64_t few = 8;
  const ir::ArraySlot slot = out_.region.arrays[number];
  const ir::ValueId reference = build_.array(number), zero = build_.int_constant(0);
  std::vector<ir::ValueId> at;
  const ir::ScratchLength& first = slot.scratch[0];
  if (slot.ndim == 1 && first.from == ir::ScratchLength::From::Constant && first.number <= few) {
    for (std::int64_t k = 0; k < first.number; ++k) {
      at = {build_.int_constant(k)};
      build_.store(reference, at, value);
    }
    return;
  }
  build_.set_line(0);
  for (int k = 0; k < slot.ndim; ++k) at.push_back(build_.begin_for(zero, build_.dim(reference, k), 1).index);
  build_.store(reference, at, value);
  for (int k = 0; k < slot.ndim; ++k) build_.end_for();
  build_.set_line(code().locations[pc_].line);
}

} // namespace pyvm::tracer
