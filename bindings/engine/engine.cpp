// Start-up: fills the function pointers through which lower layers call higher ones.
#include "bindings/engine/engine.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "backend-x64/code_generator.h"
#include "bindings/engine/dump.h"
#include "bindings/engine/kernels.h"
#include "bindings/engine/njit.h"
#include "bindings/engine/perf_map.h"
#include "scheduler/scheduler.h"
#include "tracer/trace/tracer.h"
#include "vm/builtins/modules.h"
#include "vm/interp/hooks.h"
#include "vm/support/environment.h"
#include "vm/support/stress.h"

namespace pyvm::engine {

namespace {

Door the_door;

bool interrupted() { return the_door.interrupted && the_door.interrupted(); }
bool interrupted_poll(void*) noexcept { return interrupted(); }

bool parallel_for(const ParallelRequest& request) {
  scheduler::ParallelForOptions options;
  options.predicted_microseconds = request.predicted_microseconds;
  options.poll = interrupted_poll;
  options.single_grains = request.one_at_a_time;
  options.thieves_first =
      stressed(StressSwitch::Steal, [&] { return fmt::format("a loop of {} grains", request.grains); }).has_value();
  return !scheduler::parallel_for(request.grains, request.body, request.context, options).stopped;
}

bool should_stop(std::int64_t grain) { return scheduler::checkpoint(grain); }

void performance_remark(const Code& code, int loop, const std::string& reason) {
  static std::mutex mutex;
  static std::set<std::pair<std::string, int>> told;
  if (!the_door.performance_warning) return;
  const int line = code.loops[static_cast<std::size_t>(loop)].location.line;
  {
    std::lock_guard lock(mutex);
    if (!told.emplace(code.file(), line).second) return;
  }
  the_door.performance_warning(code.file(), line, fmt::format("this prange runs in order: {}", reason));
}

// The stages of `pyvm dump` that show what the tracer has made of the kernels.
void add_tracer_stages() {
  for (const char* stage : {"ir", "plan", "asm"})
    add_dump_stage({stage, [stage] {
                      std::string text;
                      for (const Ref<Code>& code : compiled_code()) text += tracer::dump_regions(*code, stage);
                      return text;
                    }});
}

std::unique_ptr<ir::CodeGenerator> make_code_generator() {
  std::unique_ptr<ir::CodeGenerator> generator = x64::make_code_generator();
  return environment().perf ? naming_for_perf(std::move(generator)) : std::move(generator);
}

void set_thread_limit() {
  const std::int64_t limit = environment().num_threads;
  if (limit > 0) scheduler::configure({static_cast<int>(std::min<std::int64_t>(limit, scheduler::max_threads())), {}});
}

} // namespace

void start(const Door& door) {
  static std::once_flag once;
  std::call_once(once, [&] {
    environment();
    the_door = door;
    set_thread_limit();
    InterpreterHooks& hooks = interpreter_hooks();
    hooks.parallel_for = parallel_for;
    hooks.should_stop = should_stop;
    hooks.performance_remark = performance_remark;
    hooks.interrupted = interrupted;
    static const std::unique_ptr<ir::CodeGenerator> code_generator = make_code_generator();
    tracer::configure({code_generator.get(), scheduler::num_threads, scheduler::expect_job, performance_remark,
                       environment().verify.of_one, nullptr});
    hooks.prange = tracer::run_prange;
    hooks.hot_loop = tracer::enter_hot_loop;
    add_tracer_stages();
    install_njit();
  });
}

} // namespace pyvm::engine
