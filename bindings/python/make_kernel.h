// Makes a kernel of a CPython function, its source text and its options.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace pyvm::python {

// `type` is the class of the new object. The function is number `ordinal` among those of its name that begin in `line`
// of `source`, the text of the whole file `path`. `options` are what _decorators.py has checked: parallel, fastmath
// (bools), error_model, signatures (texts), locals (name to text), problem (None, or an exception that the first call
// raises). Throws SyntaxError for a text that does not parse, GuestError for signatures that do not.
pybind11::object make_kernel(const pybind11::type& type, const pybind11::object& function, const std::string& source,
                             const std::string& path, int line, std::size_t ordinal, const pybind11::dict& options);

// GuestError for a text that is no signature.
void check_signature(const std::string& text);

} // namespace pyvm::python
