// Runs a grain of a case on memory of its own and prints what came of it.
#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "tests/ir/ir_case.h"
#include "tracer/ir/evaluate.h"
#include "tracer/ir/print.h"
#include "vm/semantics/reduction.h"

namespace pyvm::ir_test {

using namespace ir;

namespace {

std::string text_of_value(Base base, ScalarBits bits) {
  const bool nan = (base == Base::F64 && from_bits<double>(bits) != from_bits<double>(bits)) ||
                   (base == Base::F32 && from_bits<float>(bits) != from_bits<float>(bits));
  return nan ? "nan" : constant_text(base, bits);
}

class Memory {
public:
  Memory(const Region& region, const Evaluation& evaluation) : region_(region), descriptors_(region.arrays.size()) {
    for (const ArrayInput& input : evaluation.arrays) place(input);
  }

  const ArrayDescriptor* descriptors() const { return descriptors_.data(); }

  std::string text() const {
    std::string result;
    for (std::size_t slot = 0; slot < descriptors_.size(); ++slot) {
      if (!region_.arrays[slot].writable) continue;
      result += fmt::format("array {}:", slot);
      const ScalarKind kind = region_.arrays[slot].dtype;
      for_each_element(slot, [&](std::byte* element) {
        result += " " + text_of_value(ir::type_of(kind).base, load_scalar(kind, element));
      });
      result += "\n";
    }
    return result;
  }

private:
  void place(const ArrayInput& input) {
    ArrayDescriptor& array = descriptors_[input.slot];
    std::copy(input.shape.begin(), input.shape.end(), array.shape);
    std::copy(input.strides.begin(), input.strides.end(), array.strides);
    if (input.shares >= 0) {
      array.data = descriptors_.at(static_cast<std::size_t>(input.shares)).data + input.offset;
      return;
    }
    std::int64_t lowest = 0, highest = 0;
    for (std::size_t i = 0; i < input.shape.size(); ++i) {
      const std::int64_t reach = std::max<std::int64_t>(input.shape[i] - 1, 0) * input.strides[i];
      (reach < 0 ? lowest : highest) += reach;
    }
    const ScalarKind kind = region_.arrays[input.slot].dtype;
    buffers_.push_back(std::make_unique<std::byte[]>(static_cast<std::size_t>(highest - lowest) + size_of(kind)));
    array.data = buffers_.back().get() - lowest;
    auto next = input.data.begin();
    for_each_element(input.slot, [&](std::byte* element) { store_scalar(kind, element, *next++); });
  }

  template <typename Visit> void for_each_element(std::size_t slot, const Visit& visit) const {
    const ArrayDescriptor& array = descriptors_[slot];
    const int dimensions = region_.arrays[slot].ndim;
    std::int64_t elements = 1;
    for (int i = 0; i < dimensions; ++i) elements *= array.shape[i];
    for (std::int64_t k = 0; k < elements && array.data != nullptr; ++k) {
      std::byte* place = array.data;
      std::int64_t rest = k;
      for (int i = dimensions; i-- > 0; rest /= array.shape[i]) place += rest % array.shape[i] * array.strides[i];
      visit(place);
    }
  }

  const Region& region_;
  std::vector<ArrayDescriptor> descriptors_;
  std::vector<std::unique_ptr<std::byte[]>> buffers_;
};

std::string exit_text(const Region& region, const RegionContext& context, std::int64_t taken) {
  const Exit& exit = region.exits.at(static_cast<std::size_t>(taken));
  if (exit.lanes_left) {
    std::string text = fmt::format("lanes left ordinal {} gang {}\n", context.exit_ordinal, context.exit_gang);
    for (std::int64_t k = 0; k < context.exit_gang; ++k) {
      if (context.left_exits[k] == ran_to_end) continue;
      const Exit& own = region.exits.at(static_cast<std::size_t>(context.left_exits[k]));
      text += fmt::format("lane {}: \"{}\" pc {} values", k, own.reason, own.frames.at(0).pc);
      for (std::size_t v = static_cast<std::size_t>(k / region.lanes); v < own.operands.size();
           v += static_cast<std::size_t>(region.gangs))
        text += " " + text_of_value(region.type(own.operands[v]).base,
                                    context.exit_values[v * max_lanes + static_cast<std::size_t>(k % region.lanes)]);
      text += "\n";
    }
    return text;
  }
  std::string text = fmt::format("exit \"{}\" pc {} ordinal {} gang {}\n", exit.reason, exit.frames.at(0).pc,
                                 context.exit_ordinal, context.exit_gang);
  for (std::size_t k = 0; k < exit.operands.size(); ++k) {
    const Type type = region.type(exit.operands[k]);
    text += fmt::format("value {}:", k);
    for (int lane = 0; lane < type.lanes; ++lane)
      text += " " + text_of_value(type.base, context.exit_values[k * max_lanes + static_cast<std::size_t>(lane)]);
    text += "\n";
  }
  return text;
}

} // namespace

std::string outcome(const Region& region, const Evaluation& evaluation, const Execute& execute) {
  const Memory memory(region, evaluation);
  const auto lanes = static_cast<std::size_t>(region.reduction_lanes);
  std::vector<std::uint64_t> record;
  for (const Accumulator& each : region.accumulators)
    record.insert(record.end(), lanes, identity_bits(each.op, each.kind, 0));
  std::vector<std::uint8_t> touched(region.accumulators.size() + 1);
  std::size_t operands = 1;
  for (const Exit& exit : region.exits) operands = std::max(operands, exit.operands.size());
  std::vector<std::uint64_t> exit_values(operands * max_lanes);
  std::vector<std::int64_t> left_exits(max_step, ran_to_end);
  const volatile std::int32_t stop = 0;

  RegionContext context{.scalars = evaluation.scalars.data(),
                        .arrays = memory.descriptors(),
                        .lane_record = record.data(),
                        .touched = touched.data(),
                        .exit_values = exit_values.data(),
                        .stop = &stop,
                        .block_start = evaluation.block_start,
                        .exit_ordinal = 0,
                        .exit_gang = 0,
                        .left_exits = left_exits.data()};
  const std::int64_t left = execute(&context, evaluation.begin, evaluation.end);
  std::string text = left == ran_to_end ? "end\n" : exit_text(region, context, left);
  text += memory.text();
  for (std::size_t a = 0; a < region.accumulators.size(); ++a) {
    text += fmt::format("lanes {}:", a);
    for (std::size_t lane = 0; lane < lanes; ++lane)
      text += " " + text_of_value(ir::type_of(region.accumulators[a].kind).base, record[a * lanes + lane]);
    text += fmt::format("\ntouched {}: {}\n", a, touched[a]);
  }
  return text;
}

std::string evaluated_outcome(const Region& region, const Evaluation& evaluation) {
  return outcome(region, evaluation, [&](RegionContext* context, std::int64_t begin, std::int64_t end) {
    return evaluate(region, context, begin, end);
  });
}

} // namespace pyvm::ir_test
