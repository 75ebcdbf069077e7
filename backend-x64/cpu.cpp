// CPUID through asmjit, XCR0 by hand: a vector unit counts only if the operating system saves its registers.

#include "backend-x64/cpu.h"

#include "vm/support/environment.h"

#include <asmjit/core.h>

#include <algorithm>
#include <cpuid.h>

namespace pyvm::x64 {
namespace {

constexpr std::uint64_t xcr0_avx = 0x06;    // xmm and ymm
constexpr std::uint64_t xcr0_avx512 = 0xe6; // and k, the upper halves of zmm, zmm16 to 31

std::uint64_t enabled_register_state() {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
  std::uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (std::uint64_t{high} << 32) | low;
}

Isa isa_of(const asmjit::CpuFeatures::X86& features, std::uint64_t state) {
  bool avx2 = features.hasAVX2() && (state & xcr0_avx) == xcr0_avx;
  bool avx512 = features.hasAVX512_F() && features.hasAVX512_DQ() && features.hasAVX512_BW() &&
                features.hasAVX512_VL() && features.hasAVX512_CDI() && (state & xcr0_avx512) == xcr0_avx512;
  return avx2 && avx512 ? Isa::Avx512 : avx2 ? Isa::Avx2 : Isa::Scalar;
}

CpuFamily family_of(const asmjit::CpuInfo& info) {
  if (info.isVendor("AMD") && info.familyId() == 0x19 && info.features().x86().hasAVX512_F()) return CpuFamily::Zen4;
  if (info.isVendor("INTEL") && info.familyId() == 6 && info.modelId() == 0x55) return CpuFamily::CascadeLake;
  return CpuFamily::Other;
}

Cpu ask() {
  const asmjit::CpuInfo& info = asmjit::CpuInfo::host();
  const auto& features = info.features().x86();
  return {features.hasSSE4_1(), isa_of(features, enabled_register_state()), family_of(info)};
}

Isa isa_of(IsaCap cap) {
  switch (cap) {
  case IsaCap::Scalar:
    return Isa::Scalar;
  case IsaCap::Avx2:
    return Isa::Avx2;
  case IsaCap::Avx512:
    return Isa::Avx512;
  }
  return Isa::Scalar;
}

} // namespace

const Cpu& host_cpu() {
  static const Cpu cpu = ask();
  return cpu;
}

Isa host_isa() { return std::min(host_cpu().isa, isa_of(environment().isa)); }

} // namespace pyvm::x64
