// The extension module pyvm._pyvm: starts the engine, makes kernels from source text, and reports on them. What users
// see is the package around it (bindings/pyvm).
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <unistd.h>

#include <chrono>

#include <fmt/format.h>

#include "bindings/engine/engine.h"
#include "bindings/engine/services.h"
#include "bindings/python/errors.h"
#include "bindings/python/kernel_type.h"
#include "bindings/python/make_kernel.h"
#include "bindings/python/numpy_types.h"
#include "vm/builtins/output.h"
#include "vm/bytecode/code.h"
#include "vm/support/environment.h"
#include "vm/support/syntax_error.h"

namespace py = pybind11;

namespace pyvm::python {

namespace {

constexpr std::chrono::milliseconds between_looks{20};

// Interpreted loops ask much more often than a look is worth, which has to wait for the GIL.
bool interrupted() noexcept {
  static thread_local std::chrono::steady_clock::time_point last;
  const auto now = std::chrono::steady_clock::now();
  if (now - last < between_looks) return false;
  last = now;
  // Handlers run on the main thread only.
  if (gettid() != getpid()) return false;
  py::gil_scoped_acquire gil;
  return signal_raised();
}

void performance_warning(const std::string& file, int line, const std::string& text) {
  py::gil_scoped_acquire gil;
  const py::object category = py::module_::import("pyvm.errors").attr("PyvmPerformanceWarning");
  // A warning that the user has turned into an error cannot stop a loop that has begun: it is printed.
  if (PyErr_WarnExplicit(category.ptr(), text.c_str(), file.c_str(), line, nullptr, nullptr) != 0)
    PyErr_WriteUnraisable(category.ptr());
}

// Kernels print where Python does.
void write_to_python(std::string_view text, bool standard_error) {
  py::gil_scoped_acquire gil;
  PyObject* stream = PySys_GetObject(standard_error ? "stderr" : "stdout");
  if (!stream || stream == Py_None) return;
  const auto string = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
  if (!string || PyFile_WriteObject(string.ptr(), stream, Py_PRINT_RAW) != 0) throw python_error();
}

void start() {
  load_numpy_types();
  try {
    engine::start({interrupted, performance_warning});
  } catch (const EnvironmentError& error) {
    throw py::import_error(fmt::format("pyvm: {}", error.what()));
  }
  set_output_sink(write_to_python);
}

py::dict row_of(const engine::RegionReport& r) {
  py::dict row;
  row["file"] = r.file;
  row["line"] = r.line;
  row["function"] = r.function;
  row["kind"] = r.kind;
  row["state"] = r.state;
  row["reason"] = r.reason;
  row["plan"] = r.plan;
  row["isa"] = r.isa;
  row["lanes"] = r.lanes;
  row["gangs"] = r.gangs;
  row["record_microseconds"] = r.record_microseconds;
  row["compile_microseconds"] = r.compile_microseconds;
  row["entries"] = r.entries;
  row["exits_taken"] = r.exits_taken;
  row["code_bytes"] = r.code_bytes;
  return row;
}

py::list regions(const py::object& kernel) {
  std::vector<engine::RegionReport> reports;
  {
    // A thread that compiles one of these loops may wait for the GIL.
    const std::vector<Ref<Code>> codes = codes_of(kernel.ptr());
    py::gil_scoped_release released;
    for (const Ref<Code>& code : codes)
      for (engine::RegionReport& report : engine::regions_of(*code)) reports.push_back(std::move(report));
  }
  py::list rows;
  for (const engine::RegionReport& report : reports) rows.append(row_of(report));
  return rows;
}

void set_num_threads(int threads) {
  if (!engine::set_num_threads(threads))
    throw py::value_error(fmt::format("The number of threads must be between 1 and {}", engine::max_threads()));
}

// Guest errors out of functions that are called through pybind11.
void translate(std::exception_ptr pointer) {
  try {
    if (pointer) std::rethrow_exception(pointer);
  } catch (const GuestError& error) {
    set_python_error(error);
  } catch (const SyntaxError& error) {
    py::set_error(py::module_::import("pyvm.errors").attr("UnsupportedError"), error.format().c_str());
  }
}

} // namespace

} // namespace pyvm::python

PYBIND11_MODULE(_pyvm, m) {
  using namespace pyvm::python;
  py::register_local_exception_translator(translate);
  m.attr("Kernel") = py::reinterpret_steal<py::object>(make_kernel_type());
  m.def("start", start, "Start the engine; once.");
  m.def("make_kernel", make_kernel, "A kernel of a function and its source text.");
  m.def("check_signature", check_signature, "Raise for a text that is no signature.");
  m.def("regions", regions, "One dict for each region of the kernel's loops.");
  m.def("get_num_threads", [] { return pyvm::engine::num_threads(); });
  m.def("max_threads", [] { return pyvm::engine::max_threads(); });
  m.def("set_num_threads", set_num_threads);
  m.def("get_thread_id", [] { return pyvm::engine::thread_id(); });
}
