// NumPy's types and dtypes as ScalarKinds. All functions need the GIL, and load_numpy_types() to have been called.
#pragma once

#include <Python.h>

#include <optional>

#include "vm/semantics/scalar_kind.h"

namespace pyvm::python {

// Imports numpy; once, when the extension starts. Throws py::error_already_set.
void load_numpy_types();

bool is_exact_ndarray(PyObject* object);
bool is_ndarray(PyObject* object);
bool is_numpy_scalar(PyObject* object);
bool is_dtype(PyObject* object);

// Nothing for dtypes that the guest has no kind for: object, complex, structured, the other byte order.
std::optional<ScalarKind> kind_of_dtype(PyObject* dtype);
// A borrowed reference to NumPy's dtype object.
PyObject* dtype_of(ScalarKind kind);

// The kind and bits of a NumPy scalar; nothing as above.
std::optional<Scalar> scalar_of(PyObject* numpy_scalar);

} // namespace pyvm::python
