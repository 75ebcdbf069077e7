// The loops of caller and worker.
//
// A participant owns one range word of the job. It takes pieces from the front until the word is empty, then steals
// half of somebody else's word, keeps a first piece of that for itself (so that every theft is progress), publishes the
// rest as its own, and goes on. What it has claimed is counted as done in one go, when its own word is empty: fewer
// writes to a shared line, and while it has something to count the job cannot end.
//
// The caller begins with everything, so a job is ready with one store, and workers that are slow to come cost nothing.
// It wakes nobody before it knows that the rest is worth it (a loop with few grains excepted: there one grain could be
// half of it), and its pieces are limited in time if there is a poll.

#include "scheduler/participant.h"

#include "scheduler/spin.h"
#include "scheduler/thread_state.h"

namespace pyvm::scheduler {

namespace {

constexpr std::uint32_t everything = RangeWord::largest_index;

// Stress::thieves_first: gives thieves a chance before the owner begins with its range.
void hesitate(const JobRecord& job, const RangeWord& own) {
  if (!job.thieves_first()) return;
  const std::uint32_t before = own.peek().size();
  const std::int64_t end = now_ns() + tunables::hesitation_ns;
  while (before != 0 && own.peek().size() == before && now_ns() < end) sched_yield();
}

// By the holder of a claim on the piece.
void run_piece(JobRecord& job, Range piece) {
  this_thread.place.piece_begin = job.begin_of(piece);
  job.run(piece, this_thread.place.id);
}

class Caller {
public:
  Caller(Pool& pool, JobRecord& job, double worth_sharing_microseconds)
      : pool_(pool), job_(job), own_(job.slot(0).range), worth_sharing_ns_(1000 * worth_sharing_microseconds),
        shares_(job.limit() > 1), polls_(job.poll_owner() != nullptr) {}

  void run() {
    const bool announces_at_once = shares_ && ((pool_.stress().same_epoch || job_.is_stressed()) ||
                                               job_.unit_count() < tunables::worth_timing_grains);
    watches_clock_ = polls_ || (shares_ && !announces_at_once);
    if (watches_clock_) started_ns_ = now_ns();
    for (Range range = job_.all_units(); !range.empty(); range = find_more()) {
      const Range piece = range.cut_front(share(), longest_piece());
      own_.publish(range);
      if (announces_at_once && !announced_ && !range.empty()) announce();
      if (shares_) hesitate(job_, own_);
      run_own_range(piece);
    }
  }

private:
  // Runs a piece that is claimed already, and what can be taken from the caller's own word.
  void run_own_range(Range piece) {
    std::uint32_t done = 0;
    for (; !piece.empty(); piece = take_piece()) {
      run_piece(job_, piece);
      done += piece.size();
      all_done_ += piece.size();
      if (watches_clock_) look_at_clock();
    }
    job_.finish(done);
  }

  Range take_piece() {
    // What will be dropped is taken at once.
    return job_.drops(own_.peek()) ? own_.take_front(1, everything) : own_.take_front(share(), longest_piece());
  }

  std::uint32_t share() const { return shares_ ? tunables::owner_share : 1; }

  // In units.
  std::uint32_t longest_piece() const {
    if (!watches_clock_ || job_.most_at_once() == 1) return job_.most_at_once();
    if (all_done_ == 0) return 1;
    if (!polls_) return everything;
    const std::int64_t in_time = all_done_ * tunables::longest_piece_ns / std::max<std::int64_t>(spent_ns_, 1);
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(in_time, 1, everything));
  }

  void look_at_clock() {
    const std::int64_t now = now_ns();
    spent_ns_ = now - started_ns_;
    look_after(job_, now);
    if (shares_ && !announced_ && rest_is_worth_help()) announce();
  }

  bool rest_is_worth_help() const {
    const double rest = static_cast<double>(spent_ns_) / static_cast<double>(all_done_) * own_.peek().size();
    return rest > worth_sharing_ns_;
  }

  void announce() {
    announced_ = true;
    watches_clock_ = polls_;
    pool_.keep_workers_away();
    pool_.announce(job_);
  }

  // Steals a range, or waits for the others. Empty when the job is done.
  Range find_more() {
    if (job_.done()) return {};
    Spin spin(pool_.may_spin());
    for (;;) {
      do {
        if (job_.done()) return {};
        const Range stolen = job_.steal(0, next_random(), job_.most_at_once());
        if (!stolen.empty()) return stolen;
      } while (spin.again());
      look_after(job_, now_ns());
      job_.sleep_until_done(tunables::poll_interval_ns);
      if (!Pool::is_current(pool_)) {
        // This is a child, forked inside the job: what other threads had claimed was lost with them.
        job_.request_stop();
        return {};
      }
    }
  }

  Pool& pool_;
  JobRecord& job_;
  RangeWord& own_;
  const double worth_sharing_ns_;
  const bool shares_;          // with workers
  const bool polls_;           // this job's poll or that of one around it
  bool watches_clock_ = false; // after each piece
  bool announced_ = false;
  std::int64_t started_ns_ = 0;
  std::int64_t spent_ns_ = 0;
  std::int64_t all_done_ = 0; // units that the caller has run
};

} // namespace

void help(Pool& pool, JobRecord& job, int worker) {
  RangeWord& own = job.slot(worker).range;
  for (bool member = false; member || !job.looks_full(); member = true) {
    Range stolen = job.steal(worker, next_random(), job.most_at_once());
    if (stolen.empty()) return;
    // From here until finish() this thread holds a claim, so the job lives and everything about it may be read.
    const int id = job.number_for(worker);
    if (id < 0) {
      // The job has all the threads it may have. One of them takes what is published here.
      own.publish(stolen);
      job.wake_caller();
      return;
    }
    const Inside inside({.job = &job, .id = id, .threads = job.limit()});
    Range piece = stolen.cut_front(tunables::owner_share, job.most_at_once());
    own.publish(stolen);
    // Somebody has to tell the next worker of what is left here and of what was left there.
    if (!job.looks_full() && (!stolen.empty() || job.has_unclaimed(worker))) pool.announce(job);
    hesitate(job, own);
    std::uint32_t done = 0;
    for (; !piece.empty(); piece = own.take_front(tunables::owner_share, job.most_at_once())) {
      run_piece(job, piece);
      done += piece.size();
    }
    job.finish(done);
  }
}

void run_as_caller(Pool& pool, JobRecord& job, double worth_sharing_microseconds) {
  Caller(pool, job, worth_sharing_microseconds).run();
}

void look_after(JobRecord& job, std::int64_t now_ns) {
  JobRecord* owner = job.poll_owner();
  if (owner != nullptr && now_ns >= this_thread.next_poll_ns && !owner->stopped()) {
    this_thread.next_poll_ns = now_ns + tunables::poll_interval_ns;
    if (owner->ask_poll()) owner->request_stop();
  }
  job.follow_enclosing_stop();
}

} // namespace pyvm::scheduler
