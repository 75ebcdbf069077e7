// Measures the rows of backend-x64/costs.def on this CPU. The counter `cycles` is what belongs into the CPU's column.
//
// Each benchmark repeats the instructions that the lowering emits for the row, with nothing that waits for another:
// core cycles of throughput, everything in the first-level cache. Time becomes cycles by a chain of additions, one a
// cycle, measured right before. A broadcast counts what it adds to one addition of floats, if that is more than what it
// takes alone.
//
// Rows for 512-bit vectors are skipped where the CPU has none.
#include <asmjit/x86.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include "backend-x64/code_memory.h"
#include "backend-x64/costs.h"

namespace {

using namespace pyvm::x64;
using namespace asmjit::x86;
using asmjit::Imm;

constexpr int copies = 4; // of a row's instructions in the loop's body, into registers of their own
constexpr std::int64_t trips = 20000;

struct Memory {
  alignas(64) double table[512] = {};
  alignas(64) std::int64_t index[8] = {3, 451, 77, 130, 262, 9, 388, 201}; // lines of the table that lie apart
  alignas(64) double out[512] = {};
  alignas(64) std::int64_t spilled[copies][8] = {};
};

// What a body may use: `table`, `out` and `spilled` point into Memory, lanes[k] holds index[k], `indices` and `values`
// are vectors that stay.
struct Registers {
  Gp table = rsi, out = rdx, spilled = rcx, sink = rax;
  std::array<Gp, 8> lanes = {r8, r9, r10, r11, r12, r13, r14, r15};
  int indices = 15, values = 14;
};

using Body = std::function<void(Assembler&, const Registers&, int copy)>;

class Function {
public:
  Function(const Body& body, bool wide) {
    asmjit::CodeHolder code;
    code.init(asmjit::Environment::host());
    Assembler a(&code);
    const Registers r;
    for (const Gp& saved : {r12, r13, r14, r15}) a.push(saved);
    // (trips, &Memory)
    a.lea(r.out, ptr(rsi, offsetof(Memory, out)));
    a.lea(r.spilled, ptr(rsi, offsetof(Memory, spilled)));
    for (int k = 0; k < 8; ++k) a.mov(r.lanes[static_cast<std::size_t>(k)], ptr(rsi, offsetof(Memory, index) + 8 * k));
    const auto vector = [&](int id) { return wide ? Vec(Zmm(id)) : Vec(Ymm(id)); };
    a.emit(Inst::kIdVmovups, vector(r.indices), ptr(rsi, offsetof(Memory, index)));
    a.emit(Inst::kIdVmovups, vector(r.values), ptr(rsi, offsetof(Memory, table)));
    if (wide) a.kxnorb(k2, k2, k2);
    a.align(asmjit::AlignMode::kCode, 64);
    const asmjit::Label top = a.newLabel();
    a.bind(top);
    for (int copy = 0; copy < copies; ++copy) body(a, r, copy);
    a.dec(rdi);
    a.jnz(top);
    a.vzeroupper();
    for (const Gp& saved : {r15, r14, r13, r12}) a.pop(saved);
    a.ret();
    code.flatten();
    memory_ = CodeMemory::reserve(code.codeSize());
    if (!memory_) throw std::runtime_error("no memory for code");
    code.relocateToBase(reinterpret_cast<std::uintptr_t>(memory_->address()));
    code.copyFlattenedData(memory_->address(), memory_->bytes());
    if (!memory_->seal()) throw std::runtime_error("code cannot be made executable");
  }

  double seconds(Memory& memory) const {
    using Entry = void (*)(std::int64_t, Memory*);
    Entry entry;
    void* const address = memory_->address();
    std::memcpy(&entry, &address, sizeof entry);
    timespec begin, end;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    entry(trips, &memory);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return static_cast<double>(end.tv_sec - begin.tv_sec) + static_cast<double>(end.tv_nsec - begin.tv_nsec) * 1e-9;
  }

private:
  std::shared_ptr<CodeMemory> memory_;
};

// Cycles of one copy of the body: the best of many short runs, each beside the clock's.
double cycles_of(const Body& body, bool wide) {
  static const Function clock([](Assembler& a, const Registers& r, int) { a.add(r.sink, Imm(1)); }, false);
  static Memory memory;
  const Function function(body, wide);
  double best_clock = std::numeric_limits<double>::infinity(), best = best_clock;
  for (int run = 0; run < 40; ++run) {
    best_clock = std::min(best_clock, clock.seconds(memory));
    best = std::min(best, function.seconds(memory));
  }
  return best / best_clock;
}

Mem element(const Registers& r, int lane) { return ptr(r.table, r.lanes[static_cast<std::size_t>(lane)], 3); }

// ---- the rows -------------------------------------------------------------------------------------------------------

void gather_8(Assembler& a, const Registers& r, int copy) {
  a.kmovb(k1, k2);
  a.vxorps(Zmm(copy), Zmm(copy), Zmm(copy));
  a.k(k1).vgatherqpd(Zmm(copy), ptr(r.table, Zmm(r.indices), 3));
}

void gather_4(Assembler& a, const Registers& r, int copy) {
  const Ymm mask(copy + copies);
  a.vpcmpeqd(mask, mask, mask);
  a.vxorps(Ymm(copy), Ymm(copy), Ymm(copy));
  a.vgatherqpd(Ymm(copy), ptr(r.table, Ymm(r.indices), 3), mask);
}

void pairs(Assembler& a, const Registers& r, int count) {
  for (int k = 0; k < count; ++k) {
    a.vmovsd(Xmm(k), element(r, 2 * k));
    a.vmovhps(Xmm(k), Xmm(k), element(r, 2 * k + 1));
  }
}

void inserts_4(Assembler& a, const Registers& r, int copy) {
  pairs(a, r, 2);
  a.vinsertf128(Ymm(4 + copy), Ymm(0), Xmm(1), Imm(1));
}

void inserts_8(Assembler& a, const Registers& r, int copy) {
  pairs(a, r, 4);
  a.vinsertf128(Ymm(0), Ymm(0), Xmm(1), Imm(1));
  a.vinsertf128(Ymm(2), Ymm(2), Xmm(3), Imm(1));
  a.vinsertf64x4(Zmm(4 + copy), Zmm(0), Ymm(2), Imm(1));
}

void scatter_8(Assembler& a, const Registers& r, int) {
  a.kmovb(k1, k2);
  a.k(k1).vscatterqpd(ptr(r.out, Zmm(r.indices), 3), Zmm(r.values));
}

void extracts_8(Assembler& a, const Registers& r, int copy) {
  for (int quarter = 0; quarter < 4; ++quarter) {
    const Xmm part = quarter == 0 ? Xmm(r.values) : Xmm(copy);
    if (quarter == 1) a.vextractf128(part, Ymm(r.values), Imm(1));
    if (quarter > 1) a.vextractf32x4(part, Zmm(r.values), Imm(quarter));
    const auto to = [&](int lane) { return ptr(r.out, r.lanes[static_cast<std::size_t>(lane)], 3); };
    a.vmovlps(to(2 * quarter), part);
    a.vmovhps(to(2 * quarter + 1), part);
  }
}

void index_extracts(Assembler& a, const Registers& r, int copy, const Vec& indices, int lanes) {
  a.emit(Inst::kIdVmovups, ptr(r.spilled, 64 * copy), indices);
  for (int lane = 0; lane < lanes; ++lane) a.mov(r.sink, ptr(r.spilled, 64 * copy + 8 * lane));
}

void index_extracts_8(Assembler& a, const Registers& r, int copy) { index_extracts(a, r, copy, Zmm(r.indices), 8); }
void index_extracts_4(Assembler& a, const Registers& r, int copy) { index_extracts(a, r, copy, Ymm(r.indices), 4); }

void store_4(Assembler& a, const Registers& r, int copy) { a.vmovups(ptr(r.out, 32 * copy), Ymm(r.values)); }

void masked_store_4(Assembler& a, const Registers& r, int copy) {
  const Ymm mask(copies + copy);
  a.vpcmpeqd(mask, mask, mask);
  a.vmaskmovpd(ptr(r.out, 32 * copy), mask, Ymm(r.values));
}

// All lanes are on: no branch is taken, and each is guessed.
void masked_loads(Assembler& a, const Registers& r, int copy, const Vec& into, int lanes) {
  a.vxorps(Xmm(into.id()), Xmm(into.id()), Xmm(into.id()));
  a.emit(Inst::kIdVmovups, ptr(r.spilled, 64 * copy), into);
  for (int lane = 0; lane < lanes; ++lane) {
    const asmjit::Label skip = a.newLabel();
    a.test(r.lanes[0], r.lanes[0]);
    a.jz(skip);
    a.mov(r.sink, element(r, lane));
    a.mov(ptr(r.spilled, 64 * copy + 8 * lane), r.sink);
    a.bind(skip);
  }
  a.emit(Inst::kIdVmovups, into, ptr(r.spilled, 64 * copy));
}

void masked_loads_8(Assembler& a, const Registers& r, int copy) { masked_loads(a, r, copy, Zmm(copy), 8); }
void masked_loads_4(Assembler& a, const Registers& r, int copy) { masked_loads(a, r, copy, Ymm(copy), 4); }

double cycles_of_broadcast(asmjit::InstId id, bool wide) {
  const auto vector = [wide](int number) { return wide ? Vec(Zmm(number)) : Vec(Ymm(number)); };
  const Body add = [&](Assembler& a, const Registers& r, int copy) {
    a.emit(Inst::kIdVaddpd, vector(copy), vector(r.values), vector(r.values));
  };
  const Body alone = [&](Assembler& a, const Registers& r, int copy) {
    a.emit(id, vector(copies + copy), ptr(r.table, 8 * copy));
  };
  const Body both = [&](Assembler& a, const Registers& r, int copy) {
    add(a, r, copy);
    alone(a, r, copy);
  };
  return std::max(cycles_of(alone, wide), cycles_of(both, wide) - cycles_of(add, wide));
}

bool has_wide_vectors() { return asmjit::CpuInfo::host().features().x86().hasAVX512_DQ(); }

struct Row {
  bool needs_wide_vectors;
  std::function<double()> measure;
};

Row row_of(const std::string& field) {
  const auto wide = [](const Body& body) { return Row{true, [body] { return cycles_of(body, true); }}; };
  const auto narrow = [](const Body& body) { return Row{false, [body] { return cycles_of(body, false); }}; };
  if (field == "gather_8") return wide(gather_8);
  if (field == "gather_4") return narrow(gather_4);
  if (field == "inserts_8") return wide(inserts_8);
  if (field == "inserts_4") return narrow(inserts_4);
  if (field == "scatter_8") return wide(scatter_8);
  if (field == "extracts_8") return wide(extracts_8);
  if (field == "index_extracts_8") return wide(index_extracts_8);
  if (field == "index_extracts_4") return narrow(index_extracts_4);
  if (field == "store_4") return narrow(store_4);
  if (field == "masked_store_4") return narrow(masked_store_4);
  if (field == "masked_loads_8") return wide(masked_loads_8);
  if (field == "masked_loads_4") return narrow(masked_loads_4);
  const bool is_wide = has_wide_vectors();
  if (field == "broadcast_as_float")
    return {false, [is_wide] { return cycles_of_broadcast(Inst::kIdVbroadcastsd, is_wide); }};
  if (field == "broadcast_as_int")
    return {false, [is_wide] { return cycles_of_broadcast(Inst::kIdVpbroadcastq, is_wide); }};
  throw std::runtime_error("costs.def has a row that nothing here measures: " + field);
}

void add_row(const char* field, double in_the_table) {
  const Row row = row_of(field);
  benchmark::RegisterBenchmark((std::string("cost/") + field).c_str(),
                               [row, in_the_table](benchmark::State& state) {
                                 if (row.needs_wide_vectors && !has_wide_vectors()) {
                                   state.SkipWithError("this CPU has no AVX-512");
                                   return;
                                 }
                                 double cycles = 0;
                                 for (auto _ : state) cycles = row.measure();
                                 state.counters["cycles"] = cycles;
                                 state.counters["costs.def"] = in_the_table;
                               })
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

} // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const Costs costs = costs_of(host_cpu().family);
#define PYVM_COST(field, zen4, cascade_lake, other, meaning) add_row(#field, costs.field);
#include "backend-x64/costs.def"
#undef PYVM_COST
  benchmark::RunSpecifiedBenchmarks();
}
