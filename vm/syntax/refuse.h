#pragma once
// "This is Python, but pyvm does not run it": the refusals of nodes.def.

#include "vm/syntax/ast.h"

namespace pyvm::syntax {

struct Refusal {
  const char* construct; // null for a node that is supported
  const char* instead;   // what to write in its place
};

// The refusal in the node's row of nodes.def, or the one of a constant's kind.
Refusal refusal_of(const Node& node);

// Throws the SyntaxError of kind Unsupported that names the node's construct, its place and what to write instead. For
// the compiler, when a node of a supported kind is used in a way it cannot run.
[[noreturn]] void refuse(const Node& node, const char* construct, const char* instead,
                         const std::shared_ptr<const SourceText>& source);

// Walks the tree below `root` and throws for the first refused node, in source order. Call it on a module before any of
// it runs, or on one FunctionDef or Lambda. Annotations are never evaluated and so never refused.
void refuse_unsupported(const Node& root, const std::shared_ptr<const SourceText>& source);

} // namespace pyvm::syntax
