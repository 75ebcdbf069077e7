#pragma once
// Memory for machine code: private anonymous mappings, written once while they are readable and writable, then sealed
// readable and executable for good. No page is ever writable and executable, and none is shared with a forked child
// (DESIGN 8; asmjit's allocator offers only rwx or a dual mapping).

#include <cstddef>
#include <memory>

namespace pyvm::x64 {

class CodeMemory {
public:
  // At least `bytes`, page aligned; nullptr when the system gives none.
  static std::shared_ptr<CodeMemory> reserve(std::size_t bytes);
  ~CodeMemory();
  CodeMemory(const CodeMemory&) = delete;
  CodeMemory& operator=(const CodeMemory&) = delete;

  void* address() const { return address_; }
  std::size_t bytes() const { return bytes_; }
  // Ends the time of writing. False when the system refuses; the memory must not be run then.
  bool seal();

private:
  CodeMemory(void* address, std::size_t bytes) : address_(address), bytes_(bytes) {}
  void* address_;
  std::size_t bytes_;
};

} // namespace pyvm::x64
