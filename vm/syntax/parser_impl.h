#pragma once
// The parser's class: recursive descent over the token list, one function for each rule of CPython 3.12's grammar
// (Grammar/python.gram), precedence climbing for binary operators. Private to the parse_*.cpp files.
//
// Errors follow CPython's two passes, because its messages do. The first pass only finds whether the text is Python:
// any failure throws ParseFailure. The second pass runs over the same text with diagnosing() true; rules then look for
// known mistakes, in the grammar's order of its invalid_* rules, and throw a SyntaxError that names one. If none is
// found the error is "invalid syntax" at the last token that the first pass looked at.

#include "vm/syntax/ast.h"
#include "vm/syntax/lexer.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyvm::syntax {

// What a Module's shared_ptr owns.
struct Tree {
  std::shared_ptr<const SourceText> source;
  std::vector<std::unique_ptr<Node>> nodes;
  const Module* module = nullptr;
};

// The text does not continue as the rule wants.
struct ParseFailure {};

// Which targets are asked for: they differ in what may stand in them and in the words of the error.
enum class TargetUse { Assign, For, Delete };

// The first part of `target` that cannot be assigned to (or deleted), or null.
const Expression* find_invalid_target(const Expression* target, TargetUse use);

// What CPython's messages call an expression: "function call", "literal".
const char* describe(const Expression* expression);

class Parser {
public:
  Parser(Tree& tree, const TokenList& list) : tree_(tree), list_(list), tokens_(list.tokens) {}

  // Runs both passes. Throws SyntaxError.
  const Module* parse();

private:
  // ---- parser.cpp: tokens, nodes, errors
  // One pass; null if it ends in a ParseFailure.
  const Module* pass();
  const Module* file();
  const Token& peek(std::size_t ahead = 0);
  bool at(TokenKind kind) { return peek().kind == kind; }
  bool at(TokenKind kind, TokenKind next) { return at(kind) && peek(1).kind == next; }
  bool at_word(std::string_view word) { return at(TokenKind::Name) && text(peek()) == word; }
  const Token& advance() { return tokens_[position_++]; }
  bool accept(TokenKind kind);
  const Token& expect(TokenKind kind);
  // CPython's &&'token': the error is raised in either pass.
  const Token& expect_or_say(TokenKind kind);
  std::string_view text(const Token& token) const;
  std::string name_of(const Token& token) const;

  // From the token at `first` to the last token read that has text.
  Location since(std::size_t first) const;
  template <class T> T* make(const Location& location);
  // A node from the token at `first` to here.
  template <class T> T* make(std::size_t first) { return make<T>(since(first)); }

  [[noreturn]] void fail() { throw ParseFailure{}; }
  [[noreturn]] void error(const Location& where, std::string message,
                          SyntaxErrorKind kind = SyntaxErrorKind::Syntax) const;
  [[noreturn]] void error_at_last_token(std::string message, SyntaxErrorKind kind = SyntaxErrorKind::Syntax) const;
  // From a place to the last token looked at.
  [[noreturn]] void error_from(const Location& where, std::string message) const;
  // The known mistake if diagnosing, else an ordinary failure.
  [[noreturn]] void reject(const Location& where, std::string message);
  [[noreturn]] void throw_lexical_error() const;
  void prefer_lexical_error() const;
  [[noreturn]] void report_generic_error(std::size_t last_token) const;
  bool diagnosing() const { return diagnosing_; }

  // Runs the rule and returns true, or goes back and returns false if it fails. A known mistake inside still throws.
  template <class Rule> bool attempt(Rule&& rule) {
    std::size_t start = position_;
    bool diagnosing = diagnosing_;
    try {
      rule();
      return true;
    } catch (const ParseFailure&) {
      position_ = start;
      diagnosing_ = diagnosing;
      return false;
    }
  }
  // The same without looking for mistakes inside.
  template <class Rule> bool attempt_quietly(Rule&& rule) {
    bool diagnosing = std::exchange(diagnosing_, false);
    bool matched = attempt(rule);
    diagnosing_ = diagnosing;
    return matched;
  }

  // Bounds recursion: see maximum_depth in parser.cpp.
  class Depth {
  public:
    explicit Depth(Parser& parser);
    ~Depth() { --parser_.depth_; }
    Depth(const Depth&) = delete;

  private:
    Parser& parser_;
  };

  // ---- parse_expressions.cpp
  bool at_expression();
  bool at_star_expression() { return at(TokenKind::Star) || at_expression(); }
  bool at_comprehension() { return at(TokenKind::KeywordFor) || at(TokenKind::KeywordAsync, TokenKind::KeywordFor); }
  const Expression* star_expressions();
  const Expression* star_expression();
  const Expression* star_named_expression();
  const Expression* named_expression();
  const Expression* assignment_expression();
  const Expression* expression();
  const Expression* yield_expression();
  const Expression* yield_or_star_expressions();
  const Expression* disjunction();
  const Expression* conjunction();
  const Expression* inversion();
  const Expression* comparison();
  bool accept_comparison(CompareOperator& op);
  const Expression* bitwise_or() { return binary(1); }
  const Expression* binary(int minimum_precedence);
  const Expression* unary();
  const Expression* power();
  const Expression* primary();
  const Expression* primary_continued(std::size_t start, const Expression* value);
  const Expression* slices();
  const Expression* slice();
  const Expression* lambda();
  template <class T> const Expression* comma_list(const Expression* (Parser::*element)(), bool (Parser::*at_element)());
  bool at_star_element() { return at_star_expression(); }
  bool at_slice() { return at(TokenKind::Colon) || at_star_expression(); }
  void diagnose_named_expression(std::size_t start);
  void diagnose_adjacent_expressions(std::size_t start, const Expression* first);

  // ---- parse_atoms.cpp
  const Expression* atom();
  const Expression* number();
  const Expression* constant(ConstantKind kind);
  const Expression* parenthesized();
  void diagnose_star_in_parentheses(std::size_t start);
  const Expression* list_display();
  const Expression* brace_display();
  const Expression* dict_display(std::size_t start, const Expression* first_key);
  void dict_item(Dict* dict, bool first);
  const Expression* dict_value(const Token& colon);
  void diagnose_comprehension_target(const Nodes<Expression>& elements);
  Nodes<Comprehension> comprehension_clauses();
  const Comprehension* comprehension_clause();
  const Expression* call(std::size_t start, const Expression* function);
  void call_arguments(Call* call, bool may_be_generator);
  struct ArgumentState;
  void call_argument(Call* call, ArgumentState& state);
  void keyword_argument(Call* call, ArgumentState& state);
  void positional_argument(Call* call, ArgumentState& state);
  void generator_argument(Call* call, ArgumentState& state, std::size_t start, const Expression* element);
  void skip_arguments();

  // ---- parse_strings.cpp
  struct StringPieces;
  const Expression* strings();
  void plain_string(StringPieces& pieces);
  void format_string(StringPieces& pieces);
  void literal_piece(StringPieces& pieces, const Token& token);
  void replacement_field(StringPieces& pieces);
  const Expression* field_value(const Token& brace);
  int32_t field_conversion();
  const Expression* format_specification();
  void diagnose_field_end(bool has_debug, bool has_conversion);
  const Expression* joined(StringPieces& pieces, const Location& location);

  // ---- parse_parameters.cpp
  struct ParameterState;
  const Arguments* parameters(TokenKind closer);
  void parameter(ParameterState& state);
  void plain_parameter(ParameterState& state);
  void star_parameter(ParameterState& state);
  void slash(ParameterState& state);
  void double_star_parameter(ParameterState& state);
  void diagnose_parenthesized_parameters(ParameterState& state);
  const Arg* parameter_name(ParameterState& state, bool star);
  const Expression* default_value();
  TypeParameters type_parameters();
  const TypeParameter* type_parameter();

  // ---- targets.cpp
  const Expression* with_context(const Expression* expression, Context context);
  Nodes<Expression> with_context(const Nodes<Expression>& expressions, Context context);
  const Expression* for_targets();
  const Expression* star_target();
  const Expression* with_target();
  void reject_invalid_target(const Expression* target, TargetUse use);

  // ---- parse_statements.cpp
  void statement(Nodes<Statement>& out);
  void simple_statements(Nodes<Statement>& out);
  const Statement* simple_statement();
  const Statement* expression_statement();
  const Statement* annotated_assignment(std::size_t start, const Expression* target);
  const Statement* assignment(std::size_t start, const Expression* first);
  const Statement* augmented_assignment(std::size_t start, const Expression* target, BinaryOperator op);
  bool is_parenthesized(std::size_t start, const Expression* expression) const;
  bool at_augmented_operator(BinaryOperator& op);
  void diagnose_assignment(std::size_t start);
  const Statement* return_statement();
  const Statement* raise_statement();
  const Statement* delete_statement();
  const Statement* assert_statement();
  const Statement* import_statement();
  const Statement* import_from_statement();
  void import_from_names(Nodes<Alias>& names, bool parenthesized);
  std::string dotted_name();
  const Alias* dotted_alias();
  template <class T> const Statement* scope_statement();
  const Statement* type_alias();

  // ---- parse_compound.cpp
  const Statement* compound_statement();
  Nodes<Statement> block(const std::string& owner, int32_t line);
  Nodes<Statement> else_block();
  void expect_colon();
  void condition_and_block(const Token& keyword, const Expression*& test, Nodes<Statement>& body);
  const Statement* if_statement();
  const Statement* while_statement();
  template <class T> const Statement* for_statement(std::size_t start);
  template <class T> const Statement* with_statement(std::size_t start);
  bool parenthesized_with_items(Nodes<WithItem>& items);
  const WithItem* with_item();
  const Statement* try_statement();
  const ExceptHandler* except_handler(bool& star);
  void diagnose_exception_types(const Expression* first);
  const Statement* async_statement();
  const Statement* decorated();
  template <class T> const Statement* function(std::size_t start, const Nodes<Expression>& decorators);
  const Statement* class_definition(const Nodes<Expression>& decorators);

  // ---- parse_patterns.cpp
  bool at_match_statement(const Expression*& subject);
  const Statement* match_statement(std::size_t start, const Expression* subject);
  const Expression* match_subject();
  const MatchCase* match_case();
  const Pattern* patterns();
  const Pattern* pattern();
  const Pattern* or_pattern();
  const Pattern* closed_pattern();
  const Pattern* literal_pattern();
  const Expression* pattern_number();
  const Pattern* name_pattern();
  const Pattern* class_pattern(std::size_t start, const Expression* cls);
  const Pattern* sequence_pattern(TokenKind closer);
  const Pattern* star_pattern();
  const Pattern* mapping_pattern();
  const Expression* mapping_key();
  OptionalName capture_name();

  Tree& tree_;
  const TokenList& list_;
  const std::vector<Token>& tokens_;
  std::size_t position_ = 0;
  std::size_t furthest_ = 0; // Index of the last token looked at.
  bool diagnosing_ = false;
  int depth_ = 0;
};

template <class T> T* Parser::make(const Location& location) {
  auto node = std::make_unique<T>();
  node->location = location;
  T* result = node.get();
  tree_.nodes.push_back(std::move(node));
  return result;
}

// One or more elements with commas between them and perhaps behind them: T (a Tuple or List) of them if there is a
// comma, else the one element.
template <class T>
const Expression* Parser::comma_list(const Expression* (Parser::*element)(), bool (Parser::*at_element)()) {
  std::size_t start = position_;
  const Expression* first = (this->*element)();
  if (!at(TokenKind::Comma)) return first;
  Nodes<Expression> elements{first};
  while (accept(TokenKind::Comma) && (this->*at_element)()) elements.push_back((this->*element)());
  T* result = make<T>(start);
  result->elts = std::move(elements);
  return result;
}

} // namespace pyvm::syntax
