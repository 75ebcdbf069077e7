// libFuzzer: any text is a region or an error. A region that verifies prints, reads back as the same region, and still
// verifies after all passes. https://llvm.org/docs/LibFuzzer.html
#include "tracer/ir/equal.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/opt/pipeline.h"

#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

[[noreturn]] void fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
  std::abort();
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pyvm;
  ir::ParsedRegion read = ir::parse({reinterpret_cast<const char*>(data), size});
  if (!read.ok() || !ir::verify(read.region).empty()) return 0;
  const std::string text = ir::print(read.region);
  const ir::ParsedRegion again = ir::parse(text);
  if (!again.ok()) fail(again.error.c_str(), text);
  if (!ir::same(read.region, again.region)) fail("reads back as another region", text);
  tracer::optimise(read.region, {});
  const auto problems = ir::verify(read.region);
  if (!problems.empty()) fail(problems.front().c_str(), text);
  return 0;
}
