#include "tracer/ir/evaluate.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "tracer/ir/print.h"
#include "tracer/ir/scalar_meaning.h"
#include "vm/semantics/reduction.h"
#include "vm/support/assert.h"

namespace pyvm::ir {

namespace {

using Lanes = std::array<ScalarBits, max_lanes>;

class Evaluation {
public:
  Evaluation(const Region& region, RegionContext* context, std::int64_t begin, std::int64_t end)
      : region_(region), context_(*context), begin_(begin), end_(end), ordinal_(begin), values_(region.values.size()),
        slot_(region.values.size()) {}

  std::int64_t run() {
    if (body(region_.body) != Leaving::Exit) return ran_to_end;
    const Exit& exit = region_.exits[exit_taken_];
    for (std::size_t k = 0; k < exit.operands.size(); ++k)
      for (int lane = 0; lane < lanes_of(exit.operands[k]); ++lane) put(exit, k, lane);
    context_.exit_ordinal = ordinal_;
    context_.exit_gang = gang_;
    return exit_taken_;
  }

private:
  // How a body came to its end.
  enum class Leaving : std::uint8_t { Yield, Branch, Exit };

  void put(const Exit& exit, std::size_t k, int lane) {
    context_.exit_values[k * max_lanes + static_cast<std::size_t>(lane)] = values_[exit.operands[k]][lane];
  }

  void leave(const Instruction& it) {
    const Exit& exit = region_.exits[it.exit];
    const auto gangs = static_cast<std::size_t>(region_.gangs);
    for (int lane = 0; lane < region_.lanes; ++lane) {
      if (values_[it.operands[0]][lane] == 0) continue;
      for (std::size_t k = it.gang; k < exit.operands.size(); k += gangs) put(exit, k, lane);
      context_.left_exits[it.gang * region_.lanes + lane] = it.exit;
    }
  }

  int lanes_of(ValueId value) const { return region_.type(value).lanes; }
  Base base_of(ValueId value) const { return region_.type(value).base; }
  std::int64_t number(ValueId value, int lane = 0) const { return static_cast<std::int64_t>(values_[value][lane]); }

  // ---- bodies ----------------------------------------------------------------------------------------------------
  Leaving body(const Body& body) {
    for (const InstructionId id : body.instructions) {
      const Instruction& it = region_.at(id);
      if (info(it.op).effect == Effect::Control) {
        switch (it.op) {
        case Op::Yield:
          pass(it);
          return Leaving::Yield;
        case Op::Br:
          pass(it);
          blocks_left_ = it.immediate;
          return Leaving::Branch;
        case Op::Exit:
          exit_taken_ = it.exit;
          return Leaving::Exit;
        default:
          if (const Leaving leaving = owner(it); leaving != Leaving::Yield) return leaving;
        }
      } else if (!step(it)) {
        exit_taken_ = it.exit;
        return Leaving::Exit;
      }
    }
    PYVM_UNREACHABLE("a body has no terminator");
  }

  // The operands of a terminator are read before anything takes them.
  void pass(const Instruction& it) {
    passed_.clear();
    for (const ValueId value : it.operands) passed_.push_back(values_[value]);
  }
  void take(const std::vector<ValueId>& values, std::size_t from = 0) {
    for (std::size_t i = from; i < values.size(); ++i) values_[values[i]] = passed_[i - from];
  }

  // Yield: go on behind the owner.
  Leaving owner(const Instruction& it) {
    switch (it.op) {
    case Op::If: {
      const Leaving leaving = body(it.bodies[values_[it.operands[0]][0] != 0 ? 0 : 1]);
      if (leaving == Leaving::Yield) take(it.results);
      return leaving;
    }
    case Op::Block: {
      const Leaving leaving = body(it.bodies[0]);
      if (leaving == Leaving::Exit || (leaving == Leaving::Branch && blocks_left_-- > 0)) return leaving;
      take(it.results);
      return Leaving::Yield;
    }
    case Op::For:
      return for_loop(it);
    default:
      return endless_loop(it);
    }
  }

  Leaving for_loop(const Instruction& it) {
    const Body& nested = it.bodies[0];
    const std::int64_t hi = number(it.operands[1]);
    const std::int64_t step = it.immediate;
    const bool has_ordinals = loops_ == 0;
    pass(it);
    passed_.erase(passed_.begin(), passed_.begin() + 2);
    ++loops_;
    Leaving leaving = Leaving::Yield;
    for (std::int64_t index = number(it.operands[0]); index < hi && leaving == Leaving::Yield;) {
      values_[nested.parameters[0]][0] = static_cast<ScalarBits>(index);
      take(nested.parameters, 1);
      if (has_ordinals) ordinal_ = index, gang_ = step;
      leaving = body(nested);
      if (static_cast<std::uint64_t>(hi) - static_cast<std::uint64_t>(index) <= static_cast<std::uint64_t>(step)) break;
      index += step;
    }
    --loops_;
    if (leaving == Leaving::Exit) return leaving;
    if (has_ordinals) ordinal_ = begin_, gang_ = 1;
    if (leaving == Leaving::Yield) take(it.results);
    return leaving;
  }

  Leaving endless_loop(const Instruction& it) {
    pass(it);
    ++loops_;
    Leaving leaving = Leaving::Yield;
    while (leaving == Leaving::Yield) {
      take(it.bodies[0].parameters);
      leaving = body(it.bodies[0]);
    }
    --loops_;
    return leaving;
  }

  // ---- instructions ----------------------------------------------------------------------------------------------
  // False: leave through the instruction's exit.
  bool step(const Instruction& it) {
    if (computes_by_lane(it.op)) {
      compute_lanes(it);
      return true;
    }
    switch (it.op) {
    case Op::Index:
      return index(it);
    case Op::Guard:
      for (int lane = 0; lane < lanes_of(it.operands[0]); ++lane)
        if (values_[it.operands[0]][lane] == 0) return false;
      return true;
    case Op::Leave:
      leave(it);
      return true;
    case Op::Load:
    case Op::Store:
      access(it);
      return true;
    case Op::LaneGet:
      for (int lane = 0; lane < lanes_of(it.results[0]); ++lane)
        values_[it.results[0]][lane] = record(it, lanes_of(it.results[0]), lane);
      return true;
    case Op::LaneSet:
      for (int lane = 0; lane < lanes_of(it.operands[0]); ++lane)
        record(it, lanes_of(it.operands[0]), lane) = values_[it.operands[0]][lane];
      return true;
    case Op::Draw:
      values_[it.results[0]][0] =
          context_.draw(context_.draw_state, static_cast<DrawKind>(it.immediate), values_[it.operands[0]][0]);
      return true;
    case Op::Touch:
      context_.touched[it.immediate] = 1;
      return true;
    default:
      entry_value(it);
      return true;
    }
  }

  void entry_value(const Instruction& it) {
    const ValueId result = it.results[0];
    if (it.op == Op::ArrayRef) {
      slot_[result] = static_cast<std::size_t>(it.immediate);
      return;
    }
    for (int lane = 0; lane < lanes_of(result); ++lane) values_[result][lane] = entry_bits(it, lane);
  }

  ScalarBits entry_bits(const Instruction& it, int lane) const {
    switch (it.op) {
    case Op::Const:
      return static_cast<ScalarBits>(it.immediate);
    case Op::Param:
      return context_.scalars[it.immediate];
    case Op::Begin:
      return static_cast<ScalarBits>(begin_);
    case Op::End:
      return static_cast<ScalarBits>(end_);
    case Op::Dim:
      return static_cast<ScalarBits>(context_.arrays[slot_[it.operands[0]]].shape[it.immediate]);
    case Op::Iota:
      return static_cast<ScalarBits>(it.immediate) * static_cast<ScalarBits>(lane);
    case Op::Splat:
      return values_[it.operands[0]][0];
    case Op::Extract:
      return values_[it.operands[0]][static_cast<std::size_t>(it.immediate)];
    case Op::Any: {
      const auto& mask = values_[it.operands[0]];
      return std::any_of(mask.begin(), mask.begin() + lanes_of(it.operands[0]),
                         [](ScalarBits bit) { return bit != 0; });
    }
    default:
      PYVM_UNREACHABLE("an op that the evaluator does not know");
    }
  }

  void compute_lanes(const Instruction& it) {
    const ValueId result = it.results[0];
    const Base operand = base_of(it.operands[it.op == Op::Select ? 1 : 0]);
    std::array<ScalarBits, 3> arguments{};
    for (int lane = 0; lane < lanes_of(result); ++lane) {
      for (std::size_t i = 0; i < it.operands.size(); ++i) arguments[i] = values_[it.operands[i]][lane];
      values_[result][lane] = compute(it, operand, base_of(result), {arguments.data(), it.operands.size()});
    }
  }

  bool index(const Instruction& it) {
    const std::int64_t length = number(it.operands[1]);
    for (int lane = 0; lane < lanes_of(it.results[0]); ++lane) {
      std::int64_t at = number(it.operands[0], lane);
      if (at < 0) at = static_cast<std::int64_t>(static_cast<ScalarBits>(at) + static_cast<ScalarBits>(length));
      if (at < 0 || at >= length) return false;
      values_[it.results[0]][lane] = static_cast<ScalarBits>(at);
    }
    return true;
  }

  void access(const Instruction& it) {
    const bool stores = it.op == Op::Store;
    const ValueId moved = stores ? it.operands.back() : it.results[0];
    for (int lane = 0; lane < lanes_of(moved); ++lane) {
      if (it.masked && values_[mask_of(it)][lane] == 0) {
        if (!stores) values_[moved][lane] = 0;
        continue;
      }
      std::byte* const place = address(it, subscript_count(it), lane);
      if (stores)
        store_scalar(it.element, place, values_[moved][lane]);
      else
        values_[moved][lane] = load_scalar(it.element, place);
    }
  }

  std::byte* address(const Instruction& it, std::size_t subscripts, int lane) const {
    const std::size_t slot = slot_[it.operands[0]];
    const ArrayDescriptor& array = context_.arrays[slot];
    std::byte* place = array.data;
    for (std::size_t i = 0; i < subscripts; ++i) {
      const ValueId subscript = it.operands[i + 1];
      std::int64_t at = number(subscript, lanes_of(subscript) > 1 ? lane : 0);
      if (it.lane_stride == LaneStride::Strided && it.lane_dimension == i) at += lane * it.lane_step;
      PYVM_ASSERT(at >= 0 && at < array.shape[i],
                  fmt::format("subscript {} is {} of {}\n{}", i, at, array.shape[i], print(region_)));
      place += at * array.strides[i];
    }
    if (it.lane_stride == LaneStride::Contiguous) place += lane * static_cast<std::int64_t>(size_of(it.element));
    return place;
  }

  ScalarBits& record(const Instruction& it, int lanes, int lane) {
    const std::int64_t first = (ordinal_ - context_.block_start) % region_.reduction_lanes + it.gang * lanes;
    PYVM_ASSERT(first >= 0 && first + lanes <= region_.reduction_lanes, "a vector crosses the end of the lane record");
    return context_.lane_record[it.immediate * region_.reduction_lanes + first + lane];
  }

  const Region& region_;
  RegionContext& context_;
  const std::int64_t begin_, end_;
  std::int64_t ordinal_; // of the ordinal loop (ir.h)
  std::int64_t gang_ = 1;
  int loops_ = 0; // that are open
  std::vector<Lanes> values_;
  std::vector<std::size_t> slot_; // by value of type array
  std::vector<Lanes> passed_;     // by the last yield or br
  std::int64_t blocks_left_ = 0;  // by the last br
  ExitId exit_taken_ = no_id;
};

void close_block(const Region& region, RegionContext& context) {
  const auto lanes = static_cast<std::size_t>(region.reduction_lanes);
  for (std::size_t a = 0; a < region.accumulators.size(); ++a) {
    const std::span<std::uint64_t> record(context.lane_record + a * lanes, lanes);
    const ScalarBits total = fold_lanes(region.accumulators[a].op, region.accumulators[a].kind, record);
    *context.blocks->next++ = {total, context.touched[a]};
    context.touched[a] = 0;
    std::ranges::fill(record, context.blocks->empty[a]);
  }
}

} // namespace

std::int64_t evaluate(const Region& region, RegionContext* context, std::int64_t begin, std::int64_t end) {
  if (!context->blocks) return Evaluation(region, context, begin, end).run();
  while (begin < end) {
    context->block_start = begin;
    const std::int64_t block_end =
        end - begin > context->blocks->block_size ? begin + context->blocks->block_size : end;
    const std::int64_t outcome = Evaluation(region, context, begin, block_end).run();
    if (outcome != ran_to_end) return outcome;
    close_block(region, *context);
    begin = block_end;
  }
  return ran_to_end;
}

} // namespace pyvm::ir
