#include "tracer/nest/plan_reasons.h"

namespace pyvm::tracer::nest {

namespace {

struct Row {
  std::string_view name, text;
};
constexpr Row rows[] = {
#define REASON(name, text) {#name, text},
#include "tracer/nest/plan_reasons.def"
#undef REASON
};

} // namespace

std::string_view name_of(Reason reason) { return rows[static_cast<std::size_t>(reason)].name; }

std::string sentence_of(Reason reason, std::string_view detail) {
  std::string text(rows[static_cast<std::size_t>(reason)].text);
  if (const auto place = text.find("{}"); place != std::string::npos) text.replace(place, 2, detail);
  return text;
}

} // namespace pyvm::tracer::nest
