// The guest's modules, functions and types that stand for CPython's objects, by identity: `numpy.sqrt` however it was
// imported. All functions need the GIL.
#pragma once

#include <Python.h>

#include "vm/object/objects.h"

namespace pyvm::python {

// Learns what there is already, so that the first question does not wait for it.
void learn_known_objects();
// Unbound when there is none.
Value known_object(PyObject* object);
// The other way: a borrowed reference, or null.
PyObject* object_known_as(const Value& value);

} // namespace pyvm::python
