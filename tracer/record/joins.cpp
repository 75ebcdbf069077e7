// Values at the places where paths meet: joins of `if`, headers of loops, targets of break, continue and return.
//
// A place hands on a list of registers. Each has a shape there: a scalar of one kind, a number (int or float), or
// nothing (Conflict; or something without code that is the same on every path). Shapes come from what is known when the
// place is opened; append_flat finds out when a path brings something else, and the walk starts again with a hint:
//   no hint -> Kind -> Number -> Conflict   (never back, so that it ends)
#include <algorithm>

#include "tracer/record/walker.h"

namespace pyvm::tracer {

using Shape = Abstract::Shape;

bool same(const Abstract& a, const Abstract& b) {
  if (a.shape != b.shape || a.items.size() != b.items.size()) return false;
  for (std::size_t k = 0; k < a.items.size(); ++k)
    if (!same(a.items[k], b.items[k])) return false;
  switch (a.shape) {
  case Shape::Scalar:
    return a.kind == b.kind && a.id == b.id;
  case Shape::Number:
    return a.id == b.id && a.int_id == b.int_id && a.tag_id == b.tag_id;
  case Shape::Constant:
    return a.constant.tag() == b.constant.tag() && a.constant.bits() == b.constant.bits();
  case Shape::Array:
    return a.slot == b.slot && a.dims == b.dims;
  case Shape::Method:
    return false; // each is called where it was looked up
  default:
    return true;
  }
}

Walker::Registers Walker::written(std::uint32_t from, std::uint32_t to, std::uint32_t live_at) const {
  std::set<std::uint16_t> found;
  for (std::uint32_t pc = from; pc < to && pc < code().instructions.size(); ++pc) {
    const Instruction& i = code().instructions[pc];
    const bool enters = i.op == Opcode::EnterFor || i.op == Opcode::EnterPrange;
    if (enters) {
      found.insert(code().loops[i.c].target);
    } else if (i.op == Opcode::NextFor || i.op == Opcode::NextPrange) {
      found.insert(i.b);
    } else {
      for_each_register(
          i, [](std::uint16_t) {}, [&](std::uint16_t r) { found.insert(r); });
    }
  }
  Registers out;
  for (std::uint16_t r : found)
    if (live_at == no_join || (live_at < code().instructions.size() && frame().live->live(live_at, r)))
      out.push_back(r);
  if (range_draws(from, to)) out.push_back(drawn_register());
  return out;
}

std::optional<Hint> Walker::hint_of(const Place& at, std::uint16_t r) const {
  auto found = knowledge_.hints.find({at, r});
  if (found == knowledge_.hints.end()) return std::nullopt;
  return found->second;
}

void Walker::learn(const Place& at, std::uint16_t r, Hint hint) {
  knowledge_.hints[{at, r}] = hint;
  throw Restart{};
}

// The lanes of a reduction have the kind that its contributions give; the walk began with another one.
void Walker::settle_accumulator(int accumulator, ScalarKind kind) {
  auto& known = knowledge_.accumulator_kinds[static_cast<std::size_t>(accumulator)];
  const ir::Accumulator& a = out_.region.accumulators[static_cast<std::size_t>(accumulator)];
  // `if x > s: s = x` may put an int where the live-in is a float: no lane could start as the live-in then.
  const ScalarKind live_in = out_.live_in_kinds[static_cast<std::size_t>(accumulator)];
  const bool is_key = std::any_of(job_->selections().begin(), job_->selections().end(), [&](const PrangeSelection& s) {
    return s.key == static_cast<std::size_t>(accumulator);
  });
  const bool holds_live_in = a.op == ReductionOp::Selected ? !is_key || lanes_may_begin_with(kind, live_in)
                                                           : accumulator_kind(a.op, live_in, kind) == kind;
  if (known || !holds_live_in) abandon(Abort::TypeUnstable, register_name(a.guest_register));
  known = kind;
  throw Restart{};
}

Abstract Walker::shape_of(const Place& at, std::uint16_t r, const Abstract& value) const {
  if (auto hint = hint_of(at, r)) {
    switch (hint->what) {
    case Hint::What::Kind:
      return Abstract::scalar(hint->kind, ir::no_id);
    case Hint::What::Number:
      return Abstract::number(ir::no_id, ir::no_id, ir::no_id);
    case Hint::What::Conflict:
      return Abstract::of(Shape::Conflict);
    }
  }
  if (value.is(Shape::Unbound)) return Abstract::of(Shape::Conflict);
  return value;
}

std::vector<Abstract> Walker::header_shapes(const Place& at, const Registers& registers,
                                            std::vector<ir::ValueId>& initial) {
  std::vector<Abstract> shapes;
  for (std::uint16_t r : registers) {
    Abstract& value = frame().registers[r];
    if (value.is(Shape::Entry)) value = entry_value(r);
    Abstract shape = shape_of(at, r, value);
    append_flat(value, shape, at, r, initial);
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

std::vector<Abstract> Walker::target_shapes(const Place& at, const Registers& registers) {
  std::vector<Abstract> shapes;
  for (std::uint16_t r : registers) {
    Abstract& value = frame().registers[r];
    if (value.is(Shape::Entry)) value = entry_value(r);
    shapes.push_back(shape_of(at, r, value));
  }
  return shapes;
}

void Walker::append_flat(const Abstract& value, const Abstract& shape, const Place& at, std::uint16_t r,
                         std::vector<ir::ValueId>& out) {
  if (r == drawn_register()) return append_drawn(value, shape, at, out);
  auto is_scalar = [&](ScalarKind kind) { return value.is(Shape::Scalar) && value.kind == kind; };
  auto int_or_float = [](const Abstract& a) {
    return a.is(Shape::Number) ||
           (a.is(Shape::Scalar) && (a.kind == ScalarKind::Int64 || a.kind == ScalarKind::Float64));
  };
  const bool bound = !value.is(Shape::Unbound) && !value.is(Shape::Conflict);
  switch (shape.shape) {
  case Shape::Scalar:
    if (is_scalar(shape.kind)) {
      out.push_back(value.id);
      return;
    }
    if (!bound) learn(at, r, {Hint::What::Conflict});
    if (value.is(Shape::Scalar) && frames_.size() == 1 && accumulators_.count(r)) {
      const ScalarKind kind = out_.region.accumulators[static_cast<std::size_t>(accumulators_[r])].kind;
      settle_accumulator(accumulators_[r], value.kind != kind ? value.kind : shape.kind);
    }
    if (int_or_float(shape) && int_or_float(value)) learn(at, r, {Hint::What::Number});
    if (value.is_numeric()) abandon(Abort::TypeUnstable, register_name(r));
    learn(at, r, {Hint::What::Conflict});
  case Shape::Number:
    if (value.is(Shape::Number)) {
      out.insert(out.end(), {value.id, value.int_id, value.tag_id});
    } else if (is_scalar(ScalarKind::Float64)) {
      out.insert(out.end(), {value.id, build_.int_constant(0), build_.bool_constant(true)});
    } else if (is_scalar(ScalarKind::Int64)) {
      out.insert(out.end(), {convert(value, ScalarKind::Float64), value.id, build_.bool_constant(false)});
    } else {
      learn(at, r, {Hint::What::Conflict});
    }
    return;
  case Shape::Conflict:
    // Nothing was expected here; a path that brings a value may be the only kind of path there is.
    if (value.is(Shape::Scalar) && !hint_of(at, r)) learn(at, r, {Hint::What::Kind, value.kind});
    return;
  case Shape::Array: {
    // A view of the same form may be of another place.
    const auto alike = [](const Abstract::Dimension& a, const Abstract::Dimension& b) {
      return a.sliced == b.sliced && a.step == b.step;
    };
    if (!value.is(Shape::Array) || value.slot != shape.slot ||
        !std::equal(value.dims.begin(), value.dims.end(), shape.dims.begin(), shape.dims.end(), alike))
      learn(at, r, {Hint::What::Conflict});
    for (const Abstract::Dimension& d : value.dims) {
      out.push_back(d.at);
      if (d.sliced) out.push_back(d.length);
    }
    return;
  }
  case Shape::Tuple:
    if (!value.is(Shape::Tuple) || value.items.size() != shape.items.size()) learn(at, r, {Hint::What::Conflict});
    for (std::size_t k = 0; k < shape.items.size(); ++k) {
      const bool alike = value.items[k].shape == shape.items[k].shape && value.items[k].kind == shape.items[k].kind;
      if (!alike) learn(at, r, {Hint::What::Conflict});
      append_flat(value.items[k], shape.items[k], at, r, out);
    }
    return;
  default:
    if (!same(value, shape)) learn(at, r, {Hint::What::Conflict});
  }
}

void Walker::append_types(const Abstract& shape, std::vector<ir::Type>& out) {
  if (shape.is(Shape::Scalar)) out.push_back(ir::type_of(shape.kind));
  if (shape.is(Shape::Number)) out.insert(out.end(), {ir::f64, ir::i64, ir::b1});
  if (shape.is(Shape::Array))
    for (const Abstract::Dimension& d : shape.dims) out.insert(out.end(), d.sliced ? 2 : 1, ir::i64);
  if (shape.is(Shape::Tuple))
    for (const Abstract& item : shape.items) append_types(item, out);
}

std::size_t Walker::adopt(Abstract& shape, const std::vector<ir::ValueId>& values, std::size_t at) {
  if (shape.is(Shape::Scalar)) {
    shape.id = values[at++];
  } else if (shape.is(Shape::Number)) {
    shape.id = values[at++];
    shape.int_id = values[at++];
    shape.tag_id = values[at++];
  } else if (shape.is(Shape::Array)) {
    for (Abstract::Dimension& d : shape.dims) {
      d.at = values[at++];
      if (d.sliced) d.length = values[at++];
    }
  } else if (shape.is(Shape::Tuple)) {
    for (Abstract& item : shape.items) at = adopt(item, values, at);
  }
  return at;
}

void Walker::adopt_all(const Registers& registers, std::vector<Abstract> shapes,
                       const std::vector<ir::ValueId>& values) {
  std::size_t at = 0;
  for (std::size_t k = 0; k < registers.size(); ++k) {
    at = adopt(shapes[k], values, at);
    frame().registers[registers[k]] = std::move(shapes[k]);
  }
}

void Walker::open_target(Target& target) {
  std::vector<ir::Type> types;
  for (const Abstract& shape : target.shapes) append_types(shape, types);
  build_.begin_block(types);
  ++open_blocks_;
}

void Walker::leave_to(const Target& target) {
  if (build_.unreachable()) return;
  std::vector<ir::ValueId> values;
  for (std::size_t k = 0; k < target.registers.size(); ++k) {
    Abstract& value = frame().registers[target.registers[k]];
    if (value.is(Shape::Entry)) value = entry_value(target.registers[k]);
    append_flat(value, target.shapes[k], target.place, target.registers[k], values);
  }
  build_.br(open_blocks_ - 1 - target.block, values);
}

void Walker::close_target(Target& target, bool reached) {
  if (reached && !build_.unreachable()) {
    std::vector<ir::ValueId> values;
    for (std::size_t k = 0; k < target.registers.size(); ++k) {
      Abstract& value = frame().registers[target.registers[k]];
      if (value.is(Shape::Entry)) value = entry_value(target.registers[k]);
      append_flat(value, target.shapes[k], target.place, target.registers[k], values);
    }
    build_.yield(values);
  }
  const std::vector<ir::ValueId> results = build_.end_block();
  --open_blocks_;
  if (!build_.unreachable()) adopt_all(target.registers, target.shapes, results);
}

} // namespace pyvm::tracer
