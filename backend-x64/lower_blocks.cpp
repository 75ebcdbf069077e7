// Several blocks of a reduction in one go (region_abi.h, BlockRun).
//
// Between two blocks of a short loop memory stands still: the lanes are folded, and the next block's first loads wait
// for a function to return and another to be called. Here the blocks are a loop around the body, and the lanes are
// folded in registers, so that the processor has the next block's loads under way before it has finished the fold. A
// sum over memory gains a fifth.
//
// Only short bodies get that loop: it keeps the constants of the whole function alive across it, and where a block
// takes long there is nothing to gain.

#include "backend-x64/lowering.h"

#include "tracer/ir/walk.h"

#include <algorithm>

namespace pyvm::x64 {

using ir::BlockRun;
using ir::BlockTotal;
using ir::RegionContext;

namespace {

constexpr int most_instructions = 160; // of IR

// lane op lane, on 64-bit lanes; `evex`: AVX-512 only. max(s, x) is x > s ? x : s, which is the instruction's own
// meaning with s as its second source.
struct FoldRow {
  ReductionOp op;
  ScalarKind kind;
  InstId packed;
  bool evex, swapped;
};
constexpr FoldRow folds[] = {
    {ReductionOp::Add, ScalarKind::Float64, Id::kIdVaddpd, false, false},
    {ReductionOp::Sub, ScalarKind::Float64, Id::kIdVaddpd, false, false},
    {ReductionOp::Mul, ScalarKind::Float64, Id::kIdVmulpd, false, false},
    {ReductionOp::Div, ScalarKind::Float64, Id::kIdVmulpd, false, false},
    {ReductionOp::Min, ScalarKind::Float64, Id::kIdVminpd, false, true},
    {ReductionOp::Max, ScalarKind::Float64, Id::kIdVmaxpd, false, true},
    {ReductionOp::Add, ScalarKind::Int64, Id::kIdVpaddq, false, false},
    {ReductionOp::Sub, ScalarKind::Int64, Id::kIdVpaddq, false, false},
    {ReductionOp::Mul, ScalarKind::Int64, Id::kIdVpmullq, true, false},
    {ReductionOp::Min, ScalarKind::Int64, Id::kIdVpminsq, true, false},
    {ReductionOp::Max, ScalarKind::Int64, Id::kIdVpmaxsq, true, false},
};

const FoldRow* fold_row(const ir::Accumulator& accumulator, bool evex) {
  for (const FoldRow& row : folds)
    if (row.op == accumulator.op && row.kind == accumulator.kind && (evex || !row.evex)) return &row;
  return nullptr;
}

// Loops stand beside each other, none in another.
bool has_only_flat_loops(const ir::Region& region, const ir::Body& body, int depth) {
  return std::ranges::all_of(body.instructions, [&](ir::InstructionId id) {
    const Instruction& it = region.at(id);
    if (it.op == Op::Loop) return false;
    const int inside = depth + (it.op == Op::For ? 1 : 0);
    return inside <= 1 && std::ranges::all_of(it.bodies, [&](const ir::Body& nested) {
             return has_only_flat_loops(region, nested, inside);
           });
  });
}

} // namespace

bool Generator::can_run_blocks(const ir::Region& region, ir::Isa isa) {
  const bool evex = isa == ir::Isa::Avx512 && region.lanes != 4;
  int instructions = 0;
  for_each_instruction(region, region.body, [&](InstructionId) { ++instructions; });
  return region.lanes > 1 && !region.accumulators.empty() && instructions <= most_instructions &&
         std::ranges::all_of(region.accumulators, [&](const ir::Accumulator& a) { return fold_row(a, evex); }) &&
         has_only_flat_loops(region, region.body, 0);
}

void Generator::open_blocks() {
  x86::Gp blocks = context_field(offsetof(RegionContext, blocks));
  block_start_ = new_gp();
  blocks_end_ = new_gp();
  cc_.mov(block_start_, x86::ptr(context_, offsetof(RegionContext, block_start)));
  cc_.mov(blocks_end_, end_);
  block_top_ = cc_.newLabel();
  cc_.bind(block_top_);
  const Label one_piece = cc_.newLabel();
  cc_.test(blocks, blocks);
  cc_.jz(one_piece);
  x86::Gp block_end = new_gp();
  cc_.mov(block_end, begin_);
  cc_.add(block_end, x86::ptr(blocks, offsetof(BlockRun, block_size)));
  cc_.mov(end_, blocks_end_);
  cc_.cmp(block_end, blocks_end_);
  cc_.cmovb(end_, block_end); // unsigned: the sum of two numbers from 0 may not fit
  cc_.bind(one_piece);
}

void Generator::close_blocks() {
  x86::Gp blocks = context_field(offsetof(RegionContext, blocks));
  const Label done = cc_.newLabel();
  cc_.test(blocks, blocks);
  cc_.jz(done);
  close_block();
  cc_.cmp(end_, blocks_end_);
  cc_.jge(done);
  cc_.mov(begin_, end_);
  cc_.mov(block_start_, end_);
  cc_.mov(x86::ptr(context_, offsetof(RegionContext, block_start)), block_start_);
  cc_.jmp(block_top_);
  cc_.bind(done);
}

void Generator::close_block() {
  x86::Gp blocks = context_field(offsetof(RegionContext, blocks)), total = new_gp(), empty = new_gp();
  x86::Gp record = context_field(offsetof(RegionContext, lane_record));
  x86::Gp touched = context_field(offsetof(RegionContext, touched));
  cc_.mov(total, x86::ptr(blocks, offsetof(BlockRun, next)));
  cc_.mov(empty, x86::ptr(blocks, offsetof(BlockRun, empty)));
  for (std::size_t a = 0; a < region_.accumulators.size(); ++a) {
    const auto at = static_cast<std::int32_t>(a);
    const auto place = static_cast<std::int32_t>(a * sizeof(BlockTotal));
    emit(Id::kIdVmovq, x86::qword_ptr(total, place + static_cast<std::int32_t>(offsetof(BlockTotal, bits))),
         fold(a, record).xmm());
    x86::Gp flag = new_gp();
    cc_.movzx(flag.r32(), x86::byte_ptr(touched, at));
    cc_.mov(x86::ptr(total, place + static_cast<std::int32_t>(offsetof(BlockTotal, touched))), flag);
    cc_.mov(x86::byte_ptr(touched, at), 0);
    x86::Vec fresh = new_vec(8 * lanes_);
    emit(Id::kIdVpbroadcastq, fresh, x86::qword_ptr(empty, 8 * at));
    for (int lane = 0; lane < region_.reduction_lanes; lane += lanes_)
      emit(Id::kIdVmovups, x86::ptr(record, 8 * (at * region_.reduction_lanes + lane)), fresh);
  }
  cc_.add(total, static_cast<std::int32_t>(region_.accumulators.size() * sizeof(BlockTotal)));
  cc_.mov(x86::ptr(blocks, offsetof(BlockRun, next)), total);
}

// The lanes of the record by halving, first whole registers, then their halves. The total is the first lane.
x86::Vec Generator::fold(std::size_t accumulator, const x86::Gp& record) {
  const FoldRow& row = *fold_row(region_.accumulators[accumulator], evex_);
  const auto combine = [&](const x86::Vec& into, const x86::Vec& upper) {
    if (row.swapped)
      emit(row.packed, into, upper, into);
    else
      emit(row.packed, into, into, upper);
  };
  std::vector<x86::Vec> lanes;
  for (int lane = 0; lane < region_.reduction_lanes; lane += lanes_) {
    const auto slot = static_cast<std::int32_t>(accumulator) * region_.reduction_lanes + lane;
    lanes.push_back(new_vec(8 * lanes_));
    emit(Id::kIdVmovups, lanes.back(), x86::ptr(record, 8 * slot));
  }
  for (std::size_t half = lanes.size() / 2; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) combine(lanes[k], lanes[k + half]);
  const x86::Vec upper = new_vec(8 * lanes_), &total = lanes[0];
  if (lanes_ == 8) {
    emit(Id::kIdVextractf64x4, upper.ymm(), total.zmm(), Imm(1));
    combine(total.ymm(), upper.ymm());
  }
  emit(Id::kIdVextractf128, upper.xmm(), total.ymm(), Imm(1));
  combine(total.xmm(), upper.xmm());
  emit(Id::kIdVunpckhpd, upper.xmm(), total.xmm(), total.xmm());
  combine(total.xmm(), upper.xmm());
  return total;
}

} // namespace pyvm::x64
