// NumPy's legacy generator: MT19937 (Matsumoto and Nishimura 1998) with RandomState's seeding and distributions, bit
// for bit (numpy/random/src/mt19937, src/legacy and _bounded_integers).
#pragma once

#include <cstdint>
#include <span>

namespace pyvm {

class MersenneTwister {
public:
  // Seeded by the operating system.
  MersenneTwister();

  // RandomState(seed) for an int in [0, 2**32).
  void seed(std::uint32_t value);
  // RandomState(array): init_by_array.
  void seed(std::span<const std::uint32_t> key);

  std::uint32_t next32();
  std::uint64_t next64();
  // [0, 1) with 53 bits.
  double next_double();
  // Standard normal by Marsaglia's polar method; every second one was kept from the call before.
  double next_gauss();
  // [0, range], by masking and rejection.
  std::uint32_t bounded32(std::uint32_t range);
  std::uint64_t bounded64(std::uint64_t range);

private:
  static constexpr int words = 624;
  void refill();

  std::uint32_t key_[words];
  int position_ = words;
  bool has_gauss_ = false;
  double gauss_ = 0;
};

} // namespace pyvm
