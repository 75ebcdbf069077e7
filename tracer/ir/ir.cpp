// The op table as data, and the few facts about types.
#include "tracer/ir/ir.h"

#include "vm/support/assert.h"

#include <fmt/format.h>

namespace pyvm::ir {

namespace {

constexpr int V = any_number;

constexpr OpInfo op_infos[] = {
#define OP(name, text, operands, result, effects, meaning)                                                             \
  {text, operands, ResultRule::result, Effect::effects, meaning},
#include "tracer/ir/ir_ops.def"
#undef OP
};

} // namespace

const OpInfo& info(Op op) { return op_infos[static_cast<std::size_t>(op)]; }

Type type_of(ScalarKind kind) {
  if (kind == ScalarKind::Bool) return b1;
  if (kind == ScalarKind::Float32) return f32;
  return kind == ScalarKind::Float64 ? f64 : i64;
}

ScalarKind kind_of(Base base) {
  switch (base) {
  case Base::Bool:
    return ScalarKind::Bool;
  case Base::I64:
    return ScalarKind::Int64;
  case Base::F32:
    return ScalarKind::Float32;
  case Base::F64:
    return ScalarKind::Float64;
  case Base::Array:
    break;
  }
  PYVM_UNREACHABLE("an array is not a scalar");
}

std::string name_of(Type type) {
  constexpr const char* names[] = {"b", "i64", "f32", "f64", "array"};
  std::string name = names[static_cast<std::size_t>(type.base)];
  return type.lanes == 1 ? name : fmt::format("{}x{}", name, type.lanes);
}

} // namespace pyvm::ir
