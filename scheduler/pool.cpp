// Starting, waking, parking and moving workers; the pool that is current; job records.

#include "scheduler/pool.h"

#include "scheduler/participant.h"
#include "scheduler/spin.h"
#include "scheduler/thread_state.h"
#include "scheduler/topology.h"

#include <csignal>
#include <cstdlib>
#include <initializer_list>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pyvm::scheduler {

namespace {

std::atomic<Pool*> current_pool{nullptr};
Configuration current_configuration;

void after_fork_in_child() {
  Pool::retire();
  this_thread.place = {.threads = this_thread.place.threads};
}

[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, after_fork_in_child);

int threads_of(const Configuration& configuration, const cpu_set_t& cpus) {
  if (configuration.threads > 0) return std::min(configuration.threads, tunables::most_threads);
  if (const auto asked = threads_from_text("NUMBA_NUM_THREADS", std::getenv("NUMBA_NUM_THREADS"))) return *asked;
  return machine_threads(CPU_COUNT(&cpus), cgroup_cpus(read_file));
}

// Gives this thread's idle records back when it ends.
struct RecordKeeper {
  bool in_use = false;
  ~RecordKeeper() {
    if (this_thread.pool != nullptr && Pool::is_current(*this_thread.pool))
      this_thread.pool->give_back_all(this_thread.free_records);
    this_thread.free_records = nullptr;
  }
};
thread_local RecordKeeper record_keeper;

} // namespace

Pool& Pool::current() {
  Pool* pool = current_pool.load(std::memory_order_acquire);
  if (pool != nullptr) return *pool;
  auto made = std::make_unique<Pool>(current_configuration);
  if (current_pool.compare_exchange_strong(pool, made.get(), std::memory_order_acq_rel, std::memory_order_acquire))
    return *made.release();
  return *pool; // Another thread was faster; a pool without threads is nothing but memory.
}

bool Pool::is_current(const Pool& pool) { return current_pool.load(std::memory_order_relaxed) == &pool; }

void Pool::configure(const Configuration& configuration) {
  current_configuration = configuration;
  retire();
}

void Pool::retire() {
  static Pool* retired = nullptr; // Chained, so that leak checkers find them.
  if (Pool* pool = current_pool.exchange(nullptr, std::memory_order_acq_rel)) {
    pool->retired_before_ = retired;
    retired = pool;
  }
}

Pool::Pool(const Configuration& configuration)
    : stress_(configuration.stress), cpus_(allowed_cpus()), max_threads_(threads_of(configuration, cpus_)),
      has_cores_(max_threads_ > 1 && max_threads_ <= CPU_COUNT(&cpus_)), parking_(max_threads_),
      workers_(std::make_unique<Worker[]>(static_cast<std::size_t>(max_threads_))) {}

// ---- records ----

JobRecord& Pool::take_record() {
  ThreadState& me = this_thread;
  if (me.pool != this) {
    me.pool = this;
    me.free_records = nullptr; // They belong to a pool of before.
  }
  if (me.free_records == nullptr) {
    record_keeper.in_use = true;
    const std::lock_guard lock(records_mutex_);
    if (free_records_ != nullptr) {
      me.free_records = free_records_;
      free_records_ = free_records_->next_free;
    } else {
      me.free_records = records_.emplace_back(std::make_unique<JobRecord>(max_threads_)).get();
    }
    me.free_records->next_free = nullptr;
  }
  JobRecord& record = *me.free_records;
  me.free_records = record.next_free;
  return record;
}

void Pool::give_back(JobRecord& record) {
  if (this_thread.pool != this || !is_current(*this)) return; // A forked child has left the pool.
  record.next_free = this_thread.free_records;
  this_thread.free_records = &record;
}

void Pool::give_back_all(JobRecord* first) {
  const std::lock_guard lock(records_mutex_);
  while (first != nullptr) {
    JobRecord* next = first->next_free;
    first->next_free = free_records_;
    free_records_ = first;
    first = next;
  }
}

// ---- waking and starting ----

void Pool::announce(JobRecord& job) {
  // W1 and W2 of parking.h. Without memory for the invitation the caller runs the job alone.
  if (invitations_.invite_to(job) && searching_.load(std::memory_order_seq_cst) <= 0) wake_or_start();
}

void Pool::expect_job() {
  if (started_.load(std::memory_order_relaxed) != 0) return;
  keep_workers_away();
  start_worker();
}

void Pool::wake_or_start() {
  const int seat = parking_.claim_sleeper();
  if (seat >= 0) {
    searching_.fetch_add(1, std::memory_order_seq_cst);
    parking_.wake(seat);
  } else {
    start_worker();
  }
}

void Pool::start_worker() {
  int started = started_.load(std::memory_order_relaxed);
  do {
    if (started >= max_threads_ - 1) return;
  } while (!started_.compare_exchange_weak(started, started + 1, std::memory_order_relaxed));
  searching_.fetch_add(1, std::memory_order_seq_cst);
  // If the system gives no more threads, this worker will be missing, and the others do its part.
  if (!start_thread(started + 1)) searching_.fetch_sub(1, std::memory_order_seq_cst);
}

namespace {
struct Start {
  Pool* pool;
  int worker;
};
} // namespace

bool Pool::start_thread(int worker) {
  // Signals are for the threads of the program. Those that a thread raises by its own fault stay.
  sigset_t blocked, before;
  sigfillset(&blocked);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF})
    sigdelset(&blocked, fault);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (has_cores_) {
    const cpu_set_t cpus = worker_cpus(caller_cpu_.load(std::memory_order_relaxed));
    pthread_attr_setaffinity_np(&attributes, sizeof cpus, &cpus);
  }
  auto start = std::make_unique<Start>(Start{this, worker});
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, worker_main, start.get()) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (started) start.release(); // worker_main's now
  return started;
}

// ---- the CPUs of the workers ----

cpu_set_t Pool::worker_cpus(int caller_cpu) const {
  cpu_set_t cpus = cpus_;
  if (caller_cpu >= 0 && CPU_COUNT(&cpus) > 1) CPU_CLR(static_cast<std::size_t>(caller_cpu), &cpus);
  return cpus;
}

void Pool::keep_workers_away() {
  const int cpu = has_cores_ ? sched_getcpu() : -1;
  if (cpu < 0 || cpu == caller_cpu_.load(std::memory_order_relaxed)) return;
  // Callers on several CPUs would have the workers moved all the time.
  const std::int64_t now = now_ns();
  std::int64_t moved = moved_ns_.load(std::memory_order_relaxed);
  if (now - moved < tunables::repin_interval_ns || !moved_ns_.compare_exchange_strong(moved, now)) return;
  caller_cpu_.store(cpu, std::memory_order_relaxed);
  const cpu_set_t cpus = worker_cpus(cpu);
  for (int worker = 1; worker < max_threads_; ++worker) {
    if (const pid_t thread = workers_[worker].thread.load(std::memory_order_relaxed))
      sched_setaffinity(thread, sizeof cpus, &cpus);
  }
}

// ---- a worker's life ----

void* Pool::worker_main(void* start) {
  const auto [pool, worker] = *std::unique_ptr<Start>(static_cast<Start*>(start));
  pthread_setname_np(pthread_self(), "pyvm-worker");
  pool->workers_[worker].thread.store(static_cast<pid_t>(syscall(SYS_gettid)), std::memory_order_relaxed);
  this_thread.random = static_cast<std::uint32_t>(worker) * 2654435761u;
  for (;;) {
    help(*pool, pool->find_job(worker), worker);
    pool->searching_.fetch_add(1, std::memory_order_seq_cst);
  }
}

// Called, and called again, counted in searching_; returns no longer counted.
JobRecord& Pool::find_job(int worker) {
  const int seat = worker - 1;
  for (;;) {
    Spin spin(has_cores_);
    do {
      if (!invitations_.any()) continue;
      if (JobRecord* job = invitations_.accept()) {
        leave_search();
        return *job;
      }
    } while (spin.again());
    // P1 to P4 of parking.h.
    searching_.fetch_sub(1, std::memory_order_seq_cst);
    parking_.prepare(seat);
    if (!invitations_.any()) {
      parking_.sleep(seat);
    } else {
      if (parking_.cancel(seat)) searching_.fetch_add(1, std::memory_order_seq_cst);
      sched_yield(); // Perhaps somebody has taken it and not yet counted it.
    }
  }
}

void Pool::leave_search() {
  // A worker that was just woken may come here before its waker has counted it; hence not "== 1".
  if (searching_.fetch_sub(1, std::memory_order_seq_cst) <= 1 && invitations_.any()) wake_or_start();
}

} // namespace pyvm::scheduler
