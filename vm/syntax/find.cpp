// Functions by line; see find.h.

#include "vm/syntax/find.h"

#include "vm/syntax/visit.h"

namespace pyvm::syntax {

std::vector<const Node*> functions_at_line(const Module& module, int32_t line) {
  std::vector<const Node*> result;
  for_each_node(module, [&](const Node& node) {
    int32_t first = node.location.line;
    if (const FunctionDef* function = cast_if<FunctionDef>(&node)) {
      if (!function->decorator_list.empty()) first = function->decorator_list[0]->location.line;
      if (line == first || line == node.location.line) result.push_back(&node);
    } else if (node.kind == NodeKind::Lambda && line == first) {
      result.push_back(&node);
    }
  });
  return result;
}

} // namespace pyvm::syntax
