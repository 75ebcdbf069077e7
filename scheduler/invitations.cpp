// The only file that includes moodycamel's queue, which is long.

#include "scheduler/invitations.h"

#include "scheduler/job.h"

#include <concurrentqueue/concurrentqueue.h>

namespace pyvm::scheduler {

struct Invitations::Queue {
  moodycamel::ConcurrentQueue<JobRecord*> records;
};

Invitations::Invitations() : queue_(std::make_unique<Queue>()) {}
Invitations::~Invitations() = default;

bool Invitations::invite_to(JobRecord& job) {
  // Both sides exchange the flag, so either this one finds it down and enqueues, or accept() lowers it later and then
  // sees all that was published before this call.
  if (job.invited.exchange(true, std::memory_order_acq_rel)) return true;
  if (!queue_->records.enqueue(&job)) {
    job.invited.store(false, std::memory_order_relaxed);
    return false;
  }
  count_.fetch_add(1, std::memory_order_seq_cst);
  return true;
}

JobRecord* Invitations::accept() {
  JobRecord* job = nullptr;
  if (!queue_->records.try_dequeue(job)) return nullptr;
  count_.fetch_sub(1, std::memory_order_seq_cst);
  job->invited.exchange(false, std::memory_order_acq_rel);
  return job;
}

} // namespace pyvm::scheduler
