// Reports a bug of ours and stops the process. See assert.h.

#include "vm/support/assert.h"

#include <cstdio>
#include <cstdlib>

namespace pyvm {

void assertion_failed(const char* file, int line, const char* condition, std::string_view text) {
  std::fflush(stdout);
  std::fprintf(stderr, "pyvm: internal error at %s:%d: %.*s (%s)\n", file, line, static_cast<int>(text.size()),
               text.data(), condition);
  std::fflush(stderr);
  std::abort();
}

} // namespace pyvm
