// What whoever compiles a kernel to bytecode holds: several threads may call one kernel for the first time at once.
//
// Compiling resolves names, for which a thread may wait for the GIL, so fork cannot wait for it. A child gets a new
// mutex instead: what the thread that it has not got was making is nobody's, and is made again.
#pragma once

#include <mutex>

namespace pyvm {

std::recursive_mutex& compiling_kernels();

} // namespace pyvm
