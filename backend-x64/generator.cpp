// The function around the code: entry, end, cold code, the walk over bodies. See generator.h.

#include "backend-x64/generator.h"

#include "backend-x64/lowering.h"
#include "backend-x64/register_weights.h"
#include "tracer/ir/print.h"
#include "tracer/ir/walk.h"

namespace pyvm::x64 {

using ir::CodeRefusal;

namespace {

constexpr std::uint32_t default_mxcsr = 0x1f80;
constexpr std::uint32_t mxcsr_controls = 0xffc0; // all but the sticky flags of what has happened
constexpr std::size_t most_instructions =
    4000; // of IR: asmjit takes about 20 ms then, and more than twice that for twice as many

} // namespace

std::optional<CodeRefusal> Generator::refusal(const ir::Region& region, ir::Isa isa) {
  if (region.lanes != 1 && region.lanes != lanes_of(ir::Isa::Avx2) && region.lanes != lanes_of(ir::Isa::Avx512))
    return CodeRefusal::LaneCount;
  if (region.lanes > lanes_of(isa)) return CodeRefusal::LaneCount;
  std::size_t instructions = 0;
  for_each_instruction(region, region.body, [&](InstructionId) { ++instructions; });
  if (instructions > most_instructions) return CodeRefusal::TooLarge;
  return std::nullopt;
}

Generator::Generator(const ir::Region& region, const ir::CompileOptions& options, const Costs& costs,
                     x86::Compiler& compiler)
    : region_(region), facts_(region), costs_(costs), cc_(compiler), lanes_(region.lanes),
      vex_(options.isa != ir::Isa::Scalar), evex_(options.isa == ir::Isa::Avx512 && region.lanes != 4),
      sse41_(host_cpu().sse41), listing_(options.want_listing), stress_(options.few_registers),
      runs_blocks_(options.runs_blocks && can_run_blocks(region, options.isa)), regs_(region.values.size()) {
  for (LoopId loop = 0; loop < facts_.loop_count(); ++loop) loops_.emplace_back();
  if (listing_) names_ = value_names(region);
}

void Generator::generate() {
  emit_prologue();
  if (runs_blocks_) open_blocks();
  lower_body(region_.body);
  if (runs_blocks_ && reachable_) close_blocks();
  if (reachable_) cc_.mov(outcome_, Imm(ir::ran_to_end));
  emit_epilogue();
  const asmjit::BaseNode* hot_end = cc_.cursor();
  for (std::size_t k = 0; k < cold_.size(); ++k) { // which may grow
    std::function<void()> emit_cold = std::move(cold_[k]);
    emit_cold();
  }
  cc_.endFunc();
  weigh_registers(cc_, hot_end);
}

void Generator::emit_prologue() {
  using Signature = asmjit::FuncSignatureT<std::int64_t, ir::RegionContext*, std::int64_t, std::int64_t>;
  function_ = cc_.addFunc(Signature(asmjit::CallConvId::kHost));
  // Without these, zmm registers are spilled by 16-byte moves.
  if (vex_) {
    function_->frame().setAvxEnabled();
    function_->frame().setAvxCleanup();
  }
  if (evex_) function_->frame().setAvx512Enabled();
  context_ = cc_.newGpq("context");
  begin_ = cc_.newGpq("begin");
  end_ = cc_.newGpq("end");
  outcome_ = cc_.newGpq("outcome");
  function_->setArg(0, context_);
  function_->setArg(1, begin_);
  function_->setArg(2, end_);
  finish_ = cc_.newLabel();

  saved_mxcsr_ = cc_.newStack(4, 4);
  saved_mxcsr_.setSize(4);
  emit(vex_ ? x86::Inst::kIdVstmxcsr : x86::Inst::kIdStmxcsr, saved_mxcsr_);
  load_mxcsr_unless_default(cc_.newUInt32Const(asmjit::ConstPoolScope::kLocal, default_mxcsr));
  if (stress_) make_stress_registers();
  entry_end_ = cc_.cursor();
  cc_.bind(cc_.newLabel()); // what at_entry() adds stands before this
}

void Generator::emit_epilogue() {
  if (stress_ && reachable_) touch_stress_registers();
  cc_.bind(finish_);
  load_mxcsr_unless_default(saved_mxcsr_);
  cc_.ret(outcome_);
}

// Loading the register waits for everything before it, which short blocks of a reduction would notice; nearly all hosts
// have the default controls already.
void Generator::load_mxcsr_unless_default(const x86::Mem& from) {
  const x86::Gp controls = cc_.newGpd();
  const asmjit::Label same = cc_.newLabel();
  cc_.mov(controls, saved_mxcsr_);
  cc_.and_(controls, mxcsr_controls);
  cc_.cmp(controls, default_mxcsr);
  cc_.je(same);
  emit(vex_ ? x86::Inst::kIdVldmxcsr : x86::Inst::kIdLdmxcsr, from);
  cc_.bind(same);
}

const Instruction* Generator::lower_body(const ir::Body& body) {
  for (InstructionId id : body.instructions) {
    const Instruction& it = region_.instructions[id];
    if (!reachable_) return nullptr;
    if (it.op == Op::Yield) {
      if (stress_) touch_stress_registers();
      return &it;
    }
    if (facts_.is_emitted(it)) lower(it);
    if (stress_ && reachable_ && ++stress_count_ % 3 == 0) touch_stress_registers();
  }
  return nullptr;
}

void Generator::lower(const Instruction& it) {
  comment(it);
  (this->*Lowering::of(it.op).lower)(it);
}

// Made where it is read.
void Generator::lower_entry(const Instruction&) {}

void Generator::comment(const Instruction& it) {
  if (!listing_ || facts_.at(it).position < 0) return;
  std::string line = "; " + print_line(region_, it, names_);
  if (it.line != 0) line += "   @" + std::to_string(it.line);
  cc_.comment(line.c_str(), line.size());
}

// ---- the stress switch --------------------------------------------------------------------------------------------
// Values that every body reads and writes take most registers, so that the region's own are spilled.

void Generator::make_stress_registers() {
  for (int k = 0; k < 9; ++k) stress_registers_.push_back(new_gp());
  for (int k = 0; k < (evex_ ? 26 : 11); ++k) stress_registers_.push_back(new_vec(evex_ ? 64 : vex_ ? 32 : 16));
  for (int k = 0; k < (evex_ ? 5 : 0); ++k) stress_registers_.push_back(cc_.newKb());
  for (const x86::Reg& reg : stress_registers_) {
    Type type = reg.isGp() ? ir::i64 : reg.isKReg() ? ir::b1.with_lanes(8) : ir::f64;
    emit_constant(reg, type, 0);
  }
}

void Generator::touch_stress_registers() {
  for (std::size_t k = 0; k + 1 < stress_registers_.size(); ++k) {
    const x86::Reg &a = stress_registers_[k], &b = stress_registers_[k + 1];
    if (a.group() != b.group()) continue;
    if (a.isGp())
      cc_.add(a.as<x86::Gp>(), b.as<x86::Gp>());
    else if (a.isKReg())
      cc_.kxorb(a.as<x86::KReg>(), a.as<x86::KReg>(), b.as<x86::KReg>());
    else if (vex_)
      emit(x86::Inst::kIdVaddpd, a, a, b);
    else
      emit(x86::Inst::kIdAddpd, a, b);
  }
}

} // namespace pyvm::x64
