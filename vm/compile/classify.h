// What each variable of a prange is to the loop (DESIGN section 3), read off the loop's body.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vm/bytecode/code.h"
#include "vm/compile/scope.h"
#include "vm/compile/selections.h"

namespace pyvm {

struct PrangeVariable {
  std::string name;
  VariableClass variable_class;
  ReductionOp reduction = ReductionOp::Add;
  bool always_assigned = false;
  bool flag = false;     // a reduction that is written `found = True`
  bool in_place = false; // a reduction that is only ever written `s op= x`
  int line = 0;
};

// What is selected together (selections.h): all of class Reduction, Selected.
struct SelectedVariables {
  std::string key;
  CompareOp rule;
  std::set<std::string> companions;
  std::vector<const syntax::If*> statements;
};

struct PrangeDescription {
  std::vector<PrangeVariable> variables; // every local that the body names, and the target
  std::vector<SelectedVariables> selections;
  bool body_has_loop_or_call = false;
  std::string in_order_reason;
};

// `flags`: variables that are True or False before the loop, and to which it assigns only the one of these that is
// given.
using Flags = std::map<std::string, bool>;

PrangeDescription classify_prange(const syntax::For& loop, const Scope& scope, const IsBuiltin& is_builtin,
                                  const Flags& flags);

// The bool that a statement assigns: `name = True`.
struct FlagAssignment {
  std::string name;
  bool value;
};
std::optional<FlagAssignment> flag_assignment(const syntax::Statement& node);

} // namespace pyvm
