// The table is filled from CPython's modules when they have been imported: an object of a module that nobody has
// imported cannot be asked for.
#include "bindings/python/known_objects.h"

#include <pybind11/pybind11.h>

#include <array>
#include <string>
#include <unordered_map>

#include "vm/builtins/modules.h"

namespace py = pybind11;

namespace pyvm::python {

namespace {

struct ModulePair {
  const char* ours;
  const char* theirs;
};
// numba: the stand-in of `python -m pyvm`, or Numba itself in a program that uses both.
constexpr std::array modules = {ModulePair{"builtins", "builtins"},
                                ModulePair{"math", "math"},
                                ModulePair{"time", "time"},
                                ModulePair{"numpy", "numpy"},
                                ModulePair{"numpy.random", "numpy.random"},
                                ModulePair{"numba", "pyvm"},
                                ModulePair{"numba", "numba"},
                                ModulePair{"numba.types", "pyvm.types"},
                                ModulePair{"numba.types", "numba.types"}};

// Guarded by the GIL. The objects are held for good.
struct Table {
  std::unordered_map<PyObject*, Value> values;
  std::array<bool, modules.size()> learned{};
};
Table& table() {
  static Table& the_table = *new Table();
  return the_table;
}

bool stands_for_an_object(const Value& value) { return value.is(Tag::Builtin) || value.is(Tag::Type); }

// Importing and reading attributes may let other threads in: what they put into the table meanwhile is the same.
void learn(const ModulePair& pair, py::handle theirs) {
  auto& values = table().values;
  CallContext context;
  const Ref<Module> ours = import_module(context, pair.ours);
  if (values.emplace(theirs.ptr(), Value(ours)).second) theirs.inc_ref();
  for (const auto& [name, value] : ours->members) {
    if (!stands_for_an_object(value)) continue;
    PyObject* object = PyObject_GetAttrString(theirs.ptr(), name.c_str());
    if (!object)
      PyErr_Clear();
    else if (!values.emplace(object, value).second)
      Py_DECREF(object);
  }
}

// Looks at modules that were imported since the last time. False: there are none.
bool learn_more() {
  bool found = false;
  for (std::size_t k = 0; k < modules.size(); ++k) {
    if (table().learned[k]) continue;
    PyObject* theirs = PyDict_GetItemString(PyImport_GetModuleDict(), modules[k].theirs);
    if (!theirs) continue;
    table().learned[k] = found = true;
    learn(modules[k], theirs);
  }
  return found;
}

Value find(PyObject* object) {
  const auto found = table().values.find(object);
  return found == table().values.end() ? Value() : found->second;
}

} // namespace

void learn_known_objects() { learn_more(); }

Value known_object(PyObject* object) {
  Value value = find(object);
  if (value.is_unbound() && learn_more()) value = find(object);
  return value;
}

PyObject* object_known_as(const Value& value) {
  if (!value.is_heap()) return nullptr;
  learn_more();
  for (const auto& [object, known] : table().values)
    if (known.object() == value.object()) return object;
  return nullptr;
}

} // namespace pyvm::python
