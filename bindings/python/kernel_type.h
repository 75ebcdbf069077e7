// The CPython type of a function under njit. Calls go through vectorcall; everything else about a kernel (signatures,
// regions(), pickling) is Python, in the subclass that the package derives from this type.
#pragma once

#include <Python.h>

#include <string>
#include <vector>

#include "vm/bytecode/code.h"

namespace pyvm::python {

// The kernel behind a CPython object, null for any other object.
Kernel* kernel_of(PyObject* object);
// A borrowed reference to the CPython object of the kernel, null when it is gone.
PyObject* object_of(const Kernel& kernel);

// The code of the kernel, of each of its overloads, that has been compiled so far.
std::vector<Ref<Code>> codes_of(PyObject* kernel);

// Readies the type; a new reference.
PyObject* make_kernel_type();
// For messages and tracebacks.
struct KernelPlace {
  std::string file;
  int line = 0;
  std::vector<std::string> parameters; // names of the positional ones
};

// Makes an object of `type` (the kernel type or a subclass) for the kernel, which becomes immortal. A new reference.
PyObject* wrap_kernel(PyTypeObject* type, const Ref<Kernel>& kernel, PyObject* function, KernelPlace place);

} // namespace pyvm::python
