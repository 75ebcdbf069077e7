// Running a script file as `python script.py` does: module __main__, sys.argv, uncaught exceptions, exit codes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vm/syntax/ast.h"

namespace pyvm::engine {

constexpr int exit_interrupted = 130;

// Reads and parses a file. Says what is wrong on stderr, in CPython's words, and gives null with the exit code in
// `code`.
std::shared_ptr<const syntax::Module> load_script(const std::string& path, int& code);

// Runs it; `arguments` are sys.argv without its first element, which is the path. Gives the exit code; after Ctrl-C
// exit_interrupted.
int run_script(const std::string& path, std::vector<std::string> arguments);

// Runs what load_script has given.
int run_module(const std::shared_ptr<const syntax::Module>& module, const std::string& path,
               std::vector<std::string> arguments);

} // namespace pyvm::engine
