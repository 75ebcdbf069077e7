// What the checks at entry came to with the numbers of earlier entries.
//
// A loop inside a loop over time is entered thousands of times with the same arrays, or with two that change places.
// Whether its subscripts are in range and its iterations independent follows from numbers alone: lengths, strides,
// addresses, and the scalars that bounds and subscripts are made of. So the answers to the last few entries are kept,
// and an entry with the same numbers asks nothing. On small arrays that is most of what an entry costs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "tracer/nest/pipeline.h"

namespace pyvm::tracer {

struct EntryValues;

struct KnownEntry {
  std::vector<std::uint64_t> scalars; // those that matter
  std::vector<ir::ArrayDescriptor> arrays;
  std::int64_t iterations;

  nest::PlannedEntry entry;
  nest::Order order;       // of the region's own loop, where somebody wanted to know
  std::int64_t fast_until; // ordinals below it may run in the fast version
};

struct EntryQuestions {
  bool fast;  // there is a fast version
  bool order; // the iterations could run in parallel
};

// Of one plan, which must outlive it. Any thread may ask; who finds another one asking goes without.
class KnownEntries {
public:
  // Null where no entry with these numbers is found.
  std::shared_ptr<const KnownEntry> find(const nest::PlannedRegion& planned, const EntryValues& values,
                                         std::int64_t iterations);
  // Answers the questions and keeps the answers in the place of the oldest.
  std::shared_ptr<const KnownEntry> add(const nest::PlannedRegion& planned, const EntryValues& values,
                                        std::int64_t iterations, EntryQuestions questions);

private:
  std::vector<std::uint64_t> scalars_that_matter(const nest::PlannedRegion& planned, const EntryValues& values);

  std::mutex mutex_;
  std::vector<std::size_t> slots_; // of the scalars that matter, once `has_slots_`
  bool has_slots_ = false;
  std::array<std::shared_ptr<const KnownEntry>, 4> kept_;
  std::size_t oldest_ = 0;
};

} // namespace pyvm::tracer
