// A compiled function or module: register bytecode with its tables. Immutable once made, but for the loops' counters.
//
// Registers [0, parameters) hold the arguments, then come locals, constants used in loops (register_constants),
// temporaries. A `for` loop looks like this; `continue` goes to next, exhaustion to otherwise, `break` behind the else
// block:
//
//   enter:      EnterFor state, iterable, loop
//   (first value is put into the target register by EnterFor)
//   body:       ...
//   next:       NextFor state, target, loop      -> body
//   otherwise:  else block
//   end:
//
// and a `while` loop:   body: condition, JumpIfNot otherwise; ...; next: LoopBack; otherwise: ...; end.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "vm/object/objects.h"
#include "vm/semantics/reduction.h"
#include "vm/support/source_location.h"

namespace pyvm {

enum class Opcode : std::uint8_t {
#define OPCODE(name, a, b, c, meaning) name,
#include "vm/bytecode/opcodes.def"
#undef OPCODE
};

enum class Role : std::uint8_t {
  Unused,
  Read,
  Write,
  Both,
  Constant,
  Name,
  Loop,
  Number,
  ReadN,
  ReadC,
  WriteC,
  Read3,
  Write3,
  State,
  Target
};

struct OpcodeInfo {
  const char* name;
  Role a, b, c;
  const char* meaning;
};
const OpcodeInfo& info(Opcode op);

// The opcode of a binary or comparison operator stands at a fixed distance from its enumerator.
constexpr Opcode opcode_of(BinaryOp op) {
  return static_cast<Opcode>(static_cast<int>(Opcode::Add) + static_cast<int>(op));
}
constexpr Opcode opcode_of(CompareOp op) {
  return static_cast<Opcode>(static_cast<int>(Opcode::Lt) + static_cast<int>(op));
}
constexpr Opcode opcode_of(UnaryOp op) {
  return static_cast<Opcode>(static_cast<int>(Opcode::Neg) + static_cast<int>(op));
}
static_assert(opcode_of(BinaryOp::MatMul) == Opcode::MatMul && opcode_of(CompareOp::NotIn) == Opcode::NotIn &&
              opcode_of(UnaryOp::Not) == Opcode::Not);
constexpr bool is_binary(Opcode op) { return op >= Opcode::Add && op <= Opcode::MatMul; }
constexpr bool is_comparison(Opcode op) { return op >= Opcode::Lt && op <= Opcode::NotIn; }
constexpr bool is_unary(Opcode op) { return op >= Opcode::Neg && op <= Opcode::Not; }
constexpr BinaryOp binary_of(Opcode op) {
  return static_cast<BinaryOp>(static_cast<int>(op) - static_cast<int>(Opcode::Add));
}
constexpr CompareOp comparison_of(Opcode op) {
  return static_cast<CompareOp>(static_cast<int>(op) - static_cast<int>(Opcode::Lt));
}
constexpr UnaryOp unary_of(Opcode op) {
  return static_cast<UnaryOp>(static_cast<int>(op) - static_cast<int>(Opcode::Neg));
}

constexpr std::uint8_t in_place_flag = 1;
constexpr std::uint8_t numpy_errors_flag = 2;

struct Instruction {
  Opcode op;
  std::uint8_t n = 0;
  std::uint16_t a = 0;
  std::uint16_t b = 0;
  std::uint16_t c = 0;

  std::int32_t distance() const { return static_cast<std::int32_t>(b | static_cast<std::uint32_t>(c) << 16); }
  void set_distance(std::int32_t distance) {
    b = static_cast<std::uint16_t>(distance);
    c = static_cast<std::uint16_t>(static_cast<std::uint32_t>(distance) >> 16);
  }
};
static_assert(sizeof(Instruction) == 8);

// What a variable is to a prange loop (DESIGN section 3).
enum class VariableClass : std::uint8_t {
  Invariant, // only read in the body
  Private,   // assigned on every path before any read of it; the highest iteration's value is left behind
  Reduction, // only ever combined: s op= x; or selected: if x > s: s = x
  Carried,   // goes from one iteration to the next: the loop runs in order
};

struct LoopVariable {
  std::uint16_t guest_register;
  VariableClass variable_class;
  ReductionOp reduction = ReductionOp::Add;
  bool always_assigned = false; // a private: on every path through the body
  bool live_after = false;      // a private: its last value may be read behind the loop
  bool in_place = false;        // a reduction: only ever `s op= x`, which leaves an array the array that it is
  std::string name;
  int line = 0; // where the class shows: the read that makes it carried, the first contribution
};

// Variables of a prange that one `if x > s: s = x; where = i` sets together (vm/semantics/selection.h). All of them are
// of class Reduction, Selected.
struct LoopSelection {
  CompareOp rule;                        // the comparison of x with s
  std::uint16_t key;                     // s
  std::uint16_t place;                   // set to the loop's own value first of all: `where`, or a register of its own
  std::vector<std::uint16_t> companions; // all others
};
std::vector<std::uint16_t> members_of(const LoopSelection& selection);

// A subscript in the body of a prange, as far as the code tells before the loop runs.
struct SubscriptForm {
  enum class What : std::uint8_t {
    Affine,   // factor * the loop's value + offset + the sum of invariant registers times their factors
    Repeated, // takes the same values in every iteration: an inner loop's variable, a slice
    Unknown,
  } what = What::Unknown;
  std::int64_t factor = 0;
  std::int64_t offset = 0;
  std::vector<std::pair<std::uint16_t, std::int64_t>> invariants; // register, factor
};

// An element or a slice of an array from outside the loop that an iteration reads or writes.
struct ArrayAccess {
  std::uint16_t array; // a register that the loop does not change
  bool store = false;
  bool update = false; // `a[...] op= x`
  int line = 0;
  std::vector<SubscriptForm> subscripts; // may be fewer than dimensions
};

enum class LoopKind : std::uint8_t { For, Prange, While };

struct LoopInfo {
  LoopKind kind;
  int parent = -1;                                                     // index of the enclosing loop
  std::uint32_t enter = 0, body = 0, next = 0, otherwise = 0, end = 0; // pcs
  std::uint16_t state = 0;  // for: first of the three state registers: next value, values left, step; or an iterator
  std::uint16_t target = 0; // for: where the loop puts its value
  Location location;

  // Prange only.
  std::vector<LoopVariable> variables;
  std::vector<LoopSelection> selections;
  int reductions = 0; // variables of class Reduction, as the source has them; those selected do not count
  bool body_has_loop_or_call = false; // decides the block size (DESIGN section 6)
  std::string in_order_reason;        // not empty: runs in order, a sentence for the user
  std::vector<ArrayAccess> accesses;  // what conflicts between iterations are looked for in
};

// A counter that threads share without ordering: it may lose counts, and nothing depends on them.
class RelaxedCounter {
public:
  std::int32_t operator--() {
    const std::int32_t next = value_.load(std::memory_order_relaxed) - 1;
    value_.store(next, std::memory_order_relaxed);
    return next;
  }
  RelaxedCounter& operator=(std::int32_t value) {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }

private:
  std::atomic<std::int32_t> value_{0};
};

constexpr std::uint32_t no_join = 0xffffffffu;

// What never changes once it is made.
struct CodeTables {
  std::string name;
  std::string qualified_name;
  Dialect dialect = Dialect::Python;
  bool parallel = false; // njit(parallel=True): pranges are parallel
  bool fastmath = false;
  std::shared_ptr<const SourceText> source;

  std::vector<Instruction> instructions;
  std::vector<Location> locations;  // of each instruction
  std::vector<std::uint32_t> joins; // of JumpIf, JumpIfNot: where both sides meet again; no_join where they do not
  std::vector<Value> constants;
  std::vector<std::string> names;
  std::vector<LoopInfo> loops;

  // Parameters in order: positional-only, positional-or-keyword, keyword-only.
  std::vector<std::string> parameters;
  int positional_only = 0;
  int positional = 0; // both kinds that can be given by position
  int defaults = 0;   // how many of the positional ones have a default

  std::vector<std::string> free_variables;
  std::vector<std::string> register_names;                                 // of the locals
  std::vector<std::pair<std::uint16_t, std::uint16_t>> register_constants; // register, constant: loaded once at entry
  int registers = 0;

  // The function's syntax tree and its module, for compiling it again in the other dialect (vm/compile knows the
  // types).
  std::shared_ptr<const void> tree_owner;
  const void* tree = nullptr;

  const std::string& file() const { return source->path(); }
};

struct Code final : CodeBase, CodeTables {
  Code() : CodeBase(Tag::Native) {}
  // With counters of its own.
  explicit Code(CodeTables tables) : CodeBase(Tag::Native), CodeTables(std::move(tables)) {}
  // Once the loops are known. `hot`: back-edges until one counts as hot.
  void make_counters(std::int32_t hot);

  // Back-edges until a loop counts as hot, one for each loop; several threads may count at once, exactness is not
  // needed.
  mutable std::unique_ptr<RelaxedCounter[]> heat;

  // What the tracer keeps for each loop; null until it has looked at it.
  mutable std::unique_ptr<std::atomic<void*>[]> traced;

  // Whether np.random may draw in each loop's body: what vm/interp/draws.h has found, 0: not asked yet.
  mutable std::unique_ptr<std::atomic<std::uint8_t>[]> draws;

  // Where LoadGlobal has found names before (vm/interp fills it; nodes of a module's map never move).
  mutable std::vector<const Value*> global_cache;
  mutable std::size_t globals_seen = 0; // how many the module had then: a new one may hide a builtin
};

// What `heat` begins with.
std::int32_t back_edges_until_hot();

// One line an instruction, with constants and names in clear; loops in a table below.
std::string disassemble(const Code& code);

} // namespace pyvm
