// The tracer's door: it decides which loops to record, compiles them, enters them, and hands what they leave back to
// the interpreter. The engine gives it a code generator and a parallel-for, and puts its two functions into the
// interpreter's hooks.
#pragma once

#include <vector>

#include "tracer/trace/region.h"
#include "vm/interp/hooks.h"

namespace pyvm::tracer {

struct Services {
  ir::CodeGenerator* code_generator = nullptr; // null: nothing is traced
  int (*num_threads)() = nullptr;
  void (*expect_job)() = nullptr; // a loop is compiled that will then run in parallel; null: nobody wants to know
  void (*performance_remark)(const Code& code, int loop, const std::string& reason) = nullptr;
  double verified_share = 0;                                    // of compiled grains: PYVM_VERIFY (verify.h)
  void (*report_miscompile)(const std::string& text) = nullptr; // null: to stderr
};

void configure(const Services& services);

// Hooks of vm/interp/hooks.h.
bool run_prange(Interpreter& interpreter, PrangeJob& job);
Frame* enter_hot_loop(Interpreter& interpreter, Frame& frame, int loop);

std::vector<RegionReport> regions_of(const Code& code);

// Text of a stage for every region of the code: "ir" (as recorded), "plan", "asm".
std::string dump_regions(const Code& code, const std::string& stage);
// Keep assembly listings from now on (pyvm dump).
void keep_listings(bool keep);

} // namespace pyvm::tracer
