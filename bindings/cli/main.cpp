// The program `pyvm`: runs a script, or shows what a stage makes of it.
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "bindings/engine/dump.h"
#include "bindings/engine/engine.h"
#include "bindings/engine/script.h"
#include "vm/builtins/output.h"
#include "vm/support/environment.h"

namespace {

constexpr const char* version = "pyvm 0.1.0";
constexpr int wrong_use = 2;

volatile std::sig_atomic_t interrupt_seen = 0;

void on_interrupt(int) { interrupt_seen = 1; }

bool interrupted() noexcept { return interrupt_seen != 0; }

void warn(const std::string& file, int line, const std::string& text) {
  pyvm::flush_output(false);
  pyvm::write_output(file + ":" + std::to_string(line) + ": PyvmPerformanceWarning: " + text + "\n", true);
}

// No SA_RESTART: a script that sleeps or reads wakes up.
void catch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
}

// As CPython does it: whoever started the program sees that the signal ended it (a shell shows 130).
[[noreturn]] void die_of_interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
  std::_Exit(pyvm::engine::exit_interrupted);
}

int run(const std::string& script, const std::vector<std::string>& arguments) {
  catch_interrupts();
  const int code = pyvm::engine::run_script(script, arguments);
  if (code == pyvm::engine::exit_interrupted && interrupted()) die_of_interrupt();
  return code;
}

} // namespace

int main(int argc, char** argv) {
  try {
    pyvm::engine::start({interrupted, warn});
  } catch (const pyvm::EnvironmentError& error) {
    std::fprintf(stderr, "pyvm: %s\n", error.what());
    return wrong_use;
  }
  CLI::App app{"Runs numeric Python at the speed of the machine."};
  app.set_version_flag("--version", version);
  app.footer("Environment variables:\n" + pyvm::environment_help());
  app.require_subcommand(1);

  std::string script, stage = "all";
  CLI::App* run_command = app.add_subcommand("run", "Run a script: pyvm run script.py [its own arguments]");
  run_command->prefix_command(); // from the script's name on nothing is ours
  run_command->footer("The first argument is the script; the rest is its sys.argv.");
  CLI::App* dump_command =
      app.add_subcommand("dump", "Show what a stage makes of a script (it is run, without its output).");
  dump_command->add_option("--stage", stage, "which stage")
      ->check(CLI::IsMember(pyvm::engine::dump_stages()))
      ->capture_default_str();
  dump_command->add_option("script", script, "a Python file")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_use;
  }
  if (dump_command->parsed()) return pyvm::engine::dump_script(script, stage);
  std::vector<std::string> arguments = run_command->remaining();
  if (arguments.empty()) {
    std::fputs("pyvm run: which script? (pyvm run script.py [arguments])\n", stderr);
    return wrong_use;
  }
  script = arguments.front();
  arguments.erase(arguments.begin());
  return run(script, arguments);
}
