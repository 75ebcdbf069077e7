// Names and bases of the guest's exception classes, from exceptions.def.
#include "vm/object/guest_error.h"

#include <cstddef>
#include <iterator>

namespace pyvm {

namespace {

struct ExceptionRow {
  const char* name;
  ExceptionKind base;
};

constexpr ExceptionRow rows[] = {
#define EXCEPTION(name, base, text) {text, ExceptionKind::base},
#include "vm/object/exceptions.def"
#undef EXCEPTION
};

// A base stands above its classes in the table, so that walking up ends at BaseException.
constexpr bool bases_come_first() {
  for (std::size_t k = 1; k < std::size(rows); ++k)
    if (static_cast<std::size_t>(rows[k].base) >= k) return false;
  return rows[0].base == ExceptionKind::BaseException;
}
static_assert(bases_come_first(), "a row of exceptions.def names a base below itself");

const ExceptionRow& row_of(ExceptionKind kind) { return rows[static_cast<std::size_t>(kind)]; }

} // namespace

const char* exception_name(ExceptionKind kind) { return row_of(kind).name; }

ExceptionKind exception_base(ExceptionKind kind) { return row_of(kind).base; }

bool is_subclass(ExceptionKind kind, ExceptionKind of) {
  while (kind != of) {
    if (kind == ExceptionKind::BaseException) return false;
    kind = exception_base(kind);
  }
  return true;
}

} // namespace pyvm
