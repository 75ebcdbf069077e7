#pragma once
// Waiting actively for a short time, politely: the CPU is offered to other threads every few pauses, and a thread that
// finds it was preempted gives up and does not spin for a while, because somebody else wants its core.

#include "scheduler/thread_state.h"
#include "scheduler/tunables.h"

#include <chrono>
#include <immintrin.h>
#include <sched.h>

namespace pyvm::scheduler {

inline std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// One period of spinning: `while (nothing to do && spin.again())`.
class Spin {
public:
  explicit Spin(bool allowed) : last_look_ns_(now_ns()) {
    if (allowed && last_look_ns_ >= this_thread.no_spinning_before_ns) deadline_ns_ = last_look_ns_ + tunables::spin_ns;
  }

  // False when it is time to park.
  bool again() {
    if (deadline_ns_ == 0) return false;
    for (int pause = 0; pause < pauses_; ++pause) _mm_pause();
    return ++calls_ % calls_per_look != 0 || look();
  }

private:
  static constexpr int pauses_ = 2;
  static constexpr int calls_per_look = tunables::pauses_per_look / pauses_;

  bool look() {
    sched_yield();
    const std::int64_t now = now_ns();
    if (now - last_look_ns_ > tunables::preempted_ns) {
      this_thread.no_spinning_before_ns = now + tunables::spin_ban_ns;
      return false;
    }
    last_look_ns_ = now;
    return now < deadline_ns_;
  }

  std::int64_t last_look_ns_;
  std::int64_t deadline_ns_ = 0;
  int calls_ = 0;
};

} // namespace pyvm::scheduler
