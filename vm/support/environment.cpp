// Parsing of the PYVM_* variables; see environment.h.

#include "vm/support/environment.h"

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace pyvm {

namespace {

constexpr const char* isa_cap_names[] = {"scalar", "avx2", "avx512"};

[[noreturn]] void malformed(const char* variable, const char* value, const char* expected) {
  throw EnvironmentError(fmt::format("{}='{}' is not understood; expected {}", variable, value, expected));
}

void parse(const char* variable, const char* value, bool& out) {
  std::string_view text = value;
  if (text != "0" && text != "1") malformed(variable, value, "0 or 1");
  out = text == "1";
}

void parse(const char* variable, const char* value, int64_t& out) {
  constexpr const char* expected = "a whole number, 0 or more";
  if (*value < '0' || *value > '9') malformed(variable, value, expected);
  errno = 0;
  char* end = nullptr;
  long long number = std::strtoll(value, &end, 10);
  if (*end != '\0' || errno != 0) malformed(variable, value, expected);
  out = number;
}

void parse(const char* variable, const char* value, Share& out) {
  constexpr const char* expected = "a share from 0 to 1, such as 0.05";
  char* end = nullptr;
  const double share = std::strtod(value, &end);
  const bool is_plain = std::string_view(value).find_first_not_of("0123456789.e-") == std::string_view::npos;
  if (!is_plain || *end != '\0' || !(share >= 0 && share <= 1)) malformed(variable, value, expected);
  out.of_one = share;
}

void parse(const char* variable, const char* value, IsaCap& out) {
  for (IsaCap cap : {IsaCap::Scalar, IsaCap::Avx2, IsaCap::Avx512}) {
    if (std::string_view(value) == isa_cap_name(cap)) {
      out = cap;
      return;
    }
  }
  malformed(variable, value, "scalar, avx2 or avx512");
}

void parse(const char* variable, const char* value, StressSettings& out) {
  const auto settings = stress_settings(value);
  if (!settings)
    malformed(variable, value, "switches of vm/support/stress.def: name, name=number, each with @fuel or without");
  out = *settings;
}

std::string show(bool value) { return value ? "1" : "0"; }
std::string show(int64_t value) { return std::to_string(value); }
std::string show(Share value) { return fmt::format("{}", value.of_one); }
std::string show(IsaCap value) { return isa_cap_name(value); }
std::string show(const StressSettings&) { return "none"; }

} // namespace

const char* isa_cap_name(IsaCap cap) { return isa_cap_names[static_cast<int>(cap)]; }

Environment read_environment(const char* (*lookup)(const char* variable)) {
  Environment result;
  // A variable that is set but empty counts as not set, as in a shell's `PYVM_ISA= command`.
#define PYVM_VARIABLE(field, variable, type, default_value, sentence)                                                  \
  if (const char* value = lookup(#variable); value != nullptr && *value != '\0') parse(#variable, value, result.field);
#include "vm/support/environment.def"
#undef PYVM_VARIABLE
  return result;
}

const Environment& environment() {
  static const Environment result =
      read_environment([](const char* variable) -> const char* { return std::getenv(variable); });
  return result;
}

std::string environment_text(const Environment& environment) {
  std::string result;
  const Environment defaults;
#define PYVM_VARIABLE(field, variable, type, default_value, sentence)                                                  \
  if (show(environment.field) != show(defaults.field))                                                                 \
    result += fmt::format("{}{}={}", result.empty() ? "" : " ", #variable, show(environment.field));
#include "vm/support/environment.def"
#undef PYVM_VARIABLE
  return result;
}

std::string environment_help() {
  std::string result;
  const Environment defaults;
#define PYVM_VARIABLE(field, variable, type, default_value, sentence)                                                  \
  result += fmt::format("  {:<18} (default {}) {}\n", #variable, show(defaults.field), sentence);
#include "vm/support/environment.def"
#undef PYVM_VARIABLE
  return result;
}

} // namespace pyvm
