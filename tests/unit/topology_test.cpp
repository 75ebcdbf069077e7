// How many threads the machine, its control groups and the environment allow.

#include "scheduler/topology.h"

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <string>

using namespace pyvm::scheduler;

TEST_CASE("control group quotas, from the process's group to the root") {
  using Files = std::map<std::string, std::string>;
  const auto quota = [](const Files& files) {
    return cgroup_cpus([&](const std::string& path) {
      const auto file = files.find(path);
      return file == files.end() ? std::nullopt : std::optional(file->second);
    });
  };
  const std::string v2_mount = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

  CHECK(quota({}) == std::nullopt);
  CHECK(quota({{"/proc/self/cgroup", "0::/a/b\n"}, {"/proc/self/mountinfo", v2_mount}}) == std::nullopt);
  Files v2{{"/proc/self/cgroup", "0::/a/b\n"},
           {"/proc/self/mountinfo", v2_mount},
           {"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
           {"/sys/fs/cgroup/a/cpu.max", "150000 100000\n"}};
  CHECK(quota(v2) == 1.5);
  v2["/sys/fs/cgroup/a/b/cpu.max"] = "50000 100000\n";
  CHECK(quota(v2) == 0.5);
  v2["/sys/fs/cgroup/a/b/cpu.max"] = "nonsense";
  CHECK(quota(v2) == 1.5);

  // A container, where the mount's root is the container's group; and one whose group lies outside of the mount.
  Files container{{"/proc/self/cgroup", "0::/docker/x/sub\n"},
                  {"/proc/self/mountinfo", "31 23 0:28 /docker/x /sys/fs/cgroup ro - cgroup2 cgroup ro\n"},
                  {"/sys/fs/cgroup/cpu.max", "300000 100000\n"},
                  {"/sys/fs/cgroup/sub/cpu.max", "200000 100000\n"}};
  CHECK(quota(container) == 2.0);
  container["/proc/self/cgroup"] = "0::/elsewhere\n";
  CHECK(quota(container) == 3.0);

  const Files v1{{"/proc/self/cgroup", "5:memory:/m\n4:cpuset:/c\n3:cpuacct,cpu:/g/h\n0::/\n"},
                 {"/proc/self/mountinfo", "40 31 0:36 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
                                          "41 31 0:37 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpuacct,cpu\n"},
                 {"/sys/fs/cgroup/cpu/g/h/cpu.cfs_quota_us", "-1\n"},
                 {"/sys/fs/cgroup/cpu/g/h/cpu.cfs_period_us", "100000\n"},
                 {"/sys/fs/cgroup/cpu/g/cpu.cfs_quota_us", "400000\n"},
                 {"/sys/fs/cgroup/cpu/g/cpu.cfs_period_us", "100000\n"}};
  CHECK(quota(v1) == 4.0);
}

TEST_CASE("threads from CPUs, quotas and text") {
  CHECK(machine_threads(8, std::nullopt) == 8);
  CHECK(machine_threads(8, 2.4) == 2);
  CHECK(machine_threads(8, 1.9) == 2);
  CHECK(machine_threads(8, 0.2) == 1);
  CHECK(machine_threads(2, 16.0) == 2);
  CHECK(machine_threads(0, std::nullopt) >= 1);
  CHECK(threads_from_text("NUMBA_NUM_THREADS", nullptr) == std::nullopt);
  CHECK(threads_from_text("NUMBA_NUM_THREADS", "") == std::nullopt);
  CHECK(threads_from_text("NUMBA_NUM_THREADS", "3") == 3);
  for (const char* wrong : {"0", "-2", "2x", " 2", "1e3", "99999999999", "1025"})
    CHECK(threads_from_text("NUMBA_NUM_THREADS", wrong) == std::nullopt);
}
