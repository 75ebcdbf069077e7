// Where virtual machine, tracer, backend and scheduler meet. The doors (bindings/cli, bindings/python) start the engine
// once and then call guest code through vm/interp.
#pragma once

#include <string>

namespace pyvm::engine {

// What the engine asks of the door that it was started from. All may stay null.
struct Door {
  // Has the user asked to stop (Ctrl-C)? Asked about every 50 ms, on the thread that has called the engine.
  bool (*interrupted)() noexcept = nullptr;
  // A prange runs in order: called once for each loop and reason, on whichever thread meets it first.
  void (*performance_warning)(const std::string& file, int line, const std::string& text) = nullptr;
};

// Fills the hooks of the layers below and sets the number of threads. Throws EnvironmentError for a PYVM_ variable that
// makes no sense. The first call counts.
void start(const Door& door);

} // namespace pyvm::engine
