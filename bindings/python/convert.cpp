#include "bindings/python/convert.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>

#include <fmt/format.h>

#include "bindings/python/errors.h"
#include "bindings/python/kernel_type.h"
#include "bindings/python/known_objects.h"
#include "bindings/python/numpy_types.h"
#include "vm/object/array.h"

namespace py = pybind11;

namespace pyvm::python {

namespace {

// ndarray's head: NumPy's stable ABI, as pybind11 declares it.
using ArrayFields = py::detail::PyArray_Proxy;
using py::detail::array_proxy;

// ---- refusals

std::string text_of(const Place& place) {
  std::string text = place.what;
  if (place.name) text += fmt::format(" '{}'", *place.name);
  if (place.function) text += fmt::format(" of {}()", *place.function);
  return text;
}

[[noreturn]] void refuse(const Place& place, const std::string& is, const char* instead) {
  raise(ExceptionKind::TypingError, "pyvm: {} is {}; {}", text_of(place), is, instead);
}

[[noreturn]] void refuse_dtype(const Place& place, PyObject* dtype) {
  const std::string name = py::str(dtype);
  if (py::handle(dtype).attr("byteorder").cast<std::string>() == ">")
    refuse(place, fmt::format("an array of dtype {}, whose bytes are not in this machine's order", name),
           "convert it with .astype(a.dtype.newbyteorder('='))");
  refuse(place, fmt::format("an array of dtype {}", name),
         "convert it with .astype() to a dtype of ints, floats or bool");
}

// Subclasses that mean something else by the same elements.
void refuse_subclass(const Place& place, PyObject* object) {
  for (const char* name : {"MaskedArray", "matrix"})
    for (py::handle base : py::handle(reinterpret_cast<PyObject*>(Py_TYPE(object)->tp_mro)))
      if (base.attr("__name__").cast<std::string>() == name)
        refuse(place, fmt::format("a numpy {}", name), "pass a plain array: np.asarray(a), or its .data and .mask");
}

// ---- from CPython

void release_ndarray(void* owner, std::byte*, std::size_t) {
  // The last view of an argument may die on a worker.
  const PyGILState_STATE state = PyGILState_Ensure();
  Py_DECREF(static_cast<PyObject*>(owner));
  PyGILState_Release(state);
}

Value from_ndarray(PyObject* object, const Place& place) {
  const ArrayFields& fields = *array_proxy(object);
  const auto kind = kind_of_dtype(fields.descr);
  if (!kind) refuse_dtype(place, fields.descr);
  if (!is_exact_ndarray(object)) refuse_subclass(place, object);
  if (fields.nd > max_dimensions)
    refuse(place, fmt::format("an array of {} dimensions", fields.nd), "at most 8 are supported");
  auto* data = reinterpret_cast<std::byte*>(fields.data);
  auto array = make<Array>();
  Py_INCREF(object);
  array->buffer = make<Buffer>(data, 0, release_ndarray, object);
  array->data = data;
  array->dtype = *kind;
  array->ndim = static_cast<std::uint8_t>(fields.nd);
  array->writable = (fields.flags & py::detail::npy_api::NPY_ARRAY_WRITEABLE_) != 0;
  std::copy_n(fields.dimensions, fields.nd, array->shape);
  std::copy_n(fields.strides, fields.nd, array->strides);
  return Value(array);
}

Value from_int(PyObject* object, const Place& place) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (!overflow) return Value::integer(value);
  if (overflow > 0) {
    // As Numba types it.
    const unsigned long long bits = PyLong_AsUnsignedLongLong(object);
    if (!PyErr_Occurred()) return Value::numpy_scalar(ScalarKind::UInt64, bits);
    PyErr_Clear();
  }
  raise(ExceptionKind::OverflowError, "pyvm: {} is an int beyond 64 bits", text_of(place));
}

Value from_numpy_scalar(PyObject* object, const Place& place) {
  if (const auto scalar = scalar_of(object)) return Value::njit_scalar(scalar->kind, scalar->bits);
  refuse(place, fmt::format("a NumPy scalar of type {}", Py_TYPE(object)->tp_name),
         "convert it to an int, float or bool");
}

Value from_str(PyObject* object) {
  Py_ssize_t size;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (!text) throw python_error();
  return make_str(std::string(text, static_cast<std::size_t>(size)));
}

Value from_tuple(PyObject* object, const Place& place) {
  if (Py_EnterRecursiveCall(" in an argument of njit code")) throw python_error();
  struct Leave {
    ~Leave() { Py_LeaveRecursiveCall(); }
  } leave;
  std::vector<Value> items;
  for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(object); ++k)
    items.push_back(from_python(PyTuple_GET_ITEM(object, k), place));
  return make_tuple(std::move(items));
}

Value from_dtype(PyObject* object, const Place& place) {
  if (const auto kind = kind_of_dtype(object)) return Value(make<DTypeObject>(*kind));
  refuse(place, fmt::format("the dtype {}", std::string(py::str(object))), "use a dtype of ints, floats or bool");
}

// ---- to CPython

// The ndarray that an argument was, when the array is all of it: a borrowed reference, or null. Only buffers made here
// have an owner.
PyObject* original_of(const Array& array) {
  if (!array.buffer->owner()) return nullptr;
  auto* owner = static_cast<PyObject*>(array.buffer->owner());
  const ArrayFields& fields = *array_proxy(owner);
  const bool whole = reinterpret_cast<std::byte*>(fields.data) == array.data && fields.nd == array.ndim &&
                     kind_of_dtype(fields.descr) == array.dtype &&
                     std::equal(array.shape, array.shape + array.ndim, fields.dimensions) &&
                     std::equal(array.strides, array.strides + array.ndim, fields.strides);
  return whole ? owner : nullptr;
}

PyObject* array_to_python(const Array& array) {
  if (PyObject* original = original_of(array)) return py::handle(original).inc_ref().ptr();
  array.buffer.get()->retain();
  const py::capsule base(array.buffer.get(), [](void* held) { static_cast<Buffer*>(held)->release(); });
  const py::array::ShapeContainer shape(array.shape, array.shape + array.ndim);
  const py::array::StridesContainer strides(array.strides, array.strides + array.ndim);
  py::array result(py::reinterpret_borrow<py::dtype>(dtype_of(array.dtype)), shape, strides, array.data, base);
  auto& flags = array_proxy(result.ptr())->flags;
  if (array.writable)
    flags |= py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  else
    flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return result.release().ptr();
}

PyObject* tuple_to_python(const Tuple& tuple) {
  py::tuple result(tuple.items.size());
  for (std::size_t k = 0; k < tuple.items.size(); ++k)
    result[k] = py::reinterpret_steal<py::object>(to_python(tuple.items[k]));
  return result.release().ptr();
}

PyObject* range_to_python(const Range& range) {
  return py::module_::import("builtins").attr("range")(range.start, range.stop, range.step).release().ptr();
}

// NumPy's scalars leave njit as Python's numbers.
PyObject* numpy_scalar_to_python(const Value& value) {
  const ScalarKind kind = value.scalar_kind();
  if (kind == ScalarKind::Bool) return PyBool_FromLong(value.as_bool());
  if (kind == ScalarKind::Float64) return PyFloat_FromDouble(value.as_float());
  if (kind == ScalarKind::Float32) return PyFloat_FromDouble(static_cast<double>(from_bits<float>(value.bits())));
  if (is_signed(kind)) return PyLong_FromLongLong(value.as_int());
  return PyLong_FromUnsignedLongLong(value.bits());
}

[[noreturn]] void refuse_result(const Value& value) {
  raise(ExceptionKind::TypingError,
        "pyvm: a result of type {} cannot leave njit code; return numbers, tuples, strings, arrays or njit functions",
        type_name_of(value));
}

} // namespace

Value from_python(PyObject* object, const Place& place) {
  if (PyFloat_CheckExact(object)) return Value::floating(PyFloat_AS_DOUBLE(object));
  if (PyLong_CheckExact(object)) return from_int(object, place);
  if (is_exact_ndarray(object)) return from_ndarray(object, place);
  if (PyBool_Check(object)) return Value::boolean(object == Py_True);
  if (object == Py_None) return Value::none();
  if (PyTuple_CheckExact(object)) return from_tuple(object, place);
  if (PyUnicode_Check(object)) return from_str(object);
  if (Kernel* kernel = kernel_of(object)) return Value(kernel);
  if (is_numpy_scalar(object)) return from_numpy_scalar(object, place);
  if (is_ndarray(object)) return from_ndarray(object, place);
  if (PyFloat_Check(object)) return Value::floating(PyFloat_AS_DOUBLE(object));
  if (PyLong_Check(object)) return from_int(object, place);
  if (is_dtype(object)) return from_dtype(object, place);
  if (Value known = known_object(object); !known.is_unbound()) return known;
  if (PyTuple_Check(object)) refuse(place, fmt::format("a {}", Py_TYPE(object)->tp_name), "pass a plain tuple");
  if (PyList_Check(object)) refuse(place, "a list", "pass a NumPy array or a tuple");
  if (PyComplex_Check(object)) refuse(place, "a complex number", "pass its real and imaginary part");
  if (PyFunction_Check(object)) refuse(place, "a Python function", "decorate it with @njit");
  if (PyType_Check(object))
    refuse(place, fmt::format("the class {}", reinterpret_cast<PyTypeObject*>(object)->tp_name),
           PyExceptionClass_Check(object) ? "raise one of Python's own exceptions"
                                          : "njit code makes no objects of classes");
  refuse(place, fmt::format("of type {}", Py_TYPE(object)->tp_name),
         "pass numbers, tuples, strings, NumPy arrays or njit functions");
}

PyObject* to_python(const Value& value) {
  switch (value.tag()) {
  case Tag::None:
    return py::none().release().ptr();
  case Tag::Bool:
    return PyBool_FromLong(value.as_bool());
  case Tag::Int:
    return PyLong_FromLongLong(value.as_int());
  case Tag::Float:
    return PyFloat_FromDouble(value.as_float());
  case Tag::Str: {
    const std::string& text = value.as<Str>().text;
    return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
  }
  case Tag::Tuple:
    return tuple_to_python(value.as<Tuple>());
  case Tag::Range:
    return range_to_python(value.as<Range>());
  case Tag::Array:
    return array_to_python(value.as<Array>());
  case Tag::DType:
    return py::handle(dtype_of(value.as<DTypeObject>().kind)).inc_ref().ptr();
  case Tag::Kernel:
    if (PyObject* object = object_of(value.as<Kernel>())) return py::handle(object).inc_ref().ptr();
    refuse_result(value);
  default:
    break;
  }
  if (value.is_numpy_scalar()) return numpy_scalar_to_python(value);
  if (PyObject* object = object_known_as(value)) return py::handle(object).inc_ref().ptr();
  refuse_result(value);
}

} // namespace pyvm::python
