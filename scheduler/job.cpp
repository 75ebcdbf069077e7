// Job records: set-up, claims on units, running, failing, ending. See job.h for who may call what.

#include "scheduler/job.h"

#include "scheduler/futex.h"

namespace pyvm::scheduler {

namespace {

// Lowers an atomic to a value. Relaxed: whoever needs to see it for certain sees it through pending_.
void lower_to(std::atomic<std::int64_t>& word, std::int64_t value) {
  std::int64_t seen = word.load(std::memory_order_relaxed);
  while (value < seen && !word.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

} // namespace

JobRecord::JobRecord(int participants)
    : participants_(participants), slots_(std::make_unique<Slot[]>(static_cast<std::size_t>(participants))) {}

void JobRecord::begin(const Setup& setup) {
  ++sequence_;
  epoch_ = setup.same_epoch ? 0 : static_cast<std::uint32_t>(sequence_) & RangeWord::epoch_mask;
  grains_ = setup.grains;
  grains_per_unit_ = (setup.grains - 1) / RangeWord::largest_index + 1;
  units_ = static_cast<std::uint32_t>((setup.grains - 1) / grains_per_unit_ + 1);
  body_ = setup.body;
  context_ = setup.context;
  poll_ = setup.poll;
  parent_ = setup.parent;
  parent_begin_ = setup.parent_begin;
  poll_owner_ = setup.poll != nullptr ? this : setup.parent_polls ? setup.parent->poll_owner_ : nullptr;
  numbering_ = setup.keeps_numbers ? setup.parent->numbering_ : this;
  limit_ = setup.limit;
  stop_above_.store(std::numeric_limits<std::int64_t>::max(), std::memory_order_relaxed);
  first_failed_.store(setup.grains, std::memory_order_relaxed);
  stopped_.store(false, std::memory_order_relaxed);
  numbered_.store(1, std::memory_order_relaxed);
  full_.store(false, std::memory_order_relaxed);
  thieves_first_.store(setup.thieves_first, std::memory_order_relaxed);
  single_grains_.store(setup.single_grains, std::memory_order_relaxed);
  pending_.store(units_, std::memory_order_relaxed);
}

void JobRecord::run(Range range, int id) {
  const std::int64_t begin = begin_of(range);
  if (drops(range)) return;
  // The last unit may have fewer grains than the others; its computed end may not even be a number.
  const std::int64_t end = range.end == units_ ? grains_ : static_cast<std::int64_t>(range.end) * grains_per_unit_;
  const std::int64_t failed = body_(context_, begin, end, id);
  if (failed < end) record_failure(failed);
}

void JobRecord::record_failure(std::int64_t grain) {
  lower_to(first_failed_, grain);
  lower_to(stop_above_, grain);
}

void JobRecord::request_stop() {
  stopped_.store(true, std::memory_order_relaxed);
  lower_to(stop_above_, 0);
}

void JobRecord::follow_enclosing_stop() {
  for (const JobRecord* job = this; job->parent_ != nullptr; job = job->parent_) {
    if (job->parent_->stop_above_.load(std::memory_order_relaxed) <= job->parent_begin_) request_stop();
  }
}

int JobRecord::number_for(int worker) {
  Slot& mine = numbering_->slots_[worker];
  if (mine.numbered_in != numbering_->sequence_) {
    const int number = numbering_->numbered_.fetch_add(1, std::memory_order_relaxed);
    mine.numbered_in = numbering_->sequence_;
    mine.id = number < numbering_->limit_ ? number : -1;
  }
  // Where all workers are admitted, none has to be kept out.
  if (numbering_->limit_ < participants_ && numbering_->numbered_.load(std::memory_order_relaxed) >= numbering_->limit_)
    full_.store(true, std::memory_order_relaxed);
  return mine.id;
}

Range JobRecord::steal(int self, std::uint32_t start, std::uint32_t most) {
  const auto count = static_cast<std::uint32_t>(participants_);
  for (std::uint32_t step = 0; step < count; ++step) {
    const auto victim = static_cast<int>((start + step) % count);
    if (victim == self) continue;
    const Range stolen = slots_[victim].range.steal_back(most);
    if (!stolen.empty()) return stolen;
  }
  return {};
}

bool JobRecord::has_unclaimed(int self) const {
  for (int participant = 0; participant < participants_; ++participant) {
    if (participant != self && !slots_[participant].range.peek().empty()) return true;
  }
  return false;
}

void JobRecord::finish(std::uint32_t units) {
  // Release: the caller sees what these units wrote. If this was the last one, the caller may have left and begun
  // another job by the time of the wake-up, which then wakes somebody for no reason.
  const std::uint32_t left = pending_.fetch_sub(units, std::memory_order_acq_rel) - units;
  if (left == caller_sleeps) futex_wake_one(pending_);
}

void JobRecord::sleep_until_done(std::int64_t nanoseconds) {
  // The count and the bit are one word: whoever brings the count to zero sees the bit, or the caller sees the zero, or
  // the futex sees that the word is no longer what the caller saw.
  const std::uint32_t seen = pending_.fetch_or(caller_sleeps, std::memory_order_acq_rel) | caller_sleeps;
  if (seen != caller_sleeps) futex_wait(pending_, seen, nanoseconds);
  pending_.fetch_and(~caller_sleeps, std::memory_order_acq_rel);
}

void JobRecord::wake_caller() {
  if ((pending_.load(std::memory_order_relaxed) & caller_sleeps) != 0) futex_wake_one(pending_);
}

ParallelForResult JobRecord::result() const {
  return {first_failed_.load(std::memory_order_relaxed), stopped_.load(std::memory_order_relaxed)};
}

} // namespace pyvm::scheduler
