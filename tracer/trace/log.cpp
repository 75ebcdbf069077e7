#include "tracer/trace/log.h"

#include <cstdio>

#include <fmt/format.h>

#include "vm/interp/prange.h"
#include "vm/support/environment.h"

namespace pyvm::tracer {

void log_event(const char* event, const Code& code, int loop, const std::string& text) {
  if (!environment().trace) return;
  const std::string line =
      fmt::format("pyvm: {:<9} {}:{} {}: {}\n", event, code.file(),
                  code.loops[static_cast<std::size_t>(loop)].location.line, code.qualified_name, text);
  std::fputs(line.c_str(), stderr);
}

void log_run(const Region& region, std::int64_t iterations, const std::string& order_reason) {
  if (!environment().trace) return;
  const Recording& r = region.recording;
  const std::string where = !order_reason.empty()
                                ? "in order: " + order_reason
                                : fmt::format("in parallel on up to {} threads", services().num_threads());
  log_event("run", *r.code, r.loop, fmt::format("{} iterations, {}", iterations, where));
}

void log_exit(const Region& region, const ir::Exit& exit) {
  if (!environment().trace) return;
  log_event("exit", *region.recording.code, region.recording.loop, fmt::format("{} (line {})", exit.reason, exit.line));
}

nest::RegisterName register_names(const Code& code) {
  return [&code](std::uint16_t r) {
    if (r == global_slot) return std::string("a global array");
    return r < code.register_names.size() ? code.register_names[r] : std::string("a temporary");
  };
}

void remark_order(const PrangeJob& job, Region& region, const std::string& reason) {
  if (region.order_reason == reason) return;
  region.order_reason = reason;
  if (services().performance_remark) services().performance_remark(job.code(), job.loop_index(), reason);
}

} // namespace pyvm::tracer
