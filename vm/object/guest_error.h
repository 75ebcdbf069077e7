// A guest exception on its way up: thrown by runtime code, caught by the interpreter, which adds a traceback entry for
// each guest frame it leaves. It never passes through generated code. Messages are CPython's or NumPy's, word for word.
#pragma once

#include <string>
#include <vector>

#include <fmt/core.h>

#include "vm/object/value.h"

namespace pyvm {

enum class ExceptionKind : std::uint8_t {
#define EXCEPTION(name, base, text) name,
#include "vm/object/exceptions.def"
#undef EXCEPTION
};

const char* exception_name(ExceptionKind kind);
ExceptionKind exception_base(ExceptionKind kind);
bool is_subclass(ExceptionKind kind, ExceptionKind of);

// One line pair of a traceback. Lines count from 1, columns from 0 in UTF-8 bytes; end_column 0: no caret line.
struct TracebackEntry {
  std::string file;
  std::string function;
  int line = 0;
  int column = 0;
  int end_line = 0;
  int end_column = 0;
};

class GuestError {
public:
  GuestError(ExceptionKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ExceptionKind kind() const { return kind_; }
  // str() of the exception.
  const std::string& message() const { return message_; }
  // The argument of `raise E(value)`; for SystemExit the exit code.
  const Value& payload() const { return payload_; }
  void set_payload(Value payload) { payload_ = std::move(payload); }

  // Innermost frame first.
  const std::vector<TracebackEntry>& traceback() const { return traceback_; }
  void add_frame(TracebackEntry entry) { traceback_.push_back(std::move(entry)); }

private:
  ExceptionKind kind_;
  std::string message_;
  Value payload_;
  std::vector<TracebackEntry> traceback_;
};

template <class... Args>
[[noreturn]] void raise(ExceptionKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw GuestError(kind, fmt::format(format, std::forward<Args>(args)...));
}

} // namespace pyvm
