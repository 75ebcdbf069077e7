// Who may record and compile a loop, and fork.
//
// A forked child has only the thread that forked: a mutex that another one held stays locked there for ever, and what
// it guards is half made. So fork waits until no thread is compiling, and whoever would begin waits for the fork.
// Compiling takes milliseconds and does not nest. It must not wait for the GIL, which who forks may hold, nor for
// another thread: kernels that the loop names have been made before (vm/interp/callees.h), the recorder makes none.
#pragma once

#include <mutex>

#include "tracer/trace/region.h"

namespace pyvm::tracer {

namespace detail {

struct NoFork {
  NoFork();
  ~NoFork();
  NoFork(const NoFork&) = delete;
  NoFork& operator=(const NoFork&) = delete;
};

} // namespace detail

// Holds the loop's mutex for as long as it lives.
class Compiling {
public:
  explicit Compiling(LoopRecord& loop) : lock_(loop.mutex) {}

private:
  detail::NoFork no_fork_; // before the lock
  std::lock_guard<std::mutex> lock_;
};

} // namespace pyvm::tracer
