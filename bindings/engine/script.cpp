#include "bindings/engine/script.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "bindings/engine/traceback.h"
#include "vm/builtins/output.h"
#include "vm/builtins/text.h"
#include "vm/compile/compiler.h"
#include "vm/interp/interpreter.h"
#include "vm/support/syntax_error.h"
#include "vm/syntax/parser.h"

namespace pyvm::engine {

namespace {

void complain(const std::string& text) {
  flush_output(false);
  write_output(text, true);
  flush_output(true);
}

// The file's bytes. False: it cannot be read, and stderr says why.
bool read_file(const std::string& path, std::string& bytes) {
  std::error_code failure;
  const std::string full = std::filesystem::absolute(path, failure).string();
  if (std::filesystem::is_directory(path, failure)) {
    complain(fmt::format("pyvm: can't find '__main__' module in '{}'\n", full));
    return false;
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int error = errno ? errno : ENOENT;
    complain(fmt::format("pyvm: can't open file '{}': [Errno {}] {}\n", full, error, std::strerror(error)));
    return false;
  }
  std::ostringstream text;
  text << file.rdbuf();
  bytes = text.str();
  return true;
}

Value docstring(const syntax::Module& module) {
  if (module.body.empty()) return Value::none();
  auto* first = syntax::cast_if<syntax::Expr>(module.body[0]);
  auto* text = first ? syntax::cast_if<syntax::Constant>(first->value) : nullptr;
  return text && text->value.kind == syntax::ConstantKind::String ? make_str(text->value.text) : Value::none();
}

// sys.exit(code): None is 0, a number its low byte, anything else is printed and 1.
int exit_code(const GuestError& error) {
  const Value& code = error.payload();
  if (code.is_unbound() || code.is(Tag::None)) return 0;
  if (code.is(Tag::Int) || code.is(Tag::Bool)) return static_cast<int>(code.as_int() & 0xff);
  complain(str_text(code) + "\n");
  return 1;
}

int report(const GuestError& error) {
  if (error.kind() == ExceptionKind::SystemExit) return exit_code(error);
  complain(traceback_text(error));
  return error.kind() == ExceptionKind::KeyboardInterrupt ? exit_interrupted : 1;
}

} // namespace

std::shared_ptr<const syntax::Module> load_script(const std::string& path, int& code) {
  std::string bytes;
  if (!read_file(path, bytes)) {
    code = 2;
    return nullptr;
  }
  try {
    return syntax::parse_module(SourceText::from_bytes(path, bytes));
  } catch (const SyntaxError& error) {
    complain(error.format());
    code = 1;
    return nullptr;
  }
}

int run_module(const std::shared_ptr<const syntax::Module>& module, const std::string& path,
               std::vector<std::string> arguments) {
  int code = 0;
  arguments.insert(arguments.begin(), path);
  set_program_arguments(std::move(arguments));
  auto globals = make<Module>("__main__");
  globals->members["__name__"] = make_str("__main__");
  globals->members["__file__"] = make_str(path);
  globals->members["__doc__"] = docstring(*module);
  try {
    Interpreter::current().run_module(compile_module(module), *globals);
  } catch (const GuestError& error) {
    code = report(error);
  } catch (const SyntaxError& error) {
    complain(error.format());
    code = 1;
  }
  flush_output(false);
  return code;
}

int run_script(const std::string& path, std::vector<std::string> arguments) {
  int code = 0;
  auto module = load_script(path, code);
  return module ? run_module(module, path, std::move(arguments)) : code;
}

} // namespace pyvm::engine
