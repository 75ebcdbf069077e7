#include "bindings/python/kernel_type.h"

#include <structmember.h>

#include <pybind11/pybind11.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "bindings/python/convert.h"
#include "bindings/python/errors.h"
#include "vm/interp/interpreter.h"

namespace pyvm::python {

namespace {

// The overloads that calls have chosen so far, in the order of their first calls.
class Overloads {
public:
  // Notes every choice that the kernel makes from now on.
  void watch(Kernel& kernel) {
    if (!kernel.choose) return;
    kernel.choose = [this, choose = std::move(kernel.choose)](Kernel& self, const Arguments& arguments) {
      Function* function = choose(self, arguments);
      if (last_.load(std::memory_order_relaxed) != function) note(function);
      return function;
    };
  }

  std::vector<const Function*> chosen() {
    std::lock_guard lock(mutex_);
    return chosen_;
  }

private:
  void note(const Function* function) {
    std::lock_guard lock(mutex_);
    if (std::find(chosen_.begin(), chosen_.end(), function) == chosen_.end()) chosen_.push_back(function);
    last_.store(function, std::memory_order_relaxed);
  }

  std::atomic<const Function*> last_{nullptr};
  std::mutex mutex_; // guards the next one
  std::vector<const Function*> chosen_;
};

struct KernelFacts {
  KernelPlace place;
  Overloads overloads;
};

struct KernelObject {
  PyObject_HEAD;
  vectorcallfunc call;
  PyObject* dictionary;
  PyObject* weak_references;
  PyObject* function; // py_func
  Kernel* kernel;     // immortal
  KernelFacts* facts; // immortal too
};

PyTypeObject* kernel_type = nullptr;
// Kernels by address, so that a kernel that guest code returns is the object that the user knows. Guarded by the GIL.
std::unordered_map<const Kernel*, PyObject*>& objects() {
  static auto& map = *new std::unordered_map<const Kernel*, PyObject*>();
  return map;
}

// The guest touches no CPython object on its own: whoever drops an array's owner, resolves a name, warns or writes
// takes the GIL for it.
Value run_without_gil(Kernel& kernel, const Arguments& arguments) {
  struct Released {
    PyThreadState* state = PyEval_SaveThread();
    ~Released() { PyEval_RestoreThread(state); }
  } released;
  Interpreter& interpreter = Interpreter::current();
  // What CPython calls from inside a kernel (a signal handler, __del__) belongs to no grain.
  struct OutsideGrain {
    Interpreter& interpreter;
    std::int64_t grain = std::exchange(interpreter.running_grain, -1);
    ~OutsideGrain() { interpreter.running_grain = grain; }
  } outside{interpreter};
  // Arguments have njit's kinds already, and results go back as they are: hence not Dialect::Python.
  return interpreter.call(Value(&kernel), arguments, Dialect::Njit);
}

// The arguments of one call: positional ones, then the values of keywords.
class CallArguments {
public:
  CallArguments(const KernelObject& object, PyObject* const* arguments, std::size_t positional, PyObject* names)
      : positional_(positional) {
    const std::size_t named = names ? static_cast<std::size_t>(PyTuple_GET_SIZE(names)) : 0;
    if (positional + named > in_place_.size()) many_.resize(positional + named);
    values_ = many_.empty() ? in_place_.data() : many_.data();
    const std::string* function = &object.kernel->name;
    const std::vector<std::string>& parameters = object.facts->place.parameters;
    for (std::size_t k = 0; k < positional; ++k)
      values_[k] = from_python(arguments[k], {"argument", k < parameters.size() ? &parameters[k] : nullptr, function});
    for (std::size_t k = 0; k < named; ++k) {
      const std::string name = text_of(PyTuple_GET_ITEM(names, k));
      values_[positional + k] = from_python(arguments[positional + k], {"argument", &name, function});
      keywords_.push_back({PyUnicode_AsUTF8(PyTuple_GET_ITEM(names, k)), values_[positional + k]});
    }
  }

  Arguments get() const { return {{values_, positional_}, keywords_}; }

private:
  static std::string text_of(PyObject* name) {
    const char* text = PyUnicode_AsUTF8(name);
    if (!text) throw python_error();
    return text;
  }

  std::array<Value, 8> in_place_;
  std::vector<Value> many_;
  std::vector<Keyword> keywords_;
  Value* values_;
  std::size_t positional_;
};

// An error from before the kernel's first line has no frame yet: it gets that of the kernel's definition.
void set_error(const KernelObject& object, GuestError& error) {
  const KernelPlace& place = object.facts->place;
  if (error.traceback().empty()) error.add_frame({place.file, object.kernel->name, place.line});
  set_python_error(error);
}

// Calls `body` and turns what it throws into CPython's exceptions.
template <class Body> PyObject* guarded(const KernelObject& object, Body&& body) {
  try {
    return body();
  } catch (GuestError& error) {
    set_error(object, error);
  } catch (pybind11::error_already_set& error) {
    error.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

PyObject* call_kernel(PyObject* self, PyObject* const* arguments, std::size_t flags, PyObject* names) {
  const auto& object = *reinterpret_cast<KernelObject*>(self);
  return guarded(object, [&] {
    const CallArguments values(object, arguments, static_cast<std::size_t>(PyVectorcall_NARGS(flags)), names);
    return to_python(run_without_gil(*object.kernel, values.get()));
  });
}

void deallocate(PyObject* self) {
  auto& object = *reinterpret_cast<KernelObject*>(self);
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  if (object.weak_references) PyObject_ClearWeakRefs(self);
  objects().erase(object.kernel);
  Py_CLEAR(object.dictionary);
  Py_CLEAR(object.function);
  type->tp_free(self);
  Py_DECREF(type);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  auto& object = *reinterpret_cast<KernelObject*>(self);
  Py_VISIT(object.dictionary);
  Py_VISIT(object.function);
  Py_VISIT(Py_TYPE(self));
  return 0;
}

int clear(PyObject* self) {
  auto& object = *reinterpret_cast<KernelObject*>(self);
  Py_CLEAR(object.dictionary);
  return 0;
}

// A kernel stored in a class is a method, as functions are.
PyObject* bind(PyObject* self, PyObject* instance, PyObject*) {
  if (!instance || instance == Py_None) {
    Py_INCREF(self);
    return self;
  }
  return PyMethod_New(self, instance);
}

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(KernelObject, call), READONLY, nullptr},
    {"__dictoffset__", T_PYSSIZET, offsetof(KernelObject, dictionary), READONLY, nullptr},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(KernelObject, weak_references), READONLY, nullptr},
    {"py_func", T_OBJECT, offsetof(KernelObject, function), READONLY, "the function that was decorated"},
    {nullptr, 0, 0, 0, nullptr},
};

PyGetSetDef accessors[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(clear)},
    {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
    {Py_tp_descr_get, reinterpret_cast<void*>(bind)},
    {Py_tp_members, members},
    {Py_tp_getset, accessors},
    {0, nullptr},
};

PyType_Spec spec = {
    "pyvm._pyvm.Kernel",
    sizeof(KernelObject),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
        Py_TPFLAGS_DISALLOW_INSTANTIATION,
    slots,
};

} // namespace

Kernel* kernel_of(PyObject* object) {
  return PyObject_TypeCheck(object, kernel_type) ? reinterpret_cast<KernelObject*>(object)->kernel : nullptr;
}

PyObject* object_of(const Kernel& kernel) {
  auto found = objects().find(&kernel);
  return found == objects().end() ? nullptr : found->second;
}

std::vector<Ref<Code>> codes_of(PyObject* kernel) {
  const auto& object = *reinterpret_cast<KernelObject*>(kernel);
  std::vector<const Function*> functions = object.facts->overloads.chosen();
  if (const Function* function = object.kernel->function.load(std::memory_order_acquire)) functions.push_back(function);
  std::vector<Ref<Code>> codes;
  for (const Function* function : functions) codes.push_back(Ref<Code>(static_cast<Code*>(function->code.get())));
  return codes;
}

PyObject* make_kernel_type() {
  kernel_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  return reinterpret_cast<PyObject*>(kernel_type);
}

PyObject* wrap_kernel(PyTypeObject* type, const Ref<Kernel>& kernel, PyObject* function, KernelPlace place) {
  // CPython 3.11 does not inherit the flag into classes made by a class statement.
  type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
  PyObject* self = type->tp_alloc(type, 0);
  if (!self) return nullptr;
  auto& object = *reinterpret_cast<KernelObject*>(self);
  object.call = call_kernel;
  Py_INCREF(function);
  object.function = function;
  object.facts = new KernelFacts();
  object.facts->place = std::move(place);
  object.facts->overloads.watch(*kernel);
  object.kernel = kernel.get();
  kernel->make_immortal(); // calls from several threads do not count it, and its code is kept anyhow
  objects()[kernel.get()] = self;
  return self;
}

} // namespace pyvm::python
