// Values and their counting, arrays and their memory, ranges, exceptions.
#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>

#include "vm/object/array.h"
#include "vm/object/objects.h"

using namespace pyvm;

namespace {

struct Counted final : Object {
  explicit Counted(int& alive) : Object(Tag::Native), alive_(alive) { ++alive_; }
  ~Counted() override { --alive_; }
  int& alive_;
};

std::string message_of(auto&& call) {
  try {
    call();
  } catch (const GuestError& error) {
    return std::string(exception_name(error.kind())) + ": " + error.message();
  }
  return "no error";
}

} // namespace

TEST_CASE("the last counted reference deletes an object") {
  int alive = 0;
  {
    Value a(make<Counted>(alive));
    Value b = a;
    REQUIRE(a.object()->references() == 2);
    a = Value::integer(1);
    REQUIRE(alive == 1);
    b.set_float(2.0);
    REQUIRE(alive == 0);
  }
  REQUIRE(alive == 0);
}

TEST_CASE("a lent value does not count, its owned copy does") {
  int alive = 0;
  Value owner(make<Counted>(alive));
  {
    Value lent = owner.lent();
    Value copy = lent;
    REQUIRE(copy.is_lent());
    REQUIRE(owner.object()->references() == 1);
    Value kept = copy.owned();
    REQUIRE(owner.object()->references() == 2);
  }
  REQUIRE(owner.object()->references() == 1);
  owner = Value::none();
  REQUIRE(alive == 0);
}

TEST_CASE("immortal objects are never counted again") {
  int alive = 0;
  auto* object = new Counted(alive);
  object->make_immortal();
  { Value v(object); }
  REQUIRE(alive == 1);
  delete object;
}

TEST_CASE("scalars keep their kind") {
  REQUIRE(Value::numpy_scalar(ScalarKind::Float32, 0).tag() == Tag::NpFloat32);
  REQUIRE(Value::numpy_scalar(ScalarKind::Float32, 0).scalar_kind() == ScalarKind::Float32);
  REQUIRE(Value::njit_scalar(ScalarKind::Int64, 7).tag() == Tag::Int);
  REQUIRE(Value::njit_scalar(ScalarKind::UInt8, 7).tag() == Tag::NpUInt8);
  REQUIRE(Value::floating(1.5).scalar_kind() == ScalarKind::Float64);
  REQUIRE(type_name_of(Value::numpy_scalar(ScalarKind::Bool, 1)) == "numpy.bool");
}

TEST_CASE("range_length is exact at the ends of int64") {
  constexpr std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                         high = std::numeric_limits<std::int64_t>::max();
  REQUIRE(range_length(0, 10, 1) == 10);
  REQUIRE(range_length(0, 10, 3) == 4);
  REQUIRE(range_length(10, 0, -3) == 4);
  REQUIRE(range_length(0, 0, 1) == 0);
  REQUIRE(range_length(5, 0, 1) == 0);
  REQUIRE(range_length(low, high, 1) == std::numeric_limits<std::uint64_t>::max());
  REQUIRE(range_length(low, high, high) == 3);
  REQUIRE(range_length(high, low, low) == 2);
  REQUIRE(range_length(high, low, -1) == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("exception classes") {
  REQUIRE(is_subclass(ExceptionKind::ZeroDivisionError, ExceptionKind::ArithmeticError));
  REQUIRE(is_subclass(ExceptionKind::IndexError, ExceptionKind::Exception));
  REQUIRE_FALSE(is_subclass(ExceptionKind::SystemExit, ExceptionKind::Exception));
  REQUIRE_FALSE(is_subclass(ExceptionKind::LookupError, ExceptionKind::IndexError));
}

TEST_CASE("a new array is C-contiguous and aligned") {
  const std::int64_t shape[] = {2, 3, 4};
  Ref<Array> a = Array::make(ScalarKind::Float32, shape, true);
  REQUIRE(a->strides[0] == 48);
  REQUIRE(a->strides[1] == 16);
  REQUIRE(a->strides[2] == 4);
  REQUIRE(a->size() == 24);
  REQUIRE(a->is_c_contiguous());
  REQUIRE_FALSE(a->is_f_contiguous());
  REQUIRE(reinterpret_cast<std::uintptr_t>(a->data) % 64 == 0);
  for (ElementCursor c(*a); !c.done(); c.advance()) REQUIRE(load_scalar(a->dtype, c.at()) == 0);
}

TEST_CASE("large buffers are zero, writable and on a huge page's boundary") {
  const std::int64_t shape[] = {(std::int64_t{5} << 20) / 8 + 3};
  Ref<Array> a = Array::make(ScalarKind::Int64, shape, true);
  REQUIRE(reinterpret_cast<std::uintptr_t>(a->data) % (2u << 20) == 0);
  auto* values = reinterpret_cast<std::int64_t*>(a->data);
  REQUIRE(values[shape[0] - 1] == 0);
  values[shape[0] - 1] = 9;
  REQUIRE(values[shape[0] - 1] == 9);
}

TEST_CASE("a view keeps its buffer alive, and overlap is seen") {
  const std::int64_t shape[] = {10};
  Ref<Array> a = Array::make(ScalarKind::Int64, shape, true);
  Ref<Array> tail = a->view(), head = a->view();
  tail->data += 5 * 8;
  tail->shape[0] = 5;
  head->shape[0] = 5;
  REQUIRE_FALSE(may_overlap(*head, *tail));
  head->shape[0] = 6;
  REQUIRE(may_overlap(*head, *tail));
  head->data += 5 * 8;
  head->strides[0] = -8;
  REQUIRE(may_overlap(*head, *tail));
  head->shape[0] = 0;
  REQUIRE_FALSE(may_overlap(*head, *tail));
  a = nullptr;
  store_scalar(ScalarKind::Int64, tail->data, 3);
  REQUIRE(load_scalar(ScalarKind::Int64, tail->data) == 3);
}

TEST_CASE("arrays that cannot be made say so in NumPy's words") {
  const std::int64_t negative[] = {3, -1}, huge[] = {std::int64_t{1} << 40, std::int64_t{1} << 40},
                     large[] = {10000000, 10000000}, deep[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
  auto make_it = [](std::span<const std::int64_t> shape) {
    return message_of([&] { Array::make(ScalarKind::Float64, shape, true); });
  };
  REQUIRE(make_it(negative) == "ValueError: negative dimensions are not allowed");
  REQUIRE(make_it(huge) ==
          "ValueError: array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.");
  REQUIRE(make_it(large) ==
          "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 728. TiB for an array with shape "
          "(10000000, 10000000) and data type float64");
  REQUIRE(make_it(deep) == "ValueError: maximum supported dimension for an ndarray is currently 8, found 9");
}
