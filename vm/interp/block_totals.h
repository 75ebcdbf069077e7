// The totals of a prange's blocks (DESIGN section 6), in bounded memory however many blocks there are.
//
// Blocks combine level by level: (0,1), (2,3), ..., an odd last one moves up. A subtree of 2^k blocks is a *group*: one
// thread runs all of it, in ascending order, and leaves one value. k is the smallest that gives a loop at most
// `most_groups` groups, so usual loops have groups of one block.
//
// Lanes and totals are guest values. One that never had a contribution is the identity in the live-in's own kind, and
// leaves what it meets unchanged.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "vm/interp/array_accumulators.h"
#include "vm/object/value.h"
#include "vm/semantics/reduction.h"
#include "vm/semantics/selection.h"

namespace pyvm {

struct PrangeReduction {
  ReductionOp op;
  std::uint16_t guest_register;
  Value live_in;
  Value identity;                                    // what a lane starts as
  std::vector<Value> totals;                         // of each group of blocks, written by the thread that runs it
  std::unique_ptr<ArrayAccumulator> array = nullptr; // in place of identity and totals, where it is one
  bool is_selected() const { return op == ReductionOp::Selected; }
};

// Reductions that are replaced together (vm/semantics/selection.h). A lane, a block or a group that has chosen nothing
// has no place: Unbound.
struct PrangeSelection {
  CompareOp rule;
  std::size_t key, place;           // numbers of reductions
  std::vector<std::size_t> members; // of all reductions it sets, those two included
  PlaceOrder order;
  std::int64_t no_place; // what compiled code has for Unbound: one step before the loop's first value
};

constexpr std::int64_t most_groups = 4096;

// How many blocks make a group: a power of two.
std::int64_t blocks_in_group(std::int64_t blocks);

// s op x on guest values with njit's table, as folding lanes and joining blocks need it.
Value combine_values(ReductionOp op, const Value& a, const Value& b);

bool is_identity(const PrangeReduction& r, const Value& value);

// The total of a block's lanes, which are overwritten: by halving, lanes without a contribution left out.
Value fold_values(const PrangeReduction& r, std::span<Value> lanes);

// Whether b's values replace a's: b has chosen something, and the plain loop, with the choices of both, would end up
// with b's. Raises TypeError where the keys are no numbers.
struct Choice {
  const Value& key;
  const Value& place;
};
bool replaces(const PrangeSelection& selection, const Choice& a, const Choice& b);

// Which lane of a block holds its choice: `lanes` are those of all reductions, [reduction * width + lane].
std::size_t chosen_lane(const PrangeSelection& selection, std::span<const Value> lanes, std::size_t width);

// The group that holds the choice of all; none: no iteration has chosen.
std::optional<std::size_t> chosen_group(const PrangeSelection& selection, std::span<const PrangeReduction> reductions);

// The total of all groups, whose totals are used up.
Value total_of_groups(PrangeReduction& r);

// What a thread that runs whole groups in ascending order has of the one it is in.
class GroupFold {
public:
  // Of a loop with that many blocks.
  GroupFold(std::span<PrangeReduction> reductions, std::int64_t blocks, std::int64_t blocks_in_group)
      : reductions_(reductions), last_block_(blocks - 1), size_(blocks_in_group) {
    if (size_ > 1) pending_.resize(reductions.size());
  }

  // The next block of this thread is number `block`; its total in one of the reductions.
  void add(std::size_t reduction, std::int64_t block, Value total) {
    PrangeReduction& r = reductions_[reduction];
    if (size_ == 1)
      r.totals[static_cast<std::size_t>(block)] = total;
    else
      carry(r, pending_[reduction], block, total);
  }

  // The same of all that a selection sets: value_of(r) is the block's for reduction r. A later block's choice replaces
  // an earlier one's as in the plain loop, without a tree: nothing is rounded.
  template <class ValueOf> void add_choice(const PrangeSelection& selection, std::int64_t block, ValueOf value_of) {
    const auto group = static_cast<std::size_t>(block / size_);
    const Value key = value_of(selection.key), place = value_of(selection.place);
    if (block % size_ != 0 &&
        !replaces(selection, {reductions_[selection.key].totals[group], reductions_[selection.place].totals[group]},
                  {key, place}))
      return;
    for (const std::size_t r : selection.members) reductions_[r].totals[group] = value_of(r);
  }

private:
  void carry(PrangeReduction& r, std::vector<Value>& pending, std::int64_t block, Value total);

  std::span<PrangeReduction> reductions_;
  std::int64_t last_block_, size_;
  std::vector<std::vector<Value>> pending_; // [reduction]: complete subtrees of the group, the largest first
};

} // namespace pyvm
