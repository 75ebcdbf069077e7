#include "bindings/python/names.h"

#include <pybind11/pybind11.h>

#include <map>
#include <set>
#include <string>

#include "bindings/engine/kernels.h"
#include "bindings/python/convert.h"
#include "bindings/python/errors.h"
#include "bindings/python/kernel_type.h"
#include "bindings/python/known_objects.h"

namespace py = pybind11;

namespace pyvm::python {

namespace {

// All names that the code and the functions inside it look up: globals, builtins, attributes.
void collect_names(const py::object& code, std::set<std::string>& names) {
  for (py::handle name : code.attr("co_names")) names.insert(name.cast<std::string>());
  for (py::handle constant : code.attr("co_consts"))
    if (PyCode_Check(constant.ptr())) collect_names(py::reinterpret_borrow<py::object>(constant), names);
}

class FunctionNames final : public NameResolver {
public:
  explicit FunctionNames(py::object function) : function_(std::move(function)) {}
  ~FunctionNames() override {
    py::gil_scoped_acquire gil;
    function_ = py::object();
  }

  std::optional<Value> resolve(const std::string& name) override {
    py::gil_scoped_acquire gil;
    try {
      const py::object object = find(name);
      if (!object) return std::nullopt;
      return value_of(object, name);
    } catch (py::error_already_set& error) {
      error.restore();
      throw python_error();
    }
  }

private:
  // The object that the name stands for; none when there is none.
  py::object find(const std::string& name) const {
    const auto free = function_.attr("__code__").attr("co_freevars").cast<py::tuple>();
    for (std::size_t k = 0; k < free.size(); ++k) {
      if (free[k].cast<std::string>() != name) continue;
      const py::object cell = function_.attr("__closure__").cast<py::tuple>()[k];
      return py::reinterpret_steal<py::object>(PyCell_Get(cell.ptr()));
    }
    for (const py::object& scope : {py::object(function_.attr("__globals__")), builtins()})
      if (PyObject* found = PyDict_GetItemString(scope.ptr(), name.c_str()))
        return py::reinterpret_borrow<py::object>(found);
    return py::object();
  }

  // A dict. Functions carry the builtins that they see.
  py::object builtins() const { return function_.attr("__builtins__"); }

  Value value_of(const py::object& object, const std::string& name) {
    if (Value known = known_object(object.ptr()); !known.is_unbound()) return known;
    if (PyModule_Check(object.ptr())) return module_value(object);
    if (PyFunction_Check(object.ptr()))
      raise(ExceptionKind::TypingError,
            "Untyped global name '{0}': Cannot determine Numba type of <class 'function'>: njit code calls only njit "
            "functions; "
            "decorate '{0}' with @njit",
            name);
    return engine::frozen_global(name, from_python(object.ptr(), {"global", &name, nullptr}));
  }

  // A module of the user's, with those of its members that the function's code names somewhere.
  Value module_value(const py::object& module) {
    if (names_.empty()) collect_names(function_.attr("__code__"), names_);
    if (auto found = modules_.find(module.ptr()); found != modules_.end()) return Value(found->second);
    auto ours = make<Module>(py::str(module.attr("__name__")).cast<std::string>());
    modules_.emplace(module.ptr(), ours);
    for (const std::string& name : names_) {
      PyObject* found = PyObject_GetAttrString(module.ptr(), name.c_str());
      if (!found) {
        PyErr_Clear();
        continue;
      }
      const auto member = py::reinterpret_steal<py::object>(found);
      try {
        ours->members[name] = value_of(member, name);
      } catch (const GuestError&) {
        // Perhaps the name is used of another object; if not, the error is that the module has no such attribute.
      }
    }
    return Value(ours);
  }

  py::object function_;
  std::set<std::string> names_;
  std::map<PyObject*, Ref<Module>> modules_;
};

} // namespace

std::shared_ptr<NameResolver> names_of(PyObject* function) {
  return std::make_shared<FunctionNames>(py::reinterpret_borrow<py::object>(function));
}

} // namespace pyvm::python
