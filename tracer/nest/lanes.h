// One loop of a scalar region seen as lanes: which values differ from lane to lane, how accesses move, and whether the
// loop can be widened at all.
//
// A value varies if it is computed from the loop's index, from a load whose subscripts vary, or (in the ordinal loop)
// from the lane record. The first plan wants control flow that does not vary: inner loops have the same bounds in every
// lane, conditions of `if` are the same. An `if` whose condition varies is allowed when both its sides are a few
// computations and loads, which then run in every lane, with a select behind them; its loads are safe to run because
// nothing in the sides is left that checks them: their subscripts were checked at entry for all iterations.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tracer/nest/affine.h"
#include "tracer/nest/plan_reasons.h"

namespace pyvm::tracer::nest {

// What keeps a loop out of lanes.
struct Refusal {
  Reason reason = Reason::None;
  std::string detail{};
  int line = 0;
};

// How an access moves from lane to lane.
enum class Moves : std::uint8_t {
  Still,      // one element for all lanes: a broadcast
  Contiguous, // the next element
  Strided,    // `step` elements of dimension `dimension`
  Scattered,  // anywhere: gather or scatter
};
std::string_view name_of(Moves moves);

struct LaneAccess {
  Moves moves = Moves::Still;
  std::uint8_t dimension = 0;
  std::int64_t step = 0;
};

// Which ways out of an iteration lanes may take.
enum class LaneExits : std::uint8_t {
  Gang,    // the ordinal loop of a prange: iterations leave together
  AtStart, // the ordinal loop of a plain range: only before anything has happened
  None,    // inner loops
};

class LaneView {
public:
  using HasUnitStride = std::function<bool(std::uint16_t slot, std::uint8_t dimension)>;

  // `nest` and its region must outlive the view. `loop` is a `for`.
  LaneView(const Nest& nest, ir::InstructionId loop, LaneExits exits, HasUnitStride has_unit_stride);

  const ir::Region& region() const { return region_; }
  ir::InstructionId loop() const { return loop_; }
  const std::optional<Refusal>& refusal() const { return refusal_; }

  bool varies(ir::ValueId value) const { return varies_[value]; }
  const ir::Instruction* definition(ir::ValueId value) const { return nest_.definition(value); }
  // An `if` that becomes selects.
  bool is_converted(const ir::Instruction& branch) const;
  LaneAccess access(const ir::Instruction& it) const;
  // c, when the value is c * index + something that does not vary, modulo 2^64, and made by plain ring operations.
  std::optional<std::int64_t> coefficient(ir::ValueId value) const;
  // Values that vary and are needed in a vector register; the others are only addresses or not needed.
  std::vector<bool> vector_values() const;

private:
  void spread(const ir::Body& body, const ir::Instruction* owner);
  void mark(ir::ValueId value);
  bool any_varies(const std::vector<ir::ValueId>& values, std::size_t first = 0) const;
  bool computes(const ir::Instruction& it) const;
  void look(const ir::Body& body);
  void refuse(Reason reason, int line, std::string detail = {});
  bool may_exit(const ir::Instruction& it) const;
  int converted_size(const ir::Body& body) const;
  void note_vectors(const ir::Instruction& it, std::vector<bool>& needed, bool& changed) const;
  std::string array_name(const ir::Instruction& access) const;
  bool is_scratch(const ir::Instruction& access) const;

  const Nest& nest_;
  const ir::Region& region_;
  const ir::InstructionId loop_;
  const LaneExits exits_;
  const HasUnitStride has_unit_stride_;
  std::vector<bool> varies_; // by value
  bool changed_ = false;
  bool stored_ = false; // a store stands before what is looked at
  std::vector<const ir::Instruction*> blocks_;
  std::optional<Refusal> refusal_;
};

} // namespace pyvm::tracer::nest
