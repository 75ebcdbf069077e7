// `pyvm dump`: what each stage makes of a script.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace pyvm::engine {

// A stage behind the bytecode, shown after the script has run: the tracer and the backend add theirs at start-up.
struct DumpStage {
  std::string name;                  // "ir", "plan", "asm"
  std::function<std::string()> text; // of all regions made so far
};
void add_dump_stage(DumpStage stage);

// Names that --stage takes: ast, bc, the added ones, all.
std::vector<std::string> dump_stages();

// Prints the stage on stdout and gives the exit code. Everything but the syntax tree needs the script to run (kernels
// are compiled when they are called, with the values of their globals); what it prints itself is thrown away.
int dump_script(const std::string& path, const std::string& stage);

} // namespace pyvm::engine
