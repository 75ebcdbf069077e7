// A traced loop: its recording, its plan, its code, and what happened to it.
//
// Regions of one loop form a list that only grows; readers walk it without a lock. Code is compiled under the loop's
// mutex and published by one release store; most entries run fast from end to end, so the careful version follows when
// one does not. A region lives as long as the process: kernels are few, their code is
// immortal.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tracer/ir/code_generator.h"
#include "tracer/nest/pipeline.h"
#include "tracer/record/recorder.h"
#include "tracer/trace/known_entries.h"
#include "vm/bytecode/liveness.h"

namespace pyvm::tracer {

struct Statistics {
  std::atomic<std::int64_t> entries{0};
  std::atomic<std::int64_t> iterations{0}; // begun in compiled code
  std::atomic<std::int64_t> exits{0};      // taken, but for "loop ends"
  std::atomic<std::int64_t> careful_entries{0};
  std::atomic<double> nanoseconds_an_iteration{0}; // 0: not known yet
};

struct Region {
  Recording recording;
  nest::PlannedRegion plan;
  std::optional<ir::Compiled> fast; // of the plan's one version
  // Of its other one, made when a piece first needs it: careful_code(). The loop's mutex guards what is made.
  std::optional<ir::Compiled> careful;
  std::atomic<const ir::Compiled*> made_careful{nullptr};
  std::atomic<bool> careful_is_refused{false};
  ir::Isa isa = ir::Isa::Scalar;
  std::int64_t record_microseconds = 0;
  std::int64_t compile_microseconds = 0;
  std::string order_reason;          // why it last ran in order, empty when it did not
  std::int64_t brief_iterations = 0; // so few take less time interpreted than entering the code does
  int plans = 1;                     // made for this recording, this one included
  std::atomic<bool> replaced{false}; // by one with a newer plan, which precedes it in the list
  Statistics statistics;
  KnownEntries known_entries;
  Region* next = nullptr; // older region of the same loop
};

// A loop's code for running it apart (verify.h): it ends where the loop does.
struct StoppingCode {
  Ref<Code> code;
  Liveness liveness; // of the code itself
};

// What is known of one loop of one code object.
struct LoopRecord {
  std::atomic<Region*> newest{nullptr};
  std::mutex mutex; // held while recording and compiling (compiling.h); guards the rest
  std::atomic<bool> blacklisted{false};
  std::string blacklist_reason;
  int blacklist_line = 0;
  int regions = 0;
  std::atomic<std::int64_t> interpreted{0}; // iterations that the interpreter has run
  std::unique_ptr<StoppingCode> stopping;   // made by the first verified entry; whoever verifies owns it
};

constexpr int most_regions_of_a_loop = 8;
constexpr int most_plans_of_a_recording = 4;

// For `kernel.regions()` and explain.
struct RegionReport {
  std::string file;
  int line = 0;
  std::string function;
  std::string kind;   // "prange", "for", "while"
  std::string state;  // "compiled", "in order", "blacklisted", "interpreted"
  std::string reason; // a sentence, for the last three, and for a loop that is compiled with the one around it
  std::string plan;   // lines, as in `pyvm dump --stage=plan`; empty when the loop has no region of its own
  std::string isa;
  int lanes = 1, gangs = 1;
  std::int64_t record_microseconds = 0, compile_microseconds = 0;
  std::int64_t entries = 0, exits_taken = 0, code_bytes = 0;
};

} // namespace pyvm::tracer
