// The gate between those who compile and those who fork. Each announces itself first and looks at the other side then,
// both sequentially consistent, so that not both can miss the other:
//
//   compile:  ++compiling; if (forking) { --compiling; wait; again }      fork:  ++forking; wait until compiling == 0
#include "tracer/trace/compiling.h"

#include <pthread.h>

#include <atomic>

namespace pyvm::tracer {

namespace {

std::atomic<int> compiling{0}; // threads
std::atomic<int> forking{0};   // threads; in the child nobody is

void wait_until_none(std::atomic<int>& threads) {
  for (int n = threads.load(); n != 0; n = threads.load()) threads.wait(n);
}

void one_less(std::atomic<int>& threads) {
  if (threads.fetch_sub(1) == 1) threads.notify_all();
}

void before_fork() {
  ++forking;
  wait_until_none(compiling);
}

void after_fork_in_parent() { one_less(forking); }
void after_fork_in_child() {
  forking.store(0);
  compiling.store(0); // somebody may have been about to wait
}

[[maybe_unused]] const int registered = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);

} // namespace

detail::NoFork::NoFork() {
  while (true) {
    wait_until_none(forking);
    ++compiling;
    if (forking.load() == 0) return;
    one_less(compiling);
  }
}

detail::NoFork::~NoFork() { one_less(compiling); }

} // namespace pyvm::tracer
