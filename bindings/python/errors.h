// Exceptions between CPython and the guest. All functions need the GIL.
//
// A guest error that was born in CPython (a broken sys.stdout, a signal handler that raised) carries the exception as
// its payload, from whichever thread, and comes back as itself.
#pragma once

#include <Python.h>

#include "vm/object/guest_error.h"

namespace pyvm::python {

// The guest error of CPython's current exception, which is cleared.
GuestError python_error();
// The same of an exception object.
GuestError guest_error_of(PyObject* exception);

// Sets CPython's exception for a guest error, with a traceback entry for each guest frame.
void set_python_error(const GuestError& error);

// Runs the handlers of signals that have arrived, on the main thread. True when one has raised: its exception is kept
// and becomes that of the next KeyboardInterrupt that this thread sets.
bool signal_raised();

} // namespace pyvm::python
