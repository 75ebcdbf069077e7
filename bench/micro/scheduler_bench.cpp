// What a parallel loop costs by itself: an empty one with a grain for each thread, back to back and with pauses between
// (short ones, in which workers spin, and long ones, after which they are parked), on the caller alone, nested, and
// two loops whose work has to be shared out: equal grains and grains that grow.
//
// Quote medians of several repetitions; on a shared machine the mean says little.

#include "scheduler/scheduler.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace {

using namespace pyvm::scheduler;
using Clock = std::chrono::steady_clock;

std::int64_t do_nothing(void*, std::int64_t, std::int64_t end, int) noexcept { return end; }

void empty_loop(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parallel_for(max_threads(), do_nothing, nullptr));
}
BENCHMARK(empty_loop)->UseRealTime();

void empty_loop_on_the_caller_alone(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parallel_for(1000, do_nothing, nullptr, {.predicted_microseconds = 1}));
}
BENCHMARK(empty_loop_on_the_caller_alone)->UseRealTime();

// The argument is the pause in microseconds; the time is the median loop's, without the pause.
void empty_loop_after_a_pause(benchmark::State& state) {
  std::vector<double> seconds;
  for (auto _ : state) {
    const auto pause_ends = Clock::now() + std::chrono::microseconds(state.range(0));
    while (Clock::now() < pause_ends) {
    }
    const auto begin = Clock::now();
    benchmark::DoNotOptimize(parallel_for(max_threads(), do_nothing, nullptr));
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    state.SetIterationTime(seconds.back());
  }
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2), seconds.end());
  state.counters["median_ns"] = seconds[seconds.size() / 2] * 1e9;
}
BENCHMARK(empty_loop_after_a_pause)->Arg(10)->Arg(1000)->Arg(5000)->UseManualTime()->Iterations(300);

std::int64_t nest(void*, std::int64_t begin, std::int64_t end, int) noexcept {
  for (std::int64_t grain = begin; grain < end; ++grain) benchmark::DoNotOptimize(parallel_for(2, do_nothing, nullptr));
  return end;
}

void nested_empty_loops(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parallel_for(1000, nest, nullptr));
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(nested_empty_loops)->UseRealTime();

// A division takes a known time that neither caches nor memory change.
double divide(std::int64_t times) {
  double value = 1e300;
  for (std::int64_t time = 0; time < times; ++time) benchmark::DoNotOptimize(value /= 1.0000001);
  return value;
}

std::int64_t equal_grains(void*, std::int64_t begin, std::int64_t end, int) noexcept {
  benchmark::DoNotOptimize(divide(10 * (end - begin)));
  return end;
}

std::int64_t growing_grains(void*, std::int64_t begin, std::int64_t end, int) noexcept {
  for (std::int64_t grain = begin; grain < end; ++grain) benchmark::DoNotOptimize(divide(grain));
  return end;
}

// Arguments: grains, threads (0 for all).
template <GrainBody body> void shared_work(benchmark::State& state) {
  const ParallelForOptions options{.max_threads = static_cast<int>(state.range(1))};
  for (auto _ : state) benchmark::DoNotOptimize(parallel_for(state.range(0), body, nullptr, options));
}
BENCHMARK_TEMPLATE(shared_work, equal_grains)->ArgsProduct({{200, 2000, 200'000}, {1, 0}})->UseRealTime();
BENCHMARK_TEMPLATE(shared_work, growing_grains)->ArgsProduct({{200, 2000}, {1, 0}})->UseRealTime();

// About 1 ms of work after 20 ms of sleep: the workers are parked, and where they wake up decides what they are good
// for.
void work_after_sleep(benchmark::State& state) {
  const ParallelForOptions options{.max_threads = static_cast<int>(state.range(0))};
  for (auto _ : state) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto begin = Clock::now();
    benchmark::DoNotOptimize(parallel_for(17'000, equal_grains, nullptr, options));
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - begin).count());
  }
}
BENCHMARK(work_after_sleep)->Arg(1)->Arg(0)->UseManualTime()->Iterations(100);

} // namespace

BENCHMARK_MAIN();
