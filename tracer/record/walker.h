// The recorder's state and its parts. Private to tracer/record.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <span>

#include "tracer/ir/builder.h"
#include "tracer/record/abstract.h"
#include "tracer/record/recorder.h"
#include "vm/bytecode/liveness.h"
#include "vm/interp/prange.h"
#include "vm/semantics/promotion.h"

namespace pyvm::tracer {

constexpr int most_restarts = 64;
constexpr std::size_t most_inlined = 8;
constexpr std::size_t most_instructions = 6000;

// A place in the code under the calls that lead to it.
using Place = std::vector<std::uint32_t>;

// What earlier walks have learnt about the register at a join or loop header.
struct Hint {
  enum class What : std::uint8_t { Kind, Number, Conflict } what;
  ScalarKind kind = ScalarKind::Int64;
  friend bool operator==(const Hint&, const Hint&) = default;
};

struct Knowledge {
  std::map<std::pair<Place, std::uint16_t>, Hint> hints;
  std::map<Place, std::vector<Abstract>> returns; // of calls with several returns: the kinds that come back
  std::map<const Code*, Liveness> liveness;
  std::vector<std::optional<ScalarKind>> accumulator_kinds;
  std::map<std::pair<Place, std::uint16_t>, ScalarKind> reducing_kinds; // of the lanes of pranges inside the region
};

// Makes an element of operands' elements.
using ArrayElement = std::function<Abstract(const std::vector<Abstract>&)>;

struct DeferredArray {
  std::vector<Abstract> operands;
  ScalarKind kind;
  ArrayElement element;
  std::vector<ir::ValueId> shape;
  ir::ExitId exit; // to before it
};

struct Restart {}; // thrown when Knowledge has grown
struct Abandon {   // thrown when the loop cannot be traced
  RecordFailure failure;
};

// A block of the IR that guest jumps lead to, and the registers it hands on.
struct Target {
  std::uint32_t pc;
  Place place;
  int block; // number of blocks open outside it
  std::vector<std::uint16_t> registers;
  std::vector<Abstract> shapes;
};

struct OpenLoop {
  int loop;
  std::vector<Target*> targets;                    // continue, break, exhausted
  ir::ValueId value = ir::no_id, stop = ir::no_id; // of a `for`
  std::int64_t step = 0;                           // 0: it is `step_value`, or a `while` or the region's own loop
  bool region = false;
  ir::ValueId step_value = ir::no_id;
};

struct InlineFrame {
  const Code* code;
  const Function* function;
  const Liveness* live;
  std::vector<Abstract> registers;
  std::uint32_t call_pc = 0;
  std::uint16_t result_register = 0;
  Target* returns = nullptr; // several returns: where they meet
  std::optional<Abstract> result;
  std::vector<OpenLoop> loops;
};

class Walker {
public:
  Walker(const Frame& frame, int loop, const PrangeJob* job, RunsInParallel runs_in_parallel, Knowledge& knowledge);
  Recording walk();

private:
  enum class Ended : std::uint8_t { Reached, Left }; // the stop was reached, or every path has gone elsewhere
  using Registers = std::vector<std::uint16_t>;

  // walker.cpp: control flow
  void walk_grain();
  void walk_hot_for();
  void walk_hot_while();
  Ended walk_range(std::uint32_t pc, std::uint32_t stop);
  Ended branch(std::uint32_t pc, std::uint32_t& next);
  void leave_while(ir::ValueId condition, std::uint32_t away);
  std::vector<Abstract> hand_on_side(const Registers& changed, const Place& here, const std::vector<Abstract>* other);
  Ended enter_for(std::uint32_t pc, std::uint32_t& next);
  Ended while_loop(int loop, std::uint32_t& next);
  void body_with_continue(const LoopInfo& loop, const Registers& carried, const std::vector<Abstract>& shapes);
  void hand_on(const Registers& carried, const std::vector<Abstract>& shapes, const Place& header);
  Ended jump_to(std::uint32_t target);
  Ended return_value(const Abstract& value);
  int while_loop_at(std::uint32_t pc) const;

  // reductions.cpp: pranges with reductions inside the region
  struct Reducing {
    std::uint16_t guest_register;
    ReductionOp op;
    ScalarKind kind = ScalarKind::Float64; // of the lanes
    Abstract live{};
    ir::ValueId live_bits = ir::no_id, identity = ir::no_id; // of `kind`
    int lanes = 0, levels = 0;                               // scratch arrays
  };
  bool reduces(const LoopInfo& loop);
  bool accumulates_arrays(const LoopInfo& loop);
  Ended nested_reduction(std::uint32_t pc, std::uint32_t& next);
  // What `if x > best: best = x` selects beside them.
  struct Selecting {
    std::uint16_t guest_register;
    ScalarKind kind;
    int slot; // scratch of one element: what is selected so far
  };
  std::vector<Selecting> selected_variables(std::uint32_t pc);
  Abstract selected_so_far(const Selecting& s);
  void reduction_iteration(std::uint32_t pc, const std::vector<Reducing>& reducing,
                           const std::vector<Selecting>& selecting, const Registers& all, const Abstract& range,
                           std::int64_t step, ir::ValueId ordinal, ir::ValueId lane);
  std::vector<Reducing> reduced_variables(std::uint32_t pc);
  void make_lanes(std::vector<Reducing>& reducing, std::int64_t lanes);
  // What an iteration does.
  struct ReductionBody {
    std::function<void(ir::ValueId ordinal, ir::ValueId lane)> run;
    // The same where `active` says so, and nothing else. Empty: what it does may leave.
    std::function<void(ir::ValueId ordinal, ir::ValueId lane, ir::ValueId active)> run_if = {};
  };
  void reduce_block(const std::vector<Reducing>& reducing, std::int64_t lanes, ir::ValueId first, ir::ValueId size,
                    ir::ValueId n, int line, const ReductionBody& body);
  void reduce_rest(std::int64_t lanes, ir::ValueId rest, ir::ValueId end, int line, const ReductionBody& body);
  std::vector<ir::ValueId> reduce_blocks(const std::vector<Reducing>& reducing, std::int64_t lanes, ir::ValueId n,
                                         bool body_has_loop_or_call, int line, const ReductionBody& body);
  static bool combines(ReductionOp op, ScalarKind kind);
  ir::ValueId combined(const Reducing& r, ir::ValueId a, ir::ValueId b);
  void join_live_ins(const std::vector<Reducing>& reducing, const std::vector<ir::ValueId>& totals, ir::ValueId runs);
  void fold_lanes(const std::vector<Reducing>& reducing, std::int64_t lanes);
  void carry_block(const std::vector<Reducing>& reducing, ir::ValueId number);
  std::vector<ir::ValueId> join_levels(const std::vector<Reducing>& reducing, ir::ValueId blocks);
  std::pair<ir::Builder::ForBody, ir::ValueId> begin_range(const Abstract& range, std::int64_t by,
                                                           const std::vector<ir::ValueId>& initial);
  // 0: it is known only when the loop begins, or has no opposite in 64 bits.
  std::int64_t constant_step(const Abstract& range) const;
  ir::ValueId trips_of(const Abstract& range);
  ir::ValueId trips_of_constant_step(const Abstract& range, std::int64_t step);
  ir::ValueId trips_of_any_step(const Abstract& range);
  int scratch_array(ScalarKind kind, std::int64_t elements, std::uint16_t r);
  ir::ValueId scratch_load(int slot, ir::ValueId at);
  void scratch_store(int slot, ir::ValueId at, ir::ValueId value);

  // draws.cpp: np.random. A draw: its halves, with anything above their 32 bits.
  struct Draw {
    ir::ValueId low, high;
  };
  struct IterationDraws {
    ir::ValueId key, ordinal;
  };
  // The register behind the frame's own that says how many the iteration has drawn.
  std::uint16_t drawn_register() const { return static_cast<std::uint16_t>(code().registers); }
  void begin_draws(ir::ValueId ordinal);
  void set_drawn(ir::ValueId block, std::int64_t half);
  bool range_draws(std::uint32_t from, std::uint32_t to) const;
  ir::ValueId drawn_count_of(const Abstract& drawn);
  void append_drawn(const Abstract& value, const Abstract& shape, const Place& at, std::vector<ir::ValueId>& out);
  std::array<ir::ValueId, 4> philox_block(ir::ValueId number);
  Draw draw();
  ir::ValueId draw_in_order(DrawKind kind, ir::ValueId range);
  ir::ValueId draw_unit();
  ir::ValueId draw_below(ir::ValueId values);
  ir::ValueId draw_gauss();
  // `keywords`: the names of the last arguments.
  Abstract call_random(const Builtin& builtin, const std::vector<Abstract>& arguments, std::span<const Value> keywords);

  // joins.cpp: values at joins and headers
  // Registers that the code in [from, to) may write; of those, the ones live at a place (no_join: all). Without loops'
  // states.
  Registers written(std::uint32_t from, std::uint32_t to, std::uint32_t live_at) const;
  std::vector<Abstract> header_shapes(const Place& place, const Registers& registers,
                                      std::vector<ir::ValueId>& initial);
  std::vector<Abstract> target_shapes(const Place& place, const Registers& registers);
  void append_flat(const Abstract& value, const Abstract& shape, const Place& place, std::uint16_t r,
                   std::vector<ir::ValueId>& out);
  static void append_types(const Abstract& shape, std::vector<ir::Type>& out);
  static std::size_t adopt(Abstract& shape, const std::vector<ir::ValueId>& values, std::size_t at);
  void adopt_all(const Registers& registers, std::vector<Abstract> shapes, const std::vector<ir::ValueId>& values);
  [[noreturn]] void learn(const Place& place, std::uint16_t r, Hint hint);
  [[noreturn]] void settle_accumulator(int accumulator, ScalarKind kind);
  std::optional<Hint> hint_of(const Place& place, std::uint16_t r) const;
  Abstract shape_of(const Place& place, std::uint16_t r, const Abstract& value) const;
  void open_target(Target& target);
  void close_target(Target& target, bool reached);
  void leave_to(const Target& target);

  // operations.cpp
  void operation(const Instruction& i);
  Abstract binary(BinaryOp op, int flags, const Abstract& a, const Abstract& b);
  Abstract computed(BinaryOp op, const Promotion& promotion, const Abstract& a, const Abstract& b);
  Abstract power_literal(const Abstract& base, int exponent);
  Abstract unary(UnaryOp op, const Abstract& a);
  Abstract compare(CompareOp op, const Abstract& a, const Abstract& b);
  ir::ValueId truth(const Abstract& a);
  ir::ValueId convert(const Abstract& a, ScalarKind to);
  ir::ValueId convert(ir::ValueId id, ScalarKind from, ScalarKind to);
  Abstract one_kind(const Abstract& a);
  Abstract int_kind(const Abstract& a);
  void contribute(const Abstract& accumulator, Abstract& x);
  Abstract constant_scalar(const Value& value);

  // memory.cpp
  Abstract get_item(const Abstract& object, const Registers& subscripts);
  void set_item(const Abstract& object, const Registers& subscripts, const Abstract& value);
  Abstract attribute(const Abstract& object, const std::string& name);
  std::vector<ir::ValueId> shape_of_view(const Abstract& array);
  bool is_settled_at_entry(ir::ValueId value, int steps) const;
  std::optional<Abstract::Dimension> sliced(const Abstract& slice, ir::ValueId length);
  std::optional<Abstract> view_of(const Abstract& array, const Registers& subscripts);
  std::optional<std::vector<ir::ValueId>> element_of(const Abstract& view) const;
  bool are_basic(const Abstract& array, const Registers& subscripts);
  void set_slice(const Abstract& view, const Abstract& value);
  std::vector<ir::ValueId> subscripts_in(const Abstract& view, const std::vector<ir::ValueId>& at);
  Abstract entry_value(std::uint16_t r);
  Abstract array_slot(const Value& value, std::optional<std::uint16_t> r);

  // new_arrays.cpp
  static bool makes_array(BuiltinId id);
  Abstract new_array(const Builtin& builtin, std::span<const Abstract> arguments, std::optional<Abstract> dtype);
  std::vector<Abstract> lengths_of_new(const Abstract& shape, bool is_like);
  Abstract scratch_of(const Builtin& builtin, ScalarKind kind, const std::vector<Abstract>& lengths);
  Abstract scratch_within(const Builtin& builtin, ScalarKind kind, const Abstract& length);
  void fill_new(const Abstract& array,
                const std::function<ir::ValueId(const std::vector<ir::ValueId>& at)>& element);
  Abstract new_range(const Builtin& builtin, std::span<const Abstract> arguments, std::optional<Abstract> dtype);
  std::optional<ir::ScratchLength> length_at_entry(const Abstract& length) const;
  std::optional<ir::ScratchLength> multiple_at_entry(ir::ValueId value, std::int64_t factor) const;

  // array_accumulators.cpp: arrays that the region's iterations add to as a whole
  struct Accumulating {
    std::uint16_t guest_register;
    Abstract array;
  };
  std::vector<Accumulating> accumulating_arrays();
  bool accumulates(const Abstract& a) const;
  bool is_added_next(ScalarKind kind, std::size_t dimensions) const;
  Abstract accumulate(BinaryOp op, const Promotion& promotion, const Abstract& target, const Abstract& x);

  // array_expressions.cpp
  ScalarKind element_kind(const Abstract& a) const;
  Abstract scratch_like(const Abstract& view, ScalarKind kind);
  std::vector<ir::ValueId> one_shape(const std::vector<Abstract>& operands);
  void elementwise_into(const Abstract& target, const std::vector<Abstract>& operands, ScalarKind kind,
                        const std::vector<ir::ValueId>& shape, const ArrayElement& element);
  Abstract elementwise(const std::vector<Abstract>& operands, ScalarKind kind, const ArrayElement& element);
  Abstract array_binary(BinaryOp op, int flags, const Abstract& left, const Abstract& right);
  Abstract array_unary(UnaryOp op, const Abstract& operand);
  Abstract array_compare(CompareOp op, const Abstract& left, const Abstract& right);
  std::optional<Abstract> array_method(const Abstract& object, const std::string& name) const;
  Abstract arg_extreme(const Abstract& view, bool largest, const std::function<ir::ExitId()>& exit);
  Abstract copy_of(const Abstract& view);
  Abstract call_method(const Abstract& method, std::uint16_t callee, std::size_t arguments);
  static constexpr const char* reason_of_no_element = "a reduction of no element";
  Abstract reduced(const Abstract& view, ArrayReduction reduction, const std::function<ir::ExitId()>& exit);
  Abstract inner_product(const Abstract& left, const Abstract& right);

  // ufuncs.cpp
  static bool is_ufunc(BuiltinId id);
  static std::optional<ScalarKind> ufunc_kind(const Builtin& builtin, const std::vector<ScalarKind>& kinds);
  ir::ValueId int_remainder(ScalarKind kind, ir::ValueId a, ir::ValueId b);
  ir::ValueId extreme_with_nan(bool largest, ScalarKind kind, ir::ValueId a, ir::ValueId b);
  ir::ValueId float_test(int test, const Abstract& value);
  Abstract ufunc_element(const Builtin& builtin, ScalarKind kind, const std::vector<Abstract>& x);
  Abstract call_ufunc(const Builtin& builtin, const std::vector<Abstract>& arguments);

  // calls.cpp
  Abstract call(std::uint32_t pc, const Instruction& i);
  Abstract call_with_keywords(std::uint32_t pc, const Instruction& i);
  Abstract call_builtin(const Builtin& builtin, const std::vector<Abstract>& arguments);
  Abstract inline_call(std::uint32_t pc, const Function& function, const std::vector<Abstract>& arguments,
                       std::uint16_t result_register);
  Abstract int_of(const Abstract& a);

  // snapshots.cpp
  ir::ExitId exit_here(const char* reason);
  ir::ExitId exit_at(std::uint32_t pc, const char* reason);
  int lane_of(std::uint16_t frame, std::uint16_t r, const Abstract& value) const;
  void add_entry(ir::Exit& exit, std::uint16_t frame, std::uint16_t r, const Abstract& value);
  // What cannot be compiled: on a path that is only sometimes taken, leaves for the interpreter there (what is built
  // after that is unreachable, and the value returned stands for nothing); abandons the loop otherwise.
  Abstract give_up(Abort reason, std::string detail);
  [[noreturn]] void abandon(Abort reason, std::string detail);

  const Abstract& read(std::uint16_t r);
  void write(std::uint16_t r, Abstract value);
  InlineFrame& frame() { return frames_.back(); }
  const InlineFrame& frame() const { return frames_.back(); }
  const Code& code() const { return *frames_.back().code; }
  std::string register_name(std::uint16_t r) const;
  Place place(std::uint32_t pc) const;
  const Liveness& liveness(const Code& code);
  void push_constants(InlineFrame& frame);

  const Frame& entry_;
  const int loop_;
  const PrangeJob* job_;
  const RunsInParallel runs_in_parallel_;
  Knowledge& knowledge_;
  Recording out_;
  ir::Builder build_;
  std::vector<InlineFrame> frames_;
  std::optional<IterationDraws> draws_;       // where the region's iterations may draw
  std::map<std::uint16_t, int> accumulators_; // register -> accumulator
  int open_blocks_ = 0;
  int conditional_ = 0; // how many sides of an `if` are open
  std::uint32_t pc_ = 0;
  ir::ExitId exit_cache_ = ir::no_id;
  ir::ExitId reduction_exit_ = ir::no_id; // inside a nested reduction: where everything leaves
  // The bodies of nested reductions that are being walked, and whether they contribute under a condition.
  struct ReducingBody {
    std::size_t frames, loops; // that are open in it, its own included
    int conditional;
    const Registers& reduced;
    bool goes_on = false; // some path has gone on with the next iteration
    bool sometimes = false;
  };
  std::vector<ReducingBody> reducing_;
};

} // namespace pyvm::tracer
