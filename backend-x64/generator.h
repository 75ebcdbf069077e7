#pragma once
// Turns one region into x86-64 instructions with asmjit's Compiler, which allocates the registers.
//
// Where things live. i64 and b scalars: general registers (b is 0 or 1). f64 and f32 scalars: xmm. Vectors of L lanes:
// f64 and i64 in a full register (ymm for L = 4, zmm for L = 8), f32 in half of one, b in a k register (L = 8) or as an
// int64 mask, all ones or zeros (L = 4). Vectors of 4 are AVX2 code, vectors of 8 AVX-512 code.
//
// A value has one virtual register. Body parameters, and results of `if` and `block`, are registers that several places
// write; Facts says which computed values are written straight into them. Therefore a lowering function must read all
// of its operands before it writes its result, for the result's register may be an operand's.
//
// Cold code (exits, rare cases of division) is emitted after the function's end: `later()` keeps it.
//
// The lowering table is lowering.def; the functions it names are in lower_*.cpp.

#include "backend-x64/costs.h"
#include "backend-x64/facts.h"

#include <asmjit/x86.h>

#include <array>
#include <functional>
#include <map>
#include <optional>

namespace pyvm::x64 {

namespace x86 = asmjit::x86;
using asmjit::Imm;
using asmjit::InstId;
using asmjit::Label;
using asmjit::Operand;
namespace Id = x86::Inst; // instruction ids: Id::kIdAdd
using ir::Base;
using ir::Instruction;
using ir::Op;
using ir::Type;

// The instruction's float forms: scalar legacy, scalar VEX, packed; each for double and single.
struct FloatForms {
  InstId sse_sd, sse_ss, vex_sd, vex_ss, packed_pd, packed_ps;
};

struct LoweringRow;

class Generator {
public:
  Generator(const ir::Region& region, const ir::CompileOptions& options, const Costs& costs, x86::Compiler& compiler);

  // Nothing when the region can be compiled.
  static std::optional<ir::CodeRefusal> refusal(const ir::Region& region, ir::Isa isa);
  // Emits the whole function. asmjit's errors go to the code holder's error handler.
  void generate();
  // Whether the function can run several blocks of a reduction in one go (RegionContext::blocks).
  bool runs_blocks() const { return runs_blocks_; }

private:
  friend struct Lowering;

  // ---- frame (generator.cpp) --------------------------------------------------------------------------------------
  void emit_prologue();
  void emit_epilogue();
  void load_mxcsr_unless_default(const x86::Mem& from);
  void later(std::function<void()> emit) { cold_.push_back(std::move(emit)); }
  void comment(const Instruction& it);
  // Runs `emit` at the function's entry, where what it computes is good for the whole function. In cold code: here.
  template <typename F> void at_entry(F&& emit);
  void make_stress_registers();
  void touch_stress_registers();

  // ---- registers and constants (registers.cpp) --------------------------------------------------------------------
  bool is_vector(ValueId v) const { return region_.type(v).lanes > 1; }
  Type type(ValueId v) const { return region_.type(v); }
  // A register that has no name is given one by asmjit, with printf, which takes longer than all else about it.
  template <typename R> R new_named(asmjit::TypeId type) {
    R reg(asmjit::Globals::NoInit);
    cc_._newReg(&reg, type, "v");
    return reg;
  }
  x86::Gp new_gp() { return new_named<x86::Gp>(asmjit::TypeId::kUInt64); }
  x86::Vec new_vec(Type type);
  x86::Vec new_vec(int bytes);
  x86::Xmm new_scalar(Base base);
  x86::Reg new_register(Type type);
  int bytes_of(Type type) const { return type.lanes * (type.base == Base::F32 ? 4 : 8); }
  x86::Vec sized(const x86::Reg& reg, Type type) const;
  static x86::Vec sized(const x86::Reg& reg, int bytes);

  // The register that a result is written to.
  x86::Reg target(ValueId v);
  // For instructions that write the whole register under a mask (blends, compares to a k register): asmjit counts each
  // write under a mask as a read of what was there, which would keep the register alive from the start of the loop.
  void forget(const x86::Reg& written);
  x86::Gp target_gp(ValueId v) { return target(v).as<x86::Gp>(); }
  x86::Vec target_vec(ValueId v) { return sized(target(v), type(v)); }
  x86::KReg target_mask(ValueId v) { return target(v).as<x86::KReg>(); }
  // The register that holds a value; a constant is put into one.
  x86::Reg reg(ValueId v);
  x86::Gp gp(ValueId v) { return reg(v).as<x86::Gp>(); }
  x86::Vec vec(ValueId v) { return sized(reg(v), type(v)); }
  x86::KReg mask(ValueId v) { return reg(v).as<x86::KReg>(); }
  // As an instruction's last source: register, memory (a load or constant taken in), for integers an immediate.
  Operand source(ValueId v);
  bool in_memory(ValueId v) const { return facts_.of(v).form == Form::InReader; }
  // The constant as a signed 32 bit immediate.
  std::optional<std::int64_t> immediate(ValueId v) const;
  std::optional<std::int64_t> int_constant(ValueId v) const;
  x86::Reg entry_value(ValueId v);
  void emit_constant(const x86::Reg& into, Type type, std::uint64_t bits);
  x86::Mem scalar_constant(Base base, std::uint64_t bits);
  // `bits` in every 64-bit (f32: 32-bit) element of a vector of the type's size, kept in a register.
  x86::Vec vector_constant(Type type, std::uint64_t bits);
  // 16 bytes of memory, for scalars' sign masks.
  x86::Mem mask_constant(Base base, std::uint64_t bits);
  x86::Gp data_pointer(std::int64_t slot);
  x86::Gp stride(std::int64_t slot, int dimension);
  x86::Gp array_field(std::int64_t slot, std::size_t offset);
  x86::Gp context_field(std::size_t offset);

  void copy(const x86::Reg& into, const x86::Reg& from, Type type);
  void move(const x86::Reg& into, ValueId from);
  // All moves at once: no register is overwritten before it has been read.
  void move_all(const std::vector<x86::Reg>& into, const std::vector<ValueId>& from);

  template <typename... Operands> void emit(InstId id, const Operands&... operands) { cc_.emit(id, operands...); }
  // dst = a op b, with the operands in that order; b may be memory or an immediate.
  void gp3(InstId id, const x86::Gp& dst, const x86::Gp& a, const Operand& b, bool commutative);
  void fp3(const FloatForms& forms, Base base, const x86::Vec& dst, const x86::Vec& a, const Operand& b,
           bool commutative);
  void fp3(InstId vex, InstId sse, const x86::Vec& dst, const x86::Vec& a, const Operand& b, bool commutative);

  // ---- lowering (lower_*.cpp) -------------------------------------------------------------------------------------
  void lower(const Instruction& it);
  void lower_entry(const Instruction& it);

  void lower_binary(const Instruction& it);
  void lower_mul32(const Instruction& it);
  void lower_draw(const Instruction& it);
  void lower_unary(const Instruction& it);
  void lower_extremum(const Instruction& it);
  void lower_shift(const Instruction& it);
  void lower_compare(const Instruction& it);
  void lower_select(const Instruction& it);
  void lower_division(const Instruction& it);
  void lower_pow(const Instruction& it);
  void lower_math(const Instruction& it);
  void lower_wrap(const Instruction& it);
  void lower_int_to_float(const Instruction& it);
  void lower_float_to_int(const Instruction& it);
  void lower_float_to_float(const Instruction& it);
  void lower_bool_to_int(const Instruction& it);
  void lower_splat(const Instruction& it);
  void emit_splat(const Instruction& it);

  void scalar_binary(const Instruction& it, const LoweringRow& row);
  void scalar_neg(const Instruction& it);
  void scalar_abs(const Instruction& it);
  void scalar_extremum(const Instruction& it, const LoweringRow& row);
  void scalar_shift(const Instruction& it, const LoweringRow& row);
  void scalar_select(const Instruction& it);
  void scalar_wrap(const Instruction& it);
  void select_float(const Instruction& it);
  void vector_divide(const Instruction& it);
  x86::Vec small_to_float(const x86::Vec& ints, Type t);
  void leave_unless_small(const Instruction& it, const x86::Vec& a, const x86::Vec& b, const Label& label);
  void integer_divide(const Instruction& it);
  bool divide_by_constant(const Instruction& it, std::int64_t divisor);
  void unsigned_divide(const Instruction& it);
  void correct_to_floor(const Instruction& it, const x86::Gp& quotient, const x86::Gp& remainder,
                        const x86::Gp& divisor);
  void scalar_itof(const x86::Vec& dst, const x86::Gp& from, Base base);
  void scalar_utof(const x86::Vec& dst, const x86::Gp& from, Base base);
  void scalar_ftoi(const x86::Gp& dst, const x86::Vec& from, Base base);
  void scalar_ftou(const x86::Gp& dst, const x86::Vec& from, Base base);
  void call_scalar(void* function, Base base, ValueId result, const std::vector<ValueId>& operands);
  void call_lanes(void* function, const Instruction& it);
  void call_lanes(void* function, int count, const x86::Vec& result, const x86::Vec& a, const x86::Vec& b);
  void exact_math(const Instruction& it, MathFunction function);
  void copysign(const Instruction& it, std::uint64_t sign);

  void vector_binary(const Instruction& it, const LoweringRow& row);
  bool is_last_read(const Instruction& reader, ValueId value) const;
  void ternary_logic(const Instruction& it, ValueId inner, ValueId other);
  void vector_mask_binary(Op op, const x86::Reg& dst, const x86::Reg& a, const x86::Reg& b);
  void masked_compare(const x86::Reg& dst, const x86::Reg& mask, ValueId compared);
  void vector_mask_not(const x86::Reg& dst, const x86::Reg& a);
  void vector_multiply_avx2(const x86::Vec& dst, const x86::Vec& a, const x86::Vec& b);
  void vector_unary(const Instruction& it);
  void vector_extremum(const Instruction& it, const LoweringRow& row);
  void vector_shift(const Instruction& it, const LoweringRow& row);
  void vector_shift_right_avx2(const x86::Vec& dst, const x86::Vec& a, const Operand& count);
  void vector_compare(const Instruction& it);
  void compare_masks(const Instruction& it);
  void compare_floats(const x86::Reg& dst, const Instruction& it);
  void compare_ints_avx2(const x86::Vec& dst, Op op, x86::Vec a, x86::Vec b);
  void vector_select(const Instruction& it);
  void vector_wrap(const Instruction& it);
  void vector_itof(const Instruction& it);
  void vector_ftoi(const Instruction& it);
  void lanes_itof(const Instruction& it);
  void lanes_ftoi(const Instruction& it);
  void vector_call(void* function, const Instruction& it);
  // Lanes that a vector function is called with: those of a whole register, also for f32.
  static int call_lanes_of(Type t) { return t.base == Base::F32 ? (t.lanes < 8 ? 8 : t.lanes) : t.lanes; }
  // Lane l of a vector of 64-bit lanes, or of f32 lanes, as a scalar.
  x86::Gp int_lane(const x86::Vec& vector, int lane);
  x86::Vec float_lane(const x86::Vec& vector, int lane, Base base);
  // A register of 16 bytes that holds lanes 2k and 2k + 1 (f32: 4k to 4k + 3).
  x86::Vec quarter(const x86::Vec& vector, int k);
  void join_quarters(const x86::Vec& dst, const std::vector<x86::Vec>& quarters);
  void collect_ints(const x86::Vec& dst, const std::vector<x86::Gp>& lanes);
  void collect_floats(const x86::Vec& dst, const std::vector<x86::Vec>& lanes, Base base);
  // 64-bit lanes of 0 and 1, and back (from zero, not zero).
  void mask_to_ints(const x86::Vec& dst, const x86::Reg& mask);
  void ints_to_mask(const x86::Reg& dst, const x86::Vec& ints);
  // A mask of 64-bit lanes as one of 32-bit lanes (AVX2).
  x86::Vec narrow_mask(const x86::Vec& mask);

  // ---- memory (lower_memory.cpp, lower_gather.cpp) ----------------------------------------------------------------
  using LaneAddress = std::function<x86::Mem(int lane)>;
  void lower_load(const Instruction& it);
  void masked_load_contiguous(const Instruction& it, const x86::Reg& into, x86::Mem from);
  void masked_store_contiguous(const Instruction& it, x86::Mem to);
  void masked_load_lanes(const Instruction& it, const LaneAddress& address);
  LaneAddress contiguous_lanes(const Instruction& it);
  bool lane_by_lane(const Instruction& it) const;
  x86::Gp mask_bits(const x86::Reg& mask);
  Label skip_unless(const x86::Gp& bits, int lane);
  void lower_store(const Instruction& it);
  void lower_lane_get(const Instruction& it);
  void lower_lane_set(const Instruction& it);
  void lower_touch(const Instruction& it);
  x86::Mem element(const Instruction& access);
  x86::Gp product(const AddressTerm& term, std::int64_t slot);
  void add_terms(const x86::Gp& sum, const std::vector<AddressTerm>& terms, std::int64_t slot);
  void set_up_pointers(LoopId loop);
  void bump_pointers(LoopId loop);
  void load_scalar(const x86::Reg& dst, ScalarKind element, x86::Mem from);
  void update_scalar(const Instruction& it);
  void store_scalar(ScalarKind element, x86::Mem to, ValueId value);
  void load_contiguous(const Instruction& it, const x86::Reg& into, x86::Mem from);
  void store_contiguous(const Instruction& it, x86::Mem to);
  LaneAddress strided_lanes(const Instruction& it);
  LaneAddress indexed_lanes(const Instruction& it);
  void load_lanes(const Instruction& it, const LaneAddress& address);
  void store_lanes(const Instruction& it, const LaneAddress& address);
  bool prefers_gather(const Instruction& it) const;
  bool prefers_scatter(const Instruction& it) const;
  x86::Mem indexed_memory(const Instruction& it);
  x86::Vec index_sum(const Instruction& it, int& shift);
  void gather(const Instruction& it);
  void scatter(const Instruction& it);
  x86::KReg lanes_of_access(const Instruction& it);
  x86::Vec mask_of_elements(const Instruction& it, bool wide);
  void broadcast_int(const x86::Vec& dst, const x86::Gp& from);
  x86::Vec splat_of(ValueId scalar);
  bool has_register_of_its_own(ValueId result) const;
  x86::Gp plain_pointer(const x86::Mem& memory);
  x86::Gp lane_distance(std::int64_t slot, int dimension, std::int64_t step, int times);

  // ---- reductions (lower_reductions.cpp) --------------------------------------------------------------------------
  // A vector of the lane record that stays in a register while the ordinal loop runs.
  struct KeptLane {
    std::int64_t accumulator;
    int gang;
    Type type;
    x86::Reg reg;
  };
  x86::Gp lane_number();
  x86::Mem lane_slot(std::int64_t accumulator, int lanes, int gang);
  bool find_lane_users(const ir::Body& body, int blocks, std::vector<const Instruction*>& users) const;
  void open_lanes(const Instruction& loop);
  void find_lane();
  void close_lanes();
  void store_kept_lanes(const std::vector<KeptLane>& lanes, const x86::Gp& lane);
  const KeptLane* kept_lane(const Instruction& it) const;
  void compute_in_place(const KeptLane& kept, const std::vector<const Instruction*>& users);
  x86::Vec load_vector(const x86::Mem& from);
  void load_slots(const x86::Reg& into, Type t, const x86::Mem& from);
  void store_slots(ValueId value, x86::Mem to);
  void store_slots(const x86::Reg& from, Type t, const x86::Mem& to);
  x86::Vec slots_of(const x86::Reg& from, Type t);
  static ScalarKind slot_kind(Base base);

  // ---- several blocks in one go (lower_blocks.cpp) ----------------------------------------------------------------
  static bool can_run_blocks(const ir::Region& region, ir::Isa isa);
  void open_blocks();
  void close_blocks();
  void close_block();
  x86::Vec fold(std::size_t accumulator, const x86::Gp& record);

  // ---- control (lower_control.cpp, lower_exits.cpp) ---------------------------------------------------------------
  void lower_if(const Instruction& it);
  void lower_for(const Instruction& it);
  void lower_loop(const Instruction& it);
  void lower_block(const Instruction& it);
  void lower_br(const Instruction& it);
  void lower_exit(const Instruction& it);
  void lower_guard(const Instruction& it);
  void lower_index(const Instruction& it);
  void lower_leave(const Instruction& it);
  void lower_any(const Instruction& it);
  void lower_extract(const Instruction& it);
  // Where the lane that the instruction takes lies since its opener (Facts) was emitted.
  x86::Mem lane_in_memory(const Instruction& it);
  // Sets the processor's flags: not zero when some lane is true.
  void test_any(const Instruction& it);
  void store_slots_masked(ValueId value, const x86::Mem& to, const x86::Reg& mask);
  // Emits a body up to its `yield`, which it returns; null when the end of the body is not reached.
  const Instruction* lower_body(const ir::Body& body);
  std::optional<Label> way_out(const ir::Body& side);
  bool lower_side(const ir::Body& side, const std::vector<x86::Reg>& results);
  // What the index is compared with: the bound before the first iteration, the bound minus step (no operand for step 1)
  // after each.
  // `limit`: hi - step, what the index is compared with before the step; none where the index meets hi.
  struct LoopEnd {
    Operand hi, limit;
    bool meets() const { return limit.isNone(); }
  };
  bool is_multiple(ValueId value, std::int64_t of) const;
  bool meets_its_bound(const Instruction& it) const;
  LoopEnd loop_end(const Instruction& it);
  void close_loop(const Instruction& it, const LoopEnd& last, const x86::Gp& index, const Label& top);
  // Iterations that run without looking up: `end` is what the index is compared with, `reach` ahead of where it began.
  struct Strip {
    x86::Gp end;
    std::int32_t reach;
  };
  std::int64_t trips_of_a_strip(LoopId loop) const; // 1: it looks up in each iteration
  std::optional<Strip> open_strip(const Instruction& it, const LoopEnd& last, const x86::Gp& index, std::int64_t trips);
  void find_strip_end(const LoopEnd& last, const Strip& strip, const x86::Gp& index);
  void close_strip(const Instruction& it, const LoopEnd& last, const Strip& strip, const x86::Gp& index,
                   const Label& top);
  void look_up();
  void ask_caller(const Label& on);
  std::vector<x86::Reg> targets(const std::vector<ValueId>& values);
  // Jumps to `label` when the condition has the given value.
  void branch(ValueId condition, bool when, const Label& label);
  void branch_on_all(const Instruction& joined, bool when, const Label& label);
  void branch_on_compare(const Instruction& compare, bool when, const Label& label);
  struct Flags {
    x86::CondCode code;
    enum class Parity : std::uint8_t { None, And, Or } parity = Parity::None; // and not unordered; or unordered
  };
  // Sets the processor's flags; true means `code`, with `parity`.
  Flags emit_compare(const Instruction& compare);
  // The loop whose index is the ordinal at work (ir.h).
  struct Ordinal {
    x86::Gp index;
    std::int64_t step = 1;
    bool uses_lanes = false;
    bool lane_is_fixed = false; // the same in every iteration
    x86::Gp lane{};             // that the ordinal has in the lane record, when it is used
  };
  Label exit_stub(const Instruction& it);
  void emit_exit(const Instruction& it, const Ordinal& ordinal);
  void vector_index(const Instruction& it);
  void leave_unless_all(const x86::Reg& mask, const Label& label);

  struct Block {
    Label end;
    std::vector<x86::Reg> results;
    bool reached = false;
  };
  struct Pointer {
    x86::Gp reg;
    std::vector<Operand> bumps;
  };
  struct LoopState {
    x86::Gp index;
    std::vector<Pointer> pointers; // by group
  };

  const ir::Region& region_;
  const Facts facts_;
  const Costs& costs_;
  x86::Compiler& cc_;
  const int lanes_;
  const bool vex_;  // AVX encodings
  const bool evex_; // AVX-512
  const bool sse41_;
  const bool listing_;
  const bool stress_;

  asmjit::FuncNode* function_ = nullptr;
  asmjit::BaseNode* entry_end_ = nullptr; // at_entry() emits after this node
  x86::Gp context_, begin_, end_, outcome_;
  const bool runs_blocks_;
  x86::Gp block_start_, blocks_end_; // when it runs blocks: begin_ and end_ are then those of the block under way
  Label block_top_;
  x86::Mem saved_mxcsr_, scratch_a_, scratch_b_;
  Label finish_;
  std::vector<x86::Reg> regs_; // by value
  std::vector<LoopState> loops_;
  std::vector<Block> blocks_;
  std::vector<std::function<void()>> cold_;
  bool in_cold_ = false;
  std::vector<ValueId> cold_values_; // computed for the stub at hand alone
  bool reachable_ = true;
  bool inside_loop_op_ = false; // a `loop` encloses what is emitted, outside of any `for`
  std::optional<Ordinal> ordinal_;
  std::vector<KeptLane> kept_lanes_;
  std::map<ir::InstructionId, x86::Mem> taken_apart_; // vectors that Extract has put into memory, by opener
  std::vector<std::string> names_;                    // of values, for the listing
  std::vector<x86::Reg> stress_registers_;
  int stress_count_ = 0; // of instructions

  // Registers that are set at the function's entry and never change.
  enum class EntryKind : std::uint8_t {
    ContextField,
    ArrayField,
    Param,
    Scalar,
    Vector,
    Mask,
    Iota,
    LaneStride,
    Splat
  };
  struct EntryKey {
    EntryKind kind;
    std::int64_t a = 0, b = 0, c = 0;
    friend bool operator==(const EntryKey&, const EntryKey&) = default;
  };
  std::vector<std::pair<EntryKey, x86::Reg>> entry_registers_;
  // The register that `key` names; the first time it is created and `make(register)` fills it.
  template <typename Create, typename Make> auto cached(const EntryKey& key, Create&& create, Make&& make);
};

template <typename F> void Generator::at_entry(F&& emit) {
  if (in_cold_) {
    emit();
    return;
  }
  asmjit::BaseNode* here = cc_.cursor();
  bool here_is_entry = here == entry_end_;
  cc_.setCursor(entry_end_);
  emit();
  entry_end_ = cc_.cursor();
  cc_.setCursor(here_is_entry ? entry_end_ : here);
}

template <typename Create, typename Make> auto Generator::cached(const EntryKey& key, Create&& create, Make&& make) {
  using R = decltype(create());
  for (const auto& [other, reg] : entry_registers_)
    if (other == key) return reg.template as<R>();
  R reg = create();
  at_entry([&] { make(reg); });
  if (!in_cold_) entry_registers_.push_back({key, reg});
  return reg;
}

} // namespace pyvm::x64
