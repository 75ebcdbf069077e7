// From syntax trees to bytecode. Each function is compiled in one dialect: Python (names looked up as CPython does) or
// njit (globals and the variables it closes over are frozen constants, resolved once, while compiling).
//
// Errors are SyntaxErrors (vm/support/syntax_error.h) that name file, line, construct and what to write instead.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vm/bytecode/code.h"
#include "vm/syntax/ast.h"

namespace pyvm {

// Gives njit code the values of its globals and free variables, as they are at the first call. Nothing for a name that
// is not there; a GuestError (TypingError) for a value that njit code cannot use, to which the compiler adds the place.
class NameResolver {
public:
  virtual ~NameResolver() = default;
  virtual std::optional<Value> resolve(const std::string& name) = 0;
};

// Conversions that njit code makes because its decorator says so: classes that are called on values. Unbound: none.
struct Casts {
  std::vector<Value> parameters;       // explicit signature, in order; may be shorter than the parameters
  Value result;                        // explicit signature
  std::map<std::string, Value> stores; // locals=: at every store to that variable
};

struct FunctionTree {
  std::shared_ptr<const void> owner;  // keeps the tree alive
  const syntax::Node* node = nullptr; // FunctionDef or Lambda
  std::shared_ptr<const SourceText> source;
  std::string qualified_name;
};

Ref<Code> compile_module(const std::shared_ptr<const syntax::Module>& module);
Ref<Code> compile_njit(const FunctionTree& tree, const KernelOptions& options, NameResolver& resolver,
                       const Casts& casts = {});

// The tree of a function compiled in the Python dialect, to compile it again for njit.
FunctionTree tree_of(const Code& code);

} // namespace pyvm
