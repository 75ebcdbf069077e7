#pragma once
// A job record: one parallel loop while it runs. Records are pooled and never freed, so a thread may look at the atomic
// members of any record at any time. What the caller wrote in it may be read by the caller and by whoever holds a claim
// on grains of it, because the caller returns (and uses the record again) only when `pending_` is zero.
//
// Words count in units. A unit is one grain, or several when a job has more grains than a range word can count.

#include "scheduler/ranges.h"
#include "scheduler/scheduler.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace pyvm::scheduler {

// A participant's part of a record. Slot 0 belongs to the caller of the job, slot k to worker k of the pool.
struct alignas(64) Slot {
  RangeWord range; // filled by the owner, emptied by anybody
  // The owner's alone: the number that it was given among the threads of job `numbered_in`, counted in this record.
  std::uint64_t numbered_in = 0;
  int id = 0;
};

class JobRecord {
public:
  // For jobs with participants 0 (the caller) to participants - 1.
  explicit JobRecord(int participants);

  // ---- by the caller, before the first range is published ----

  struct Setup {
    std::int64_t grains;
    GrainBody body;
    void* context;
    bool (*poll)(void*) noexcept; // or null
    int limit;                    // at most so many threads
    JobRecord* parent;            // the job in whose body the caller is, or null
    std::int64_t parent_begin;    // where the caller's piece of it begins
    bool parent_polls;            // the caller is the parent's caller too, so that the parent's poll is its to ask
    bool keeps_numbers;           // threads are numbered as in the parent
    bool same_epoch;
    bool thieves_first;
    bool single_grains;
  };
  void begin(const Setup& setup);

  // ---- by the caller and by holders of a claim ----

  Range all_units() const { return {epoch_, 0, units_}; }
  std::uint32_t unit_count() const { return units_; }
  // The first grain; the range is not empty, or this may not be a number.
  std::int64_t begin_of(Range range) const { return static_cast<std::int64_t>(range.begin) * grains_per_unit_; }
  int limit() const { return limit_; }
  JobRecord* parent() const { return parent_; }
  // The job whose poll the caller asks: this one, or one around it, or null.
  JobRecord* poll_owner() const { return poll_owner_; }

  // Whether nothing of a range will run, because it begins at or above the stop word.
  bool drops(Range range) const {
    return !range.empty() && begin_of(range) >= stop_above_.load(std::memory_order_relaxed);
  }
  // Runs a claimed range, or drops it.
  void run(Range range, int id);
  // The number of worker `worker` among the threads of this job (and of its outer jobs, if it keeps their numbers); -1
  // when the job has as many threads as it may have. Called by that worker only.
  int number_for(int worker);
  bool ask_poll() { return poll_(context_); }
  // No further grain starts.
  void request_stop();
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  // Hands a stop of an enclosing job down.
  void follow_enclosing_stop();

  // ---- by anybody, at any time ----

  // Claims units from another participant's word for participant `self`. `start` varies which word is tried first.
  Range steal(int self, std::uint32_t start, std::uint32_t most);
  // Whether the word of another participant than `self` holds something.
  bool has_unclaimed(int self) const;
  // Stress: about how much may be claimed at once, and whether owners wait for thieves. Hints like the next.
  std::uint32_t most_at_once() const {
    return single_grains_.load(std::memory_order_relaxed) ? 1 : RangeWord::largest_index;
  }
  bool thieves_first() const { return thieves_first_.load(std::memory_order_relaxed); }
  bool is_stressed() const { return thieves_first() || most_at_once() == 1; }
  // Whether the job has all the threads it may have. A hint: it may be about another job by now.
  bool looks_full() const { return full_.load(std::memory_order_relaxed); }

  // ---- ending ----

  // By a holder of claims: `units` of them are done. Nothing of the job may be touched after this.
  void finish(std::uint32_t units);
  bool done() const { return (pending_.load(std::memory_order_acquire) & ~caller_sleeps) == 0; }
  // By the caller: sleeps until the job is done, or a time has passed, or for no reason.
  void sleep_until_done(std::int64_t nanoseconds);
  ParallelForResult result() const;

  // By the owner of a range that it will not run itself: the caller has to see to it, should it sleep.
  void wake_caller();

  Slot& slot(int participant) { return slots_[participant]; }
  const std::atomic<std::int64_t>& stop_word() const { return stop_above_; }

  // True while the record lies in the queue of invitations; Pool alone uses it.
  std::atomic<bool> invited{false};
  // Free lists: written by whoever owns the idle record.
  JobRecord* next_free = nullptr;

private:
  static constexpr std::uint32_t caller_sleeps = 1u << 31;

  void record_failure(std::int64_t grain);

  const int participants_;
  const std::unique_ptr<Slot[]> slots_;

  // Written in begin(), constant until the job is done.
  std::uint64_t sequence_ = 0; // how many jobs this record has been
  std::uint32_t epoch_ = 0;
  std::uint32_t units_ = 0;
  std::int64_t grains_per_unit_ = 1;
  std::int64_t grains_ = 0;
  GrainBody body_ = nullptr;
  void* context_ = nullptr;
  bool (*poll_)(void*) noexcept = nullptr;
  JobRecord* parent_ = nullptr;
  std::int64_t parent_begin_ = 0;
  JobRecord* poll_owner_ = nullptr;
  JobRecord* numbering_ = this; // the record in whose slots the threads' numbers are kept
  int limit_ = 1;

  // Read by all participants before each piece, written rarely.
  alignas(64) std::atomic<std::int64_t> stop_above_{0};
  std::atomic<std::int64_t> first_failed_{0};
  std::atomic<bool> stopped_{false};
  // Of a record that keeps numbers: how many threads have one, the caller among them.
  std::atomic<int> numbered_{1};
  std::atomic<bool> full_{false};
  std::atomic<bool> thieves_first_{false}, single_grains_{false};

  // Units not yet done, and a bit for "the caller sleeps on this word". Written at the end of each participant's work.
  alignas(64) std::atomic<std::uint32_t> pending_{0};
};

} // namespace pyvm::scheduler
