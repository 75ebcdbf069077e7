// Sets the threads' stop words about every 10 ms while compiled code runs, so that loops look up and the interpreter
// can poll: for Ctrl-C, and for grains that another thread's failure has made useless. Each thread has a word of its
// own: it clears the word, and must not take another's turn. A thread that learns that its loop shall end sets all
// words at once, since the others of its job have to end too.
//
// The ticker is a thread that begins at the first run and parks when nothing has run for a second. A forked child
// begins with its own.
#pragma once

#include <atomic>
#include <cstdint>

namespace pyvm::tracer {

// This thread's, what RegionContext::stop points at. Set by the ticker, cleared by the thread.
std::atomic<std::int32_t>& stop_word();
inline const volatile std::int32_t* stop_address() {
  static_assert(sizeof(std::atomic<std::int32_t>) == sizeof(std::int32_t), "compiled code reads the word itself");
  return reinterpret_cast<const volatile std::int32_t*>(&stop_word());
}

// What the ticker does at each tick. From any thread.
void set_all_stop_words();

// As long as one lives, the ticker ticks.
class RunningCode {
public:
  RunningCode();
  ~RunningCode();
  RunningCode(const RunningCode&) = delete;
  RunningCode& operator=(const RunningCode&) = delete;
};

} // namespace pyvm::tracer
