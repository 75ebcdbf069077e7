// Calls of what is not guest code: builtin functions, classes, bound methods.
#pragma once

#include <span>

#include "vm/object/objects.h"

namespace pyvm {

// True for the callees that call_builtin takes.
bool is_builtin_callable(const Value& callee);
// "'int' object is not callable" for anything else.
Value call_builtin(CallContext& context, const Value& callee, const Arguments& arguments);
// Any callable with positional arguments: guest functions go through the context's `call`.
Value call_value(CallContext& context, const Value& callee, std::span<const Value> positional);

} // namespace pyvm
