#pragma once
// The order of the passes, all of it in pipeline.cpp. Regions that are given verify.

#include <functional>
#include <optional>
#include <string_view>

#include "tracer/ir/ir.h"
#include "tracer/opt/alias.h"

namespace pyvm::tracer {

// Called after each pass that changed something, with its name; for dumps.
using PassObserver = std::function<void(std::string_view pass, const ir::Region& region)>;

// Before planning, so that subscripts are in their plainest form: all passes but `early`.
void optimise_recorded(ir::Region& region);

// After the planner has removed checks or widened, which is when stores can be promoted.
void optimise(ir::Region& region, const AliasInfo& alias, const PassObserver& observer = {});

// One pass by its name in the table of pipeline.cpp, for tests and tools; nothing for an unknown name, else whether the
// region changed. The region is verified afterwards in debug builds, as in optimise().
std::optional<bool> run_pass(std::string_view name, ir::Region& region, const AliasInfo& alias);

} // namespace pyvm::tracer
