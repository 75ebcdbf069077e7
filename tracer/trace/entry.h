// Entering a region: do its guards hold, and with which numbers does it run?
#pragma once

#include <vector>

#include "tracer/ir/region_abi.h"
#include "tracer/trace/region.h"
#include "vm/interp/frame.h"

namespace pyvm {
class PrangeJob;
}

namespace pyvm::tracer {

// The entry's numbers, shared by all threads that run one job.
struct EntryValues {
  std::vector<std::uint64_t> scalars;      // of region.scalars
  std::vector<ir::ArrayDescriptor> arrays; // of region.arrays; scratch stands in `scratch`
  std::vector<std::uint64_t> scratch;
  bool fits = true; // lengths of scratch arrays are not negative and not too much for a thread
};

// Memory for the region's scratch arrays: a thread's own. Their descriptors, among `arrays`, are made to point to it.
std::vector<std::uint64_t> make_scratch(const ir::Region& region, std::vector<ir::ArrayDescriptor>& arrays);

// Whether the frame's registers are as the recording assumes.
bool guards_hold(const Recording& recording, const Frame& frame);

// `start` is the loop's value at ordinal 0, `random_key` what its iterations draw from.
EntryValues entry_values(const Recording& recording, const Frame& frame, std::int64_t start, std::uint64_t random_key);

// A region of this loop that fits, the newest first; null when there is none.
Region* find_region(const LoopRecord& loop, const Frame& frame, const PrangeJob* job);

// Records, plans and compiles; null with a reason in the loop's record when it cannot. Takes the loop's mutex.
Region* make_region(LoopRecord& loop, const Frame& frame, int index, const PrangeJob* job);

// The same recording with a plan for this entry's numbers, where the region's was made for others and may be the worse
// for it; else `region` itself. `iterations`: of this entry.
Region& region_with_fitting_plan(LoopRecord& loop, Region& region, const Frame& frame, const PrangeJob* job,
                                 const EntryValues& values, std::int64_t iterations);

// The region's careful version, compiled by whoever asks first. Null when it is refused: interpret. Takes the loop's
// mutex.
const ir::Compiled* careful_code(LoopRecord& loop, Region& region);

// How many words an exit of the version may leave: RegionContext::exit_values.
std::size_t exit_words(const ir::Region& version);

// What every run of compiled code on this thread is given. Grains add their reductions and left_exits.
ir::RegionContext context_of(const EntryValues& values, const std::vector<ir::ArrayDescriptor>& arrays,
                             std::vector<std::uint64_t>& exit_values);

// Some array has at least that many elements.
bool has_large_array(const Recording& recording, const EntryValues& values, std::int64_t elements);

// From now on the loop is interpreted. The loop's mutex is held.
void blacklist(LoopRecord& loop, const Code& code, int index, std::string reason, int line);

LoopRecord& record_of(const Code& code, int loop);

} // namespace pyvm::tracer
