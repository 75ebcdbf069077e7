// The planner's reasons as data. Every "no" of this folder is one of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pyvm::tracer::nest {

enum class Reason : std::uint8_t {
#define REASON(name, text) name,
#include "tracer/nest/plan_reasons.def"
#undef REASON
};

// "SameElement"
std::string_view name_of(Reason reason);
// The sentence with {} replaced by the detail.
std::string sentence_of(Reason reason, std::string_view detail = {});

} // namespace pyvm::tracer::nest
