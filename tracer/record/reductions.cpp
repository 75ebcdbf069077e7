// A prange with reductions inside the region's loop. It runs in order here, but with the bits of DESIGN section 6: in
// blocks, each on lanes of its own, folded by halving, the blocks joined by the fixed tree, the live-in last.
//
//   for block = 0 to n step B                     B: 4096, or ceil(n / 1024) where the body has loops or calls
//     lanes[l] = identity                         scratch arrays of the region, one for each variable
//     for c = block to end - (L - 1) step L       whole rows of lanes:
//       for l = 0 to L  { body of c + l on lanes[l] }     which may become vectors, the lanes then stay in registers
//     for t = the rest to end  { body of t on lanes[t - first of the rest] }      or, of bodies that cannot leave,
//     for l = 0 to L  { if l < as many as are left: body of the rest + l on lanes[l] }    which becomes masked vectors
//     for w = L/2, L/4, ... 1: for l = 0 to w  { lanes[l] = lanes[l] op lanes[l + w] }
//     total joins levels[0], levels[1], ... as carries run through a binary counter that counts blocks
//   result = live-in op (levels joined, the lowest first)
//
// That is the tree "(0,1), (2,3), ..., an odd last one moves up": a level holds the total of 2^k blocks. What is empty
// holds the identity of the typed operator, which changes no bit of what it is combined with, so lanes and levels need
// no flags, and all lanes are folded: a few vector operations, where loops over those in use would be branches and
// stores of single elements that vectors have to wait for.
//
// What the loop selects (`if x > best: best = x; where = i`) is the plain loop's to the bit, and iterations come in
// their order: such variables are kept in scratch of one element each, from iteration to iteration.
//
// Whoever leaves inside goes back to before the loop, where the interpreter runs all of it again. So its body may store
// to no array, and nothing but the reductions may be read behind it.
#include <algorithm>

#include <fmt/format.h>

#include "tracer/record/walker.h"

namespace pyvm::tracer {

using ir::Op;
using ir::ValueId;
using Shape = Abstract::Shape;

namespace {

constexpr std::int64_t most_levels = 64;

// Of two partial results (vm/semantics/reduction.h, combine_bits).
Op combining_op(ReductionOp op, ScalarKind kind) {
  const bool is_unsigned = kind == ScalarKind::UInt64;
  switch (op) {
  case ReductionOp::Add:
  case ReductionOp::Sub:
    return Op::Add;
  case ReductionOp::Mul:
  case ReductionOp::Div:
    return Op::Mul;
  case ReductionOp::BitAnd:
    return Op::And;
  case ReductionOp::BitOr:
    return Op::Or;
  case ReductionOp::BitXor:
    return Op::Xor;
  case ReductionOp::Min:
    return is_unsigned ? Op::UMin : Op::Min;
  case ReductionOp::Max:
    return is_unsigned ? Op::UMax : Op::Max;
  case ReductionOp::Selected:
    break;
  }
  return Op::Add;
}

bool is_bitwise(ReductionOp op) {
  return op == ReductionOp::BitAnd || op == ReductionOp::BitOr || op == ReductionOp::BitXor;
}

} // namespace

// Kinds whose partial results combine in one operation.
bool Walker::combines(ReductionOp op, ScalarKind kind) {
  if (op == ReductionOp::Selected) return false;
  if (kind == ScalarKind::Bool) return is_bitwise(op);
  if (is_float(kind)) return !is_bitwise(op);
  return (kind == ScalarKind::Int64 || kind == ScalarKind::UInt64) && op != ReductionOp::Div;
}

ValueId Walker::combined(const Reducing& r, ValueId a, ValueId b) {
  return build_.emit(combining_op(r.op, r.kind), {a, b});
}

// The interpreter runs a prange in order whose variables are no numbers that combine with their like. One that only
// selects gives what the plain loop gives, and is walked as one.
bool Walker::reduces(const LoopInfo& loop) {
  const bool any = std::any_of(loop.variables.begin(), loop.variables.end(), [](const LoopVariable& v) {
    return v.variable_class == VariableClass::Reduction && v.reduction != ReductionOp::Selected;
  });
  if (loop.kind != LoopKind::Prange || !loop.in_order_reason.empty() || !any) return false;
  return std::all_of(loop.variables.begin(), loop.variables.end(), [&](const LoopVariable& v) {
    if (v.variable_class != VariableClass::Reduction || v.reduction == ReductionOp::Selected) return true;
    const Abstract live = one_kind(read(v.guest_register));
    return live.is(Shape::Scalar) && accumulator_kind(v.reduction, live.kind, live.kind).has_value();
  });
}

// vm/interp/array_accumulators.h; a grid of its own, which is the interpreter's.
bool Walker::accumulates_arrays(const LoopInfo& loop) {
  if (loop.kind != LoopKind::Prange || !loop.in_order_reason.empty()) return false;
  return std::any_of(loop.variables.begin(), loop.variables.end(), [&](const LoopVariable& v) {
    return v.variable_class == VariableClass::Reduction && read(v.guest_register).is(Shape::Array);
  });
}

int Walker::scratch_array(ScalarKind kind, std::int64_t elements, std::uint16_t r) {
  ir::ArraySlot slot{kind, 1, true, true, r};
  slot.scratch = {{.constant = elements}};
  out_.region.arrays.push_back(slot);
  out_.arrays.push_back({});
  return static_cast<int>(out_.region.arrays.size()) - 1;
}

ValueId Walker::scratch_load(int slot, ValueId at) { return build_.load(build_.array(slot), ir::Values(&at, 1)); }
void Walker::scratch_store(int slot, ValueId at, ValueId value) {
  build_.store(build_.array(slot), ir::Values(&at, 1), value);
}

// What the loop entered at `pc` reduces, in which kinds. Nothing else that it writes may be read behind it.
std::vector<Walker::Reducing> Walker::reduced_variables(std::uint32_t pc) {
  const LoopInfo& loop = code().loops[code().instructions[pc].c];
  std::vector<Reducing> reducing;
  for (const LoopVariable& v : loop.variables) {
    if (v.variable_class != VariableClass::Reduction || v.reduction == ReductionOp::Selected) continue;
    Reducing r{v.guest_register, v.reduction};
    r.live = one_kind(read(v.guest_register));
    const auto known = knowledge_.reducing_kinds.find({place(pc), v.guest_register});
    r.kind = known == knowledge_.reducing_kinds.end() ? r.live.kind : known->second;
    if (!combines(r.op, r.kind)) abandon(Abort::NestedReduction, v.name);
    reducing.push_back(r);
  }
  const auto is_reduced = [&](std::uint16_t r) {
    return std::ranges::any_of(loop.variables, [r](const LoopVariable& v) {
      return v.guest_register == r && v.variable_class == VariableClass::Reduction;
    });
  };
  for (std::uint16_t r : written(loop.body, loop.next + 1, loop.otherwise))
    if (!is_reduced(r))
      abandon(Abort::NestedReduction,
              register_name(r) + "', which is read behind it, and '" + register_name(reducing[0].guest_register));
  return reducing;
}

// What the loop selects, as it is before the loop, in scratch.
std::vector<Walker::Selecting> Walker::selected_variables(std::uint32_t pc) {
  const LoopInfo& loop = code().loops[code().instructions[pc].c];
  std::vector<Selecting> selecting;
  for (const LoopVariable& v : loop.variables) {
    if (v.variable_class != VariableClass::Reduction || v.reduction != ReductionOp::Selected) continue;
    // The place of a choice that the guest has no variable for is unbound before the loop.
    const bool starts = frame().live->live(pc, v.guest_register);
    const Abstract live =
        starts ? one_kind(read(v.guest_register)) : Abstract::scalar(ScalarKind::Int64, build_.int_constant(0));
    if (!live.is(Shape::Scalar)) abandon(Abort::NestedReduction, v.name);
    const int slot = scratch_array(live.kind, 1, v.guest_register);
    scratch_store(slot, build_.int_constant(0), live.id);
    selecting.push_back({v.guest_register, live.kind, slot});
  }
  return selecting;
}

Abstract Walker::selected_so_far(const Selecting& s) {
  return Abstract::scalar(s.kind, scratch_load(s.slot, build_.int_constant(0)));
}

// Lanes and levels, and what the empty ones hold.
void Walker::make_lanes(std::vector<Reducing>& reducing, std::int64_t lanes) {
  for (Reducing& r : reducing) {
    r.lanes = scratch_array(r.kind, lanes, r.guest_register);
    r.levels = scratch_array(r.kind, most_levels, r.guest_register);
    r.live_bits = convert(r.live, r.kind);
    r.identity = r.op == ReductionOp::Min || r.op == ReductionOp::Max
                     ? r.live_bits
                     : build_.constant(ir::type_of(r.kind), identity_bits(r.op, r.kind, 0));
  }
}

// The block of `size` iterations from `first` on, as far as there are n: into lane 0.
void Walker::reduce_block(const std::vector<Reducing>& reducing, std::int64_t lanes, ValueId first, ValueId size,
                          ValueId n, int line, const ReductionBody& body) {
  const ValueId end = build_.emit(Op::Min, {build_.emit(Op::Add, {first, size}), n});
  const ValueId count = build_.emit(Op::Sub, {end, first});
  auto each = build_.begin_for(build_.int_constant(0), build_.int_constant(lanes), 1);
  for (const Reducing& r : reducing) scratch_store(r.lanes, each.index, r.identity);
  build_.end_for();
  // Both bounds as sums, so that subscripts are checked before the loop.
  const ValueId short_of_lanes = build_.int_constant(1 - lanes);
  const ValueId last_row =
      build_.emit(Op::Min, {build_.emit(Op::Add, {build_.emit(Op::Add, {first, size}), short_of_lanes}),
                            build_.emit(Op::Add, {n, short_of_lanes})});
  auto row = build_.begin_for(first, last_row, lanes);
  build_.set_line(line);
  auto lane = build_.begin_for(build_.int_constant(0), build_.int_constant(lanes), 1);
  build_.declare_independent();
  body.run(build_.emit(Op::Add, {row.index, lane.index}), lane.index);
  build_.end_for();
  build_.end_for();
  build_.set_line(0);
  const ValueId whole = build_.emit(Op::And, {count, build_.int_constant(-lanes)});
  reduce_rest(lanes, build_.emit(Op::Max, {first, build_.emit(Op::Add, {first, whole})}), end, line, body);
  fold_lanes(reducing, lanes);
}

// Iterations from `rest` to `end`, fewer than lanes.
void Walker::reduce_rest(std::int64_t lanes, ValueId rest, ValueId end, int line, const ReductionBody& body) {
  if (!body.run_if) {
    auto remaining = build_.begin_for(rest, end, 1);
    body.run(remaining.index, build_.emit(Op::Sub, {remaining.index, rest}));
    build_.end_for();
    build_.set_line(0);
    return;
  }
  // Even where none are left: a branch around it would keep the lanes in memory.
  build_.set_line(line);
  auto lane = build_.begin_for(build_.int_constant(0), build_.int_constant(lanes), 1);
  build_.declare_independent();
  const ValueId ordinal = build_.emit(Op::Add, {rest, lane.index});
  body.run_if(ordinal, lane.index, build_.emit(Op::Lt, {ordinal, end}));
  build_.end_for();
  build_.set_line(0);
}

// All n iterations, n < 0 counting as none; the totals, which hold nothing of the live-ins but for extremes.
std::vector<ValueId> Walker::reduce_blocks(const std::vector<Reducing>& reducing, std::int64_t lanes, ValueId n,
                                           bool body_has_loop_or_call, int line, const ReductionBody& body) {
  const ValueId zero = build_.int_constant(0), one = build_.int_constant(1);
  const ValueId thousandth =
      build_.emit(Op::FloorDiv, {build_.emit(Op::Add, {n, build_.int_constant(most_blocks_of_a_deep_loop - 1)}),
                                 build_.int_constant(most_blocks_of_a_deep_loop)});
  const ValueId size =
      body_has_loop_or_call ? build_.emit(Op::Max, {one, thousandth}) : build_.int_constant(simple_block_size);
  // Blocks by number: their size may not be a constant.
  const ValueId blocks =
      body_has_loop_or_call
          ? build_.emit(Op::FloorDiv, {build_.emit(Op::Add, {n, build_.emit(Op::Sub, {size, one})}), size})
          : n;
  build_.set_line(0); // loops of ours, not the guest's
  auto opened =
      body_has_loop_or_call ? build_.begin_for(zero, blocks, 1) : build_.begin_for(zero, n, simple_block_size);
  const ValueId first = body_has_loop_or_call ? build_.emit(Op::Mul, {opened.index, size}) : opened.index;
  const ValueId number = body_has_loop_or_call ? opened.index : build_.emit(Op::Shr, {first, build_.int_constant(12)});
  static_assert(simple_block_size == 1 << 12);
  reduce_block(reducing, lanes, first, size, n, line, body);
  carry_block(reducing, number);
  build_.end_for();

  // How many blocks there were, and none for a negative n.
  const ValueId counted =
      body_has_loop_or_call
          ? blocks
          : build_.emit(Op::Shr, {build_.emit(Op::Add, {n, build_.int_constant(simple_block_size - 1)}),
                                  build_.int_constant(12)});
  return join_levels(reducing, build_.emit(Op::Max, {counted, zero}));
}

Walker::Ended Walker::nested_reduction(std::uint32_t pc, std::uint32_t& next) {
  const LoopInfo& loop = code().loops[code().instructions[pc].c];
  const Abstract range = read(code().instructions[pc].b);
  const std::int64_t by = constant_step(range);
  if (by == 0) abandon(Abort::DynamicStep, "this range()");
  std::vector<Reducing> reducing = reduced_variables(pc);

  const ValueId n = trips_of(range);
  const bool outermost = reduction_exit_ == ir::no_id;
  if (outermost) reduction_exit_ = exit_at(pc, "inside a reduction");
  const auto saved = frames_;
  const std::int64_t lanes = lane_count(loop.reductions);
  const Registers all = written(loop.body, loop.next + 1, no_join);
  make_lanes(reducing, lanes);
  const std::vector<Selecting> selecting = selected_variables(pc);

  const auto body_at = [&](ValueId ordinal, ValueId lane) {
    reduction_iteration(pc, reducing, selecting, all, range, by, ordinal, lane);
  };
  const std::vector<ValueId> totals =
      reduce_blocks(reducing, lanes, n, loop.body_has_loop_or_call, loop.location.line, {body_at});
  if (outermost) reduction_exit_ = ir::no_id;
  frames_ = saved;
  pc_ = pc;
  exit_cache_ = ir::no_id;
  for (std::uint16_t r : all) frame().registers[r] = Abstract::of(Shape::Conflict);
  join_live_ins(reducing, totals, build_.emit(Op::Gt, {n, build_.int_constant(0)}));
  for (const Selecting& s : selecting) write(s.guest_register, selected_so_far(s));
  const bool reached = walk_range(loop.otherwise, loop.end) == Ended::Reached;
  next = loop.end;
  return reached && !build_.unreachable() ? Ended::Reached : Ended::Left;
}

// live_in op total, the variables' values behind the loop. `runs`: it has a trip.
void Walker::join_live_ins(const std::vector<Reducing>& reducing, const std::vector<ValueId>& totals, ValueId runs) {
  for (std::size_t k = 0; k < reducing.size(); ++k) {
    const Reducing& r = reducing[k];
    const bool extremum = r.op == ReductionOp::Min || r.op == ReductionOp::Max;
    const ValueId total = extremum ? totals[k] : build_.emit(combining_op(r.op, r.kind), {r.live_bits, totals[k]});
    Abstract& result = frame().registers[r.guest_register]; // contributions have touched it, this does not
    if (r.kind == r.live.kind)
      result = Abstract::scalar(r.kind, total);
    else if (build_.constant_bits(runs))
      result = *build_.constant_bits(runs) ? Abstract::scalar(r.kind, total) : r.live;
    else // an int that is left as it is when the loop has no iteration
      result = Abstract::number(total, r.live.id, runs);
  }
}

// The body once, on one lane.
void Walker::reduction_iteration(std::uint32_t pc, const std::vector<Reducing>& reducing,
                                 const std::vector<Selecting>& selecting, const Registers& all, const Abstract& range,
                                 std::int64_t step, ValueId ordinal, ValueId lane) {
  const int index = code().instructions[pc].c;
  const LoopInfo& loop = code().loops[index];
  for (std::uint16_t r : all) frame().registers[r] = Abstract::of(Shape::Conflict);
  Registers kept;
  std::vector<Abstract> shapes;
  for (const Reducing& r : reducing) {
    frame().registers[r.guest_register] = Abstract::scalar(r.kind, scratch_load(r.lanes, lane));
    kept.push_back(r.guest_register);
    shapes.push_back(frame().registers[r.guest_register]);
  }
  const Registers contributing = kept;
  for (const Selecting& s : selecting) {
    frame().registers[s.guest_register] = selected_so_far(s);
    kept.push_back(s.guest_register);
    shapes.push_back(frame().registers[s.guest_register]);
  }
  ValueId value = ordinal;
  if (step != 1) value = build_.emit(Op::Mul, {value, build_.int_constant(step)});
  value = build_.emit(Op::Add, {range.items[0].id, value});
  frame().registers[loop.target] = Abstract::scalar(ScalarKind::Int64, value);
  frame().loops.push_back({index, {}, ir::no_id, ir::no_id, 0, false});
  reducing_.push_back({frames_.size(), frame().loops.size(), conditional_, contributing});
  body_with_continue(loop, kept, shapes);
  const bool sometimes = reducing_.back().sometimes;
  reducing_.pop_back();
  frame().loops.pop_back();
  if (build_.unreachable()) return;
  for (const Reducing& r : reducing) {
    Abstract contributed = frame().registers[r.guest_register];
    if (contributed.is(Shape::Number) && build_.constant_bits(contributed.tag_id) == 1u)
      contributed = Abstract::scalar(ScalarKind::Float64, contributed.id);
    if (!contributed.is(Shape::Scalar)) {
      // An int on some paths, a float on others: the lanes are floats, if that is what all contributions give.
      if (!contributed.is(Shape::Number) || r.kind == ScalarKind::Float64)
        abandon(Abort::TypeUnstable, register_name(r.guest_register));
      contributed.kind = ScalarKind::Float64;
    }
    const bool settles = contributed.kind == r.kind;
    // Whether a lane had a contribution would decide over the kind of the result.
    if (sometimes && (!settles || r.kind != r.live.kind))
      abandon(Abort::NestedReduction,
              register_name(r.guest_register) +
                  "' as another kind than it has before, under a condition (start it with 0.0), '");
    if (!settles) {
      if (knowledge_.reducing_kinds.count({place(pc), r.guest_register}))
        abandon(Abort::TypeUnstable, register_name(r.guest_register));
      knowledge_.reducing_kinds[{place(pc), r.guest_register}] = contributed.kind;
      throw Restart{};
    }
    scratch_store(r.lanes, lane, contributed.id);
  }
  for (const Selecting& s : selecting) {
    const Abstract& chosen = frame().registers[s.guest_register];
    if (!chosen.is(Shape::Scalar) || chosen.kind != s.kind)
      abandon(Abort::NestedReduction, register_name(s.guest_register) + "' as another kind than it has before, '");
    scratch_store(s.slot, build_.int_constant(0), chosen.id);
  }
}

// Into lane 0. Lanes that were never used take part: they hold the identity. The last few lanes are folded in scalars.
void Walker::fold_lanes(const std::vector<Reducing>& reducing, std::int64_t lanes) {
  constexpr std::int64_t in_scalars = 8;
  std::int64_t width = lanes / 2;
  for (; width >= in_scalars; width /= 2) {
    auto each = build_.begin_for(build_.int_constant(0), build_.int_constant(width), 1);
    const ValueId other = build_.emit(Op::Add, {each.index, build_.int_constant(width)});
    for (const Reducing& r : reducing)
      scratch_store(r.lanes, each.index,
                    combined(r, scratch_load(r.lanes, each.index), scratch_load(r.lanes, other)));
    build_.end_for();
  }
  for (const Reducing& r : reducing) {
    std::vector<ValueId> left;
    for (std::int64_t l = 0; l < 2 * width; ++l) left.push_back(scratch_load(r.lanes, build_.int_constant(l)));
    for (; left.size() > 1; left.resize(left.size() / 2))
      for (std::size_t l = 0; l < left.size() / 2; ++l) left[l] = combined(r, left[l], left[l + left.size() / 2]);
    scratch_store(r.lanes, build_.int_constant(0), left[0]);
  }
}

// The total in lane 0, of block `number`, runs through the levels that are full and fills the first that is not.
void Walker::carry_block(const std::vector<Reducing>& reducing, ValueId number) {
  const ValueId zero = build_.int_constant(0), one = build_.int_constant(1);
  std::vector<ValueId> start{zero, number};
  std::vector<ir::Type> types{ir::i64};
  for (const Reducing& r : reducing) {
    start.push_back(scratch_load(r.lanes, zero));
    types.push_back(ir::type_of(r.kind));
  }
  build_.begin_block(types);
  const std::vector<ValueId> now = build_.begin_loop(start);
  build_.begin_if(build_.emit(Op::Eq, {build_.emit(Op::And, {now[1], one}), zero}));
  std::vector<ValueId> found{now[0]};
  found.insert(found.end(), now.begin() + 2, now.end());
  build_.br(0, found);
  build_.end_if();
  std::vector<ValueId> then{build_.emit(Op::Add, {now[0], one}), build_.emit(Op::Shr, {now[1], one})};
  for (std::size_t k = 0; k < reducing.size(); ++k)
    then.push_back(build_.emit(combining_op(reducing[k].op, reducing[k].kind),
                               {scratch_load(reducing[k].levels, now[0]), now[k + 2]}));
  build_.yield(then);
  build_.end_loop();
  const std::vector<ValueId> result = build_.end_block();
  for (std::size_t k = 0; k < reducing.size(); ++k) scratch_store(reducing[k].levels, result[0], result[k + 1]);
}

// The levels that `blocks` has filled, the lowest first, each joining on the left.
std::vector<ValueId> Walker::join_levels(const std::vector<Reducing>& reducing, ValueId blocks) {
  const ValueId zero = build_.int_constant(0), one = build_.int_constant(1);
  std::vector<ValueId> start{zero, blocks};
  std::vector<ir::Type> types;
  for (const Reducing& r : reducing) {
    start.push_back(r.identity);
    types.push_back(ir::type_of(r.kind));
  }
  build_.begin_block(types);
  const std::vector<ValueId> now = build_.begin_loop(start);
  const std::vector<ValueId> sums(now.begin() + 2, now.end());
  build_.begin_if(build_.emit(Op::Eq, {now[1], zero}));
  build_.br(0, sums);
  build_.end_if();
  std::vector<ValueId> then{build_.emit(Op::Add, {now[0], one}), build_.emit(Op::Shr, {now[1], one})};
  build_.begin_if(build_.emit(Op::Ne, {build_.emit(Op::And, {now[1], one}), zero}));
  std::vector<ValueId> joined;
  for (std::size_t k = 0; k < reducing.size(); ++k)
    joined.push_back(build_.emit(combining_op(reducing[k].op, reducing[k].kind),
                                 {scratch_load(reducing[k].levels, now[0]), sums[k]}));
  build_.yield(joined);
  build_.begin_else();
  build_.yield(sums);
  const std::vector<ValueId> after = build_.end_if(types);
  then.insert(then.end(), after.begin(), after.end());
  build_.yield(then);
  build_.end_loop();
  return build_.end_block();
}

} // namespace pyvm::tracer
