#include "tracer/nest/coherent.h"

#include <algorithm>

#include "tracer/nest/prices.h"

namespace pyvm::tracer::nest {

using ir::Op;

namespace {

// Of a side, in cycles a vector: what masks must cost at least, and which part of all that it costs.
constexpr double least_saved = 2, least_part = 0.125;
constexpr double trips_of_inner_loops = 8;
constexpr std::size_t wide = 4; // bytes of an element that has a masked form everywhere

class Search {
public:
  Search(const LaneView& view, const CoherentRequest& request)
      : view_(view), region_(view.region()), request_(request), room_(request.most_copied) {}

  std::set<const ir::Instruction*> run() {
    look(region_.at(view_.loop()).bodies[0]);
    return std::move(found_);
  }

private:
  // A body that all lanes run, up to where some may be gone.
  void look(const ir::Body& body) {
    for (const ir::InstructionId id : body.instructions) {
      const ir::Instruction& it = region_.at(id);
      if (it.bodies.empty()) continue;
      const bool varies = it.op == Op::If && view_.varies(it.operands[0]);
      const bool takes_away = view_.ways_of(it, varies).any();
      if (varies)
        take(it);
      else if (!takes_away && !view_.has_varying_trips(it))
        for (const ir::Body& nested : it.bodies) look(nested);
      if (takes_away) return;
    }
  }

  void take(const ir::Instruction& branch) {
    if (view_.is_flat(branch)) return;
    const int size = size_of(branch.bodies[0]) + size_of(branch.bodies[1]);
    const bool worth_it = request_.at_any_price || is_worth_it(branch.bodies[0]) || is_worth_it(branch.bodies[1]);
    if (!worth_it || size > room_) return;
    room_ -= size;
    found_.insert(&branch);
    for (const ir::Body& side : branch.bodies) look(side);
  }

  bool is_worth_it(const ir::Body& side) const {
    const Cost cost = cost_of(side);
    return cost.saved >= least_saved && cost.saved >= least_part * cost.all;
  }

  struct Cost {
    double all = 0, saved = 0;
  };

  Cost cost_of(const ir::Body& body) const {
    Cost sum;
    for (const ir::InstructionId id : body.instructions) {
      const ir::Instruction& it = region_.at(id);
      const double mask = price_of_mask(it);
      sum.all += price(it) + mask;
      sum.saved += mask;
      const double times = it.op == Op::For || it.op == Op::Loop ? trips_of_inner_loops : 1;
      for (const ir::Body& nested : it.bodies) {
        const Cost inside = cost_of(nested);
        sum.all += times * inside.all;
        sum.saved += times * inside.saved;
      }
    }
    return sum;
  }

  double price_of_mask(const ir::Instruction& it) const {
    const ir::MaskCosts& masks = request_.masks;
    const bool load = it.op == Op::Load;
    if (!load && it.op != Op::Store) return 0;
    const bool narrow = size_of(it.element) < wide;
    const Moves moves = view_.access(it).moves;
    if (!load) return moves == Moves::Contiguous && !narrow ? masks.store : 0;
    if (view_.is_safe(it)) return 0;
    switch (moves) {
    case Moves::Contiguous:
      return narrow ? masks.narrow_load : 0;
    case Moves::Strided:
      return masks.strided_load;
    case Moves::Scattered:
      return narrow ? masks.strided_load : masks.gather;
    default:
      return 0;
    }
  }

  int size_of(const ir::Body& body) const {
    int size = 0;
    for (const ir::InstructionId id : body.instructions) {
      size += price(region_.at(id)) > 0 ? 1 : 0;
      for (const ir::Body& nested : region_.at(id).bodies) size += size_of(nested);
    }
    return size;
  }
  static std::size_t size_of(ScalarKind element) { return pyvm::size_of(element); }

  const LaneView& view_;
  const ir::Region& region_;
  const CoherentRequest& request_;
  int room_;
  std::set<const ir::Instruction*> found_;
};

} // namespace

std::set<const ir::Instruction*> coherent_branches(const LaneView& view, const CoherentRequest& request) {
  return Search(view, request).run();
}

} // namespace pyvm::tracer::nest
