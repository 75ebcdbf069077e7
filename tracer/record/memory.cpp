// Arrays: subscripts, attributes, and the slots of the region's entry.
#include "tracer/record/walker.h"
#include "vm/object/array.h"
#include "vm/support/assert.h"

namespace pyvm::tracer {

using ir::Op;
using Shape = Abstract::Shape;

Abstract Walker::array_slot(const Value& value, std::optional<std::uint16_t> r) {
  auto& slots = out_.region.arrays;
  for (std::size_t k = 0; k < slots.size(); ++k) {
    const ArraySource& source = out_.arrays[k];
    const bool known = r ? source.guest_register == r : source.constant.is(Tag::Array) && source.constant.object() == value.object();
    if (known) {
      Abstract a = Abstract::of(Shape::Array);
      a.slot = static_cast<int>(k);
      return a;
    }
  }
  const Array& array = value.as<Array>();
  slots.push_back({array.dtype, array.ndim, array.is_c_contiguous(), array.writable, r.value_or(0)});
  out_.arrays.push_back({r, r ? Value() : value});
  Abstract a = Abstract::of(Shape::Array);
  a.slot = static_cast<int>(slots.size()) - 1;
  if (r) out_.guards.push_back({EntryGuard::What::Array, *r, Tag::Array, a.slot, {}});
  return a;
}

// What the frame's register holds where the region begins; from here on a guard of the region.
Abstract Walker::entry_value(std::uint16_t r) {
  PYVM_ASSERT(frames_.size() == 1, "only the region's own frame has entry values");
  const Value& value = entry_.registers[r];
  if (value.is_number()) {
    out_.guards.push_back({EntryGuard::What::Kind, r, value.tag(), 0, {}});
    out_.region.scalars.push_back({value.scalar_kind(), r});
    return Abstract::scalar(value.scalar_kind(), build_.param(static_cast<std::int64_t>(out_.region.scalars.size()) - 1));
  }
  switch (value.tag()) {
    case Tag::Unbound: return Abstract::of(Shape::Unbound);
    case Tag::Array: return array_slot(value, r);
    case Tag::None:
      out_.guards.push_back({EntryGuard::What::Kind, r, Tag::None, 0, {}});
      return Abstract::of_constant(value);
    case Tag::Builtin:
    case Tag::Type:
    case Tag::Function:
    case Tag::Kernel:
    case Tag::Module:
    case Tag::DType:
      out_.guards.push_back({EntryGuard::What::Identity, r, value.tag(), 0, value.owned()});
      return Abstract::of_constant(value.owned());
    default: {
      // It may be a value that nothing reads here: the place that does will say so.
      Abstract unknown = Abstract::of(Shape::Constant);
      unknown.constant = value.lent();
      out_.guards.push_back({EntryGuard::What::Identity, r, value.tag(), 0, value.owned()});
      return unknown;
    }
  }
}

std::vector<ir::ValueId> Walker::checked_subscripts(const Abstract& array, const Registers& subscripts) {
  const ir::ValueId reference = build_.array(array.slot);
  std::vector<ir::ValueId> out = array.fixed;
  for (std::uint16_t r : subscripts) {
    const Abstract sub = int_kind(read(r));
    const int dimension = static_cast<int>(out.size());
    if (sub.kind == ScalarKind::UInt64)
      build_.guard(build_.emit(Op::Ge, {sub.id, build_.int_constant(0)}), exit_here("subscript out of range"));
    out.push_back(build_.index(sub.id, build_.dim(reference, dimension), exit_here("subscript out of range")));
  }
  return out;
}

Abstract Walker::get_item(const Abstract& object, const Registers& subscripts) {
  auto constant_index = [&](std::size_t n) -> std::optional<std::size_t> {
    const Abstract sub = read(subscripts[0]);
    if (subscripts.size() != 1 || !sub.is(Shape::Scalar) || is_float(sub.kind)) return std::nullopt;
    const auto bits = build_.constant_bits(sub.id);
    if (!bits) return std::nullopt;
    auto at = static_cast<std::int64_t>(*bits);
    if (at < 0) at += static_cast<std::int64_t>(n);
    if (at < 0 || at >= static_cast<std::int64_t>(n)) return std::nullopt;
    return static_cast<std::size_t>(at);
  };
  if (object.is(Shape::Tuple)) {
    if (auto at = constant_index(object.items.size())) return object.items[*at];
    return give_up(Abort::UnsupportedOperation, "a tuple's element at a subscript that is no constant");
  }
  if (object.is(Shape::Constant) && object.constant.is(Tag::Tuple)) {
    const auto& items = object.constant.as<Tuple>().items;
    auto at = constant_index(items.size());
    if (at && items[*at].is_number()) return constant_scalar(items[*at]);
    return give_up(Abort::UnsupportedOperation, "this element of a tuple");
  }
  const Abstract array = object.is(Shape::Constant) && object.constant.is(Tag::Array) ? array_slot(object.constant, std::nullopt) : object;
  if (!array.is(Shape::Array)) return give_up(Abort::UnsupportedOperation, "a subscript of this value");
  for (std::uint16_t r : subscripts) {
    const Abstract& sub = read(r);
    if (!sub.is_numeric() || sub.kind == ScalarKind::Bool || (sub.is(Shape::Scalar) && is_float(sub.kind)))
      return give_up(Abort::ArrayExpression, "a slice, mask or array subscript");
  }
  const ir::ArraySlot slot = out_.region.arrays[array.slot];
  if (array.fixed.size() + subscripts.size() > slot.ndim) return give_up(Abort::UnsupportedOperation, "too many subscripts");
  std::vector<ir::ValueId> at = checked_subscripts(array, subscripts);
  if (at.size() < slot.ndim) {
    Abstract view = array;
    view.fixed = std::move(at);
    return view;
  }
  return Abstract::scalar(slot.dtype, build_.load(build_.array(array.slot), at));
}

void Walker::set_item(const Abstract& object, const Registers& subscripts, const Abstract& value) {
  if (reduction_exit_ != ir::no_id) abandon(Abort::StoreInReduction, "");
  if (!object.is(Shape::Array) || !value.is_numeric()) {
    give_up(Abort::ArrayExpression, "an assignment to a slice or to this value");
    return;
  }
  const ir::ArraySlot slot = out_.region.arrays[object.slot];
  for (std::uint16_t r : subscripts) {
    const Abstract& sub = read(r);
    if (!sub.is_numeric() || sub.kind == ScalarKind::Bool || (sub.is(Shape::Scalar) && is_float(sub.kind))) {
      give_up(Abort::ArrayExpression, "an assignment to a slice");
      return;
    }
  }
  if (!slot.writable) {
    give_up(Abort::ReadOnly, register_name(slot.guest_register));
    return;
  }
  if (object.fixed.size() + subscripts.size() != slot.ndim) {
    give_up(Abort::ArrayExpression, "an assignment to a whole row");
    return;
  }
  const std::vector<ir::ValueId> at = checked_subscripts(object, subscripts);
  build_.store(build_.array(object.slot), at, convert(value, slot.dtype));
}

Abstract Walker::attribute(const Abstract& object, const std::string& name) {
  if (!object.is(Shape::Array)) return give_up(Abort::UnsupportedOperation, "attribute '" + name + "'");
  const ir::ValueId reference = build_.array(object.slot);
  const int first = static_cast<int>(object.fixed.size()), ndim = out_.region.arrays[object.slot].ndim;
  auto integer = [&](ir::ValueId id) { return Abstract::scalar(ScalarKind::Int64, id); };
  if (name == "shape") {
    std::vector<Abstract> items;
    for (int k = first; k < ndim; ++k) items.push_back(integer(build_.dim(reference, k)));
    return Abstract::of_items(Shape::Tuple, std::move(items));
  }
  if (name == "ndim") return integer(build_.int_constant(ndim - first));
  if (name == "size") {
    ir::ValueId size = build_.int_constant(1);
    for (int k = first; k < ndim; ++k) size = build_.emit(Op::Mul, {size, build_.dim(reference, k)});
    return integer(size);
  }
  return give_up(Abort::ArrayExpression, "attribute '" + name + "'");
}

}  // namespace pyvm::tracer
