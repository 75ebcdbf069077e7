// CPython's values to the guest's and back. All functions need the GIL.
//
// Arrays are never copied: the guest's array points at NumPy's memory and holds a reference to the ndarray, and an
// ndarray made of a guest array holds the guest's buffer. What the guest has no kind for is a TypingError that names
// the argument.
#pragma once

#include <Python.h>

#include <string>

#include "vm/object/objects.h"

namespace pyvm::python {

// Where a value comes from, for messages: "argument 'x' of f()". A null name or function is left out.
struct Place {
  const char* what = "argument";
  const std::string* name = nullptr;
  const std::string* function = nullptr;
};

Value from_python(PyObject* object, const Place& place);
// A new reference.
PyObject* to_python(const Value& value);

} // namespace pyvm::python
