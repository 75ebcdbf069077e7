#pragma once
// What the code generator knows about a region before it emits anything: where values are defined and read, which of
// them need a register in the main code, what is folded into its one reader, and which values share a register.
//
// Positions number the instructions in the order of the text, bodies after their owner. Because the control flow is
// structured, "no read of p after position d inside p's body" is all that sharing a register needs to know.

#include <cstdint>
#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::x64 {

using ir::InstructionId;
using ir::no_id;
using ir::ValueId;

using LoopId = std::int32_t;
inline constexpr LoopId no_loop = -1;

// `factor` times `value` times, when `dimension` is not none, the array's stride there. A `value` of no_id stands
// for 1.
struct AddressTerm {
  static constexpr std::int8_t none = -1;
  ValueId value = no_id;
  std::int8_t dimension = none;
  std::int64_t factor = 1;
  friend bool operator==(const AddressTerm&, const AddressTerm&) = default;
};

// Accesses of one loop whose addresses differ only by constants and by what changes inside the loop body. They share a
// register that is set up before the loop.
struct PointerGroup {
  enum class Mode : std::uint8_t {
    Fixed,   // nothing in it depends on the loop's index
    Indexed, // base + index * scale, in the addressing mode
    Bumped,  // the register moves at the end of each iteration
  };
  std::int64_t slot = 0;
  std::vector<AddressTerm> invariant;
  std::vector<AddressTerm> with_index; // value is the loop's index
  int members = 0;
  int folded = 0; // of these, into arithmetic
  bool has_dynamic_member = false;
  Mode mode = Mode::Fixed;
};

// The address of an access: group's register (or the array's data pointer, without a group) + dynamic terms + offset.
struct AccessPlan {
  std::int64_t slot = 0;
  LoopId loop = no_loop;
  int group = -1;
  std::vector<AddressTerm> dynamic;
  std::int64_t offset = 0;
};

struct LoopFacts {
  const ir::Instruction* instruction;
  LoopId parent;
  ValueId index; // no_id for `loop`
  bool innermost = true;
  std::vector<PointerGroup> groups;
};

enum class Form : std::uint8_t {
  Dead,     // nothing reads it
  Emitted,  // computed where it stands
  AtExits,  // only exits read it: computed in the cold code behind them
  Entry,    // constants and entry values: made where they are read, or before all loops
  InReader, // a load, a lane, `any`, the sum of `a[i] += x` or one of two bitwise ops in a row that its one reader
            // takes in, or a compare that all do
};

struct ValueFacts {
  InstructionId definition = no_id; // no_id: a body's parameter
  const ir::Body* body = nullptr;   // that holds the definition
  LoopId loop = no_loop;            // the innermost around it
  int position = 0;
  int reads = 0; // by instructions that are emitted
  int exit_reads = 0;
  Form form = Form::Dead;
  std::vector<int> read_at; // positions, ascending
  ValueId shares = no_id;   // the value whose register it takes over
};

struct InstructionFacts {
  const ir::Body* body = nullptr;
  LoopId loop = no_loop;
  LoopId owns = no_loop; // For and Loop: the loop that it is
  int position = -1;     // -1: not in the tree
  int end = -1;          // position of the last instruction inside it
  int access = -1;       // Load and Store: index in Facts::accesses
  // Extract: the first of those in its body that take the same vector apart, which puts it into memory for all of them;
  // no_id where it is alone.
  InstructionId opener = no_id;
};

class Facts {
public:
  explicit Facts(const ir::Region& region);

  const ValueFacts& of(ValueId value) const { return values_[value]; }
  const InstructionFacts& at(InstructionId id) const { return instructions_[id]; }
  const InstructionFacts& at(const ir::Instruction& it) const { return instructions_[id_of(it)]; }
  InstructionId id_of(const ir::Instruction& it) const {
    return static_cast<InstructionId>(&it - region_.instructions.data());
  }
  LoopId loop_count() const { return static_cast<LoopId>(loops_.size()); }
  const LoopFacts& loop(LoopId id) const { return loops_[static_cast<std::size_t>(id)]; }
  const AccessPlan& access(const ir::Instruction& it) const {
    return accesses_[static_cast<std::size_t>(at(it).access)];
  }
  // The instruction that computes the value; null for a body's parameter.
  const ir::Instruction* definition(ValueId value) const {
    InstructionId id = values_[value].definition;
    return id == no_id ? nullptr : &region_.instructions[id];
  }
  bool is_emitted(const ir::Instruction& it) const;
  // The constant's bits, when it is one (of every lane).
  const ir::Instruction* constant(ValueId value) const {
    const ir::Instruction* it = definition(value);
    return it && it->op == ir::Op::Const ? it : nullptr;
  }
  // Whether and, or and xor of these lanes take three operands.
  static bool has_ternary_logic(ir::Type type) { return type == ir::i64.with_lanes(8); }
  static bool is_bitwise(ir::Op op) { return op == ir::Op::And || op == ir::Op::Or || op == ir::Op::Xor; }
  // True when an instruction strictly between the positions may leave the region.
  bool may_leave_between(int first, int last) const;
  // Which operand of a reader may be a memory operand; part of the lowering table's promise.
  static bool takes_memory(const ir::Region& region, const ir::Instruction& reader, std::size_t operand);

private:
  void walk(const ir::Body& body, LoopId loop);
  void plan_accesses();
  void choose_modes();
  void find_forms();
  void visit_backwards(const ir::Instruction& it);
  void read_by_exit(ValueId value);
  void fold_into_readers(const ir::Body& body);
  void fold_compare(const ir::Instruction& it, const ir::Body& body, std::size_t index);
  void fold_condition(const ir::Instruction& branch, const ir::Body& body);
  void fold_masked_compare(const ir::Instruction& it, const ir::Body& body);
  void fold_logic(const ir::Instruction& it, const ir::Body& body);
  void fold_update(const ir::Instruction& store, const ir::Body& body, std::size_t index);
  void fold_load(const ir::Instruction& it, const ir::Body& body, std::size_t index);
  void fold_into_next_reader(ValueId result, const ir::Body& body, std::size_t index, bool past_stores);
  void fold_extracts(const ir::Body& body);
  void note_reads(const ir::Body& body);
  void note_read(ValueId value, int position);
  void note_loop_reads(const ir::Instruction& it, int position);
  void share_in(const ir::Body& body);
  void share_subscripts();
  bool may_share(ValueId parameter, ValueId next, const ir::Body& body, int limit, std::vector<ValueId>& sharers) const;
  bool read_between(ValueId value, int after, int limit) const;
  template <typename F> void for_each_read(const ir::Instruction& it, F&& f) const;

  const ir::Region& region_;
  std::vector<ValueFacts> values_;
  std::vector<InstructionFacts> instructions_;
  std::vector<LoopFacts> loops_;
  std::vector<AccessPlan> accesses_;
  std::vector<InstructionId> order_; // by position
};

} // namespace pyvm::x64
