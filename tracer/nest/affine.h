// Integers of a region as affine forms of its loops' indices.
//
// A Form is a sum of terms  coefficient * invariant * ... * index  with at most one index a term. Invariants are values
// that follow from the entry's scalars and shapes alone. A form is found once, when the region is planned; at each
// entry its invariants have numbers (numbers.h).
//
// Truth about wrapping: the IR's integers wrap at 64 bits, forms do not. Sums and products agree modulo 2^64, so a form
// whose value lies in the int64 range *is* the IR's value, whatever wrapped on the way. Whoever concludes something
// from a form must have shown that range first: entry checks do for subscripts, Numbers for loop bounds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::tracer::nest {

using InvariantId = std::uint32_t;
using LoopId = std::uint32_t;
constexpr std::uint32_t none = 0xffffffffu;

// One step in computing an invariant: a constant, a scalar slot, an array's length, or a pure op on earlier invariants.
struct Invariant {
  ir::Instruction instruction; // operands are InvariantIds, but for Dim: its operand is the array slot
  ir::Base operand = ir::Base::I64;
  ir::Base result = ir::Base::I64;
};

struct Term {
  std::int64_t coefficient = 0;
  std::vector<InvariantId> factors; // ascending
  LoopId loop = none;               // times that loop's index
  friend bool operator==(const Term&, const Term&) = default;
};

// Terms are ordered by loop and factors, each once, none with coefficient 0.
struct Form {
  std::vector<Term> terms;

  static Form constant(std::int64_t value);
  static Form index(LoopId loop) { return {{{1, {}, loop}}}; }
  static Form invariant(InvariantId id) { return {{{1, {id}, none}}}; }
  bool mentions(LoopId loop) const;
  bool is_invariant() const;
  // The value of a form without invariants and indices.
  std::optional<std::int64_t> constant_value() const;
  friend bool operator==(const Form&, const Form&) = default;
};

// a + times_b * b, and a * b. Nothing when a coefficient leaves 64 bits, or the result is no form.
std::optional<Form> sum(const Form& a, const Form& b, std::int64_t times_b);
std::optional<Form> product(const Form& a, const Form& b);

// The bound of a loop: the least of these forms (of a lower bound, the greatest), and of more where not `exact`.
struct Bound {
  std::vector<Form> forms;
  bool exact = true;
};
constexpr std::size_t most_bound_forms = 2;

struct Loop {
  LoopId parent = none;
  bool ordinal = false;  // `for` over the whole grain: [begin, end) of the entry
  bool declared = false; // the guest's prange
  Bound lo, hi;          // of a `for`; no form where nothing is known at entry. Not used of the ordinal loop
  std::int64_t step = 1;
  int line = 0;
  ir::InstructionId instruction = ir::no_id; // in the region that was read
};

// What the evaluation of forms needs of a region; holds no reference to it.
struct LoopTable {
  std::vector<Invariant> invariants; // operands before their users
  std::vector<Loop> loops;           // a loop before those inside it

  // True for a loop itself, too.
  bool encloses(LoopId outer, LoopId inner) const;
};

// Reads loops, invariants and forms off a scalar region, which must outlive it unchanged.
class Nest {
public:
  // `forms_are_in_range`: as in AliasInfo (tracer/opt/alias.h).
  explicit Nest(const ir::Region& region, bool forms_are_in_range = true);

  const LoopTable& table() const { return table_; }
  bool forms_are_in_range() const { return forms_are_in_range_; }
  const ir::Region& region() const { return region_; }
  // Innermost `for` or `loop` around an instruction of the tree; none outside of all.
  LoopId loop_around(ir::InstructionId id) const { return loop_around_[id]; }
  // Innermost loop inside which a value is made; a loop's own index and carried values are made inside it.
  LoopId made_in(ir::ValueId value) const { return made_in_[value]; }
  // The loop that a `for` or `loop` is.
  LoopId loop_of(ir::InstructionId owner) const;
  // The instruction that computes a value; null for a body's parameter.
  const ir::Instruction* definition(ir::ValueId value) const;

  // The form of an i64 value. An `index` has the form of its subscript: good where that does not wrap.
  std::optional<Form> form(ir::ValueId value);
  // Nothing when the value depends on more than the entry.
  std::optional<InvariantId> invariant(ir::ValueId value);

private:
  void walk(const ir::Body& body, LoopId loop);
  LoopId add_loop(ir::InstructionId id, LoopId parent);
  Bound bound(ir::ValueId value, ir::Op chosen);
  std::optional<Form> compute_form(ir::ValueId value);
  std::optional<InvariantId> compute_invariant(ir::ValueId value);

  const bool forms_are_in_range_;
  const ir::Region& region_;
  LoopTable table_;
  std::vector<ir::InstructionId> definitions_; // by value
  std::vector<LoopId> loop_around_;            // by instruction
  std::vector<LoopId> made_in_;                // by value
  std::vector<LoopId> index_of_;               // by value: the loop whose index it is
  std::map<ir::ValueId, std::optional<Form>> forms_;
  std::map<ir::ValueId, std::optional<InvariantId>> invariant_ids_;
};

} // namespace pyvm::tracer::nest
