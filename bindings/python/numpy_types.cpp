#include "bindings/python/numpy_types.h"

#include <pybind11/pybind11.h>

#include <array>
#include <string>

namespace py = pybind11;

namespace pyvm::python {

namespace {

// Filled once, kept for good.
struct {
  PyTypeObject* ndarray;
  PyTypeObject* generic;
  PyTypeObject* dtype;
  // Of each kind. Builtin dtypes are singletons, so that most arrays are known by one pointer.
  std::array<PyObject*, scalar_kind_count> dtypes;
  std::array<PyTypeObject*, scalar_kind_count> scalars;
} numpy;

PyTypeObject* type_named(const py::object& module, const char* name) {
  return reinterpret_cast<PyTypeObject*>(py::object(module.attr(name)).release().ptr());
}

} // namespace

void load_numpy_types() {
  const py::object module = py::module_::import("numpy");
  numpy.ndarray = type_named(module, "ndarray");
  numpy.generic = type_named(module, "generic");
  numpy.dtype = type_named(module, "dtype");
  for (ScalarKind kind : all_scalar_kinds) {
    const auto k = static_cast<std::size_t>(kind);
    py::object dtype = module.attr("dtype")(std::string(dtype_string_of(kind)));
    numpy.scalars[k] = type_named(dtype, "type");
    numpy.dtypes[k] = dtype.release().ptr();
  }
}

bool is_exact_ndarray(PyObject* object) { return Py_TYPE(object) == numpy.ndarray; }
bool is_ndarray(PyObject* object) { return PyObject_TypeCheck(object, numpy.ndarray); }
bool is_numpy_scalar(PyObject* object) { return PyObject_TypeCheck(object, numpy.generic); }
bool is_dtype(PyObject* object) { return PyObject_TypeCheck(object, numpy.dtype); }

PyObject* dtype_of(ScalarKind kind) { return numpy.dtypes[static_cast<std::size_t>(kind)]; }

std::optional<ScalarKind> kind_of_dtype(PyObject* dtype) {
  for (std::size_t k = scalar_kind_count; k-- > 0;)
    if (numpy.dtypes[k] == dtype) return all_scalar_kinds[k];
  // `long` and `long long` are both int64, and a dtype with metadata is an object of its own. The string of a
  // structured dtype says "|V16", of an object "|O", of the other byte order ">f8"; bool and bytes are "|b1" and "|u1".
  return kind_from_dtype_string(py::handle(dtype).attr("str").cast<std::string>());
}

std::optional<Scalar> scalar_of(PyObject* object) {
  // NumPy's scalar objects (numpy/arrayscalars.h) hold their value right behind the object's head.
  for (std::size_t k = scalar_kind_count; k-- > 0;)
    if (numpy.scalars[k] == Py_TYPE(object))
      return Scalar{all_scalar_kinds[k],
                    load_scalar(all_scalar_kinds[k], reinterpret_cast<const char*>(object) + sizeof(PyObject))};
  const auto kind = kind_of_dtype(py::object(py::handle(object).attr("dtype")).ptr());
  if (!kind) return std::nullopt;
  const std::string bytes = py::handle(object).attr("tobytes")().cast<std::string>();
  return Scalar{*kind, load_scalar(*kind, bytes.data())};
}

} // namespace pyvm::python
