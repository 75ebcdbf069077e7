// MT19937 and what RandomState draws from it.
#include "vm/builtins/mersenne_twister.h"

#include <sys/random.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace pyvm {

namespace {

// The smallest 2**k - 1 that is not less than the range.
std::uint64_t mask_for(std::uint64_t range) { return range ? ~std::uint64_t{0} >> __builtin_clzll(range) : 0; }

} // namespace

MersenneTwister::MersenneTwister() {
  std::uint32_t entropy[8];
  if (getrandom(entropy, sizeof entropy, 0) != sizeof entropy)
    for (std::uint32_t& word : entropy)
      word = static_cast<std::uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  seed(std::span<const std::uint32_t>(entropy));
}

void MersenneTwister::seed(std::uint32_t value) {
  for (int k = 0; k < words; ++k) {
    key_[k] = value;
    value = 1812433253u * (value ^ (value >> 30)) + static_cast<std::uint32_t>(k) + 1;
  }
  position_ = words;
  has_gauss_ = false;
}

void MersenneTwister::seed(std::span<const std::uint32_t> key) {
  seed(19650218u);
  const int length = static_cast<int>(key.size());
  int i = 1, j = 0;
  for (int k = std::max(words, length); k > 0; --k) {
    key_[i] = (key_[i] ^ ((key_[i - 1] ^ (key_[i - 1] >> 30)) * 1664525u)) + key[static_cast<std::size_t>(j)] +
              static_cast<std::uint32_t>(j);
    if (++i >= words) {
      key_[0] = key_[words - 1];
      i = 1;
    }
    if (++j >= length) j = 0;
  }
  for (int k = words - 1; k > 0; --k) {
    key_[i] = (key_[i] ^ ((key_[i - 1] ^ (key_[i - 1] >> 30)) * 1566083941u)) - static_cast<std::uint32_t>(i);
    if (++i >= words) {
      key_[0] = key_[words - 1];
      i = 1;
    }
  }
  key_[0] = 0x80000000u;
}

void MersenneTwister::refill() {
  constexpr int shift = 397;
  auto mixed = [](std::uint32_t upper, std::uint32_t lower) {
    const std::uint32_t y = (upper & 0x80000000u) | (lower & 0x7fffffffu);
    return (y >> 1) ^ ((y & 1) ? 0x9908b0dfu : 0u);
  };
  int k = 0;
  for (; k < words - shift; ++k) key_[k] = key_[k + shift] ^ mixed(key_[k], key_[k + 1]);
  for (; k < words - 1; ++k) key_[k] = key_[k + shift - words] ^ mixed(key_[k], key_[k + 1]);
  key_[words - 1] = key_[shift - 1] ^ mixed(key_[words - 1], key_[0]);
  position_ = 0;
}

std::uint32_t MersenneTwister::next32() {
  if (position_ == words) refill();
  std::uint32_t y = key_[position_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

std::uint64_t MersenneTwister::next64() {
  const std::uint64_t high = next32();
  return high << 32 | next32();
}

double MersenneTwister::next_double() {
  const std::uint32_t a = next32() >> 5, b = next32() >> 6;
  return (a * 67108864.0 + b) / 9007199254740992.0;
}

double MersenneTwister::next_gauss() {
  if (has_gauss_) {
    has_gauss_ = false;
    return gauss_;
  }
  double x, y, radius;
  do {
    x = 2.0 * next_double() - 1.0;
    y = 2.0 * next_double() - 1.0;
    radius = x * x + y * y;
  } while (radius >= 1.0 || radius == 0.0);
  const double factor = std::sqrt(-2.0 * std::log(radius) / radius);
  gauss_ = factor * x;
  has_gauss_ = true;
  return factor * y;
}

std::uint32_t MersenneTwister::bounded32(std::uint32_t range) {
  if (range == 0) return 0;
  if (range == 0xffffffffu) return next32();
  const auto mask = static_cast<std::uint32_t>(mask_for(range));
  std::uint32_t value;
  do value = next32() & mask;
  while (value > range);
  return value;
}

std::uint64_t MersenneTwister::bounded64(std::uint64_t range) {
  if (range <= 0xffffffffu) return bounded32(static_cast<std::uint32_t>(range));
  if (range == ~std::uint64_t{0}) return next64();
  const std::uint64_t mask = mask_for(range);
  std::uint64_t value;
  do value = next64() & mask;
  while (value > range);
  return value;
}

} // namespace pyvm
