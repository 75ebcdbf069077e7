#pragma once
// Reads the text form of print.h. Any text is answered by a region or by an error with its place; none crashes.
// The region is what the text says, not simplified. It may break the IR's rules: that is verify.h's business.

#include <string>
#include <string_view>

#include "tracer/ir/ir.h"

namespace pyvm::ir {

struct ParsedRegion {
  Region region;
  std::string error; // "line 3, column 14: there is no op 'ad'"; empty when the text was read
  bool ok() const { return error.empty(); }
};

// `first_line`: the number of the text's first line, for messages.
ParsedRegion parse(std::string_view text, int first_line = 1);

} // namespace pyvm::ir
