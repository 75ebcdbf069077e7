// Values and their counting, arrays and their memory, ranges, exceptions.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "vm/object/array.h"
#include "vm/object/large_blocks.h"
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

TEST_CASE("what a large array leaves is kept for the next one of its size, and cleared if that has to be zero") {
  const std::size_t bytes = (std::size_t{6} << 20) + 8;
  std::byte* const first = allocate_large(bytes, false);
  first[bytes - 1] = std::byte{9};
  release_large(first, bytes);
  std::byte* const zero = allocate_large(bytes, true);
  REQUIRE(zero == first);
  REQUIRE(std::all_of(zero, zero + bytes, [](std::byte each) { return each == std::byte{}; }));
  std::byte* const other = allocate_large(bytes + (std::size_t{1} << 20), false);
  REQUIRE(other != first);
  release_large(zero, bytes);
  REQUIRE(allocate_large(bytes, false) == first);
  std::byte* const second = allocate_large(bytes, false);
  REQUIRE(second != first);
  for (std::byte* each : {first, second}) release_large(each, bytes);
  release_large(other, bytes + (std::size_t{1} << 20));
}

TEST_CASE("of many large arrays a few are kept, of huge ones none") {
  const std::size_t bytes = std::size_t{4} << 20, count = most_kept_blocks + 3;
  std::vector<std::byte*> blocks;
  const auto give_back = [&](std::size_t each_bytes) {
    for (std::byte* each : blocks) release_large(each, each_bytes);
    std::size_t again = 0;
    std::vector<std::byte*> next;
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      next.push_back(allocate_large(each_bytes, false));
      REQUIRE(next.back() != nullptr);
      // A page that went back to the system may be given out again at the same place, but then it is zero.
      again += next.back()[0] == std::byte{7};
    }
    for (std::byte* each : next) release_large(each, each_bytes);
    blocks.clear();
    return again;
  };
  const auto make_all = [&](std::size_t how_many, std::size_t each_bytes) {
    for (std::size_t k = 0; k < how_many; ++k) {
      blocks.push_back(allocate_large(each_bytes, false));
      blocks.back()[0] = std::byte{7};
    }
  };
  make_all(count, bytes);
  REQUIRE(give_back(bytes) <= most_kept_blocks);
  make_all(1, most_kept_bytes + 1);
  REQUIRE(give_back(most_kept_bytes + 1) == 0);
  REQUIRE(allocate_large(SIZE_MAX - 5, false) == nullptr);
}

TEST_CASE("threads take and leave large blocks at the same time") {
  const auto work = [](unsigned seed) {
    for (unsigned k = 0; k < 200; ++k) {
      const std::size_t bytes = (std::size_t{4} << 20) + 4096 * ((seed + k) % 5);
      std::byte* const data = allocate_large(bytes, k % 7 == 0);
      data[0] = data[bytes - 1] = std::byte{1};
      release_large(data, bytes);
    }
  };
  std::thread other(work, 3);
  work(1);
  other.join();
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
