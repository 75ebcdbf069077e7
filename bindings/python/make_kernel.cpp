#include "bindings/python/make_kernel.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bindings/engine/kernels.h"
#include "bindings/engine/services.h"
#include "bindings/python/convert.h"
#include "bindings/python/errors.h"
#include "bindings/python/kernel_type.h"
#include "bindings/python/known_objects.h"
#include "bindings/python/names.h"
#include "vm/syntax/find.h"
#include "vm/syntax/parser.h"

namespace py = pybind11;

namespace pyvm::python {

namespace {

struct ParsedFile {
  std::shared_ptr<const SourceText> text;
  std::shared_ptr<const syntax::Module> tree;
};

// The last file is kept: kernels of one file are mostly made one after the other.
ParsedFile parsed(const std::string& source, const std::string& path) {
  static ParsedFile& last = *new ParsedFile(); // guarded by the GIL
  static std::string& last_source = *new std::string();
  if (!last.tree || last.text->path() != path || last_source != source) {
    const auto text = std::make_shared<SourceText>(path, source);
    last = {text, syntax::parse_module(text)};
    last_source = source;
  }
  return last;
}

std::vector<std::string> parameters_of(const syntax::Node& function) {
  auto* def = syntax::cast_if<syntax::FunctionDef>(&function);
  const syntax::Arguments& parameters = def ? *def->args : *syntax::cast_if<syntax::Lambda>(&function)->args;
  std::vector<std::string> names;
  for (const auto* list : {&parameters.posonlyargs, &parameters.args})
    for (const syntax::Arg* parameter : *list) names.push_back(parameter->arg);
  return names;
}

bool is_called(const syntax::Node& function, const std::string& code_name) {
  auto* def = syntax::cast_if<syntax::FunctionDef>(&function);
  return def ? def->name == code_name : code_name == "<lambda>";
}

const syntax::Node& find_function(const ParsedFile& file, int line, std::size_t ordinal, const py::object& code) {
  const auto name = code.attr("co_name").cast<std::string>();
  const auto parameters = code.attr("co_varnames")[py::slice(0, code.attr("co_argcount").cast<py::ssize_t>(), 1)]
                              .cast<std::vector<std::string>>();
  for (const syntax::Node* function : syntax::functions_at_line(*file.tree, line))
    if (is_called(*function, name) && ordinal-- == 0 && parameters_of(*function) == parameters) return *function;
  // CPython orders a lambda in another one's default before that one.
  throw py::value_error(
      fmt::format("{}, line {}: this {} cannot be told from others of its line; put it on a line of its own",
                  file.text->path(), line, name));
}

// Values that calls may leave out. What njit code has no kind for is an error of the first call.
void read_defaults(const py::object& function, engine::KernelSource& kernel, engine::KernelSettings& settings) {
  const Place place{"a default", nullptr, &kernel.name};
  try {
    const py::object positional = function.attr("__defaults__"), named = function.attr("__kwdefaults__");
    if (!positional.is_none())
      for (py::handle value : positional) kernel.defaults.push_back(from_python(value.ptr(), place));
    const py::object code = function.attr("__code__");
    const auto names = code.attr("co_varnames").cast<py::tuple>();
    const auto first = code.attr("co_argcount").cast<std::size_t>(),
               count = code.attr("co_kwonlyargcount").cast<std::size_t>();
    for (std::size_t k = first; k < first + count; ++k) {
      PyObject* value = named.is_none() ? nullptr : PyDict_GetItem(named.ptr(), py::object(names[k]).ptr());
      kernel.keyword_defaults.push_back(value ? from_python(value, place) : Value());
    }
  } catch (const GuestError& error) {
    settings.problem.emplace(error);
  }
}

std::string arguments_text(const engine::Signature& signature) {
  std::string text;
  for (const engine::SignatureType& type : signature.parameters) text += engine::type_text(type) + ", ";
  return text;
}

// Of two signatures with the same arguments Numba takes the first.
void add_signature(std::vector<engine::Signature>& signatures, engine::Signature added) {
  const auto same = [&](const engine::Signature& known) { return arguments_text(known) == arguments_text(added); };
  if (std::none_of(signatures.begin(), signatures.end(), same)) signatures.push_back(std::move(added));
}

void check_parameters(const std::vector<engine::Signature>& signatures, std::size_t parameters) {
  for (const engine::Signature& signature : signatures)
    if (signature.parameters.size() != parameters)
      raise(ExceptionKind::TypeError, "Signature mismatch: {} argument types given, but function takes {} arguments",
            signature.parameters.size(), parameters);
}

engine::KernelSettings settings_of(const py::dict& options) {
  engine::KernelSettings settings;
  settings.options.parallel = options["parallel"].cast<bool>();
  settings.options.fastmath = options["fastmath"].cast<bool>();
  settings.options.numpy_errors = options["error_model"].cast<std::string>() == "numpy";
  settings.options.python_errors = options["error_model"].cast<std::string>() == "python";
  for (py::handle text : options["signatures"])
    add_signature(settings.signatures, engine::parse_signature(text.cast<std::string>()));
  for (auto [name, text] : options["locals"].cast<py::dict>())
    settings.locals[name.cast<std::string>()] = engine::parse_type(text.cast<std::string>());
  if (const py::object problem = options["problem"]; !problem.is_none())
    settings.problem.emplace(guest_error_of(problem.ptr()));
  return settings;
}

// What a process needs once, and the first call of its first kernel would wait for.
void prepare() {
  static bool prepared = false; // guarded by the GIL, which may be let go below
  if (std::exchange(prepared, true)) return;
  learn_known_objects();
  py::detail::npy_api::get();
  engine::max_threads();
}

} // namespace

py::object make_kernel(const py::type& type, const py::object& function, const std::string& source,
                       const std::string& path, int line, std::size_t ordinal, const py::dict& options) {
  prepare();
  engine::KernelSettings settings = settings_of(options);
  const ParsedFile file = parsed(source, path);
  const syntax::Node& node = find_function(file, line, ordinal, function.attr("__code__"));
  check_parameters(settings.signatures, function.attr("__code__").attr("co_argcount").cast<std::size_t>());
  engine::KernelSource kernel;
  kernel.name = function.attr("__name__").cast<std::string>();
  kernel.tree = {file.tree, &node, file.text, function.attr("__qualname__").cast<std::string>()};
  kernel.python_function = Value::none();
  kernel.resolver = names_of(function.ptr());
  read_defaults(function, kernel, settings);
  const Ref<Kernel> made = engine::make_kernel(std::move(kernel), std::move(settings));
  PyObject* object = wrap_kernel(reinterpret_cast<PyTypeObject*>(type.ptr()), made, function.ptr(),
                                 {path, node.location.line, parameters_of(node)});
  if (!object) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

void check_signature(const std::string& text) { engine::parse_signature(text); }

} // namespace pyvm::python
