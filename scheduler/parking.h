#pragma once
// Where idle workers sleep, and who wakes them: one futex word for each worker.
//
// No wake-up is lost. Let `work` be the count of invitations (invitations.h), `searching` the number of workers that
// are awake and look for one. In sequentially consistent order,
//
//   somebody with work                      worker k, finding nothing
//     W1  work += 1                           P1  searching -= 1
//     W2  if searching > 0: return            P2  seat[k] = asleep
//     W3  for some k with seat[k] == asleep:  P3  if work > 0:
//           if CAS(seat[k], asleep, awake):         if CAS(seat[k], asleep, awake): searching += 1
//             searching += 1                        search again
//             wake k; return                  P4  while seat[k] == asleep: sleep
//     W4  if a worker was never started:
//           searching += 1; start it
//
// (A job that is in the queue already is not added again; then `work` is above zero, or its invitation is just being
// taken by somebody who sees the job as it is now: invitations.h.)
//
// Take a worker that sleeps in P4 although W's invitation lies in the queue. At its P3 it saw no work, so P3 came
// before W1, and so did P2 and P1. Then W, after W1, either saw somebody searching, or went over the seats and saw this
// one asleep, and woke it or another worker. A worker that W2 saw searching passes P1 after W2 and sees the work at P3,
// unless it takes an invitation first. Whoever takes one leaves the searchers, and if it was the last one and work is
// left, does W2 to W4 itself. So as long as an invitation lies in the queue, either somebody searches or all workers
// are busy; and a busy worker searches before it sleeps.
//
// Whoever sets a seat from asleep to awake has counted its worker as searching, so each worker is counted once.

#include "scheduler/futex.h"

#include <memory>

namespace pyvm::scheduler {

class Parking {
public:
  explicit Parking(int workers)
      : workers_(workers), seats_(std::make_unique<Seat[]>(static_cast<std::size_t>(workers))) {}

  // P2, P3's compare-and-swap, and P4, by worker `worker`. prepare() has to be followed by the check for work, and then
  // by cancel() (false: somebody has woken the worker meanwhile) or sleep().
  void prepare(int worker) { seats_[worker].state.store(asleep, std::memory_order_seq_cst); }
  bool cancel(int worker) { return leave(worker); }
  void sleep(int worker) {
    while (seats_[worker].state.load(std::memory_order_acquire) == asleep) futex_wait(seats_[worker].state, asleep);
  }

  // W3 in two parts, so that the waker can do something in between: a worker that now has to be woken, or -1.
  int claim_sleeper() {
    for (int worker = 0; worker < workers_; ++worker) {
      if (leave(worker)) return worker;
    }
    return -1;
  }
  void wake(int worker) { futex_wake_one(seats_[worker].state); }

private:
  static constexpr std::uint32_t awake = 0;
  static constexpr std::uint32_t asleep = 1;
  struct Seat {
    std::atomic<std::uint32_t> state{awake};
  };

  bool leave(int worker) {
    std::uint32_t expected = asleep;
    return seats_[worker].state.load(std::memory_order_seq_cst) == asleep &&
           seats_[worker].state.compare_exchange_strong(expected, awake, std::memory_order_seq_cst);
  }

  const int workers_;
  const std::unique_ptr<Seat[]> seats_;
};

} // namespace pyvm::scheduler
