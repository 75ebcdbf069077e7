#pragma once
// The worker threads, where they wait, and the job records of a process.
//
// There is one pool at a time. A forked child, which has none of its parent's threads, and configure() leave the old
// pool as it is, for good, and make a new one at the next job. Threads are started one by one as jobs want help:
// whoever steals a part of a job invites the next worker, so that waking and starting spread like a tree.

#include "scheduler/invitations.h"
#include "scheduler/job.h"
#include "scheduler/parking.h"
#include "scheduler/tunables.h"

#include <mutex>
#include <sched.h>
#include <vector>

namespace pyvm::scheduler {

class Pool {
public:
  // Made at the first use.
  static Pool& current();
  static bool is_current(const Pool& pool);
  // What pools are made with from now on.
  static void configure(const Configuration& configuration);
  // Lets the next current() make a new one.
  static void retire();

  explicit Pool(const Configuration& configuration);

  int max_threads() const { return max_threads_; }
  const Stress& stress() const { return stress_; }
  // Whether every thread can have a core to itself.
  bool may_spin() const { return has_cores_; }
  // Whether a worker would come without being woken.
  bool somebody_is_awake() const { return searching_.load(std::memory_order_relaxed) > 0; }

  JobRecord& take_record();
  void give_back(JobRecord& record);

  // Lets workers know that there is something to steal, and wakes or starts one if none is looking.
  void announce(JobRecord& job);
  // Starts a worker, if none was ever started. It looks for a job and parks like any other.
  void expect_job();
  // Keeps workers away from the CPU that the calling thread is on.
  void keep_workers_away();

  // Returns a thread's idle records, at its end.
  void give_back_all(JobRecord* first);

private:
  struct Worker {
    std::atomic<pid_t> thread{0}; // set by the worker once it runs
  };

  static void* worker_main(void* start);
  JobRecord& find_job(int worker);
  void leave_search();
  void wake_or_start();
  void start_worker();
  bool start_thread(int worker);
  cpu_set_t worker_cpus(int caller_cpu) const;

  Pool* retired_before_ = nullptr;
  const Stress stress_;
  const cpu_set_t cpus_;
  const int max_threads_;
  const bool has_cores_;

  Invitations invitations_;
  Parking parking_;
  // Workers that are awake and look for a job, with those that are on their way to.
  alignas(64) std::atomic<int> searching_{0};

  // The CPU that workers are kept off, and when they were moved last.
  alignas(64) std::atomic<int> caller_cpu_{-1};
  std::atomic<std::int64_t> moved_ns_{0};

  std::atomic<int> started_{0};
  const std::unique_ptr<Worker[]> workers_; // [1] to [max_threads_ - 1]

  std::mutex records_mutex_;
  std::vector<std::unique_ptr<JobRecord>> records_; // all there are
  JobRecord* free_records_ = nullptr;
};

} // namespace pyvm::scheduler
