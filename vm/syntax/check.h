#pragma once
// What a tree must satisfy beyond the grammar: what CPython's compiler rejects without looking at scopes.

#include "vm/syntax/ast.h"

namespace pyvm::syntax {

// Throws SyntaxError, with CPython's wording and place, for: a tree higher than maximum_tree_height; return, yield,
// break, continue, await where they cannot stand; misplaced stars; repeated parameters and keywords; a bare except
// before another. Names' scopes (global, nonlocal) are the compiler's.
void check_tree(const Module& module);

} // namespace pyvm::syntax
