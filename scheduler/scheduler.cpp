// The public functions: who takes part in a job, and the calling thread's view of where it is.

#include "scheduler/scheduler.h"

#include "scheduler/participant.h"
#include "scheduler/spin.h"
#include "scheduler/thread_state.h"

namespace pyvm::scheduler {

namespace {

// The stop word outside of jobs.
constinit const std::atomic<std::int64_t> never_stops{std::numeric_limits<std::int64_t>::max()};

int thread_limit(const Pool& pool, const ParallelForOptions& options) {
  const int wanted = this_thread.place.threads == 0 ? pool.max_threads() : this_thread.place.threads;
  const int limit = std::min(wanted, pool.max_threads());
  return options.max_threads > 0 ? std::min(limit, options.max_threads) : limit;
}

// What a loop has to take for somebody to be asked for help. Where all sleep, short loops that come one after the other
// are counted together: when this thread has spent on them alone what waking costs, the wake-up is paid for, and the
// next ones find a worker awake.
double worth_sharing(const Pool& pool, double predicted_microseconds) {
  using namespace tunables;
  if (pool.somebody_is_awake()) return worth_sharing_microseconds;
  if (predicted_microseconds < worth_sharing_microseconds || predicted_microseconds >= worth_waking_microseconds)
    return worth_waking_microseconds;
  const std::int64_t now = now_ns();
  if (now - this_thread.last_alone_ns > burst_ns) this_thread.alone_microseconds = 0;
  this_thread.last_alone_ns = now;
  this_thread.alone_microseconds += predicted_microseconds;
  if (this_thread.alone_microseconds < worth_waking_microseconds) return worth_waking_microseconds;
  this_thread.alone_microseconds = 0;
  return worth_sharing_microseconds;
}

} // namespace

ParallelForResult parallel_for(std::int64_t grains, GrainBody body, void* context, const ParallelForOptions& options) {
  if (grains <= 0) return {grains, false};
  Pool& pool = Pool::current();
  JobRecord& job = pool.take_record();
  const Place outer = this_thread.place;
  const int limit = thread_limit(pool, options);
  // A nested job with as many threads as the outer one shares its numbers; the caller keeps its own.
  const bool keeps_numbers = outer.job != nullptr && outer.job->limit() == limit;
  const bool parent_polls = outer.is_caller && outer.job->poll_owner() != nullptr;
  job.begin({.grains = grains,
             .body = body,
             .context = context,
             .poll = options.poll,
             .limit = limit,
             .parent = outer.job,
             .parent_begin = outer.piece_begin,
             .parent_polls = parent_polls,
             .keeps_numbers = keeps_numbers,
             .same_epoch = pool.stress().same_epoch,
             .thieves_first = options.thieves_first || pool.stress().thieves_first,
             .single_grains = options.single_grains || pool.stress().single_grains});
  {
    const Inside inside({.job = &job, .id = keeps_numbers ? outer.id : 0, .threads = limit, .is_caller = true});
    if (options.poll != nullptr && !parent_polls) this_thread.next_poll_ns = now_ns() + tunables::poll_interval_ns;
    const double worth = worth_sharing(pool, options.predicted_microseconds);
    if (pool.stress().same_epoch || job.is_stressed() || options.predicted_microseconds >= worth)
      run_as_caller(pool, job, worth);
    else
      job.run(job.all_units(), this_thread.place.id);
  }
  job.follow_enclosing_stop();
  const ParallelForResult result = job.result();
  pool.give_back(job);
  return result;
}

void expect_job() {
  if (num_threads() > 1) Pool::current().expect_job();
}

int num_threads() {
  const int max = max_threads();
  return this_thread.place.threads == 0 ? max : std::min(this_thread.place.threads, max);
}

bool set_num_threads(int threads) {
  if (threads < 1 || threads > max_threads()) return false;
  this_thread.place.threads = threads;
  return true;
}

int max_threads() { return Pool::current().max_threads(); }

int thread_id() { return this_thread.place.id; }

bool checkpoint(std::int64_t grain) {
  JobRecord* job = this_thread.place.job;
  if (job == nullptr) return false;
  if (this_thread.place.is_caller)
    look_after(*job, now_ns());
  else
    job->follow_enclosing_stop();
  return job->stop_word().load(std::memory_order_relaxed) <= grain;
}

const std::atomic<std::int64_t>& stop_word() {
  const JobRecord* job = this_thread.place.job;
  return job == nullptr ? never_stops : job->stop_word();
}

void configure(const Configuration& configuration) { Pool::configure(configuration); }

} // namespace pyvm::scheduler
