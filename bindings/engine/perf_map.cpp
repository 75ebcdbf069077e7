// A forked child has another number and so a file of its own: it starts with what its parent had compiled.
#include "bindings/engine/perf_map.h"

#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace pyvm::engine {

namespace {

class PerfMap {
public:
  void add(const void* address, std::size_t bytes, const std::string& name) {
    const std::string line = fmt::format("{:x} {:x} {}\n", reinterpret_cast<std::uintptr_t>(address), bytes, name);
    std::lock_guard lock(mutex_);
    lines_ += line;
    const pid_t process = getpid();
    append_to_file(process, std::exchange(process_, process) == process ? line : lines_);
  }

private:
  // Without the file there are no names, and nothing else is lost.
  static void append_to_file(pid_t process, const std::string& text) {
    std::FILE* file = std::fopen(fmt::format("/tmp/perf-{}.map", process).c_str(), "a");
    if (!file) return;
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }

  std::mutex mutex_;
  std::string lines_;
  pid_t process_ = 0;
};

std::string name_of_code(const ir::Region& region, ir::Isa isa) {
  return fmt::format("{} {}:{} {} {}x{}", region.name, region.file, region.line, ir::name_of(isa), region.lanes,
                     region.gangs);
}

class NamingGenerator final : public ir::CodeGenerator {
public:
  explicit NamingGenerator(std::unique_ptr<ir::CodeGenerator> inner) : inner_(std::move(inner)) {}

  ir::Isa widest_isa() const override { return inner_->widest_isa(); }

  ir::CompileResult compile(const ir::Region& region, const ir::CompileOptions& options) override {
    ir::CompileResult result = inner_->compile(region, options);
    if (result)
      map_.add(reinterpret_cast<const void*>(result.code->entry), result.code->code_bytes,
               name_of_code(region, options.isa));
    return result;
  }

  ir::MaskCosts mask_costs(ir::Isa isa, int cost_column) const override { return inner_->mask_costs(isa, cost_column); }

private:
  const std::unique_ptr<ir::CodeGenerator> inner_;
  PerfMap map_;
};

} // namespace

std::unique_ptr<ir::CodeGenerator> naming_for_perf(std::unique_ptr<ir::CodeGenerator> inner) {
  return std::make_unique<NamingGenerator>(std::move(inner));
}

} // namespace pyvm::engine
