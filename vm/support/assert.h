#pragma once
// Assertions for our own bugs, and for nothing else: a guest's exception or a refused construct is never an assertion.
// PYVM_ASSERT(condition, "text") prints file, line, the condition and the text on stderr and aborts. It stays in
// release builds, so keep it off the paths that run once for each guest operation; PYVM_ASSERT_DEBUG is for those. The
// text may be any expression that converts to std::string_view; it is evaluated only when the assertion fails.

#include <string_view>

namespace pyvm {

[[noreturn]] void assertion_failed(const char* file, int line, const char* condition, std::string_view text);

} // namespace pyvm

#define PYVM_ASSERT(condition, text)                                                                                   \
  do {                                                                                                                 \
    if (!(condition)) [[unlikely]]                                                                                     \
      ::pyvm::assertion_failed(__FILE__, __LINE__, #condition, (text));                                                \
  } while (false)

#ifdef NDEBUG
#define PYVM_ASSERT_DEBUG(condition, text)                                                                             \
  do {                                                                                                                 \
  } while (false)
#else
#define PYVM_ASSERT_DEBUG(condition, text) PYVM_ASSERT(condition, text)
#endif

// For the end of a switch that names every case.
#define PYVM_UNREACHABLE(text) ::pyvm::assertion_failed(__FILE__, __LINE__, "unreachable", (text))
