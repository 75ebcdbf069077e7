#pragma once
// The PYVM_* environment variables, read once at the first use. The table is environment.def; a variable that is not in
// it does not exist. A value that does not parse throws EnvironmentError, whose text names variable, value and what is
// expected: the doors report it and do not start.

#include <cstdint>
#include <stdexcept>
#include <string>

#include "vm/support/stress.h"

namespace pyvm {

// The widest code that may be generated; ordered, so that a cap is a minimum.
enum class IsaCap : uint8_t { Scalar, Avx2, Avx512 };

// Between 0 and 1.
struct Share {
  double of_one = 0;
};

const char* isa_cap_name(IsaCap cap);

struct EnvironmentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Environment {
#define PYVM_VARIABLE(field, variable, type, default_value, sentence) type field = default_value;
#include "vm/support/environment.def"
#undef PYVM_VARIABLE
};

// The process's environment, as it was at the first call.
const Environment& environment();

// Reads through `lookup` (null for a variable that is not set). environment() passes getenv; tests pass their own.
Environment read_environment(const char* (*lookup)(const char* variable));

// The variables that are set to other than their defaults, as a shell takes them: "PYVM_ISA=avx2 PYVM_HOT=1".
std::string environment_text(const Environment& environment);

// One line for each variable: name, default, sentence. For `pyvm --help`.
std::string environment_help();

} // namespace pyvm
