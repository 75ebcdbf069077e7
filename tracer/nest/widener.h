// The class behind widen(): see widen.h for what it makes, README.md ("Masks") for the design.
//
// While it writes the body of the lane loop it knows, for every gang, which lanes are active (`State::mask`; an empty
// list: all of them, and nothing has to be masked), which have left the iteration by `leave`, and which wait at the end
// of an open block, with the block's results for them. All of that are SSA values, so whoever opens a body that may
// change them (LaneView::ways says so) hands them in and takes them out as further results.
//
// The rule that keeps it simple: what is written runs only while some lane is active. Whenever lanes may all have gone
// (a `br` that some take, a `leave`), a branch to the end of the innermost Scope follows. Only the sides of flat `if`s
// may run with no lane active; LaneView::is_flat admits nothing there that could tell.
#pragma once

#include <functional>

#include "tracer/nest/copy.h"
#include "tracer/nest/lanes.h"
#include "tracer/nest/widen.h"

namespace pyvm::tracer::nest {

class Widener : public Copier {
public:
  Widener(const std::vector<LaneLoop>& loops, ir::Region& to, int lanes);

private:
  // Which of the values that a body hands on vary, and become one for each gang.
  using Varying = std::vector<bool>;
  using List = std::vector<ir::ValueId>; // of masks and vectors: by gang
  using Types = std::vector<ir::Type>;
  using Instruction = ir::Instruction;

  // A block at whose end lanes wait. Empty lists: no lane has come there yet.
  struct Waiting {
    const Instruction* block;
    std::vector<List> results;
    List gone;
    // Results that are kept equal to a carried value of the loop at work, in its active lanes; no_id for others.
    std::vector<ir::ValueId> follows{};
  };
  struct State {
    List mask, left;
    std::vector<Waiting> waiting; // open blocks, innermost last
  };
  // Where code goes on when no lane is active: behind the block number `block` of those that are open.
  struct Scope {
    int block;
    Ways ways;
    bool with_mask;
    std::function<List()> values;
  };
  // A block of the source that is open.
  struct OpenBlock {
    const Instruction* block;
    int number;
    Ways ways; // to the blocks around it
    Varying taken;
  };

  void instruction(ir::InstructionId id) override;
  ir::ExitId exit(ir::ExitId id) override;

  // ---- the loop (widen.cpp)
  void lane_loop(const Instruction& it);
  void vector_loop(const Instruction& it, ir::ValueId from, ir::ValueId to, int gangs, bool masked);
  void lane_body(const Instruction& it, bool masked);

  // ---- what the loop carries (folds.cpp)
  const Fold& fold(std::size_t k) const { return view_->folds()[k]; }
  void begin_folds(const Instruction& it);
  void fit_folds(int gangs);
  void take_folds(const List& values);
  List all_folds() const;
  void update(const Fold& fold);
  List folds_of_one_gang(const std::vector<List>& folds);
  Types types_of_folds() const;
  ir::ValueId identity(const Fold& fold, int lanes);
  ir::ValueId joined(const Fold& fold, ir::ValueId a, ir::ValueId b);
  List totals(const Instruction& it, ir::ValueId end);
  List scalar_loop(const Instruction& it, ir::ValueId from, ir::ValueId to, const List& carried);
  void give_up();
  ir::ValueId add(ir::ValueId a, ir::ValueId b) { return build_.emit(ir::Op::Add, {a, b}); }

  // ---- values (widen.cpp)
  bool varies(ir::ValueId value) const { return view_->varies(value); }
  ir::ValueId vector(ir::ValueId value, int gang);
  List vectors(ir::ValueId value);
  ir::ValueId splat(ir::ValueId scalar);
  Varying varying(const List& values, std::size_t first = 0) const;
  List flat(const List& values, std::size_t first, const Varying& taken);
  List zeros(const Types& types);
  void take(const List& values, std::size_t first, List::const_iterator& next);
  Types flat_types(const List& values) const;

  // ---- instructions in lanes (widen.cpp)
  void in_lanes(ir::InstructionId id);
  template <typename Make> void each_gang(const Instruction& it, const Make& make);
  void compute(ir::InstructionId id, const Instruction& it);
  void lane_set(const Instruction& it);
  ir::ValueId first_lane(ir::ValueId value);
  void access(const Instruction& it);
  ir::ValueId subscript(ir::ValueId value, const LaneAccess& how, int gang);

  // ---- masks (masks.cpp)
  bool masked() const { return !state_.mask.empty(); }
  ir::Type mask_type() const { return ir::b1.with_lanes(lanes_); }
  ir::ValueId mask_constant(bool value) { return build_.constant(mask_type(), value); }
  List all_masks(bool value);
  List both(const List& a, const List& b);
  List either(const List& a, const List& b);
  List without(const List& a, const List& b);
  ir::ValueId any(const List& masks);
  List select(const List& mask, const List& when_true, const List& when_false);
  void materialise(const Ways& ways);
  List pack(const Ways& ways, bool with_mask = true);
  Types pack_types(const Ways& ways, bool with_mask = true) const;
  void unpack(const Ways& ways, List::const_iterator& next, bool with_mask = true);
  Waiting* waiting(const Instruction* block);
  void restore_mask(const List& before, const Ways& ways);
  void check_empty();
  void go_to_scope();

  // ---- leaving (masks.cpp)
  void leave(ir::ExitId id, const List& lanes);
  void leave_all(ir::ExitId id);
  void masked_exit(const Instruction& it);
  void unless(const List& good, const Instruction& it);
  void leave_if(ir::ValueId uniform, const Instruction& it);
  void index(const Instruction& it);
  void restart_if(ir::ValueId condition);
  void restart_unless(const Instruction& guard);

  // ---- control in lanes (widen_control.cpp)
  // True when the end of the body is reached by some lane; its values are `yield`'s, which is not written.
  bool lanes_body(const ir::Body& body);
  const Instruction& end_of(const ir::Body& body) const { return from_.at(body.instructions.back()); }
  bool control(ir::InstructionId id, const Instruction& it);
  void in_lanes_exit(ir::InstructionId id, const Instruction& it);
  List given(const Waiting& block, const List& operands);
  List waiting_values(const Waiting& block);
  bool branch(const Instruction& it);
  void block(const Instruction& it);
  void endless_loop(const Instruction& it);
  void counted_loop(const Instruction& it);
  void varying_loop(const Instruction& it);
  void follow(const Instruction& loop, const Ways& ways);
  void close_loop_body(const ir::Body& body, bool falls, const Varying& taken, const Ways& ways);
  void end_iteration(const Instruction& loop, const List& hi, List& index, List& carried);
  bool uniform_if(const Instruction& it);
  bool varying_if(const Instruction& it);
  bool masked_if(const Instruction& it);
  // What a side of an `if` comes to: whether lanes reach its end, with which values (flat), and which lanes.
  struct Side {
    bool falls = false;
    List values, mask;
  };
  void flat_sides(const Instruction& it, const List (&masks)[2], Side (&sides)[2]);
  void join(const Instruction& it, Side (&sides)[2]);
  List select_flat(const List& mask, const List& when_true, const List& when_false);
  void guarded_sides(const Instruction& it, const List& condition, const List (&masks)[2], const Ways (&ways)[2],
                     Side (&sides)[2]);
  void guarded_side(const Instruction& it, int s, const List& condition, const List& mask, const Ways& ways,
                    const Side* other, Side& side);

  // ---- sides that all lanes take (widen_coherent.cpp)
  bool has_coherent_sides(const Instruction& it) const;
  bool coherent_if(const Instruction& it);
  bool side_of_all(const ir::Body& body, const Types& results, const Ways& ways);
  void yield_with(List values, const Ways& ways);

  void begin_block(const Types& results);
  List end_block();
  void br_to(int number, const List& values);

  const std::vector<LaneLoop>& loops_;
  const LaneView* view_ = nullptr; // of the loop at work
  const std::set<const Instruction*>* coherent_ = nullptr;
  const int lanes_;
  int gangs_ = 1;            // of the loop at work
  const int gangs_of_exits_; // the most of all loops
  bool in_lanes_ = false;
  int at_work_ = 1; // gangs of the loop at work
  std::int64_t step_ = 1;
  ir::ValueId base_ = ir::no_id;             // index of lane 0 of gang 0
  bool partial_ = false;                     // the loop at work may have fewer iterations than lanes
  std::vector<List> vectors_;                // by value: one vector a gang
  std::vector<List> folds_, folds_at_start_; // now and where the step began: a scalar in order, else a vector a gang
  State state_;
  std::vector<Scope> scopes_;
  std::vector<OpenBlock> blocks_;
  int open_blocks_ = 0; // of the region being written
  int flat_depth_ = 0;
  int restart_block_ = -1; // gives where the scalar loop begins
};

} // namespace pyvm::tracer::nest
