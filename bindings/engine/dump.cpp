#include "bindings/engine/dump.h"

#include <cstdio>

#include "bindings/engine/kernels.h"
#include "bindings/engine/script.h"
#include "tracer/trace/tracer.h"
#include "vm/builtins/output.h"
#include "vm/compile/compiler.h"
#include "vm/syntax/dump.h"

namespace pyvm::engine {

namespace {

std::vector<DumpStage>& later_stages() {
  static std::vector<DumpStage> stages;
  return stages;
}

void heading(const char* name, bool wanted) {
  if (wanted) std::printf("==== %s\n", name);
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// Lets the exception through that ends the script, but not its output.
void discard(std::string_view text, bool standard_error) {
  if (standard_error) std::fwrite(text.data(), 1, text.size(), stderr);
}

} // namespace

void add_dump_stage(DumpStage stage) { later_stages().push_back(std::move(stage)); }

std::vector<std::string> dump_stages() {
  std::vector<std::string> names = {"ast", "bc"};
  for (const DumpStage& stage : later_stages()) names.push_back(stage.name);
  names.push_back("all");
  return names;
}

int dump_script(const std::string& path, const std::string& stage) {
  int code = 0;
  auto module = load_script(path, code);
  if (!module) return code;
  const bool all = stage == "all";
  if (all || stage == "ast") {
    heading("ast", all);
    print(syntax::dump(*module) + "\n");
    if (!all) return 0;
  }
  keep_compiled_code();
  tracer::keep_listings(true);
  set_output_sink(discard);
  code = run_module(module, path, {});
  if (all || stage == "bc") {
    heading("bc", all);
    print(disassemble(*compile_module(module)));
    for (const Ref<Code>& kernel : compiled_code()) print("\n" + disassemble(*kernel));
  }
  for (const DumpStage& later : later_stages()) {
    if (!all && stage != later.name) continue;
    heading(later.name.c_str(), all);
    print(later.text());
  }
  std::fflush(stdout);
  return code;
}

} // namespace pyvm::engine
