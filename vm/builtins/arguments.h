// How builtins read their arguments, with the errors of CPython (C functions) and of NumPy (Python functions).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vm/object/objects.h"

namespace pyvm {

// f(x) and nothing else: "len() takes exactly one argument (2 given)".
const Value& one_argument(const Arguments& arguments, std::string_view function);
// "time.perf_counter() takes no arguments (1 given)".
void no_arguments(const Arguments& arguments, std::string_view function);
// Positional only: "isinstance expected 2 arguments, got 1", "range expected at most 3 arguments, got 4".
void check_positional(const Arguments& arguments, std::string_view function, std::size_t least, std::size_t most);
// "len() takes no keyword arguments"
void refuse_keywords(const Arguments& arguments, std::string_view function);

// Arguments bound to named parameters, as a Python function binds them.
//   BoundArguments bound(arguments, "full", "shape fill_value dtype? order? * like?");
// A `?` marks a parameter that may be left out (bound[k] is then Unbound), `*` stands before keyword-only ones.
class BoundArguments {
public:
  BoundArguments(const Arguments& arguments, std::string_view function, std::string_view parameters);

  const Value& operator[](std::size_t parameter) const { return values_[parameter]; }
  // Given, and not None.
  bool has(std::size_t parameter) const {
    return !values_[parameter].is_unbound() && !values_[parameter].is(Tag::None);
  }

private:
  std::vector<Value> values_;
};

// The arguments of a method without its self.
inline Arguments without_self(const Arguments& arguments) {
  return {arguments.positional.subspan(1), arguments.keywords};
}

// __index__: "'float' object cannot be interpreted as an integer".
std::int64_t index_of(const Value& value);
std::optional<std::int64_t> try_index(const Value& value);
// A shape argument: an int or a tuple of ints.
std::vector<std::int64_t> shape_of_argument(const Value& value);
// A dtype argument: a dtype, a scalar class, or a name ("float32", "<f4").
ScalarKind dtype_of_argument(const Value& value);
inline ScalarKind dtype_or(const BoundArguments& bound, std::size_t parameter, ScalarKind otherwise) {
  return bound.has(parameter) ? dtype_of_argument(bound[parameter]) : otherwise;
}
const std::string& text_of_argument(const Value& value, std::string_view what);

} // namespace pyvm
