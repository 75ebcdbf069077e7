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

// One period of spinning: `while (nothing to do && spin.again())`. The clock is not looked at before some pauses have
// passed, so that a short wait costs nothing else.
class Spin {
public:
  explicit Spin(bool allowed) : allowed_(allowed) {}

  // False when it is time to park.
  bool again() {
    if (!allowed_) return false;
    for (int pause = 0; pause < pauses; ++pause) _mm_pause();
    if (++calls_ % calls_per_look == 0) look();
    return allowed_;
  }

private:
  static constexpr int pauses = 2;
  static constexpr int calls_per_look = tunables::pauses_per_look / pauses;

  void look() {
    sched_yield();
    const std::int64_t now = now_ns();
    if (deadline_ns_ == 0) {
      deadline_ns_ = now + tunables::spin_ns;
      allowed_ = now >= this_thread.no_spinning_before_ns;
    } else if (now - last_look_ns_ > tunables::preempted_ns) {
      this_thread.no_spinning_before_ns = now + tunables::spin_ban_ns;
      allowed_ = false;
    } else if (now >= deadline_ns_) {
      allowed_ = false;
    }
    last_look_ns_ = now;
  }

  bool allowed_;
  int calls_ = 0;
  std::int64_t deadline_ns_ = 0;
  std::int64_t last_look_ns_ = 0;
};

} // namespace pyvm::scheduler
