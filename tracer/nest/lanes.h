// One loop of a scalar region seen as lanes: which values differ from lane to lane, how accesses move, and whether the
// loop can be widened at all.
//
// A value varies if it is computed from the loop's index, from a load whose subscripts vary, or (in the ordinal loop)
// from the lane record; or if lanes come to it at different times. Control flow varies with it: an `if` whose condition
// differs from lane to lane, a `br` that only some lanes take, a `for` whose bounds differ. What does not vary stays as
// it is, for all lanes together. widen.h says what becomes of the rest.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
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

// What becomes of lanes that cannot go on.
enum class LaneExits : std::uint8_t {
  Leave,   // in the ordinal loop of a prange: iterations leave, together or one by one
  Restart, // in others: nobody may leave once the step has stored something; before, the scalar rest does it again
};

// What a body may do to the lanes that run it: some may have gone on behind a block around it, or left the iteration.
struct Ways {
  std::set<const ir::Instruction*> blocks;
  bool leaves = false;
  bool any() const { return leaves || !blocks.empty(); }
  void add(const Ways& other) {
    blocks.insert(other.blocks.begin(), other.blocks.end());
    leaves |= other.leaves;
  }
};

// A value that the loop in lanes carries, where each iteration does no more to it than `next = carried op own`, and
// nothing else reads it on the way. Operations whose order does not show (on integers, and the extremes) are done in
// each lane by itself and joined behind the loop; the others take the lanes' own values one after the other.
struct Fold {
  const ir::Instruction* update = nullptr; // carried op own
  ir::ValueId own = ir::no_id;
  bool in_order = false;
  // The extremes of floats, which are zeros of some sign when the result is zero: then the order shows.
  bool shows_zeros = false;
};

// Whether `carried op own` can be a fold; of floats in the lanes' order, of integers in any.
bool folds_with(ir::Op op, ir::Type type);
// Whether `own op carried` is the same.
bool folds_on_either_side(ir::Op op, ir::Type type);
// What an own value is that changes nothing: the bits of one lane.
ScalarBits fold_identity(ir::Op op, ir::Type type);

class LaneView {
public:
  using HasUnitStride = std::function<bool(std::uint16_t slot, std::uint8_t dimension)>;

  // `nest` and its region must outlive the view. `loop` is a `for`.
  LaneView(const Nest& nest, ir::InstructionId loop, LaneExits exits, HasUnitStride has_unit_stride);

  const ir::Region& region() const { return region_; }
  ir::InstructionId loop() const { return loop_; }
  const std::optional<Refusal>& refusal() const { return refusal_; }

  bool varies(ir::ValueId value) const { return varies_[value]; }
  // What the loop carries, in the order of its operands.
  const std::vector<Fold>& folds() const { return folds_; }
  std::string carried_text() const; // how many values that is
  // The fold whose update it is; null for others.
  const Fold* fold_of(const ir::Instruction& it) const;
  const ir::Instruction* definition(ir::ValueId value) const { return nest_.definition(value); }
  // A check or exit that gives up the step at work, for the scalar code to do it again.
  bool restarts(const ir::Instruction& it) const;
  // There are such.
  bool may_restart() const { return may_restart_; }

  // A `br` that some lanes take while others go on; they wait at the end of its block.
  bool diverges(const ir::Instruction& branch) const { return divergent_.count(&branch) != 0; }
  bool waits(const ir::Instruction& block) const { return waiting_.count(&block) != 0; }
  // A `for` that lanes end at different times.
  bool has_varying_trips(const ir::Instruction& loop) const;
  // A loop that some lanes leave by a `br` while others go on.
  bool is_left_by_some(const ir::Instruction& loop) const;
  // An `if` that varies and whose sides are so short, and so harmless, that all lanes may run both.
  bool is_flat(const ir::Instruction& branch) const;
  // A block so short and harmless that it is run to its end whether or not a lane is left in it.
  bool is_flat_block(const ir::Instruction& block) const;
  // A load that may run in every lane: its subscripts were checked at entry for all iterations.
  bool is_safe(const ir::Instruction& load) const;
  const ir::Instruction* block_of(const ir::Instruction& branch) const { return block_of_.at(&branch); }
  // `masked`: not all lanes run the body.
  Ways ways(const ir::Body& body, bool masked) const;
  // Of all bodies of an instruction, for what is around it.
  Ways ways_of(const ir::Instruction& it, bool masked) const;
  // Lanes of one gang may do different things.
  bool has_masks() const { return has_masks_; }
  // The carried value of `loop` that every branch out of it to `block` gives as result i; no_id if there is none.
  ir::ValueId carried_result(const ir::Instruction& loop, const ir::Instruction& block, std::size_t i) const;
  // Some code reads the value.
  bool is_read(ir::ValueId value) const { return read_[value]; }
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
  bool stores(const ir::Body& body) const;
  int flat_size(const ir::Body& body) const;
  bool is_even(ir::ValueId value) const;
  bool branch_diverges(const ir::Instruction* block) const;
  bool has_constant_divisor(const ir::Instruction& it) const;
  bool is_plain(const ir::Instruction& branch) const;
  bool find_fold(const ir::Instruction& loop, std::size_t carried);
  int reads_in(const ir::Body& body, ir::ValueId value) const;
  void survey(const ir::Body& body, const ir::Instruction* owner);
  void note_vectors(const ir::Instruction& it, std::vector<bool>& needed, bool& changed) const;
  std::string array_name(const ir::Instruction& access) const;
  const ir::ArraySlot& array(const ir::Instruction& access) const;

  const Nest& nest_;
  const ir::Region& region_;
  const ir::InstructionId loop_;
  const LaneExits exits_;
  const bool is_ordinal_;
  const HasUnitStride has_unit_stride_;
  std::vector<bool> varies_; // by value
  bool changed_ = false;
  bool stored_ = false; // a store stands before what is looked at
  bool has_masks_ = false, may_restart_ = false;
  std::vector<const ir::Instruction*> path_; // owners of the open bodies
  std::set<const ir::Instruction*> divergent_, waiting_;
  std::map<const ir::Instruction*, const ir::Instruction*> block_of_; // by br; null: outside of the loop
  std::map<const ir::Instruction*, const ir::Instruction*> owner_of_; // of accesses and of what owns bodies
  std::map<ir::ValueId, const ir::Instruction*> index_of_;            // whose index it is, of the loops inside
  std::vector<bool> read_, inside_;                                   // by value
  std::vector<Fold> folds_;
  std::optional<Refusal> refusal_;
};

} // namespace pyvm::tracer::nest
