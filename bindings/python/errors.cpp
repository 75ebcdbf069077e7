#include "bindings/python/errors.h"

#include <frameobject.h>
#include <pybind11/pybind11.h>

#include <string>

#include "bindings/python/convert.h"
#include "vm/object/objects.h"

namespace py = pybind11;

namespace pyvm::python {

namespace {

// CPython's exception as the guest carries it about.
struct CarriedException final : NativeObject {
  explicit CarriedException(py::object e)
      : exception(std::move(e)),
        traceback(py::reinterpret_steal<py::object>(PyException_GetTraceback(exception.ptr()))) {}
  ~CarriedException() override {
    py::gil_scoped_acquire gil;
    exception = traceback = py::object();
  }
  std::string type_name() const override { return "BaseException"; }
  std::string repr() const override { return "<exception>"; }
  Value attribute(const std::string&) override { return Value(); }
  // The exception as it was: it may be raised more than once, and each time its traceback grows.
  py::object raised() const {
    PyException_SetTraceback(exception.ptr(), traceback ? traceback.ptr() : Py_None);
    return exception;
  }

private:
  py::object exception, traceback;
};

// The current exception with its traceback, which is cleared; null when there is none.
py::object take_exception() {
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  if (!type) return py::object();
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return py::reinterpret_steal<py::object>(value);
}

// What a signal handler has raised on this thread while guest code ran.
py::object& kept_exception() {
  static thread_local py::object exception;
  return exception;
}

// The class of the guest's exception: CPython's own, ours (pyvm.errors), or the next base of which there is one.
// (NumPy's _UFuncNoLoopError and its like cannot be made of a text.)
py::object exception_class(ExceptionKind kind) {
  const py::object builtins = py::module_::import("builtins"), errors = py::module_::import("pyvm.errors");
  for (;; kind = exception_base(kind)) {
    const std::string name = exception_name(kind);
    const std::string last = name.substr(name.rfind('.') + 1);
    if (kind == ExceptionKind::AxisError) return py::module_::import("numpy").attr("exceptions").attr("AxisError");
    for (const py::object& module : {builtins, errors})
      if (py::hasattr(module, last.c_str())) return module.attr(last.c_str());
  }
}

py::object to_object(const Value& value) { return py::reinterpret_steal<py::object>(to_python(value)); }

// The exception with the arguments that the guest gave it. Of several the payload is the guest's exception.
py::object with_arguments(const py::object& type, const Value& payload) {
  if (!payload.is(Tag::Exception)) return type(to_object(payload));
  const std::vector<Value>& arguments = payload.as<Exception>().arguments;
  py::tuple converted(arguments.size());
  for (std::size_t k = 0; k < arguments.size(); ++k) converted[k] = to_object(arguments[k]);
  return type(*converted);
}

// `raise ValueError(3)` keeps the 3; other exceptions are known by their text.
py::object new_exception(const GuestError& error) {
  const py::object type = exception_class(error.kind());
  if (!error.payload().is_unbound()) {
    try {
      const py::object exception = with_arguments(type, error.payload());
      if (std::string(py::str(exception)) == error.message() || error.kind() == ExceptionKind::SystemExit)
        return exception;
    } catch (const GuestError&) {
      // Not a value that can leave njit code: the text has to do.
    }
  }
  return error.message().empty() ? type() : type(error.message());
}

// As Cython does it: an empty code object whose first line is the line, in a frame of its own.
void add_traceback(const TracebackEntry& entry) {
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyCodeObject* code = PyCode_NewEmpty(entry.file.c_str(), entry.function.c_str(), entry.line);
  PyObject* globals = PyDict_New();
  PyFrameObject* frame = code && globals ? PyFrame_New(PyThreadState_Get(), code, globals, nullptr) : nullptr;
  PyErr_Restore(type, value, traceback);
  if (frame) PyTraceBack_Here(frame);
  Py_XDECREF(frame);
  Py_XDECREF(globals);
  Py_XDECREF(code);
}

// The exception that stands for a guest error.
py::object exception_of(const GuestError& error) {
  if (error.payload().is(Tag::Native))
    if (auto* carried = dynamic_cast<CarriedException*>(error.payload().object())) return carried->raised();
  if (error.kind() == ExceptionKind::KeyboardInterrupt && kept_exception())
    return std::exchange(kept_exception(), py::object());
  return new_exception(error);
}

} // namespace

GuestError guest_error_of(PyObject* exception) {
  GuestError error(ExceptionKind::RuntimeError, "an exception of CPython");
  error.set_payload(Value(make<CarriedException>(py::reinterpret_borrow<py::object>(exception))));
  return error;
}

GuestError python_error() { return guest_error_of(take_exception().ptr()); }

void set_python_error(const GuestError& error) {
  PyErr_Clear();
  try {
    const py::object exception = exception_of(error);
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
  } catch (py::error_already_set& raised) {
    raised.restore();
  }
  for (const TracebackEntry& entry : error.traceback()) add_traceback(entry);
}

bool signal_raised() {
  if (PyErr_CheckSignals() == 0) return false;
  kept_exception() = take_exception();
  return true;
}

} // namespace pyvm::python
