#pragma once
// From source text to a tree: Python 3.12's grammar, all of it. What pyvm cannot run is refused later, by refuse.h.

#include "vm/syntax/ast.h"

#include <memory>

namespace pyvm::syntax {

// Parses a whole text. Throws SyntaxError (vm/support/syntax_error.h) with CPython's wording and place; no input makes
// it crash or recurse without bound. The result keeps its nodes and its source alive; pointers to nodes may be held as
// long as the shared_ptr. Names' scopes are not looked at: "name 'x' is parameter and global" is the compiler's.
std::shared_ptr<const Module> parse_module(std::shared_ptr<const SourceText> source);

} // namespace pyvm::syntax
