// Names of nodes and operators; see ast.h.

#include "vm/syntax/ast.h"

namespace pyvm::syntax {

namespace {

struct OperatorNames {
  const char* ast_name;
  const char* spelling;
};

constexpr OperatorNames binary_names[] = {
#define PYVM_BINARY(name, ast_name, spelling) {ast_name, spelling},
#include "vm/syntax/operators.def"
};
constexpr OperatorNames unary_names[] = {
#define PYVM_UNARY(name, ast_name, spelling) {ast_name, spelling},
#include "vm/syntax/operators.def"
};
constexpr OperatorNames compare_names[] = {
#define PYVM_COMPARE(name, ast_name, spelling) {ast_name, spelling},
#include "vm/syntax/operators.def"
};
constexpr OperatorNames bool_names[] = {
#define PYVM_BOOL(name, ast_name, spelling) {ast_name, spelling},
#include "vm/syntax/operators.def"
};

constexpr const char* node_names[] = {
#define PYVM_NODE(name, base, ast_name, refusal, sentence, fields) ast_name,
#include "vm/syntax/nodes.def"
};

} // namespace

const char* spelling(BinaryOperator op) { return binary_names[static_cast<int>(op)].spelling; }
const char* spelling(UnaryOperator op) { return unary_names[static_cast<int>(op)].spelling; }
const char* spelling(CompareOperator op) { return compare_names[static_cast<int>(op)].spelling; }
const char* spelling(BoolOperator op) { return bool_names[static_cast<int>(op)].spelling; }

const char* ast_name(BinaryOperator op) { return binary_names[static_cast<int>(op)].ast_name; }
const char* ast_name(UnaryOperator op) { return unary_names[static_cast<int>(op)].ast_name; }
const char* ast_name(CompareOperator op) { return compare_names[static_cast<int>(op)].ast_name; }
const char* ast_name(BoolOperator op) { return bool_names[static_cast<int>(op)].ast_name; }
const char* ast_name(NodeKind kind) { return node_names[static_cast<int>(kind)]; }

} // namespace pyvm::syntax
