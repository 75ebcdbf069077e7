#pragma once
// The stress switches (stress.def), as PYVM_STRESS sets them: "exit=3,registers,grains=1@5". Read once with the other
// variables (environment.h). Where a switch decides about something, that place asks `stressed` (or `within_limit`)
// once and so uses a unit of its fuel; with PYVM_TRACE=1 each such decision is a line on stderr, numbered from 1. All
// places are rare: a loop is compiled, planned or begun, an array is allocated. May be asked from any thread.

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace pyvm {

enum class StressSwitch : std::uint8_t {
#define PYVM_STRESS_SWITCH(enumerator, name, number, kind, decision, meaning) enumerator,
#include "vm/support/stress.def"
#undef PYVM_STRESS_SWITCH
};

struct StressSetting {
  bool on = false;
  std::int64_t number = 0;
  std::int64_t fuel = std::numeric_limits<std::int64_t>::max();
};

struct StressSettings {
#define PYVM_STRESS_SWITCH(enumerator, name, number, kind, decision, meaning) +1
  static constexpr std::size_t count = 0
#include "vm/support/stress.def"
      ;
#undef PYVM_STRESS_SWITCH
  std::array<StressSetting, count> settings{};
  const StressSetting& operator[](StressSwitch which) const { return settings[static_cast<std::size_t>(which)]; }
};

// Nothing where the text is not one of settings.
std::optional<StressSettings> stress_settings(std::string_view text);

// What a decision is about, for the log.
using StressPlace = std::function<std::string()>;

namespace detail {
const StressSetting& stress_setting(StressSwitch which);
bool use_stress_fuel(StressSwitch which, const StressPlace& place);
} // namespace detail

// The number of a switch that is in force for the decision at hand (0 where it has none); nothing when it is not.
template <typename Place> std::optional<std::int64_t> stressed(StressSwitch which, const Place& place) {
  const StressSetting& setting = detail::stress_setting(which);
  if (!setting.on || !detail::use_stress_fuel(which, place)) return std::nullopt;
  return setting.number;
}

// Whether what a Limit names may be done once more.
template <typename Place> bool within_limit(StressSwitch which, const Place& place) {
  return !detail::stress_setting(which).on || detail::use_stress_fuel(which, place);
}

} // namespace pyvm
