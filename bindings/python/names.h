// What a kernel's free names stand for: cells of the CPython function, its globals, the builtins, resolved at the first
// call.
#pragma once

#include <Python.h>

#include <memory>

#include "vm/compile/compiler.h"

namespace pyvm::python {

// Holds a reference to the function's closure and globals. resolve() takes the GIL itself.
std::shared_ptr<NameResolver> names_of(PyObject* function);

} // namespace pyvm::python
