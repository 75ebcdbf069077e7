// str(), repr() and format() of every guest value, in CPython's and NumPy 2's words.
#pragma once

#include <string>
#include <string_view>

#include "vm/object/array.h"
#include "vm/object/objects.h"

namespace pyvm {

std::string str_of(CallContext& context, const Value& value);
std::string repr_of(CallContext& context, const Value& value);
// format(value, spec): ValueError for a bad spec, TypeError where the class takes none.
std::string format_value(CallContext& context, const Value& value, std::string_view spec);

// The same where no context is at hand; no guest code is needed for the text of today's values.
std::string str_text(const Value& value);
std::string repr_text(const Value& value);

// str and repr of an array with NumPy's default print options: 8 digits, summarised above 1000 elements with 3 at
// each edge, lines of 75 columns.
std::string array_str(const Array& array);
std::string array_repr(const Array& array);

// "1.5" for numpy.float64(1.5): str of a scalar, without its class.
std::string scalar_text(ScalarKind kind, ScalarBits bits);
// 'text' with quotes and escapes.
std::string quoted(std::string_view text);

// text % value
std::string percent_format(CallContext& context, std::string_view format, const Value& value);
// text.format(*positional, **keywords)
std::string brace_format(CallContext& context, std::string_view format, const Arguments& arguments);

} // namespace pyvm
