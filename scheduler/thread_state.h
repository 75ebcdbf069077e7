#pragma once
// What the scheduler keeps for each thread. Trivial, so that reaching it costs no initialisation check; only its own
// thread touches it.

#include <cstdint>

namespace pyvm::scheduler {

class JobRecord;
class Pool;

// Where a thread is. Outside of jobs: all as below, but for `threads`.
struct Place {
  JobRecord* job = nullptr;     // whose body this thread runs
  std::int64_t piece_begin = 0; // the first grain of the piece
  int id = 0;                   // what thread_id() says
  int threads = 0;              // what num_threads() says; 0: max_threads()
  bool is_caller = false;       // this thread called the job, so its poll is this thread's to ask
};

struct ThreadState {
  Place place;
  std::int64_t next_poll_ns = 0; // while is_caller, and the job or one around it has a poll

  // Idle job records of `pool`, for this thread's next jobs.
  Pool* pool = nullptr;
  JobRecord* free_records = nullptr;

  // Short loops that this thread has lately run alone because nobody was awake to help.
  double alone_microseconds = 0;
  std::int64_t last_alone_ns = 0;

  std::int64_t no_spinning_before_ns = 0;
  std::uint32_t random = 0;
};

inline constinit thread_local ThreadState this_thread;

// Puts the thread into a job, and back to where it was.
class Inside {
public:
  explicit Inside(const Place& place) : before_(this_thread.place) { this_thread.place = place; }
  ~Inside() { this_thread.place = before_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

private:
  const Place before_;
};

// Cheap numbers that spread thieves over their victims.
inline std::uint32_t next_random() {
  this_thread.random = this_thread.random * 1664525u + 1013904223u;
  return this_thread.random >> 8;
}

} // namespace pyvm::scheduler
