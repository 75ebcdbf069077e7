// The guest's classes as objects: one immortal TypeObject for each.
#pragma once

#include "vm/object/objects.h"

namespace pyvm {

enum class BuiltinType : std::uint8_t {
#define TYPE(enumerator, name, constructor, id, scalar, test) enumerator,
#include "vm/builtins/types.def"
#undef TYPE
};

TypeObject& type_object(BuiltinType type);
TypeObject& scalar_type_object(ScalarKind kind);
TypeObject& exception_type_object(ExceptionKind kind);

// type(value)
TypeObject& class_of(const Value& value);

} // namespace pyvm
