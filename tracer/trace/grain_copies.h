// The copies of arrays that a run of a grain has in place of the guest's (vm/interp/array_accumulators.h): of an array
// of ints that iterations only update one for as long as it runs, of an array that iterations add to as a whole one for
// each block. Compiled code finds them in its array slots; frames that the interpreter goes on with get them too.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "tracer/trace/exits.h"
#include "vm/interp/array_accumulators.h"
#include "vm/interp/prange.h"

namespace pyvm::tracer {

struct CopiedArray {
  std::uint16_t slot;
  std::unique_ptr<ThreadCopies> copies;
};

class GrainCopies {
public:
  // `arrays`: the descriptors that the code is given, by slot. MemoryError.
  GrainCopies(const Recording& recording, PrangeJob& job, std::span<const CopiedArray> copied,
              std::vector<ir::ArrayDescriptor>& arrays);
  ~GrainCopies();
  GrainCopies(const GrainCopies&) = delete;
  GrainCopies& operator=(const GrainCopies&) = delete;

  // MemoryError.
  void begin_block();
  void end_block(CallContext& context, std::int64_t block);
  // It has raised.
  void leave_block(std::int64_t block);

  std::span<const Replaced> replaced() const { return replaced_; }
  // Puts them into a frame's registers, lent.
  void put_into(const Recording& recording, Frame& worker) const;

private:
  std::span<const CopiedArray> copied_;
  std::vector<ArrayAccumulator*> accumulators_;
  std::vector<ir::ArrayDescriptor>& arrays_;
  std::vector<Replaced> replaced_; // of copied_, then of accumulators_

  void replace(Replaced& place, Value copy);
  Replaced& of_accumulator(std::size_t k) { return replaced_[copied_.size() + k]; }
};

} // namespace pyvm::tracer
