// Uncaught exceptions as CPython 3.11 prints them.
#pragma once

#include <string>

#include "vm/object/guest_error.h"

namespace pyvm::engine {

// "Traceback (most recent call last):", the frames, the exception's name and message. Source lines are read from the
// files.
std::string traceback_text(const GuestError& error);

// The last line (or lines) alone: "ValueError: text".
std::string exception_text(const GuestError& error);

} // namespace pyvm::engine
