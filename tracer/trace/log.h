// PYVM_TRACE=1: one line on stderr for each event in a loop's life.
#pragma once

#include <string>

#include "tracer/trace/region.h"
#include "tracer/trace/tracer.h"

namespace pyvm {
class Interpreter;
class PrangeJob;
} // namespace pyvm

namespace pyvm::tracer {

const Services& services();

// "pyvm: record kernel.py:12 parallel_sum: ..."; nothing unless tracing is on.
void log_event(const char* event, const Code& code, int loop, const std::string& text);
void log_run(const Region& region, std::int64_t iterations, const std::string& order_reason);
void log_exit(const Region& region, const ir::Exit& exit);

// How the code's registers are called, for the planner's sentences.
nest::RegisterName register_names(const Code& code);

// The loop runs in order at this entry: kept for reports, warned about once.
void remark_order(const PrangeJob& job, Region& region, const std::string& reason);

// Runs a prange through one of its regions, reductions and all. False: this entry is the interpreter's.
bool run_region(Interpreter& interpreter, PrangeJob& job, LoopRecord& loop, Region& region);

// Microseconds that the whole loop may take compiled, on one thread, before it was ever measured.
double first_prediction(const PrangeJob& job);

} // namespace pyvm::tracer
