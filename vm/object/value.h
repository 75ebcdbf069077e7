// A guest value: 16 bytes, a tag and a payload. Numbers live in the payload, everything else is a counted Object.
//
// An object is counted by the one thread that owns it, without locked instructions. What a prange worker gets from the
// caller's frame is *lent*: the same payload with a flag that switches counting off, valid while the caller waits in
// the join. A copy of a lent value is lent; `owned()` turns a lent value into a counted one. What a worker reaches
// through a lent object (a tuple's items, a view's buffer, a closure's cells) is counted all the same, so that counts
// are atomic while a loop runs on several threads (SharedCounting).
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <utility>

#include "vm/semantics/scalar_kind.h"

namespace pyvm {

enum class Tag : std::uint8_t {
#define TAG(name, python_name, heap) name,
#include "vm/object/tags.def"
#undef TAG
};

constexpr Tag first_heap_tag = Tag::Str;
static_assert(static_cast<int>(Tag::NpFloat64) - static_cast<int>(Tag::NpBool) == static_cast<int>(ScalarKind::Float64),
              "the NumPy scalar tags follow ScalarKind");

const char* type_name(Tag tag);

// While one of these lives, objects may be counted by several threads. It is made before the other threads begin and
// ends after they have: a thread that sees none of its own loop's can only be counting what is its own.
class SharedCounting {
public:
  SharedCounting() { active_.fetch_add(1, std::memory_order_relaxed); }
  ~SharedCounting() { active_.fetch_sub(1, std::memory_order_relaxed); }
  SharedCounting(const SharedCounting&) = delete;
  SharedCounting& operator=(const SharedCounting&) = delete;
  static bool active() { return active_.load(std::memory_order_relaxed) != 0; }

private:
  static inline std::atomic<int> active_{0};
};

// Base of everything on the guest heap. Deleted by its last counted reference, at once.
class Object {
public:
  explicit Object(Tag tag) : tag_(tag) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;

  Tag tag() const { return tag_; }
  void retain() {
    const std::uint32_t now = references();
    if (now >= immortal_from) return;
    if (SharedCounting::active()) [[unlikely]]
      references_.fetch_add(1, std::memory_order_relaxed);
    else
      references_.store(now + 1, std::memory_order_relaxed);
  }
  void release() {
    const std::uint32_t now = references();
    if (now >= immortal_from) return;
    if (SharedCounting::active()) [[unlikely]] {
      if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    } else if (now == 1) {
      delete this;
    } else {
      references_.store(now - 1, std::memory_order_relaxed);
    }
  }
  // What kernels share for good (constants, frozen globals) is never counted again.
  void make_immortal() { references_.store(immortal, std::memory_order_relaxed); }
  bool is_immortal() const { return references() >= immortal_from; }
  std::uint32_t references() const { return references_.load(std::memory_order_relaxed); }

private:
  // In the middle of its range: a thread that has not seen yet that the object became immortal may still count.
  static constexpr std::uint32_t immortal = 0xc0000000u, immortal_from = 0x80000000u;
  std::atomic<std::uint32_t> references_{0};
  Tag tag_;
};

// A counted pointer to an Object of a known class.
template <class T> class Ref {
public:
  Ref() = default;
  Ref(T* object) : object_(object) { // NOLINT: implicit on purpose, `Ref<Str> s = new Str(...)`
    if (object_) object_->retain();
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U> Ref(const Ref<U>& other) : Ref(other.get()) {}
  ~Ref() {
    if (object_) object_->release();
  }
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

private:
  T* object_ = nullptr;
};

template <class T, class... Args> Ref<T> make(Args&&... args) { return Ref<T>(new T(std::forward<Args>(args)...)); }

class Value {
public:
  Value() { payload_.u = 0; }
  Value(const Value& other) : header_(other.header_), payload_(other.payload_) {
    if (is_counted()) payload_.object->retain();
  }
  Value(Value&& other) noexcept : header_(other.header_), payload_(other.payload_) {
    other.header_ = header(Tag::Unbound);
  }
  ~Value() {
    if (is_counted()) payload_.object->release();
  }
  Value& operator=(const Value& other) {
    if (!is_counted() && !other.is_counted()) {
      header_ = other.header_;
      payload_ = other.payload_;
      return *this;
    }
    Value copy(other);
    swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    swap(other);
    return *this;
  }
  template <class T> Value(const Ref<T>& object) : Value(object.get()) {} // NOLINT: implicit on purpose
  explicit Value(Object* object) : header_(header(object->tag())) {
    payload_.object = object;
    object->retain();
  }

  static Value none() { return Value(Tag::None, 0); }
  static Value ellipsis() { return Value(Tag::Ellipsis, 0); }
  static Value boolean(bool b) { return Value(Tag::Bool, b); }
  static Value integer(std::int64_t i) { return Value(Tag::Int, static_cast<std::uint64_t>(i)); }
  static Value floating(double f) {
    Value v(Tag::Float, 0);
    v.payload_.f = f;
    return v;
  }
  // A NumPy scalar (`numpy.float64(2.0)`, never a Python float), from the 64 bits of vm/semantics/scalar_kind.h.
  static Value numpy_scalar(ScalarKind kind, std::uint64_t bits) {
    return Value(static_cast<Tag>(static_cast<int>(Tag::NpBool) + static_cast<int>(kind)), bits);
  }
  // The scalar as njit code sees it: int64, float64 and bool are Python's, the other kinds NumPy's.
  static Value njit_scalar(ScalarKind kind, std::uint64_t bits) {
    switch (kind) {
    case ScalarKind::Bool:
      return Value(Tag::Bool, bits);
    case ScalarKind::Int64:
      return Value(Tag::Int, bits);
    case ScalarKind::Float64:
      return Value(Tag::Float, bits);
    default:
      return numpy_scalar(kind, bits);
    }
  }

  Tag tag() const { return static_cast<Tag>(header_ & 0xff); }
  bool is(Tag wanted) const { return tag() == wanted; }
  bool is_unbound() const { return is(Tag::Unbound); }
  bool is_heap() const { return tag() >= first_heap_tag; }
  bool is_number() const { return tag() >= Tag::Bool && tag() <= Tag::NpFloat64; }
  bool is_numpy_scalar() const { return tag() >= Tag::NpBool && tag() <= Tag::NpFloat64; }
  // Python's bool, int, float: weak operands of NumPy's promotion (NEP 50).
  bool is_python_number() const { return tag() >= Tag::Bool && tag() <= Tag::Float; }

  // Only for numbers.
  ScalarKind scalar_kind() const {
    switch (tag()) {
    case Tag::Bool:
      return ScalarKind::Bool;
    case Tag::Int:
      return ScalarKind::Int64;
    case Tag::Float:
      return ScalarKind::Float64;
    default:
      return static_cast<ScalarKind>(static_cast<int>(tag()) - static_cast<int>(Tag::NpBool));
    }
  }
  std::uint64_t bits() const { return payload_.u; }
  Scalar scalar() const { return {scalar_kind(), payload_.u}; }

  bool as_bool() const { return payload_.u != 0; }
  std::int64_t as_int() const { return payload_.i; }
  double as_float() const { return payload_.f; }
  Object* object() const { return payload_.object; }
  template <class T> T& as() const { return *static_cast<T*>(payload_.object); }

  void clear() { set(Tag::Unbound, 0); }
  // Overwrites with a number; the fast path of the interpreter.
  void set_int(std::int64_t i) { set(Tag::Int, static_cast<std::uint64_t>(i)); }
  void set_bool(bool b) { set(Tag::Bool, b); }
  void set_float(double f) {
    std::uint64_t bits;
    std::memcpy(&bits, &f, sizeof bits);
    set(Tag::Float, bits);
  }

  Value lent() const {
    Value v;
    v.header_ = is_heap() ? header_ | lent_flag : header_;
    v.payload_ = payload_;
    return v;
  }
  bool is_lent() const { return (header_ & lent_flag) != 0; }
  Value owned() const { return is_lent() ? Value(payload_.object) : *this; }

  void swap(Value& other) noexcept {
    std::swap(header_, other.header_);
    std::swap(payload_, other.payload_);
  }

private:
  // Tag and flag in one word: one comparison tells what has to be counted, one store writes both.
  static constexpr std::uint32_t lent_flag = 0x100;
  static constexpr std::uint32_t header(Tag tag) { return static_cast<std::uint32_t>(tag); }

  Value(Tag tag, std::uint64_t bits) : header_(header(tag)) { payload_.u = bits; }
  bool is_counted() const { return header_ - header(first_heap_tag) < lent_flag - header(first_heap_tag); }
  void set(Tag tag, std::uint64_t bits) {
    if (is_counted()) [[unlikely]] {
      // The old object may run a destructor that looks at this register: empty it first.
      Object* old = payload_.object;
      header_ = header(tag);
      payload_.u = bits;
      old->release();
      return;
    }
    header_ = header(tag);
    payload_.u = bits;
  }

  std::uint32_t header_ = header(Tag::Unbound);
  union {
    std::int64_t i;
    std::uint64_t u;
    double f;
    Object* object;
  } payload_;
};

static_assert(sizeof(Value) == 16, "registers are 16 bytes wide: tag, flags, payload");

} // namespace pyvm
