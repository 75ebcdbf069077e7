// A vector plan as data: which loop becomes lanes, how many, how its accesses move, what is checked at entry, and for
// every loop that stays scalar the reason. choose_plan makes it, the pipeline carries it out, print shows it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tracer/ir/code_generator.h"
#include "tracer/nest/dependence.h"
#include "tracer/nest/entry_checks.h"
#include "tracer/nest/lanes.h"

namespace pyvm::tracer::nest {

// What is known when a region is planned. The numbers steer the plan; what the plan takes from them is checked again at
// each entry.
struct PlanRequest {
  int lanes = 1;             // of one vector: 1, 4 or 8
  int vector_registers = 16; // that code may use
  const std::uint64_t* scalars = nullptr;
  const ir::ArrayDescriptor* arrays = nullptr;
  std::int64_t iterations = 1; // of the ordinal loop
  bool is_grain = false;       // iterations of a parallel prange
  ir::MaskCosts masks{};       // what masks cost on this CPU
  RegisterName register_name = default_register_name;
  // Stress: checks of subscripts all stay inside; the plan of this rank (stress.def) in place of the cheapest, 0: not.
  bool hoists_checks = true;
  std::int64_t forced_rank = 0;
};

struct AccessNote {
  bool is_store = false;
  std::uint16_t slot = 0;
  LaneAccess how;
  int line = 0;
};

// Where lanes of a gang may go different ways.
struct MaskNote {
  enum class Kind : std::uint8_t {
    Selected, // an `if` so short that all lanes run both sides
    Parted,   // an `if` whose sides run under masks
    Repeated, // a loop that goes on until no lane is left in it
  } kind;
  int line = 0;
};

struct LoopNote {
  LoopId loop = none;
  int line = 0;
  bool declared = false;
  double cost = 0;   // estimated cycles of one iteration of the ordinal loop with lanes here; 0: not estimated
  int gangs = 1;     // where it is one of those in lanes
  Refusal why_not{}; // no reason: it is
};

struct CheckNote {
  Reason reason = Reason::None; // why it stays inside
  int line = 0;
};

// A loop that the user declared independent and that runs in order all the same.
struct OrderNote {
  int line = 0;
  std::string sentence;
};

// An array that iterations only update: each thread may have a copy of its own (accumulators.h).
struct CopyNote {
  std::uint16_t slot = 0;
  int line = 0;
};

struct Plan {
  std::string title;
  int lanes = 1, gangs = 1;     // the most gangs of all loops in lanes
  std::vector<LoopId> in_lanes; // in the table of the region they were chosen for; none stands inside another
  bool is_ordinal = false;      // the ordinal loop is the one in lanes
  double scalar_cost = 0;
  std::vector<AccessNote> accesses; // of the loops in lanes
  std::vector<MaskNote> masks;      // likewise
  std::vector<int> coherent;        // lines of `if`s whose sides are there without masks, too
  std::vector<LoopNote> loops;
  std::vector<OrderNote> in_order;
  std::vector<CopyNote> copied;
  std::vector<int> unrolled; // lines of scalar loops that do several iterations a turn (unroll.h)
  int checks_at_entry = 0;
  std::vector<CheckNote> checks_inside;
  std::vector<Disjoint> disjoint;
  std::vector<UnitStride> unit_strides;
};

// The text of `pyvm dump --stage=plan`.
std::string print(const Plan& plan, const std::vector<ir::ArraySlot>& slots,
                  const RegisterName& name = default_register_name);

// What a plan puts in lanes, for widen().
struct ChosenLoop {
  LaneView view;
  int gangs = 1;
  std::set<const ir::Instruction*> coherent{};
};

// Chooses loops, lanes and gangs for a scalar region whose checks have been hoisted and whose arrays of different slots
// share no memory. Fills lanes, gangs, in_lanes, costs, accesses, loops and unit_strides of `plan`. The chosen loops,
// in the order of in_lanes; none when all stays scalar. `nest` must outlive the views.
std::vector<ChosenLoop> choose_plan(const Nest& nest, const DependenceFacts& facts, const PlanRequest& request,
                                    Plan& plan);

} // namespace pyvm::tracer::nest
