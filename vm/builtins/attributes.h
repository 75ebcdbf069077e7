// object.name
#pragma once

#include <string>

#include "vm/object/objects.h"

namespace pyvm {

// AttributeError with CPython's words: "'int' object has no attribute 'foo'", "module 'math' has no attribute 'foo'".
Value get_attribute(CallContext& context, const Value& object, const std::string& name);
// Unbound where there is no such attribute.
Value find_attribute(CallContext& context, const Value& object, const std::string& name);
// No object of this version takes attributes: always an AttributeError, in CPython's words.
[[noreturn]] void set_attribute(const Value& object, const std::string& name);

} // namespace pyvm
