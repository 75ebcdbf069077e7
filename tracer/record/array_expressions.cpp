// Whole arrays in an iteration: `a[i] * 2 + b`, `row > 0`, np.exp(row) (ufuncs.cpp), `o[i] += row`, row.sum(),
// np.max(row), row.mean(), np.dot(row, column).
//
// An operator makes a new array, as in NumPy: scratch of the thread's (new_arrays.cpp), of the lengths that the first
// operand's array has at entry, of which a slice uses a part. Its elements are computed in loops of the region, which
// become lanes like any other. Nothing is fused while it is recorded, so that what overlaps means what it means in the
// interpreter: all of the right side is computed before anything is stored.
//
// Operands have one shape or none. Other shapes leave where the operator stands; so does the minimum of no element.
//
// Sums and extremes have the bits of DESIGN section 6, as a prange over the elements would (reductions.cpp). A NaN
// among them is the result of an extreme, which the comparisons of lanes would lose: it is looked for beside them.
#include <algorithm>
#include <limits>

#include "tracer/record/walker.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/linear_algebra.h"
#include "vm/semantics/conversion.h"
#include "vm/support/assert.h"

namespace pyvm::tracer {

using ir::Op;
using ir::ValueId;
using Shape = Abstract::Shape;

namespace {

struct Method {
  std::string_view name;
  enum class What : std::uint8_t { Reduce, ArgMin, ArgMax, Copy } what;
  ArrayReduction reduction = ArrayReduction::Sum;
};
using What = Method::What;
constexpr Method methods[] = {{"sum", What::Reduce, ArrayReduction::Sum},   {"prod", What::Reduce, ArrayReduction::Prod},
                              {"min", What::Reduce, ArrayReduction::Min},   {"max", What::Reduce, ArrayReduction::Max},
                              {"mean", What::Reduce, ArrayReduction::Mean}, {"any", What::Reduce, ArrayReduction::Any},
                              {"all", What::Reduce, ArrayReduction::All},   {"argmin", What::ArgMin},
                              {"argmax", What::ArgMax},                     {"copy", What::Copy}};

ReductionOp combining(ArrayReduction reduction) {
  switch (reduction) {
  case ArrayReduction::Sum:
  case ArrayReduction::Mean:
    return ReductionOp::Add;
  case ArrayReduction::Prod:
    return ReductionOp::Mul;
  case ArrayReduction::Min:
    return ReductionOp::Min;
  case ArrayReduction::Max:
    return ReductionOp::Max;
  case ArrayReduction::Any:
    return ReductionOp::BitOr;
  case ArrayReduction::All:
    return ReductionOp::BitAnd;
  }
  PYVM_UNREACHABLE("a reduction without an operator");
}

bool is_extreme(ReductionOp op) { return op == ReductionOp::Min || op == ReductionOp::Max; }

// Elements of arrays raise nothing but for negative powers of ints.
bool is_total(BinaryOp op, const Promotion& promotion) {
  return op == BinaryOp::Pow ? is_float(promotion.operand) : op != BinaryOp::MatMul;
}

} // namespace

ScalarKind Walker::element_kind(const Abstract& a) const {
  return a.is(Shape::Array) ? out_.region.arrays[static_cast<std::size_t>(a.slot)].dtype : a.kind;
}

// A new array of a view's shape.
Abstract Walker::scratch_like(const Abstract& view, ScalarKind kind) {
  ir::ArraySlot slot{kind, 0, true, true, 0xffff};
  const int ndim = out_.region.arrays[view.slot].ndim;
  for (int k = 0; k < ndim; ++k) {
    if (static_cast<std::size_t>(k) < view.dims.size() && !view.dims[static_cast<std::size_t>(k)].sliced) continue;
    const auto most = length_at_entry(Abstract::scalar(ScalarKind::Int64, build_.dim(build_.array(view.slot), k)));
    if (!most) return give_up(Abort::ArrayExpression, "an operator on an array of unknown length");
    slot.scratch.push_back(*most);
  }
  slot.ndim = static_cast<std::uint8_t>(slot.scratch.size());
  out_.region.arrays.push_back(slot);
  out_.arrays.push_back({});
  Abstract made = Abstract::of(Shape::Array);
  made.slot = static_cast<int>(out_.region.arrays.size()) - 1;
  for (const ValueId length : shape_of_view(view)) made.dims.push_back({true, build_.int_constant(0), length, 1});
  return made;
}

// The shape of the operands that are arrays, one at least; none when it gives up.
std::vector<ValueId> Walker::one_shape(const std::vector<Abstract>& operands) {
  const auto refuse = [&](const char* what) {
    give_up(Abort::ArrayExpression, what);
    return std::vector<ValueId>();
  };
  const std::vector<ValueId> shape = shape_of_view(*std::ranges::find(operands, Shape::Array, &Abstract::shape));
  if (shape.empty()) return refuse("an operator on an array of no dimension");
  for (const Abstract& a : operands) {
    if (!a.is(Shape::Array)) continue;
    const std::vector<ValueId> other = shape_of_view(a);
    if (other.size() != shape.size()) return refuse("an operator on arrays of unlike dimensions");
    for (std::size_t k = 0; k < shape.size(); ++k)
      if (other[k] != shape[k])
        build_.guard(build_.emit(Op::Eq, {other[k], shape[k]}), exit_here("arrays of unlike shapes"));
  }
  return shape;
}

// `element` makes an element of kind `kind` of the operands' elements; it goes where the target has its own.
void Walker::elementwise_into(const Abstract& target, const std::vector<Abstract>& operands, ScalarKind kind,
                              const std::vector<ValueId>& shape, const ArrayElement& element) {
  std::vector<ValueId> at;
  for (const ValueId length : shape) at.push_back(build_.begin_for(build_.int_constant(0), length, 1).index);
  std::vector<Abstract> elements;
  for (const Abstract& a : operands)
    elements.push_back(a.is(Shape::Array)
                           ? Abstract::scalar(element_kind(a), build_.load(build_.array(a.slot), subscripts_in(a, at)))
                           : a);
  const ValueId value = convert(element(elements), kind);
  build_.store(build_.array(target.slot), subscripts_in(target, at), convert(value, kind, element_kind(target)));
  for (std::size_t k = 0; k < shape.size(); ++k) build_.end_for();
}

// Each operand is a number or an array; at least one is an array. A new one of elements of that kind.
Abstract Walker::elementwise(const std::vector<Abstract>& operands, ScalarKind kind, const ArrayElement& element) {
  const std::vector<ValueId> shape = one_shape(operands);
  if (shape.empty()) return Abstract::scalar(ScalarKind::Int64, build_.int_constant(0));
  if (is_added_next(kind, shape.size())) {
    Abstract later = Abstract::of(Shape::Array);
    later.deferred = std::make_shared<DeferredArray>(
        DeferredArray{operands, kind, element, shape, exit_here("arrays of unlike shapes")});
    return later;
  }
  const Abstract made = scratch_like(*std::ranges::find(operands, Shape::Array, &Abstract::shape), kind);
  if (made.is(Shape::Array)) elementwise_into(made, operands, kind, shape, element);
  return made;
}

Abstract Walker::array_binary(BinaryOp op, int flags, const Abstract& left, const Abstract& right) {
  const auto suits = [](const Abstract& a) { return a.is(Shape::Array) || a.is_numeric(); };
  if (!suits(left) || !suits(right)) return give_up(Abort::ArrayExpression, "an operator");
  if (right.deferred)
    return accumulate(op, *njit_array_promotion(op, element_kind(left), right.deferred->kind), left, right);
  const std::vector<Abstract> operands{one_kind(left), one_kind(right)};
  const auto promotion = njit_array_promotion(op, element_kind(operands[0]), element_kind(operands[1]));
  if (!promotion || !is_total(op, *promotion)) return give_up(Abort::ArrayExpression, "this operator");
  const bool in_place = (flags & in_place_flag) && left.is(Shape::Array);
  if (in_place) {
    const ir::ArraySlot& slot = out_.region.arrays[left.slot];
    if (reduction_exit_ != ir::no_id) abandon(Abort::StoreInReduction, "");
    if (!slot.writable) return give_up(Abort::ReadOnly, register_name(slot.guest_register));
    if (!can_cast_same_kind(promotion->result, slot.dtype))
      return give_up(Abort::ArrayExpression, "an update with values of another kind");
    // The target's shape is the result's.
    if (shape_of_view(left).size() < (right.is(Shape::Array) ? shape_of_view(right).size() : 0))
      return give_up(Abort::ArrayExpression, "an operator on arrays of unlike dimensions");
  }
  if (in_place && accumulates(left)) return accumulate(op, *promotion, left, operands[1]);
  const Abstract made = elementwise(operands, promotion->result, [this, op, promotion](const std::vector<Abstract>& x) {
    return computed(op, *promotion, x[0], x[1]);
  });
  if (!in_place || !made.is(Shape::Array)) return made;
  set_slice(left, made);
  return left;
}

Abstract Walker::array_unary(UnaryOp op, const Abstract& operand) {
  const auto promotion = njit_array_unary(op, element_kind(operand));
  if (!promotion) return give_up(Abort::ArrayExpression, "this operator");
  return elementwise({operand}, promotion->result, [this, op, promotion](const std::vector<Abstract>& x) {
    return unary(op, Abstract::scalar(promotion->result, convert(x[0], promotion->result)));
  });
}

Abstract Walker::array_compare(CompareOp op, const Abstract& left, const Abstract& right) {
  const auto suits = [](const Abstract& a) { return a.is(Shape::Array) || a.is_numeric(); };
  if (!suits(left) || !suits(right) || !is_value_comparison(op))
    return give_up(Abort::ArrayExpression, "this comparison");
  return elementwise({one_kind(left), one_kind(right)}, ScalarKind::Bool,
                     [this, op](const std::vector<Abstract>& x) { return compare(op, x[0], x[1]); });
}

std::optional<Abstract> Walker::array_method(const Abstract& object, const std::string& name) const {
  const auto* method = std::ranges::find(methods, name, &Method::name);
  if (method == std::end(methods)) return std::nullopt;
  Abstract bound = Abstract::of_items(Shape::Method, {object});
  bound.method = static_cast<std::uint8_t>(method - methods);
  bound.made_in = &code();
  bound.made_at = pc_;
  return bound;
}

// The call of a method of an array right behind its lookup; `callee` is the register that holds it.
Abstract Walker::call_method(const Abstract& method, std::uint16_t callee, std::size_t arguments) {
  if (method.made_in != &code() || method.made_at + 1 != pc_)
    return give_up(Abort::ArrayExpression, "a method that is called later");
  if (arguments != 0) return give_up(Abort::ArrayExpression, "a method with arguments");
  const Abstract view = method.items[0];
  const auto exit = [&] {
    // The lookup is repeated: its register may have held the array.
    const Abstract now = std::exchange(frame().registers[callee], view);
    const ir::ExitId made = exit_at(method.made_at, reason_of_no_element);
    frame().registers[callee] = now;
    return made;
  };
  const Method& row = methods[method.method];
  switch (row.what) {
  case What::Reduce:
    return reduced(view, row.reduction, exit);
  case What::ArgMin:
  case What::ArgMax:
    return arg_extreme(view, row.what == What::ArgMax, exit);
  case What::Copy:
    return copy_of(view);
  }
  PYVM_UNREACHABLE("a method of no kind");
}

// `exit`: where an extreme or a mean of no element leaves.
Abstract Walker::reduced(const Abstract& view, ArrayReduction reduction, const std::function<ir::ExitId()>& exit) {
  const std::vector<ValueId> shape = shape_of_view(view);
  if (shape.size() != 1) return give_up(Abort::ArrayExpression, "a reduction over several dimensions");
  const ScalarKind element = element_kind(view);
  const ReductionOp op = combining(reduction);
  const ScalarKind in_kind = reduced_kind(reduction, element);
  // Small ints have their extremes in 64 bits.
  const ScalarKind kind = is_extreme(op) && is_integer(in_kind) && size_of(in_kind) < 8 ? ScalarKind::Int64 : in_kind;
  if (!combines(op, kind)) return give_up(Abort::ArrayExpression, "a reduction of this kind");

  const ValueId zero = build_.int_constant(0);
  const auto element_at = [&](ValueId at) {
    return convert(build_.load(build_.array(view.slot), subscripts_in(view, {at})), element, kind);
  };
  std::vector<Reducing> reducing{{0xffff, op, kind}};
  if (is_extreme(op) || reduction == ArrayReduction::Mean) {
    const ValueId any = build_.emit(Op::Gt, {shape[0], zero});
    if (build_.constant_bits(any) != 1u) build_.guard(any, exit());
  }
  if (is_extreme(op)) {
    reducing[0].live = Abstract::scalar(kind, element_at(zero));
    if (is_float(kind)) {
      reducing.push_back({0xffff, ReductionOp::BitOr, ScalarKind::Bool});
      reducing[1].live = Abstract::scalar(ScalarKind::Bool, build_.bool_constant(false));
    }
  } else {
    const bool from_one = op == ReductionOp::Mul || op == ReductionOp::BitAnd;
    const ScalarBits start = from_one ? convert_bits(1, ScalarKind::Bool, kind) : 0;
    reducing[0].live = Abstract::scalar(kind, build_.constant(ir::type_of(kind), start));
  }
  const std::int64_t lanes = lane_count(1);
  make_lanes(reducing, lanes);
  const auto contribute = [&](ValueId x, ValueId lane) {
    scratch_store(reducing[0].lanes, lane, combined(reducing[0], scratch_load(reducing[0].lanes, lane), x));
    if (reducing.size() > 1)
      scratch_store(reducing[1].lanes, lane,
                    combined(reducing[1], scratch_load(reducing[1].lanes, lane), build_.emit(Op::Ne, {x, x})));
  };
  // The identity changes no lane; of extremes it is an element, and has its own part in the flag for NaN.
  const auto contribute_if = [&](ValueId at, ValueId lane, ValueId active) {
    build_.begin_if(active);
    const ValueId x = element_at(at);
    build_.yield(ir::Values(&x, 1));
    build_.begin_else();
    build_.yield(ir::Values(&reducing[0].identity, 1));
    const ir::Type type = ir::type_of(kind);
    contribute(build_.end_if({&type, 1})[0], lane);
  };
  const std::vector<ValueId> totals =
      reduce_blocks(reducing, lanes, shape[0], false, code().locations[pc_].line,
                    {[&](ValueId at, ValueId lane) { contribute(element_at(at), lane); }, contribute_if});
  if (!is_extreme(op)) {
    const ValueId total = combined(reducing[0], reducing[0].live_bits, totals[0]);
    if (reduction != ArrayReduction::Mean) return Abstract::scalar(kind, total);
    const ValueId count = convert(shape[0], ScalarKind::Int64, ScalarKind::Float64);
    const ValueId mean = build_.emit(Op::Div, {convert(total, kind, ScalarKind::Float64), count});
    return Abstract::scalar(ScalarKind::Float64, mean);
  }
  if (reducing.size() == 1) return Abstract::scalar(element, totals[0]);
  const ValueId nan =
      convert(build_.float_constant(std::numeric_limits<double>::quiet_NaN()), ScalarKind::Float64, kind);
  return Abstract::scalar(kind, build_.emit(Op::Select, {totals[1], nan, totals[0]}, {.type = ir::type_of(kind)}));
}

// argmin and argmax of a vector: of equal elements the first, the first NaN before all (vm/builtins/reductions.cpp).
Abstract Walker::arg_extreme(const Abstract& view, bool largest, const std::function<ir::ExitId()>& exit) {
  const std::vector<ValueId> shape = shape_of_view(view);
  if (shape.size() != 1) return give_up(Abort::ArrayExpression, "a reduction over several dimensions");
  const ScalarKind kind = element_kind(view);
  const ValueId zero = build_.int_constant(0);
  const auto element_at = [&](ValueId at) { return build_.load(build_.array(view.slot), subscripts_in(view, {at})); };
  const ValueId any = build_.emit(Op::Gt, {shape[0], zero});
  if (build_.constant_bits(any) != 1u) build_.guard(any, exit());

  const ValueId start[] = {element_at(zero), zero};
  const auto body = build_.begin_for(build_.int_constant(1), shape[0], 1, start);
  const ValueId x = element_at(body.index), best = body.parameters[0];
  ValueId better = compare(largest ? CompareOp::Gt : CompareOp::Lt, Abstract::scalar(kind, x),
                           Abstract::scalar(kind, best)).id;
  if (is_float(kind)) {
    const ValueId first_nan = build_.emit(Op::And, {build_.emit(Op::Ne, {x, x}), build_.emit(Op::Eq, {best, best})});
    better = build_.emit(Op::Or, {better, first_nan});
  }
  const ValueId next[] = {build_.emit(Op::Select, {better, x, best}, {.type = ir::type_of(kind)}),
                          build_.emit(Op::Select, {better, body.index, body.parameters[1]}, {.type = ir::i64})};
  build_.yield(next);
  return Abstract::scalar(ScalarKind::Int64, build_.end_for()[1]);
}

// In C order.
Abstract Walker::copy_of(const Abstract& view) {
  const ScalarKind kind = element_kind(view);
  return elementwise({view}, kind, [](const std::vector<Abstract>& x) { return x[0]; });
}

// np.dot of two vectors, in the order of vm/builtins/linear_algebra.h.
Abstract Walker::inner_product(const Abstract& left, const Abstract& right) {
  const std::vector<ValueId> shape = shape_of_view(left), other = shape_of_view(right);
  if (shape.size() != 1 || other.size() != 1) return give_up(Abort::ArrayExpression, "dot() of matrices");
  const ScalarKind kind = numpy_common_kind(element_kind(left), element_kind(right));
  if (shape[0] != other[0])
    build_.guard(build_.emit(Op::Eq, {shape[0], other[0]}), exit_here("arrays of unlike shapes"));
  if (is_float(kind))
    build_.guard(build_.emit(Op::Lt, {shape[0], build_.int_constant(least_for_blas)}), exit_here("a long dot()"));
  const ValueId start[] = {build_.zero(ir::type_of(kind))};
  const auto body = build_.begin_for(build_.int_constant(0), shape[0], 1, start);
  const auto element_of = [&](const Abstract& a) {
    const ValueId loaded = build_.load(build_.array(a.slot), subscripts_in(a, {body.index}));
    return Abstract::scalar(kind, convert(loaded, element_kind(a), kind));
  };
  const Promotion in_kind{kind, kind};
  const Abstract product = computed(BinaryOp::Mul, in_kind, element_of(left), element_of(right));
  const ValueId next[] = {computed(BinaryOp::Add, in_kind, Abstract::scalar(kind, body.parameters[0]), product).id};
  build_.yield(next);
  return Abstract::scalar(kind, build_.end_for()[0]);
}

} // namespace pyvm::tracer
