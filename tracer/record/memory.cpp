// Arrays: subscripts, attributes, and the slots of the region's entry.
#include <algorithm>
#include <limits>

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
    const bool known =
        r ? source.guest_register == r : source.constant.is(Tag::Array) && source.constant.object() == value.object();
    if (known) {
      Abstract a = Abstract::of(Shape::Array);
      a.slot = static_cast<int>(k);
      return a;
    }
  }
  const Array& array = value.as<Array>();
  slots.push_back({array.dtype, array.ndim, array.is_c_contiguous(), array.writable, r.value_or(global_slot)});
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
    return Abstract::scalar(value.scalar_kind(),
                            build_.param(static_cast<std::int64_t>(out_.region.scalars.size()) - 1));
  }
  switch (value.tag()) {
  case Tag::Unbound:
    return Abstract::of(Shape::Unbound);
  case Tag::Array:
    return array_slot(value, r);
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

// The lengths of a view's dimensions.
std::vector<ir::ValueId> Walker::shape_of_view(const Abstract& array) {
  std::vector<ir::ValueId> lengths;
  const int ndim = out_.region.arrays[array.slot].ndim;
  for (int k = 0; k < ndim; ++k) {
    if (static_cast<std::size_t>(k) >= array.dims.size())
      lengths.push_back(build_.dim(build_.array(array.slot), k));
    else if (array.dims[k].sliced)
      lengths.push_back(array.dims[k].length);
  }
  return lengths;
}

// Bounds that the entry's numbers alone decide.
bool Walker::is_settled_at_entry(ir::ValueId value, int steps) const {
  const ir::Instruction* made = build_.definition(value);
  if (made == nullptr || steps == 0 || ir::info(made->op).effect != ir::Effect::Pure) return false;
  if (made->op == Op::Begin || made->op == Op::End) return false;
  return std::all_of(made->operands.begin(), made->operands.end(), [&](ir::ValueId operand) {
    return out_.region.type(operand).base == ir::Base::Array || is_settled_at_entry(operand, steps - 1);
  });
}

// A dimension of `length` elements cut by a slice. Bounds that the entry decides are clipped as Python clips them.
// Others must lie in order inside the dimension, as they mostly do: then the length is a plain difference, which the
// planner can read; what does not, leaves.
std::optional<Abstract::Dimension> Walker::sliced(const Abstract& slice, ir::ValueId length) {
  const auto is_none = [](const Abstract& a) { return a.is(Shape::Constant) && a.constant.is(Tag::None); };
  const auto emit = [&](Op op, ir::ValueId a, ir::ValueId b) { return build_.emit(op, {a, b}); };
  const Abstract &from = slice.items[0], &to = slice.items[1], &by = slice.items[2];
  std::int64_t step = 1;
  if (!is_none(by)) {
    const auto bits = by.is(Shape::Scalar) && is_integer(by.kind) ? build_.constant_bits(by.id) : std::nullopt;
    if (!bits || *bits == 0) return std::nullopt;
    step = static_cast<std::int64_t>(*bits);
  }
  const ir::ValueId zero = build_.int_constant(0), one = build_.int_constant(1);
  if (step < 0) {
    if (!is_none(from) || !is_none(to) || step == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    const ir::ValueId last = emit(Op::Sub, length, one);
    return Abstract::Dimension{true, last, emit(Op::Add, emit(Op::FloorDiv, last, build_.int_constant(-step)), one),
                               step};
  }
  const auto bound = [&](const Abstract& given, ir::ValueId otherwise) -> std::optional<ir::ValueId> {
    if (is_none(given)) return otherwise;
    if (!given.is_numeric()) return std::nullopt;
    const Abstract number = one_kind(given);
    if (is_float(number.kind) || number.kind == ScalarKind::UInt64) return std::nullopt;
    const ir::ValueId id = convert(number, ScalarKind::Int64);
    if (!is_settled_at_entry(id, 8)) {
      const ir::ValueId inside = emit(Op::And, emit(Op::Ge, id, zero), emit(Op::Le, id, length));
      build_.guard(inside, exit_here("a slice beyond the array"));
      return id;
    }
    const ir::ValueId wrapped = build_.emit(Op::Select, {emit(Op::Lt, id, zero), emit(Op::Add, id, length), id});
    return emit(Op::Min, emit(Op::Max, wrapped, zero), length);
  };
  const auto start = bound(from, zero), stop = bound(to, length);
  if (!start || !stop) return std::nullopt;
  ir::ValueId count = emit(Op::Sub, *stop, *start);
  if (!is_none(from) && is_settled_at_entry(count, 8))
    count = emit(Op::Max, count, zero);
  else if (!is_none(from))
    build_.guard(emit(Op::Ge, count, zero), exit_here("a slice that ends before it begins"));
  if (step != 1) count = emit(Op::Add, emit(Op::FloorDiv, emit(Op::Sub, count, one), build_.int_constant(step)), one);
  return Abstract::Dimension{true, *start, count, step};
}

// The view that subscripts (ints and slices) give: its dimensions that remain, all of the slot's in order.
std::optional<Abstract> Walker::view_of(const Abstract& array, const Registers& subscripts) {
  const int ndim = out_.region.arrays[array.slot].ndim;
  const ir::ValueId reference = build_.array(array.slot);
  Abstract view = array;
  view.dims.clear();
  auto next = subscripts.begin();
  for (int k = 0; k < ndim; ++k) {
    const bool known = static_cast<std::size_t>(k) < array.dims.size();
    Abstract::Dimension d{true, build_.int_constant(0), ir::no_id, 1};
    if (known)
      d = array.dims[static_cast<std::size_t>(k)];
    else
      d.length = build_.dim(reference, k);
    if (!d.sliced || next == subscripts.end()) {
      if (known) view.dims.push_back(d);
      if (!known) break; // whole, as all behind it
      continue;
    }
    const Abstract given = read(*next++);
    const auto place = [&](ir::ValueId at) {
      const ir::ValueId scaled = d.step == 1 ? at : build_.emit(Op::Mul, {at, build_.int_constant(d.step)});
      return build_.emit(Op::Add, {d.at, scaled});
    };
    if (given.is(Shape::Slice)) {
      const auto cut = sliced(given, d.length);
      if (!cut) return std::nullopt;
      view.dims.push_back({true, place(cut->at), cut->length, cut->step * d.step});
      continue;
    }
    const Abstract sub = int_kind(given);
    if (sub.kind == ScalarKind::UInt64)
      build_.guard(build_.emit(Op::Ge, {sub.id, build_.int_constant(0)}), exit_here("subscript out of range"));
    view.dims.push_back(
        {false, place(build_.index(sub.id, d.length, exit_here("subscript out of range"))), ir::no_id, 1});
  }
  return view;
}

// Where all dimensions are fixed: the element's subscripts.
std::optional<std::vector<ir::ValueId>> Walker::element_of(const Abstract& view) const {
  if (view.dims.size() != out_.region.arrays[view.slot].ndim) return std::nullopt;
  std::vector<ir::ValueId> subscripts;
  for (const Abstract::Dimension& d : view.dims) {
    if (d.sliced) return std::nullopt;
    subscripts.push_back(d.at);
  }
  return subscripts;
}

// Ints and slices, as many as there are dimensions at most.
bool Walker::are_basic(const Abstract& array, const Registers& subscripts) {
  for (std::uint16_t r : subscripts) {
    const Abstract& sub = read(r);
    const bool is_int =
        sub.is_numeric() && sub.kind != ScalarKind::Bool && !(sub.is(Shape::Scalar) && is_float(sub.kind));
    if (!is_int && !sub.is(Shape::Slice)) return false;
  }
  return subscripts.size() <= shape_of_view(array).size();
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
  const Abstract array =
      object.is(Shape::Constant) && object.constant.is(Tag::Array) ? array_slot(object.constant, std::nullopt) : object;
  if (!array.is(Shape::Array)) return give_up(Abort::UnsupportedOperation, "a subscript of this value");
  if (!are_basic(array, subscripts)) return give_up(Abort::ArrayExpression, "a mask or array subscript");
  const auto view = view_of(array, subscripts);
  if (!view)
    return give_up(Abort::ArrayExpression, "a slice whose step is not a constant, or that goes down between bounds,");
  const auto element = element_of(*view);
  if (!element) return *view;
  return Abstract::scalar(out_.region.arrays[array.slot].dtype, build_.load(build_.array(array.slot), *element));
}

void Walker::set_item(const Abstract& object, const Registers& subscripts, const Abstract& value) {
  if (reduction_exit_ != ir::no_id) abandon(Abort::StoreInReduction, "");
  if (!object.is(Shape::Array) || !(value.is_numeric() || value.is(Shape::Array))) {
    give_up(Abort::ArrayExpression, "an assignment to this value");
    return;
  }
  const ir::ArraySlot slot = out_.region.arrays[object.slot];
  if (!are_basic(object, subscripts)) {
    give_up(Abort::ArrayExpression, "an assignment through a mask or array");
    return;
  }
  if (!slot.writable) {
    give_up(Abort::ReadOnly, register_name(slot.guest_register));
    return;
  }
  const auto view = view_of(object, subscripts);
  if (!view) {
    give_up(Abort::ArrayExpression, "an assignment to a slice whose step is not a constant");
    return;
  }
  if (const auto element = element_of(*view)) {
    if (value.is_numeric())
      build_.store(build_.array(object.slot), *element, convert(value, slot.dtype));
    else
      give_up(Abort::ArrayExpression, "an array as an element");
    return;
  }
  set_slice(*view, value);
}

// `a[i, :] = x`, and `a[i, :] = b[j]` of equal shapes where one of the arrays is scratch: what is read is then never
// what has been written just now.
void Walker::set_slice(const Abstract& view, const Abstract& value) {
  const ir::ArraySlot slot = out_.region.arrays[view.slot];
  const std::vector<ir::ValueId> shape = shape_of_view(view);
  if (value.is(Shape::Array)) {
    if (same(value, view)) return; // what `a[i] += x` assigns at its end
    const std::vector<ir::ValueId> given = shape_of_view(value);
    const bool apart = value.slot != view.slot && (slot.is_scratch() || out_.region.arrays[value.slot].is_scratch());
    if (!apart || given.size() != shape.size()) {
      give_up(Abort::ArrayExpression, "an assignment of an array to a slice");
      return;
    }
    for (std::size_t k = 0; k < shape.size(); ++k)
      if (given[k] != shape[k])
        build_.guard(build_.emit(Op::Eq, {given[k], shape[k]}), exit_here("arrays of unlike shapes"));
  }
  const ir::ValueId scalar = value.is_numeric() ? convert(value, slot.dtype) : ir::no_id;
  std::vector<ir::ValueId> at;
  for (ir::ValueId length : shape) at.push_back(build_.begin_for(build_.int_constant(0), length, 1).index);
  ir::ValueId stored = scalar;
  if (stored == ir::no_id) {
    const ScalarKind from = out_.region.arrays[value.slot].dtype;
    stored = convert(build_.load(build_.array(value.slot), subscripts_in(value, at)), from, slot.dtype);
  }
  build_.store(build_.array(view.slot), subscripts_in(view, at), stored);
  for (std::size_t k = 0; k < shape.size(); ++k) build_.end_for();
}

// The subscripts, in its array, of the element at `at` of a view; in range there.
std::vector<ir::ValueId> Walker::subscripts_in(const Abstract& view, const std::vector<ir::ValueId>& at) {
  std::vector<ir::ValueId> subscripts;
  auto next = at.begin();
  const int ndim = out_.region.arrays[view.slot].ndim;
  for (int k = 0; k < ndim; ++k) {
    if (static_cast<std::size_t>(k) >= view.dims.size()) {
      subscripts.push_back(*next++);
      continue;
    }
    const Abstract::Dimension& d = view.dims[static_cast<std::size_t>(k)];
    ir::ValueId place = d.at;
    if (d.sliced) {
      const ir::ValueId scaled = d.step == 1 ? *next : build_.emit(Op::Mul, {*next, build_.int_constant(d.step)});
      place = build_.emit(Op::Add, {place, scaled});
      ++next;
    }
    subscripts.push_back(place);
  }
  return subscripts;
}

Abstract Walker::attribute(const Abstract& object, const std::string& name) {
  if (!object.is(Shape::Array)) return give_up(Abort::UnsupportedOperation, "attribute '" + name + "'");
  const std::vector<ir::ValueId> shape = shape_of_view(object);
  auto integer = [&](ir::ValueId id) { return Abstract::scalar(ScalarKind::Int64, id); };
  if (name == "shape") {
    std::vector<Abstract> items;
    for (ir::ValueId length : shape) items.push_back(integer(length));
    return Abstract::of_items(Shape::Tuple, std::move(items));
  }
  if (name == "ndim") return integer(build_.int_constant(static_cast<std::int64_t>(shape.size())));
  if (name == "size") {
    ir::ValueId size = build_.int_constant(1);
    for (ir::ValueId length : shape) size = build_.emit(Op::Mul, {size, length});
    return integer(size);
  }
  if (auto method = array_method(object, name)) return *std::move(method);
  return give_up(Abort::ArrayExpression, "attribute '" + name + "'");
}

} // namespace pyvm::tracer
