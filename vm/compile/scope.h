// Which names a function binds, which it takes from outside, and which its inner functions take from it.
// Follows CPython's rules: a name assigned anywhere in a function is local to all of it, unless declared global or
// nonlocal.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "vm/syntax/ast.h"

namespace pyvm {

struct Scope {
  const syntax::Node* node = nullptr; // Module, FunctionDef or Lambda
  Scope* parent = nullptr;
  std::vector<std::string> locals; // parameters first, then in order of appearance
  std::set<std::string> local_set;
  std::set<std::string> global_names;
  std::set<std::string> nonlocal_names;
  std::vector<std::pair<std::string, const syntax::Node*>> nonlocal_places; // checked when every scope is known
  std::set<std::string> used;
  std::set<std::string> cells;   // locals that inner functions use
  std::vector<std::string> free; // taken from enclosing functions
  std::set<std::string> deleted; // targets of `del`
  bool has_walrus = false;
  std::map<const syntax::Node*, std::unique_ptr<Scope>> children;

  bool is_function() const { return node->kind != syntax::NodeKind::Module; }
  bool is_local(const std::string& name) const { return local_set.count(name) != 0; }
  bool is_cell(const std::string& name) const { return cells.count(name) != 0; }
  bool is_free(const std::string& name) const;
};

// Throws SyntaxError for what CPython's symbol table refuses ("name 'x' is parameter and global", ...).
std::unique_ptr<Scope> analyse_scopes(const syntax::Node& root, const std::shared_ptr<const SourceText>& source);

const syntax::Arguments* parameters_of(const syntax::Node& function);

} // namespace pyvm
