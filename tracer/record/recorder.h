// From a loop of the guest to a region of IR.
//
// The recorder walks the loop's bytecode once, over abstract values: registers hold IR names with kinds. Both sides of
// every `if` are walked and joined, inner loops become `for` and `loop`, calls of njit functions are inlined, and what
// can raise becomes a guard whose exit rebuilds the interpreter's registers at that opcode. Nothing runs meanwhile:
// every kind follows from the kinds at the region's entry, which become the entry's guards.
//
// Where two paths meet with unlike kinds, or a loop changes a variable's kind, the walk starts again with a hint (at
// most `most_restarts` times). An int that meets a float becomes a *number*: both representations and a tag. Uses that
// convert read the float; a use that needs one kind leaves through an exit for the other.
//
// What keeps a loop from being traced is a row of abort_reasons.def.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tracer/ir/ir.h"
#include "vm/interp/frame.h"

namespace pyvm {
class PrangeJob;
}

namespace pyvm::tracer {

enum class Abort : std::uint8_t {
#define ABORT(name, text) name,
#include "tracer/record/abort_reasons.def"
#undef ABORT
};
const char* name_of(Abort reason);

struct RecordFailure {
  Abort reason;
  std::string detail;
  int line = 0;
  std::string sentence() const;
};

// What must hold for a recording to be entered again.
struct EntryGuard {
  enum class What : std::uint8_t {
    Kind,     // the register holds a value of tag `tag`
    Array,    // an array as array slot `slot` of the region describes it
    Identity, // the register holds the very object `constant`
  };
  What what;
  std::uint16_t guest_register;
  Tag tag = Tag::Unbound;
  int slot = 0;
  Value constant;
};

// Where an array slot gets its array: a register of the frame, or a frozen global.
struct ArraySource {
  std::optional<std::uint16_t> guest_register;
  Value constant;
};

constexpr std::uint16_t start_slot = 0xffff;  // scalar slot that holds the loop's value at ordinal 0
constexpr std::uint16_t step_slot = 0xfffe;   // scalar slot that holds the loop's step
constexpr std::uint16_t key_slot = 0xfffd;    // scalar slot that holds the loop's random key (vm/semantics/philox.h)
constexpr std::uint16_t global_slot = 0xfffb; // array slot that holds a frozen global, in place of a register
constexpr std::uint16_t drawn_count = 0xfffc; // register of a snapshot: how many the iteration has drawn
constexpr std::int64_t any_step = 0;          // the step is in that slot

// Hot loops that count by one are compiled for that; all other steps share their code.
inline std::int64_t recorded_step(std::int64_t step) { return step == 1 || step == -1 ? step : any_step; }

struct Recording {
  ir::Region region;
  const Code* code = nullptr;
  int loop = 0;
  bool grain = false;         // iterations of a parallel prange; otherwise a hot loop that runs in order
  bool holds_prange = false;  // compiled in line, on this thread
  bool draws = false;         // from np.random's stream on the thread
  bool hides_code = false;    // some path leaves for the interpreter because of what is not compiled
  bool start_is_zero = false; // a guard: the loop's value at ordinal 0 is 0
  std::int64_t step = 1;      // a guard: of a grain the step, of a hot loop recorded_step()
  std::vector<EntryGuard> guards;
  std::vector<ArraySource> arrays;       // of region.arrays
  std::vector<Value> constants;          // that snapshots name
  std::vector<ScalarKind> live_in_kinds; // of the accumulators: a guard
};

using RecordResult = std::variant<Recording, RecordFailure>;

// Iterations of a parallel prange.
RecordResult record_grain(const PrangeJob& job);
// A `for` over a range, or a `while`, whose header the frame has reached. `runs_in_parallel`: a prange inside it gains
// more by running in parallel on its own than by being compiled into this loop.
using RunsInParallel = bool (*)(const Code& code, int loop);
RecordResult record_loop(const Frame& frame, int loop, RunsInParallel runs_in_parallel);

} // namespace pyvm::tracer
