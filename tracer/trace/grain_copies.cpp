#include "tracer/trace/grain_copies.h"

#include <algorithm>

#include "vm/object/array.h"
#include "vm/support/assert.h"

namespace pyvm::tracer {

namespace {

std::uint16_t slot_of_register(const Recording& recording, std::uint16_t r) {
  for (std::size_t slot = 0; slot < recording.arrays.size(); ++slot)
    if (recording.region.arrays[slot].accumulates && recording.arrays[slot].guest_register == r)
      return static_cast<std::uint16_t>(slot);
  PYVM_UNREACHABLE("each array that a region accumulates has a slot");
}

} // namespace

GrainCopies::GrainCopies(const Recording& recording, PrangeJob& job, std::span<const CopiedArray> copied,
                         std::vector<ir::ArrayDescriptor>& arrays)
    : copied_(copied), arrays_(arrays) {
  for (const CopiedArray& each : copied) replaced_.push_back({each.slot, Value()});
  for (const PrangeReduction& r : job.reductions()) {
    if (!r.array) continue;
    accumulators_.push_back(r.array.get());
    replaced_.push_back({slot_of_register(recording, r.guest_register), Value()});
  }
  for (std::size_t k = 0; k < copied.size(); ++k) replace(replaced_[k], copied[k].copies->take());
}

GrainCopies::~GrainCopies() {
  for (std::size_t k = 0; k < copied_.size(); ++k) copied_[k].copies->give_back(std::move(replaced_[k].array));
}

void GrainCopies::replace(Replaced& place, Value copy) {
  place.array = std::move(copy);
  arrays_[place.slot].data = place.array.as<Array>().data;
}

void GrainCopies::begin_block() {
  for (std::size_t k = 0; k < accumulators_.size(); ++k) replace(of_accumulator(k), accumulators_[k]->begin_block());
}

void GrainCopies::end_block(CallContext& context, std::int64_t block) {
  for (std::size_t k = 0; k < accumulators_.size(); ++k)
    accumulators_[k]->end_block(context, block, std::move(of_accumulator(k).array));
}

void GrainCopies::leave_block(std::int64_t block) {
  for (std::size_t k = 0; k < accumulators_.size(); ++k)
    accumulators_[k]->leave_block(block, std::move(of_accumulator(k).array));
}

void GrainCopies::put_into(const Recording& recording, Frame& worker) const {
  for (const Replaced& each : replaced_)
    worker.registers[*recording.arrays[each.slot].guest_register] = each.array.lent();
}

} // namespace pyvm::tracer
