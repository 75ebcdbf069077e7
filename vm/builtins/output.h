// Where print and sys.stdout write. The engine may put a sink of its own here (the Python door's sys.stdout).
#pragma once

#include <string_view>

#include "vm/object/objects.h"

namespace pyvm {

using OutputSink = void (*)(std::string_view text, bool standard_error);

// The default writes to the process's own streams.
void set_output_sink(OutputSink sink);
void write_output(std::string_view text, bool standard_error);
void flush_output(bool standard_error);

// sys.stdout, sys.stderr
struct OutputStream final : NativeObject {
  explicit OutputStream(bool error) : standard_error(error) {}
  std::string type_name() const override { return "_io.TextIOWrapper"; }
  std::string repr() const override;
  Value attribute(const std::string& name) override;
  bool standard_error;
};
bool is_output_stream(const Value& value);

// sys.argv of the program that runs; set it before the first import of sys.
void set_program_arguments(std::vector<std::string> arguments);

} // namespace pyvm
