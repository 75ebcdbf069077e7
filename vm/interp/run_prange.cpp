// Cuts a prange into grains and runs them on several threads.
//
// With reductions a grain is a number of whole groups of blocks (block_totals.h), so that who runs it cannot change a
// bit. Without, any cut is right: many small grains, because iterations may take unlike times; but none so short that
// its own cost shows.
#include <algorithm>
#include <limits>
#include <new>

#include <fmt/format.h>

#include "vm/interp/conflicts.h"
#include "vm/interp/hooks.h"
#include "vm/interp/interpreter.h"
#include "vm/interp/prange.h"
#include "vm/support/stress.h"

namespace pyvm {

namespace {

constexpr double unknown = std::numeric_limits<double>::infinity();
constexpr std::int64_t most_grains = 4096;
constexpr double least_microseconds_of_a_grain = 1;
constexpr double microseconds_an_instruction = 0.006;

struct ParallelRun {
  PrangeJob& job;
  std::int64_t grain_size;
  GrainRunner runner;
  void* context;
};

// A multiple of `together`, as far as the loop has so many.
std::int64_t iterations_in_a_grain(const PrangeJob& job, double predicted_microseconds, std::int64_t together) {
  const std::int64_t n = job.iterations();
  const std::int64_t unit = job.has_reductions() ? job.block_size() * job.blocks_in_group() : together;
  std::int64_t size = n / most_grains + 1;
  if (predicted_microseconds < unknown) {
    const double least = least_microseconds_of_a_grain / (predicted_microseconds / static_cast<double>(n));
    if (least > static_cast<double>(size)) size = least < static_cast<double>(n) ? static_cast<std::int64_t>(least) : n;
  }
  return std::min(n, (size + unit - 1) / unit * unit);
}

// The number of the first of the running grains, for as long as they run. Grains nest.
class RunningGrain {
public:
  RunningGrain(Interpreter& interpreter, std::int64_t grain)
      : interpreter_(interpreter), outer_(interpreter.running_grain) {
    interpreter.running_grain = grain;
  }
  ~RunningGrain() { interpreter_.running_grain = outer_; }
  RunningGrain(const RunningGrain&) = delete;
  RunningGrain& operator=(const RunningGrain&) = delete;

private:
  Interpreter& interpreter_;
  std::int64_t outer_;
};

std::int64_t run_grains(void* opaque, std::int64_t begin, std::int64_t end, int thread) noexcept {
  auto& run = *static_cast<ParallelRun*>(opaque);
  Interpreter& interpreter = Interpreter::current();
  const std::int64_t from = begin * run.grain_size;
  const std::int64_t n = run.job.iterations();
  const std::int64_t to = end > (n - 1) / run.grain_size ? n : end * run.grain_size;
  if (interpreter_hooks().should_stop && interpreter_hooks().should_stop(begin)) return begin;
  RunningGrain running(interpreter, begin);
  try {
    const std::int64_t done = run.runner(run.context, interpreter, run.job, from, to, thread);
    return done == to ? end : done / run.grain_size;
  } catch (const GrainStopped&) {
    return begin;
  } catch (const std::bad_alloc&) { // not in a guest's operation, which the interpreter would know
    run.job.fail(from, GuestError(ExceptionKind::MemoryError, ""), run.job.loop().body);
    return begin;
  }
}

std::int64_t interpret_grain(void*, Interpreter& interpreter, PrangeJob& job, std::int64_t begin, std::int64_t end,
                             int) {
  return job.interpret(interpreter, begin, end);
}

// Straight code takes a time that can be told from its length; inner loops, calls and array expressions may take any.
double predicted_by_length(const PrangeJob& job) {
  const LoopInfo& loop = job.loop();
  if (loop.body_has_loop_or_call || job.accumulates_arrays()) return unknown;
  for (std::uint32_t pc = loop.body; pc < loop.next; ++pc) {
    const Opcode op = job.code().instructions[pc].op;
    if (op == Opcode::MakeSlice || op == Opcode::MatMul) return unknown;
  }
  return static_cast<double>(job.iterations()) * static_cast<double>(loop.next - loop.body + 1) *
         microseconds_an_instruction;
}

std::string place_of(const PrangeJob& job) {
  return fmt::format("{}:{} {}", job.code().file(), job.loop().location.line, job.code().qualified_name);
}

} // namespace

void run_in_parallel(Interpreter& interpreter, PrangeJob& job, double predicted_microseconds, std::int64_t together,
                     GrainRunner runner, void* context) {
  std::int64_t size = iterations_in_a_grain(job, predicted_microseconds, together);
  const auto tiny = stressed(StressSwitch::Grains, [&] { return place_of(job); });
  if (tiny)
    size = std::min(job.iterations(), job.has_reductions() ? job.block_size() : std::max<std::int64_t>(*tiny, 1));
  auto* parallel_for = interpreter_hooks().parallel_for;
  if (!parallel_for || interpreter.verifying || size == job.iterations() || job.runs_alone()) {
    runner(context, interpreter, job, 0, job.iterations(), 0);
  } else {
    ParallelRun run{job, size, runner, context};
    SharedCounting counting;
    if (!parallel_for(
            {(job.iterations() - 1) / size + 1, run_grains, &run, predicted_microseconds, tiny.has_value()})) {
      if (interpreter.running_grain >= 0) throw GrainStopped();
      throw GuestError(ExceptionKind::KeyboardInterrupt, "");
    }
  }
  job.finish(interpreter.context());
}

void run_interpreted(Interpreter& interpreter, PrangeJob& job) {
  const std::string conflict = conflict_of(job);
  if (!conflict.empty()) {
    interpreter.remark(job.code(), job.loop_index(), conflict);
    job.interpret(interpreter, 0, job.iterations());
    return job.finish(interpreter.context());
  }
  run_in_parallel(interpreter, job, predicted_by_length(job), 1, interpret_grain, nullptr);
}

} // namespace pyvm
