#pragma once
// The queue through which jobs of any thread reach the workers: moodycamel's ConcurrentQueue of job records, and our
// own count of what lies in it, because its try_dequeue may find nothing while something is there.
//
// An invitation only says "look at this record"; the record may be another job by then, or idle. Each record lies in
// the queue at most once (JobRecord::invited), so the queue stays as short as there are records.

#include <atomic>
#include <memory>

namespace pyvm::scheduler {

class JobRecord;

class Invitations {
public:
  Invitations();
  ~Invitations();

  // Unless the record is in the queue already. False when there is no memory for it.
  bool invite_to(JobRecord& job);
  // A record that was in the queue, or null. What was published in it before it was last invited is visible.
  JobRecord* accept();

  // Sequentially consistent with invite_to: `work` in parking.h.
  bool any() const { return count_.load(std::memory_order_seq_cst) > 0; }

private:
  struct Queue;
  const std::unique_ptr<Queue> queue_;
  // Adds after the record is in the queue, subtracts after it is out, so that it may be below zero for a moment.
  alignas(64) std::atomic<int> count_{0};
};

} // namespace pyvm::scheduler
