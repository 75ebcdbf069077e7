// The cost model of the first vector plan.
//
// Each loop of the nest that may run in lanes is priced: cycles of one iteration of the ordinal loop, counted over all
// instructions times the trips of the loops around them, with the trip counts of the moment. Inside the loop in lanes a
// computation costs its share of a vector, a strided or scattered access about what its single elements cost, a value
// that does not vary its share of a whole step, and the iterations that no vector holds what they cost in scalars. The
// cheapest wins, if it is clearly below the scalar code. The prices are rough on purpose: they only have to tell
// contiguous from apart, inside from outside, long from short.
//
// Gangs: as many as cover the latency of the chains that the loop carries (about eight operations under way), or two
// where nothing is carried, as long as their live vectors fit the registers and the trips fill a step. With reductions
// a step divides the reduction lanes; a body that is hardly more than its reduction gets a step of exactly those, so
// that store promotion can keep all of them in registers.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "tracer/ir/walk.h"
#include "tracer/nest/coherent.h"
#include "tracer/nest/plan.h"
#include "tracer/nest/prices.h"

namespace pyvm::tracer::nest {

using ir::Effect;
using ir::Op;
using ir::ValueId;

namespace {

constexpr double unknown_trips = 16;
// An ordinal loop that is seen with fewer than a few vectors of iterations is priced as if it had these, and dearer: it
// may be the only loop for lanes, and the next call may be a long one.
constexpr double assumed_iterations = 256, price_of_assuming = 1.5;
constexpr double least_gain = 1.25;
// Where lanes take part in a sum in order, each of them waits for the one before. Scalar code does too, while it
// computes what the next iterations add: only much of that is worth lanes.
constexpr double least_gain_in_order = 2, price_in_order = 5;
constexpr double price_of_join = 16; // of a fold, behind the loop
// The first-level data cache of all CPUs that this is for: 32 KiB in lines of 64 bytes, eight of them a set.
constexpr std::int64_t cache_line = 64, cache_sets = 64, cache_ways = 8;
constexpr double strided_element = 1.1, scattered_element = 1.6, scattered_store = 2.6; // of one lane
// The same under a mask: strided lanes go one by one, with a branch around each.
constexpr double masked_strided_element = 3, masked_scattered_element = 2, masked_scattered_store = 3;
constexpr double idle_lanes = 1.5;  // a loop that lanes leave one by one runs longer than each of them
constexpr int chains_under_way = 8; // latency 4 at two operations a cycle
constexpr int small_body = 24;      // instructions
constexpr int tiny_reduction = 8;
constexpr int most_widened = 512; // instructions of a step; compiling more takes longer than it gains
constexpr int most_gangs = 4, most_gangs_of_reduction = 8;
constexpr int splats_kept = 3; // registers left to values that do not vary

class Chooser {
public:
  Chooser(const Nest& nest, const DependenceFacts& facts, const PlanRequest& request, Plan& plan)
      : nest_(nest), facts_(facts), request_(request), plan_(plan),
        numbers_(facts.table, request.scalars, request.arrays) {}

  std::vector<ChosenLoop> run() {
    plan_.scalar_cost = cost(nullptr);
    if (is_forced()) return run_forced();
    for (LoopId loop = 0; loop < table().loops.size(); ++loop) {
      const Loop& facts = table().loops[loop];
      LoopNote note{.loop = loop, .line = facts.line, .declared = facts_.table.loops[loop].declared};
      candidates_.push_back(candidate(loop, note));
      gains_.push_back(candidates_.back() ? plan_.scalar_cost - note.cost : 0);
      // Loops without a line are the recorder's own: nobody asks for them.
      if (note.cost != 0 || note.line != 0) plan_.loops.push_back(std::move(note));
    }
    std::vector<LoopId> best;
    const double gain = best_below(none, best);
    const bool worth_it = (plan_.scalar_cost - gain) * least_gain <= plan_.scalar_cost;
    if (!worth_it) best.clear();
    for (LoopNote& note : plan_.loops) {
      if (note.cost == 0 || std::find(best.begin(), best.end(), note.loop) != best.end()) continue;
      note.why_not.reason = worth_it ? Reason::OtherLoopIsBetter : Reason::NotWorthIt;
      if (!worth_it) note.cost = 0;
    }
    std::vector<ChosenLoop> chosen;
    for (const LoopId loop : best) settle(std::move(*candidates_[loop]), loop, chosen);
    return chosen;
  }

private:
  // ---- the stress switch: one legal plan after the other, whatever they cost
  struct Alternative {
    LoopId loop;
    double cost;
    int gangs;
    bool unit_strides;
  };

  bool is_forced() const { return request_.forced_rank > 0; }

  // The loops inside `parent`, none of them inside another, that gain most together, put behind `chosen`.
  double best_below(LoopId parent, std::vector<LoopId>& chosen) const {
    double all = 0;
    for (LoopId loop = 0; loop < table().loops.size(); ++loop) {
      if (table().loops[loop].parent != parent) continue;
      std::vector<LoopId> inside;
      const double of_inner = best_below(loop, inside);
      if (gains_[loop] > 0 && gains_[loop] >= of_inner) inside = {loop};
      all += std::max({gains_[loop], of_inner, 0.0});
      chosen.insert(chosen.end(), inside.begin(), inside.end());
    }
    return all;
  }

  std::vector<ChosenLoop> run_forced() {
    std::vector<Alternative> all;
    for (LoopId loop = 0; loop < table().loops.size(); ++loop) {
      LoopNote note{.loop = loop, .line = table().loops[loop].line, .declared = facts_.table.loops[loop].declared};
      if (const auto view = candidate(loop, note)) {
        for (const bool unit_strides : {true, false})
          for (int gangs = 1; may_have_gangs(*view, loop, gangs); gangs *= 2)
            all.push_back({loop, note.cost, gangs, unit_strides});
        note.why_not.reason = Reason::OtherLoopIsBetter;
      }
      if (note.cost != 0 || note.line != 0) plan_.loops.push_back(std::move(note));
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Alternative& a, const Alternative& b) { return a.cost < b.cost; });
    const std::size_t rank = static_cast<std::size_t>(request_.forced_rank - 1) % (all.size() + 1);
    if (rank == all.size()) return {};
    uses_unit_strides_ = all[rank].unit_strides;
    LoopNote unused;
    auto view = candidate(all[rank].loop, unused);
    for (LoopNote& note : plan_.loops)
      if (note.loop == all[rank].loop) note.why_not = {};
    std::vector<ChosenLoop> chosen;
    settle(std::move(*view), all[rank].loop, chosen, all[rank].gangs);
    return chosen;
  }

  bool may_have_gangs(const LaneView& view, LoopId loop, int gangs) const {
    const bool reduces = table().loops[loop].ordinal && !nest_.region().accumulators.empty();
    if (reduces && gangs * request_.lanes > nest_.region().reduction_lanes) return false;
    return gangs == 1 || (gangs <= most_gangs_of_reduction && gangs * size_of_body(view) <= most_widened);
  }

  const LoopTable& table() const { return nest_.table(); }
  const ir::Instruction& owner(LoopId loop) const { return nest_.region().at(table().loops[loop].instruction); }

  bool assumes_iterations(LoopId loop) const {
    return table().loops[loop].ordinal && request_.iterations < 2 * request_.lanes;
  }

  // A piece of a loop (split.h) has as many as another one that may run in lanes: at other entries it is the longer
  // one.
  double trips(LoopId loop) const {
    double most = trips_of(loop);
    const Loop& facts = table().loops[loop];
    for (LoopId each = 0; each < table().loops.size() && facts.line != 0; ++each)
      if (each != loop && table().loops[each].parent == facts.parent && table().loops[each].line == facts.line &&
          order(each).independent())
        most = std::max(most, trips_of(each));
    return most;
  }

  Order order(LoopId loop) const {
    const std::int64_t all = std::max<std::int64_t>(request_.iterations, 1);
    return order_of(facts_, loop, request_.scalars, request_.arrays, 0, all);
  }

  double trips_of(LoopId loop) const {
    if (assumes_iterations(loop)) return assumed_iterations;
    const std::int64_t all = std::max<std::int64_t>(request_.iterations, 1);
    Span span = numbers_.index_span(loop, 0, all);
    if (const Span reach = numbers_.reach(loop, 0, all); !table().loops[loop].ordinal && reach.known) span = reach;
    if (!span.known) return unknown_trips;
    return span.empty ? 0 : static_cast<double>((span.greatest - span.least) / table().loops[loop].step + 1);
  }

  // Outlives this object, in the view.
  LaneView::HasUnitStride unit_strides() const {
    if (!uses_unit_strides_) return [](std::uint16_t, std::uint8_t) { return false; };
    return [region = &nest_.region(), arrays = request_.arrays](std::uint16_t slot, std::uint8_t dimension) {
      const ir::ArraySlot& array = region->arrays[slot];
      if (array.contiguous && dimension + 1 == array.ndim) return true;
      return arrays[slot].strides[dimension] == static_cast<std::int64_t>(size_of(array.dtype));
    };
  }

  std::optional<LaneView> candidate(LoopId loop, LoopNote& note) {
    const Loop& facts = facts_.table.loops[loop];
    const auto no = [&](Reason reason, std::string detail = {}) {
      note.why_not = {reason, std::move(detail), facts.line};
      return std::nullopt;
    };
    if (request_.lanes < 2) return no(Reason::ScalarCpu);
    if (owner(loop).op != Op::For) return no(Reason::NoForLoop);
    const LaneExits exits = facts.ordinal && request_.is_grain ? LaneExits::Leave : LaneExits::Restart;
    LaneView view(nest_, facts.instruction, exits, unit_strides());
    if (view.refusal()) {
      note.why_not = *view.refusal();
      return std::nullopt;
    }
    if (const Order found = order(loop); !found.independent())
      return no(found.reason, detail_of(found, facts_.slots, request_.register_name));
    const double count = trips(loop);
    if (count < request_.lanes && !is_forced()) return no(Reason::TooFewTrips, fmt::format("{:.0f}", count));
    note.cost = cost(&view) * (assumes_iterations(loop) ? price_of_assuming : 1);
    const double scalar = cost_of_loop(loop), gain = plan_.scalar_cost - note.cost;
    const double least = in_order_folds(view) > 0 ? least_gain_in_order : least_gain;
    if ((scalar - gain) * least > scalar && !is_forced()) {
      note.cost = 0;
      return no(in_order_folds(view) > 0 ? Reason::CarriedValue : Reason::NotWorthIt, view.carried_text());
    }
    return view;
  }

  static int in_order_folds(const LaneView& view) {
    return static_cast<int>(
        std::count_if(view.folds().begin(), view.folds().end(), [](const Fold& fold) { return fold.in_order; }));
  }

  // ---- costs ----------------------------------------------------------------------------------------------
  // Who runs a body: scalar code, all lanes, or some of them.
  enum class Runs : std::uint8_t { Scalar, Lanes, SomeLanes };

  // What the loop takes of the scalar code's cost.
  double cost_of_loop(LoopId loop) const {
    double times = 1;
    for (LoopId each = loop; each != none; each = table().loops[each].parent)
      times *= table().loops[each].ordinal ? 1 : trips(each);
    return times * cost_of(owner(loop).bodies[0], nullptr, Runs::Scalar);
  }

  double cost(const LaneView* view) const { return cost_of(nest_.region().body, view, Runs::Scalar); }

  Runs runs_inside(const ir::Instruction& it, const LaneView& view, Runs runs) const {
    const bool varies = it.op == Op::If ? view.varies(it.operands[0]) && !view.is_flat(it)
                                        : view.has_varying_trips(it) || view.is_left_by_some(it);
    return runs == Runs::Lanes && varies ? Runs::SomeLanes : runs;
  }

  double cost_of(const ir::Body& body, const LaneView* view, Runs runs) const {
    const bool in_lanes = runs != Runs::Scalar;
    double total = 0;
    for (const ir::InstructionId id : body.instructions) {
      const ir::Instruction& it = nest_.region().at(id);
      total += in_lanes ? lane_price(it, *view, runs) : price(it);
      const Runs inside = in_lanes ? runs_inside(it, *view, runs) : runs;
      if (it.op != Op::For && it.op != Op::Loop) {
        for (const ir::Body& nested : it.bodies) total += cost_of(nested, view, inside);
        continue;
      }
      const LoopId loop = nest_.loop_of(id);
      const bool apart = in_lanes && (view->has_varying_trips(it) || view->is_left_by_some(it));
      const double count = (table().loops[loop].ordinal ? 1 : trips(loop)) * (apart ? idle_lanes : 1);
      const bool opens = view != nullptr && view->loop() == id;
      if (!opens) {
        total += count * cost_of(it.bodies[0], view, inside);
        continue;
      }
      const double all = trips(loop), alone = std::fmod(all, request_.lanes) / std::max(all, 1.0);
      const double chain = in_order_folds(*view) > 0 ? price_in_order : 0;
      const double in_step = std::max(cost_of(it.bodies[0], view, Runs::Lanes), chain);
      // Once for all iterations, of which the ordinal loop counts one here.
      if (all > 0) total += price_of_join * static_cast<double>(view->folds().size()) * count / all;
      if (view->has_masks()) { // the last vector is a partial one
        const double vectors = std::ceil(all / request_.lanes) * request_.lanes / std::max(all, 1.0);
        total += count * vectors * in_step;
        continue;
      }
      total += count * ((1 - alone) * in_step + alone * cost_of(it.bodies[0], view, Runs::Scalar));
    }
    return total;
  }

  double lane_price(const ir::Instruction& it, const LaneView& view, Runs runs) const {
    const double lanes = request_.lanes;
    if (const Fold* fold = view.fold_of(it); fold != nullptr && fold->in_order) return price(it);
    if (it.op != Op::Load && it.op != Op::Store) return price(it) / lanes;
    const bool masked = runs == Runs::SomeLanes && (it.op == Op::Store || !view.is_safe(it));
    switch (view.access(it).moves) {
    case Moves::Strided:
      return masked ? masked_strided_element : strided_element;
    case Moves::Scattered:
      if (it.op == Op::Store) return masked ? masked_scattered_store : scattered_store;
      return masked ? masked_scattered_element : scattered_element;
    default:
      return 1 / lanes;
    }
  }

  // ---- gangs ----------------------------------------------------------------------------------------------
  void settle(LaneView view, LoopId loop, std::vector<ChosenLoop>& chosen, int forced_gangs = 0) {
    const int count = forced_gangs > 0 ? forced_gangs : gangs(view, loop);
    plan_.in_lanes.push_back(loop);
    plan_.is_ordinal = table().loops[loop].ordinal;
    plan_.lanes = request_.lanes;
    plan_.gangs = std::max(plan_.gangs, count);
    for (LoopNote& note : plan_.loops)
      if (note.loop == loop) note.gangs = count;
    note_accesses(view);
    note_masks(view);
    const int room = most_widened - count * size_of_body(view);
    std::set<const ir::Instruction*> coherent =
        coherent_branches(view, {.masks = request_.masks, .most_copied = room / count, .at_any_price = is_forced()});
    for (const ir::Instruction* branch : coherent) plan_.coherent.push_back(branch->line);
    std::sort(plan_.coherent.begin(), plan_.coherent.end());
    chosen.push_back({std::move(view), count, std::move(coherent)});
  }

  int gangs(const LaneView& view, LoopId loop) const {
    const ir::Region& region = nest_.region();
    const int size = size_of_body(view);
    const bool reduces = table().loops[loop].ordinal && !region.accumulators.empty();
    const int own_chains = static_cast<int>(view.folds().size()) - in_order_folds(view);
    const int chains = own_chains > 0 ? own_chains : carried_vectors(view, region.at(view.loop()).bodies[0]);
    int wanted = size <= small_body ? 2 : 1;
    if (chains > 0) wanted = std::clamp(chains_under_way / chains, 1, most_gangs);
    // The lanes of a reduction inside: with all of them in one step, store promotion keeps them in registers.
    if (reduces_into_scratch(view, static_cast<std::int64_t>(trips(loop))))
      wanted = std::min(static_cast<int>(trips(loop)) / request_.lanes, most_gangs_of_reduction);
    if (reduces) {
      const bool tiny = size <= tiny_reduction * static_cast<int>(region.accumulators.size());
      const int all_lanes = region.reduction_lanes / request_.lanes;
      wanted = tiny ? std::min(all_lanes, most_gangs_of_reduction) : std::min({all_lanes, most_gangs, wanted});
    }
    int result = 1;
    const int live = peak_live(view) + (reduces ? static_cast<int>(region.accumulators.size()) - 1 : 0);
    const double count = trips(loop) / (table().loops[loop].ordinal && !reduces ? 4 : 1);
    while (result * 2 <= wanted && result * 2 * live + splats_kept <= request_.vector_registers &&
           result * 2 * size <= most_widened && result * 2 * request_.lanes <= count &&
           fits_cache_sets(view, result * 2 * request_.lanes))
      result *= 2;
    return result;
  }

  // Whether the cache lines that lanes touch at one time can stay until the next iteration of an inner loop touches
  // them again. Strides of 4096 bytes put all of them into one set.
  bool fits_cache_sets(const LaneView& view, std::int64_t lanes) const {
    const ir::Region& region = nest_.region();
    std::map<std::uint16_t, std::int64_t> lines_of_a_set; // by slot
    ir::for_each_instruction(region, region.at(view.loop()).bodies[0], [&](ir::InstructionId id) {
      const ir::Instruction& it = region.at(id);
      if (it.op != Op::Load && it.op != Op::Store) return;
      const LaneAccess how = view.access(it);
      if (how.moves != Moves::Strided) return;
      const auto slot = static_cast<std::uint16_t>(nest_.definition(it.operands[0])->immediate);
      const std::int64_t bytes = request_.arrays[slot].strides[how.dimension] * how.step;
      const std::int64_t sets =
          bytes % cache_line != 0 ? cache_sets : cache_sets / std::gcd(bytes / cache_line, cache_sets);
      std::int64_t& lines = lines_of_a_set[slot];
      lines = std::max(lines, (lanes + sets - 1) / sets);
    });
    std::int64_t all = 0;
    for (const auto& [slot, lines] : lines_of_a_set) all += lines;
    return all <= cache_ways;
  }

  bool reduces_into_scratch(const LaneView& view, std::int64_t trips) const {
    const ir::Region& region = nest_.region();
    bool found = false;
    ir::for_each_instruction(region, region.at(view.loop()).bodies[0], [&](ir::InstructionId id) {
      const ir::Instruction& it = region.at(id);
      if (it.op != Op::Store) return;
      const auto& lengths =
          region.arrays[static_cast<std::size_t>(nest_.definition(it.operands[0])->immediate)].scratch;
      found |= lengths.size() == 1 && lengths[0] == ir::ScratchLength{.constant = trips};
    });
    return found;
  }

  int size_of_body(const LaneView& view) const {
    int size = 0;
    ir::for_each_instruction(nest_.region(), nest_.region().at(view.loop()).bodies[0],
                             [&](ir::InstructionId id) { size += price(nest_.region().at(id)) > 0 ? 1 : 0; });
    return size;
  }

  // Vectors that the innermost loops carry: the fewest of one such loop.
  int carried_vectors(const LaneView& view, const ir::Body& body) const {
    int fewest = 0;
    ir::for_each_instruction(nest_.region(), body, [&](ir::InstructionId id) {
      const ir::Instruction& it = nest_.region().at(id);
      if (it.op != Op::For && it.op != Op::Loop) return;
      const std::vector<ValueId>& carried = it.bodies[0].parameters;
      const auto count = std::count_if(carried.begin() + (it.op == Op::For ? 1 : 0), carried.end(),
                                       [&](ValueId v) { return view.varies(v); });
      if (count > 0) fewest = fewest == 0 ? static_cast<int>(count) : std::min(fewest, static_cast<int>(count));
    });
    return fewest;
  }

  // The most vectors that live at once, of one gang. A value made before an inner loop and read in it lives through it;
  // a load with one reader is that reader's memory operand and takes no register.
  int peak_live(const LaneView& view) const {
    struct Range {
      int first = -1, last = -1, reads = 0;
      bool loaded = false;
    };
    std::vector<Range> ranges(nest_.region().values.size());
    int position = 0;
    const auto define = [&](ValueId value, bool loaded) { ranges[value] = {position, position, 0, loaded}; };
    const std::function<void(const ir::Body&)> walk = [&](const ir::Body& body) {
      for (const ValueId value : body.parameters) define(value, false);
      for (const ir::InstructionId id : body.instructions) {
        const ir::Instruction& it = nest_.region().at(id);
        const int start = ++position;
        for (const ValueId value : it.operands) {
          if (ranges[value].first < 0) continue;
          ranges[value].last = position;
          ++ranges[value].reads;
        }
        for (const ir::Body& nested : it.bodies) walk(nested);
        if (it.op == Op::For || it.op == Op::Loop)
          for (Range& range : ranges)
            if (range.first >= 0 && range.first < start && range.last > start) range.last = position;
        for (const ValueId value : it.results) define(value, it.op == Op::Load);
      }
    };
    walk(nest_.region().at(view.loop()).bodies[0]);
    const std::vector<bool> needed = view.vector_values();
    std::vector<int> change(static_cast<std::size_t>(position) + 2);
    for (ValueId value = 0; value < ranges.size(); ++value) {
      const Range& range = ranges[value];
      const bool takes_none = !needed[value] || nest_.region().type(value).base == ir::Base::Bool || range.first < 0 ||
                              (range.loaded && range.reads == 1);
      if (takes_none || range.first == range.last) continue;
      ++change[static_cast<std::size_t>(range.first)];
      --change[static_cast<std::size_t>(range.last)];
    }
    int peak = 1, live = 0;
    for (const int each : change) peak = std::max(peak, live += each);
    return peak;
  }

  void note_accesses(const LaneView& view) {
    ir::for_each_instruction(nest_.region(), nest_.region().at(view.loop()).bodies[0], [&](ir::InstructionId id) {
      const ir::Instruction& it = nest_.region().at(id);
      if (it.op != Op::Load && it.op != Op::Store) return;
      const auto slot = static_cast<std::uint16_t>(nest_.definition(it.operands[0])->immediate);
      const LaneAccess how = view.access(it);
      plan_.accesses.push_back({it.op == Op::Store, slot, how, it.line});
      const ir::ArraySlot& array = nest_.region().arrays[slot];
      const bool known = array.contiguous && how.dimension + 1 == array.ndim;
      const UnitStride unit{slot, how.dimension};
      const bool noted =
          std::find(plan_.unit_strides.begin(), plan_.unit_strides.end(), unit) != plan_.unit_strides.end();
      if (how.moves == Moves::Contiguous && !known && !noted) plan_.unit_strides.push_back(unit);
    });
  }

  void note_masks(const LaneView& view) {
    ir::for_each_instruction(nest_.region(), nest_.region().at(view.loop()).bodies[0], [&](ir::InstructionId id) {
      const ir::Instruction& it = nest_.region().at(id);
      if (it.op == Op::If && view.varies(it.operands[0]))
        plan_.masks.push_back({view.is_flat(it) ? MaskNote::Kind::Selected : MaskNote::Kind::Parted, it.line});
      else if (view.has_varying_trips(it) || view.is_left_by_some(it))
        plan_.masks.push_back({MaskNote::Kind::Repeated, it.line});
    });
  }

  const Nest& nest_;
  const DependenceFacts& facts_;
  const PlanRequest& request_;
  Plan& plan_;
  const Numbers numbers_;
  bool uses_unit_strides_ = true;
  std::vector<std::optional<LaneView>> candidates_; // by loop
  std::vector<double> gains_;
};

} // namespace

std::vector<ChosenLoop> choose_plan(const Nest& nest, const DependenceFacts& facts, const PlanRequest& request,
                                    Plan& plan) {
  return Chooser(nest, facts, request, plan).run();
}

} // namespace pyvm::tracer::nest
