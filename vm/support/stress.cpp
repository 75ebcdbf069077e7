// Parsing PYVM_STRESS, and the fuel; see stress.h.

#include "vm/support/stress.h"

#include <atomic>
#include <charconv>
#include <cstdio>

#include <fmt/format.h>

#include "vm/support/environment.h"

namespace pyvm {

namespace {

enum class Number : bool { None, Needed };
enum class Kind : std::uint8_t { Force, Limit, Always };

struct Row {
  std::string_view name;
  Number number;
  Kind kind;
};

constexpr Row rows[] = {
#define PYVM_STRESS_SWITCH(enumerator, name, number, kind, decision, meaning) {name, Number::number, Kind::kind},
#include "vm/support/stress.def"
#undef PYVM_STRESS_SWITCH
};

std::atomic<std::int64_t> decisions[StressSettings::count];

// A number of 0 or more that is the whole text.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// Cuts what stands behind the last `mark` off the text; nothing when there is no mark.
std::optional<std::string_view> cut_behind(std::string_view& text, char mark) {
  const std::size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

bool set_one(std::string_view text, StressSettings& all) {
  StressSetting setting{.on = true};
  const auto fuel = cut_behind(text, '@');
  const auto number = cut_behind(text, '=');
  for (std::size_t k = 0; k < StressSettings::count; ++k) {
    if (rows[k].name != text) continue;
    const auto fuel_number = fuel ? whole_number(*fuel) : setting.fuel;
    const auto given = number ? whole_number(*number) : 0;
    if (fuel && rows[k].kind == Kind::Always) return false;
    if (!fuel_number || !given || number.has_value() != (rows[k].number == Number::Needed)) return false;
    setting.fuel = *fuel_number;
    setting.number = *given;
    all.settings[k] = setting;
    return true;
  }
  return false;
}

} // namespace

std::optional<StressSettings> stress_settings(std::string_view text) {
  StressSettings result;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (!set_one(text.substr(0, comma), result)) return std::nullopt;
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return result;
}

namespace detail {

const StressSetting& stress_setting(StressSwitch which) { return environment().stress[which]; }

bool use_stress_fuel(StressSwitch which, const StressPlace& place) {
  const auto k = static_cast<std::size_t>(which);
  const std::int64_t number = decisions[k].fetch_add(1, std::memory_order_relaxed) + 1;
  if (number > environment().stress[which].fuel) return false;
  if (environment().trace) {
    const std::string line = fmt::format("pyvm: stress    {} {}: {}\n", rows[k].name, number, place());
    std::fputs(line.c_str(), stderr);
  }
  return true;
}

} // namespace detail

} // namespace pyvm
