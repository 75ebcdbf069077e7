#pragma once
// The IR of regions: SSA with structured control flow, from the recorder to the backend.
//
// A Region is what runs for one loop of the guest (and everything nested in it). Its body is a tree: `if`, `for`,
// `loop` and `block` own bodies; a body is a list of instructions whose last one is `yield`, `br` or `exit`, and only
// that one. A value is defined once, by an instruction or as a body's parameter, and is visible in the rest of its body
// and in the bodies nested there. Types carry lanes: `f64` is a scalar, `f64x8` eight of them; there is one `add` for
// both.
//
// The ordinal loop of an instruction is its outermost enclosing `for`, unless a `loop` encloses that one. Its index is
// the first ordinal of the iterations at work, its step how many there are (lanes * gangs). Reduction lanes and exits
// need both; outside of an ordinal loop the ordinal is `begin` and the step 1. A region has at most one ordinal loop
// over its grain.
//
// Leaving. `index`, `guard`, `leave` and `exit` name an Exit: where the interpreter goes on, and which values its
// registers get. An instruction with a vector operand leaves for all its lanes together (a gang); the interpreter then
// finishes the lanes' iterations in ascending order. After `end` the region has run all of its grain [begin, end).
// Under a mask lanes leave alone: `leave` writes the values of some lanes and goes on with the others; at the end of
// the ordinal loop's iteration, an `exit` whose Exit says `lanes_left` hands those that left to the interpreter.
//
// Masks. A vector of b says which lanes an access is for: `load` and `store` touch no memory for the others, a load
// gives them zero. All other ops run in every lane; none faults.
//
// Array subscripts. `load` and `store` name elements by subscripts, not addresses, so that bounds and dependences can
// be read off. In lanes, a scalar subscript is the same for all, a vector subscript differs; `lane_stride` below says
// what the planner has learnt about it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vm/semantics/math_functions.h"
#include "vm/semantics/reduction.h"
#include "vm/semantics/scalar_kind.h"

namespace pyvm::ir {

enum class Op : std::uint8_t {
#define OP(name, text, operands, result, effects, meaning) name,
#include "tracer/ir/ir_ops.def"
#undef OP
};

enum class Effect : std::uint8_t { Pure, Read, Write, Guard, Lane, State, Control };
enum class ResultRule : std::uint8_t { None, Same, Bool, Given };
constexpr int any_number = -1;

struct OpInfo {
  const char* text;
  int operands; // any_number: variable
  ResultRule result;
  Effect effect;
  const char* meaning;
};
const OpInfo& info(Op op);

// What a register holds. All integers are I64: loads extend, stores cut. Bool is 0 or 1, a mask in lanes.
enum class Base : std::uint8_t { Bool, I64, F32, F64, Array };

struct Type {
  Base base = Base::I64;
  std::uint8_t lanes = 1;
  friend bool operator==(Type, Type) = default;
  bool is_float() const { return base == Base::F32 || base == Base::F64; }
  Type with_lanes(int n) const { return {base, static_cast<std::uint8_t>(n)}; }
};
constexpr Type b1{Base::Bool, 1}, i64{Base::I64, 1}, f32{Base::F32, 1}, f64{Base::F64, 1}, array_type{Base::Array, 1};

// The register type of a scalar kind: bool -> b, every integer -> i64, floats themselves.
Type type_of(ScalarKind kind);
// The kind whose arithmetic a register of that base computes with; not for Array.
ScalarKind kind_of(Base base);
// "f64x8"
std::string name_of(Type type);

using ValueId = std::uint32_t;
using InstructionId = std::uint32_t;
using ExitId = std::uint32_t;
constexpr std::uint32_t no_id = 0xffffffffu;

// How a vector load or store moves from lane to lane, when all its subscripts are affine in the lane number.
enum class LaneStride : std::uint8_t {
  None,       // scalar access, or subscripts are unrelated: gather and scatter
  Contiguous, // lane l is the element right after lane l - 1; the subscripts are those of lane 0, scalars
  Strided,    // lanes are `lane_step` times `lane_dimension`'s stride apart; subscripts as for Contiguous
};

struct Body {
  std::vector<ValueId> parameters;
  std::vector<InstructionId> instructions;
};

struct Instruction {
  Op op;
  ScalarKind element = ScalarKind::Float64;  // load, store, wrap
  LaneStride lane_stride = LaneStride::None; // vector load, store
  std::uint8_t lane_dimension = 0;           // Strided: which dimension's stride
  std::int64_t lane_step = 1;                // Strided: times this many elements
  bool masked = false;                       // vector load, store: the operand behind the subscripts is a mask
  bool independent = false;                  // for: the guest declared its iterations independent (prange)
  std::uint8_t gang = 0;                     // laneget, laneset of a vector, leave: which of the region's gangs
  std::int64_t immediate = 0;
  ExitId exit = no_id;
  std::vector<ValueId> operands{};
  std::vector<ValueId> results{};
  std::vector<Body> bodies{};
  int line = 0; // of the guest source
};

struct ValueInfo {
  Type type;
};

// One register of the interpreter that an exit fills, and from what; or an item of the compound value before it.
struct SnapshotEntry {
  enum class Source : std::uint8_t {
    Scalar,   // operand `operand`, as a value of kind `kind`
    Number,   // int or float: operand is the float, operand + 1 the int, operand + 2 (b) says that it is the float
    Constant, // constant `operand` of the recording
    Array,    // what array slot `operand` held at entry
    Lane, // operand `operand`, the lane of accumulator `slot`, of kind `kind`; empty: an identity of the live-in's kind
    View, // of the array of slot `slot`: `count` dimensions by ints from `operand` on, one that fixes the
          // dimension, or where its bit in `sliced` is set three: first element, length, step
    Tuple, // of the next `count` entries, each with what belongs to it
    Slice, // of the next 3 entries
    Range, // of the next 3 entries: ints
  };
  std::uint16_t frame = 0; // 0: the region's own frame; inlined calls count up, outermost first
  std::uint16_t guest_register = 0;
  Source source = Source::Scalar;
  ScalarKind kind = ScalarKind::Float64;
  std::uint16_t operand = 0;
  std::uint16_t slot = 0;
  std::uint16_t count = 0;
  std::uint16_t sliced = 0;
};

// A `for` over a range that is under way inside the region: its state registers follow from where it is.
struct SnapshotLoop {
  std::uint16_t frame = 0;
  std::uint16_t state_register = 0; // next value, values left, step
  std::uint16_t value_operand = 0;  // this iteration's value
  std::uint16_t stop_operand = 0;   // of range(start, stop, step)
  std::int64_t step = 1;            // 0: operand `step_operand`
  std::uint16_t step_operand = 0;
};

struct SnapshotFrame {
  const void* function = nullptr;    // pyvm::Function of an inlined call; null for frame 0
  std::uint32_t pc = 0;              // where the frame goes on; for a caller: after its call
  std::uint16_t result_register = 0; // in the caller, for the value that the callee returns
};

// Where the interpreter goes on. Registers that no entry names keep what they held at the region's entry.
struct Exit {
  // After widening: for each of the original operands, `Region::gangs` values in a row.
  std::vector<ValueId> operands{};
  std::vector<SnapshotEntry> entries{};
  std::vector<SnapshotFrame> frames{};
  std::vector<SnapshotLoop> loops{};
  bool lanes_left = false; // some lanes have left by `leave`; this one names nothing itself
  std::string reason{};    // for listings: "index out of range", "zero divisor", "loop ends", ...
  int line = 0;
};

struct ScalarSlot {
  ScalarKind kind;
  std::uint16_t guest_register = 0;
};

// The length of a scratch array's dimension: a number and multiples of what the entry knows, in arithmetic that wraps.
struct ScratchLength {
  // An int scalar slot's value, or the length of a dimension of an array of lower slot.
  struct Term {
    enum class From : std::uint8_t { Scalar, Array } from = From::Scalar;
    std::int64_t slot = 0;
    std::uint8_t dimension = 0;
    std::int64_t factor = 1;
    friend bool operator==(const Term&, const Term&) = default;
  };
  std::int64_t constant = 0;
  std::vector<Term> terms{};

  bool is_constant() const { return terms.empty(); }
  friend bool operator==(const ScratchLength&, const ScratchLength&) = default;
};

struct ArraySlot {
  ScalarKind dtype;
  std::uint8_t ndim = 0;
  bool contiguous = false; // C-contiguous at entry: a guard of the region
  bool writable = true;
  std::uint16_t guest_register = 0;
  // Not empty: no array of the guest's but one of the code's own, of these lengths, in C order, for each thread that
  // runs it. Nothing is kept there from one iteration of the ordinal loop to the next.
  std::vector<ScratchLength> scratch{};
  // What iterations of the ordinal loop add to as a whole (`hist += row`): the code has a copy in place of the guest's
  // array, of its shape, in C order, apart from all other memory. Iterations that share it run in their order.
  bool accumulates = false;
  bool is_scratch() const { return !scratch.empty(); }
  bool is_apart() const { return is_scratch() || accumulates; }
};

// A reduction variable. Its lanes live in the lane record (region_abi.h).
struct Accumulator {
  ReductionOp op;
  ScalarKind kind;
  std::uint16_t guest_register = 0;
};

struct Region {
  std::string name; // the guest function's, for listings
  std::string file;
  int line = 0;
  std::vector<ScalarSlot> scalars;
  std::vector<ArraySlot> arrays;
  std::vector<Accumulator> accumulators;
  int reduction_lanes = 32;
  int lanes = 1; // of one vector, after widening
  int gangs = 1; // vectors interleaved, after widening
  std::vector<Exit> exits;
  Body body;

  std::vector<ValueInfo> values;
  std::vector<Instruction> instructions;

  Instruction& at(InstructionId id) { return instructions[id]; }
  const Instruction& at(InstructionId id) const { return instructions[id]; }
  Type type(ValueId value) const { return values[value].type; }
  ValueId new_value(Type type) {
    values.push_back({type});
    return static_cast<ValueId>(values.size() - 1);
  }
};

// Of a load or store: how many subscripts follow the array.
inline std::size_t subscript_count(const Instruction& access) {
  return access.operands.size() - 1 - (access.masked ? 1 : 0) - (access.op == Op::Store ? 1 : 0);
}
// The mask of a masked load or store.
inline ValueId mask_of(const Instruction& access) { return access.operands[1 + subscript_count(access)]; }

} // namespace pyvm::ir
