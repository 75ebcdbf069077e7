#pragma once
// Finds functions in a tree by their line, for callers that hold a code object of CPython.

#include "vm/syntax/ast.h"

namespace pyvm::syntax {

// The FunctionDefs whose `def` or first decorator stands in that line (co_firstlineno is the decorator's) and the
// Lambdas that begin in it, in source order. Several lambdas may share a line: the caller tells them apart.
std::vector<const Node*> functions_at_line(const Module& module, int32_t line);

} // namespace pyvm::syntax
