// Which store log (store_log.h) an object was made under: what is younger than the log is private to the piece of a
// program that the log watches.
#pragma once

#include <cstdint>

namespace pyvm {

class Maker {
public:
  Maker() : log_(of_this_thread()) {}
  std::uint64_t log() const { return log_; } // 0: none
  bool is_current() const { return log_ == of_this_thread(); }
  // The number of the log that this thread has now.
  static std::uint64_t& of_this_thread();

private:
  std::uint64_t log_;
};

} // namespace pyvm
