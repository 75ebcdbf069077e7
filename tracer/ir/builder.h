#pragma once
// Writes a region, instruction by instruction, into nested bodies. Recorder, planner, passes and tests all build with
// it.
//
// While it writes, it simplifies, exactly and always (simplify.cpp has the list):
//   constants are computed, identities that hold bit for bit are applied;
//   a computation that a dominating instruction has done already is not done again (value numbering along the bodies
//   that are open: what a nested body computes is forgotten when it is closed), `index` and `guard` included;
//   inside a side of an `if`, and after a `guard`, the condition is known;
//   an `if` on a constant becomes the side taken; an `if` of two empty sides becomes selects; a side that alone
//   continues after its `if` goes on in the enclosing body; a block that nothing leaves by `br` dissolves.
// So results may be older values than the call suggests, and an instruction may not appear at all.
//
// What is written after a terminator (`yield`, `br`, `exit`, an `if` that leaves on both sides, a `loop`) is
// unreachable and dropped, in silence, so that a caller need not track it. Where a result is due that cannot be, a zero
// is given.
//
// Constants and the region's entry values (const, param, begin, end, array, dim of an array, iota) always go to the
// head of the region's body, each once; they are visible everywhere, and the backend makes them where they are used.

#include <initializer_list>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "tracer/ir/ir.h"

namespace pyvm::ir {

// What an instruction holds besides operands. `type` is read only for ops whose result type does not follow.
struct Attributes {
  Type type{};
  std::int64_t immediate = 0;
  ScalarKind element = ScalarKind::Float64;
  LaneStride lane_stride = LaneStride::None;
  std::uint8_t lane_dimension = 0;
  std::int64_t lane_step = 1;
  std::uint8_t gang = 0;
  bool masked = false;
  ExitId exit = no_id;
};

using Values = std::span<const ValueId>;

class Builder {
public:
  // Writes into `region`, whose body must be empty. Slots may be added meanwhile.
  explicit Builder(Region& region);

  Region& region() { return region_; }
  // Guest line of the instructions that follow.
  void set_line(int line) { line_ = line; }
  ExitId add_exit(Exit exit);

  // ---- values ----------------------------------------------------------------------------------------------------
  ValueId constant(Type type, ScalarBits bits);
  ValueId int_constant(std::int64_t value) { return constant(i64, static_cast<ScalarBits>(value)); }
  ValueId float_constant(double value) { return constant(f64, to_bits(value)); }
  ValueId bool_constant(bool value) { return constant(b1, value); }
  ValueId zero(Type type) { return constant(type, 0); }
  ValueId param(std::int64_t slot);
  ValueId begin();
  ValueId end();
  ValueId array(std::int64_t slot);
  ValueId dim(ValueId array, int dimension);

  // Any op but those of effect Control. Returns no_id for an op without result.
  ValueId emit(Op op, Values operands, const Attributes& attributes = {});
  ValueId emit(Op op, std::initializer_list<ValueId> operands, const Attributes& attributes = {}) {
    return emit(op, Values(operands.begin(), operands.size()), attributes);
  }

  ValueId index(ValueId subscript, ValueId length, ExitId exit) {
    return emit(Op::Index, {subscript, length}, {.exit = exit});
  }
  void guard(ValueId condition, ExitId exit) { emit(Op::Guard, {condition}, {.exit = exit}); }
  ValueId wrap(ScalarKind kind, ValueId value) { return emit(Op::Wrap, {value}, {.element = kind}); }
  ValueId math(MathFunction function, Values operands);
  // The element kind is the slot's. For vectors `how` names lanes (in its type) and lane stride.
  ValueId load(ValueId array, Values subscripts, const Attributes& how = {});
  void store(ValueId array, Values subscripts, ValueId value, const Attributes& how = {});
  ValueId lane_get(std::int64_t accumulator, int lanes = 1, int gang = 0);
  void lane_set(std::int64_t accumulator, ValueId value, int gang = 0);
  void touch(std::int64_t accumulator);

  // ---- bodies ----------------------------------------------------------------------------------------------------
  // A side or body that its writer does not end is ended by `yield` without values.
  void begin_if(ValueId condition);
  void begin_else();
  // Results: one for each value that the sides yield. When no side ends by `yield`: zeros of `types`.
  std::vector<ValueId> end_if(std::span<const Type> types = {});

  struct ForBody {
    ValueId index;
    std::vector<ValueId> parameters;
  };
  ForBody begin_for(ValueId lo, ValueId hi, std::int64_t step, Values carried = {});
  // Of the `for` that was opened last: the guest's prange.
  void declare_independent() { frames_.back().instruction.independent = true; }
  std::vector<ValueId> end_for();

  // Returns the parameters.
  std::vector<ValueId> begin_loop(Values carried = {});
  void end_loop();

  void begin_block(std::span<const Type> results = {});
  std::vector<ValueId> end_block();

  void yield(Values values = {});
  void br(int depth, Values values = {});
  void exit(ExitId exit);

  // Ends the region's body. Every opened body must have been closed.
  void finish();

  // ---- what is known -----------------------------------------------------------------------------------------------
  // True when nothing that is written now will run.
  bool unreachable() const { return frames_.back().terminated || frames_.back().dead; }
  // The instruction that computes the value; null for a body's parameter.
  const Instruction* definition(ValueId value) const;
  // Its bits, when the value is a constant (of every lane, for a vector).
  std::optional<ScalarBits> constant_bits(ValueId value) const;

private:
  // Where the code of an open body goes.
  enum class Where : std::uint8_t {
    Owned,   // into `body`, which becomes the owner's
    InPlace, // into the enclosing frame's body: the owner was folded away, this body stayed
    Dropped, // nowhere: it never runs
  };
  // An `if`, `for`, `loop` or `block` under construction, and the region's own body (owner Exit).
  struct Frame {
    Op owner = Op::Exit;
    Where where = Where::Owned;
    bool terminated = false; // nothing can run after what stands here
    bool dead = false;       // nothing here can run
    Instruction instruction{};
    Body body;
    int side = 0;                    // If: 0 in then, 1 in else
    std::optional<bool> taken;       // If: the condition, when it is known
    bool yields[2] = {false, false}; // by side; all but If use [0]
    std::vector<ValueId> yielded[2];
    std::vector<Type> result_types;              // Block
    bool branched_to = false;                    // Block
    std::vector<InstructionId> branches_through; // Block: to blocks around it
    std::size_t numbered_mark = 0, facts_mark = 0;
  };
  struct Hash {
    const Region* region;
    std::size_t operator()(InstructionId id) const;
  };
  struct Equal {
    const Region* region;
    bool operator()(InstructionId a, InstructionId b) const;
  };

  // What a value is known to be. A truth becomes a constant when it is first read: most are not.
  struct Known {
    ValueId value = no_id;
    bool truth = false;
  };

  Frame& open_frame(Op owner, Where where, Values operands);
  void open_scope(Frame& frame);
  void close_scope(const Frame& frame);
  void open_side(Frame& frame, int side);
  void close_side(Frame& frame);
  void end_side();
  // Puts the terminator to a body whose end cannot be reached.
  void seal(Body& body, std::span<const Type> types);

  std::vector<ValueId> end_if_of_two(Frame frame);
  std::vector<ValueId> end_if_of_one(Frame frame, int falling);
  void splice(const Body& body, bool with_terminator);

  std::size_t target_index() const;
  Body& target_body();
  void mark_terminated();
  void end_dead_body();
  void append(InstructionId id);
  InstructionId new_instruction(Instruction instruction, std::span<const Type> result_types);
  void forget_last_instruction();
  std::vector<ValueId> append_owner(Frame& frame, std::span<const Type> result_types);
  ValueId entry_value(Op op, Type type, std::int64_t immediate, Values operands = {});
  void learn(ValueId condition, bool truth);
  ValueId resolved(ValueId value);
  std::vector<ValueId> resolved(Values values);
  std::vector<ValueId> zeros(std::span<const Type> types);
  std::vector<Type> types_of(Values values) const;

  Region& region_;
  int line_ = 0;
  std::size_t entry_count_ = 0;
  std::vector<Frame> frames_;
  std::vector<InstructionId> definition_; // by value
  std::unordered_set<InstructionId, Hash, Equal> numbered_;
  std::vector<InstructionId> numbered_log_;
  std::unordered_map<ValueId, Known> facts_;
  std::vector<ValueId> facts_log_;
};

} // namespace pyvm::ir
