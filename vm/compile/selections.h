// The form of a selection: `if x > s: s = x`, with companions (vm/semantics/selection.h says what it means).
//
//   if x > s:                 > >= < <=, either operand order; also `if c and x > s:`
//       s = x                 the same x, to the letter: names, subscripts, operators, constants, abs, min, max
//       where, other = i, y   companions: plain names, by one assignment or several, in any order
//
// No else. x reads nothing that the body assigns. What stands before `s = x` calls nothing, so that x is still the
// same.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vm/bytecode/code.h"
#include "vm/syntax/ast.h"

namespace pyvm {

using IsBuiltin = std::function<bool(const syntax::Expression& callee, BuiltinId id)>;

struct SelectionForm {
  std::string key;
  CompareOp rule; // of x with the key
  const syntax::Expression* compared;
  std::vector<const syntax::Expression*> guards;                           // what stands before the comparison
  std::vector<std::pair<std::string, const syntax::Expression*>> assigned; // the key too, in order
};

std::optional<SelectionForm> selection_form(const syntax::Statement& node, const IsBuiltin& is_builtin);

bool reads(const syntax::Node& node, const std::string& name);

} // namespace pyvm
