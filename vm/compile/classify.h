// What each variable of a prange is to the loop (DESIGN section 3), read off the loop's body.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vm/bytecode/code.h"
#include "vm/compile/scope.h"

namespace pyvm {

struct PrangeVariable {
  std::string name;
  VariableClass variable_class;
  ReductionOp reduction = ReductionOp::Add;
  bool always_assigned = false;
  int line = 0;
};

struct PrangeDescription {
  std::vector<PrangeVariable> variables; // every local that the body names, and the target
  bool body_has_loop_or_call = false;
  std::string in_order_reason;
};

using IsBuiltin = std::function<bool(const syntax::Expression& callee, BuiltinId id)>;

PrangeDescription classify_prange(const syntax::For& loop, const Scope& scope, const IsBuiltin& is_builtin);

} // namespace pyvm
