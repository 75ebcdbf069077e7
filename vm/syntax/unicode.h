#pragma once
// What Unicode says about identifiers (PEP 3131): which characters may stand in one, and their NFKC form.
// The tables in unicode_tables.inc are made by make_unicode_tables.py.

#include <cstdint>
#include <string>
#include <string_view>

namespace pyvm::syntax {

bool is_identifier_start(uint32_t code_point);
bool is_identifier_continue(uint32_t code_point);

// As Python's str.isprintable: false for control, formatting and unassigned characters and for spaces but U+0020.
bool is_printable(uint32_t code_point);

// The NFKC form of an identifier given in UTF-8: the name that the identifier means.
std::string normalize_identifier(std::string_view identifier);

} // namespace pyvm::syntax
