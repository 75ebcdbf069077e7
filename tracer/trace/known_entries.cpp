#include "tracer/trace/known_entries.h"

#include <algorithm>
#include <set>

#include "tracer/trace/entry.h"

namespace pyvm::tracer {

namespace {

void add_scalars_of(const nest::LoopTable& table, std::set<std::size_t>& slots) {
  for (const nest::Invariant& invariant : table.invariants)
    if (invariant.instruction.op == ir::Op::Param)
      slots.insert(static_cast<std::size_t>(invariant.instruction.immediate));
}

// Each thread has scratch of its own, and each block what it accumulates, wherever that lies.
bool same_arrays(const std::vector<ir::ArraySlot>& slots, const std::vector<ir::ArrayDescriptor>& a,
                 const std::vector<ir::ArrayDescriptor>& b) {
  for (std::size_t k = 0; k < slots.size(); ++k)
    if ((a[k].data != b[k].data && !slots[k].is_apart()) || !std::ranges::equal(a[k].shape, b[k].shape) ||
        !std::ranges::equal(a[k].strides, b[k].strides))
      return false;
  return true;
}

} // namespace

std::vector<std::uint64_t> KnownEntries::scalars_that_matter(const nest::PlannedRegion& planned,
                                                             const EntryValues& values) {
  if (!has_slots_) {
    std::set<std::size_t> slots;
    for (const nest::LoopTable* table :
         {&planned.checks.table, &planned.dependences.table, &planned.lane_dependences.table})
      add_scalars_of(*table, slots);
    slots_.assign(slots.begin(), slots.end());
    has_slots_ = true;
  }
  std::vector<std::uint64_t> scalars;
  scalars.reserve(slots_.size());
  for (const std::size_t slot : slots_) scalars.push_back(values.scalars[slot]);
  return scalars;
}

std::shared_ptr<const KnownEntry> KnownEntries::find(const nest::PlannedRegion& planned, const EntryValues& values,
                                                     std::int64_t iterations) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return nullptr;
  const std::vector<std::uint64_t> scalars = scalars_that_matter(planned, values);
  for (const auto& known : kept_)
    if (known && known->iterations == iterations && known->scalars == scalars &&
        same_arrays(planned.checks.slots, known->arrays, values.arrays))
      return known;
  return nullptr;
}

std::shared_ptr<const KnownEntry> KnownEntries::add(const nest::PlannedRegion& planned, const EntryValues& values,
                                                    std::int64_t iterations, EntryQuestions questions) {
  const std::uint64_t* scalars = values.scalars.data();
  const ir::ArrayDescriptor* arrays = values.arrays.data();
  nest::PlannedEntry entry(planned, scalars, arrays, 0, iterations);
  nest::Entry::Piece piece;
  nest::Order order;
  if (questions.fast) piece = entry.next_piece(0, iterations, 0);
  if (questions.order) order = nest::PlannedEntry::order(planned, scalars, arrays, 0, iterations);
  const auto made = std::make_shared<KnownEntry>(
      KnownEntry{{}, values.arrays, iterations, std::move(entry), order, piece.fast ? piece.count : 0});
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return made;
  made->scalars = scalars_that_matter(planned, values);
  kept_[oldest_] = made;
  oldest_ = (oldest_ + 1) % kept_.size();
  return made;
}

} // namespace pyvm::tracer
