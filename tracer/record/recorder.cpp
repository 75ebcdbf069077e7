#include "tracer/record/recorder.h"

#include <fmt/format.h>

#include "tracer/record/walker.h"

namespace pyvm::tracer {

namespace {

struct Row {
  const char* name;
  const char* text;
};
constexpr Row rows[] = {
#define ABORT(name, text) {#name, text},
#include "tracer/record/abort_reasons.def"
#undef ABORT
};

RecordResult record(const Frame& frame, int loop, const PrangeJob* job, RunsInParallel runs_in_parallel) {
  Knowledge knowledge;
  for (int k = 0; k < most_restarts; ++k) {
    try {
      return Walker(frame, loop, job, runs_in_parallel, knowledge).walk();
    } catch (const Restart&) {
    } catch (Abandon& abandon) {
      return std::move(abandon.failure);
    }
  }
  return RecordFailure{Abort::TooManyRestarts, frame.code->qualified_name, frame.code->loops[loop].location.line};
}

} // namespace

const char* name_of(Abort reason) { return rows[static_cast<int>(reason)].name; }

std::string RecordFailure::sentence() const {
  return fmt::format(fmt::runtime(rows[static_cast<int>(reason)].text), detail);
}

RecordResult record_grain(const PrangeJob& job) { return record(job.frame(), job.loop_index(), &job, nullptr); }

RecordResult record_loop(const Frame& frame, int loop, RunsInParallel runs_in_parallel) {
  return record(frame, loop, nullptr, runs_in_parallel);
}

} // namespace pyvm::tracer
