// libFuzzer: any bytes are a module or a SyntaxError; a module prints as a tree and prints the same when read again.
// https://llvm.org/docs/LibFuzzer.html
#include "vm/support/syntax_error.h"
#include "vm/syntax/dump.h"
#include "vm/syntax/parser.h"
#include "vm/syntax/refuse.h"

#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pyvm;
  try {
    auto source = std::make_shared<const SourceText>("fuzz.py", std::string(reinterpret_cast<const char*>(data), size));
    const auto module = syntax::parse_module(source);
    if (syntax::dump(*module, true) != syntax::dump(*syntax::parse_module(source), true)) std::abort();
    syntax::refuse_unsupported(*module, source);
  } catch (const SyntaxError& error) {
    if (error.format().empty()) std::abort();
  }
  return 0;
}
