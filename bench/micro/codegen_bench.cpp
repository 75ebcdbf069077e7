// Compile time pass by pass, and code size, of the seed kernels' regions (tests/ir/cases): each pass of tracer/opt on
// the recorded region, planning as a whole, and machine code of the planned region at each width this machine has. The
// counter `instructions` is the region's length in IR, `code_bytes` the machine code's.
#include <benchmark/benchmark.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "backend-x64/code_generator.h"
#include "tracer/ir/parse.h"
#include "tracer/nest/pipeline.h"
#include "tracer/opt/pipeline.h"

namespace {

using namespace pyvm;

// The first region of a case file.
ir::Region region_of(const std::string& name) {
  std::ifstream file(std::string(PYVM_IR_CASES) + "/" + name + ".ir");
  std::string text, line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (inside && line.starts_with("; ")) break;
    inside |= line.starts_with("region");
    if (inside) text += line + "\n";
  }
  ir::ParsedRegion parsed = ir::parse(text);
  if (!parsed.ok()) throw std::runtime_error(name + ".ir: " + parsed.error);
  return std::move(parsed.region);
}

ir::CodeGenerator& generator() {
  static const std::unique_ptr<ir::CodeGenerator> the_generator = x64::make_code_generator();
  return *the_generator;
}

constexpr std::int64_t extent = 1000;

// The planner looks at shapes, strides and where arrays lie, never at their elements.
std::vector<ir::ArrayDescriptor> separate_arrays(const ir::Region& region) {
  std::vector<ir::ArrayDescriptor> arrays(region.arrays.size());
  std::uintptr_t address = 1 << 20;
  for (std::size_t a = 0; a < arrays.size(); ++a) {
    std::int64_t bytes = sizeof(double);
    for (int axis = region.arrays[a].ndim; axis-- > 0; bytes *= extent) {
      arrays[a].shape[axis] = extent;
      arrays[a].strides[axis] = bytes;
    }
    arrays[a].data = reinterpret_cast<std::byte*>(address);
    address += static_cast<std::uintptr_t>(bytes);
  }
  return arrays;
}

tracer::nest::PlannedRegion planned(const ir::Region& region, const std::vector<ir::ArrayDescriptor>& arrays,
                                    ir::Isa isa) {
  tracer::nest::PlanRequest request;
  request.lanes = ir::lanes_of(isa);
  request.vector_registers = isa == ir::Isa::Avx512 ? 32 : 16;
  request.arrays = arrays.data();
  request.iterations = extent;
  request.is_grain = true;
  return tracer::nest::plan_region(region, request);
}

void pass(benchmark::State& state, const char* region_name, const char* pass_name) {
  const ir::Region region = region_of(region_name);
  for (auto _ : state) {
    state.PauseTiming();
    ir::Region copy = region;
    state.ResumeTiming();
    benchmark::DoNotOptimize(tracer::run_pass(pass_name, copy, {}));
  }
  state.counters["instructions"] = static_cast<double>(region.instructions.size());
}

void all_passes(benchmark::State& state, const char* region_name) {
  const ir::Region region = region_of(region_name);
  for (auto _ : state) {
    ir::Region copy = region;
    tracer::optimise(copy, {});
    benchmark::DoNotOptimize(copy);
  }
}

void plan(benchmark::State& state, const char* region_name, ir::Isa isa) {
  const ir::Region region = region_of(region_name);
  const std::vector<ir::ArrayDescriptor> arrays = separate_arrays(region);
  for (auto _ : state) benchmark::DoNotOptimize(planned(region, arrays, isa));
}

void machine_code(benchmark::State& state, const char* region_name, ir::Isa isa) {
  const ir::Region region = region_of(region_name);
  const ir::Region fast = planned(region, separate_arrays(region), isa).fast;
  ir::CompileOptions options;
  options.isa = isa;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const ir::CompileResult result = generator().compile(fast, options);
    if (!result) return state.SkipWithError(std::string(ir::sentence_of(result.refusal)).c_str());
    bytes = result.code->code_bytes;
  }
  state.counters["code_bytes"] = static_cast<double>(bytes);
  state.counters["instructions"] = static_cast<double>(fast.instructions.size());
}

void add_benchmarks() {
  for (const char* region : {"seed_sum", "seed_matmul"}) {
    const std::string name = region;
    for (const char* one : {"fold", "forward", "hoist", "promote", "dead"})
      benchmark::RegisterBenchmark((name + "/pass/" + one).c_str(), pass, region, one);
    benchmark::RegisterBenchmark((name + "/all_passes").c_str(), all_passes, region);
    for (ir::Isa isa : {ir::Isa::Scalar, ir::Isa::Avx2, ir::Isa::Avx512}) {
      if (isa > generator().widest_isa()) continue;
      const std::string width(ir::name_of(isa));
      benchmark::RegisterBenchmark((name + "/plan/" + width).c_str(), plan, region, isa);
      benchmark::RegisterBenchmark((name + "/machine_code/" + width).c_str(), machine_code, region, isa);
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  add_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
}
