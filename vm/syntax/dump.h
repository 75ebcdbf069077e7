#pragma once
// The tree as text, in the format of CPython 3.11's ast.dump(tree, indent=2): `pyvm dump --stage=ast`.

#include "vm/syntax/ast.h"

#include <string>

namespace pyvm::syntax {

// With attributes, every node is followed by its lineno, col_offset, end_lineno and end_col_offset.
std::string dump(const Node& node, bool include_attributes = false);

} // namespace pyvm::syntax
