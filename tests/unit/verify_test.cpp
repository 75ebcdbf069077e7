// PYVM_VERIFY: miscompiles are planted between planner and backend. Each must be found, reported and mended; programs
// without one must not be reported.
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <new>

#include "bindings/engine/engine.h"
#include "bindings/engine/kernels.h"
#include "bindings/engine/script.h"
#include "bindings/engine/services.h"
#include "tracer/trace/log.h"
#include "tracer/trace/tracer.h"
#include "tracer/trace/verify.h"
#include "vm/builtins/output.h"
#include "vm/object/store_log.h"

using namespace pyvm;
using Plant = std::function<void(ir::Region&)>;

namespace {

std::string out, err;
std::vector<std::string> reports;
std::mutex reports_mutex;

void capture(std::string_view text, bool standard_error) { (standard_error ? err : out) += text; }
void keep_report(const std::string& text) {
  std::lock_guard lock(reports_mutex);
  reports.push_back(text);
}

// Compiles what the plant has made of each region.
class Saboteur final : public ir::CodeGenerator {
public:
  explicit Saboteur(ir::CodeGenerator& inner) : inner_(inner) {}
  ir::Isa widest_isa() const override { return inner_.widest_isa(); }
  ir::CompileResult compile(const ir::Region& region, const ir::CompileOptions& options) override {
    ir::Region copy = region;
    if (plant) plant(copy);
    return inner_.compile(copy, options);
  }
  ir::MaskCosts mask_costs(ir::Isa isa, int cost_column) const override { return inner_.mask_costs(isa, cost_column); }
  Plant plant;

private:
  ir::CodeGenerator& inner_;
};

Saboteur& start_verifying(double share) {
  engine::start({});
  engine::keep_compiled_code();
  static tracer::Services real = tracer::services();
  static Saboteur saboteur(*real.code_generator);
  tracer::Services services = real;
  services.code_generator = &saboteur;
  services.verified_share = share;
  services.report_miscompile = keep_report;
  tracer::configure(services);
  return saboteur;
}

int run(const std::string& text) {
  set_output_sink(capture);
  out.clear();
  err.clear();
  reports.clear();
  const std::string path = (std::filesystem::temp_directory_path() / "pyvm_verify_test.py").string();
  std::ofstream(path) << "import numpy as np\nfrom numba import njit, prange\n" << text;
  return engine::run_script(path, {});
}

std::string last_error_line() {
  std::string text = err;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// What the script prints with nothing planted and nothing verified.
std::string right_output(const std::string& text) {
  start_verifying(0).plant = nullptr;
  const int code = run(text);
  INFO(err);
  REQUIRE(code == 0);
  return out;
}

// Runs it with the plant: the output is right all the same, and there is one report for each loop that was found.
void check_found(const std::string& text, const Plant& plant, const std::string& what) {
  const std::string right = right_output(text);
  start_verifying(1).plant = plant;
  const int code = run(text);
  INFO(err);
  CHECK(code == 0);
  CHECK(out == right);
  REQUIRE(reports.size() == 1);
  INFO(reports[0]);
  CHECK(reports[0].find(what) != std::string::npos);
  CHECK(reports[0].find("PYVM_VERIFY=1") != std::string::npos);
  const std::vector<tracer::RegionReport> regions = tracer::regions_of(*engine::compiled_code().back());
  CHECK(std::any_of(regions.begin(), regions.end(), [](const tracer::RegionReport& r) {
    return r.state == "blacklisted" && r.reason.find("PYVM_VERIFY found") != std::string::npos;
  }));
}

void check_silent(const std::string& text) {
  const std::string right = right_output(text);
  start_verifying(1).plant = nullptr;
  const int code = run(text);
  INFO(err);
  CHECK(code == 0);
  CHECK(out == right);
  for (const std::string& report : reports) FAIL_CHECK(report);
}

Plant replace(ir::Op from, ir::Op to, ir::Base base) {
  return [=](ir::Region& region) {
    for (ir::Instruction& i : region.instructions)
      if (i.op == from && !i.operands.empty() && region.type(i.operands[0]).base == base) i.op = to;
  };
}

void remove(ir::Region& region, ir::Body& body, ir::Op op) {
  std::erase_if(body.instructions, [&](ir::InstructionId id) { return region.at(id).op == op; });
  for (const ir::InstructionId id : body.instructions)
    for (ir::Body& inner : region.at(id).bodies) remove(region, inner, op);
}
Plant lose(ir::Op op) {
  return [op](ir::Region& region) { remove(region, region.body, op); };
}

const char* const stores = R"(
@njit(parallel=True)
def kernel(a, b):
    for i in prange(len(a)):
        b[i] = a[i] + 1.5
a = np.arange(1000.0); b = np.zeros((1000, 2))[::-1, 1]
for k in range(3):
    kernel(a, b)
    print(b.sum(), b[0], b[999])
    a += 1
)";

} // namespace

// The first, because it must find no other thread in the program.
TEST_CASE("verify finds a store whose condition is lost") {
  start_verifying(0);
  const int threads = engine::num_threads();
  engine::set_num_threads(1);
  check_found(R"(
@njit
def kernel(a, b):
    for i in range(len(a)):
        if a[i] > 5.0:
            b[i] = a[i]
a = np.arange(1000.0) % 9; b = np.zeros(1000)
for k in range(3):
    kernel(a, b)
    print(b.sum(), b[:9])
)",
              [](ir::Region& region) {
                for (ir::Instruction& i : region.instructions)
                  if (i.op == ir::Op::Gt && region.type(i.operands[0]).is_float()) i.op = ir::Op::Ne;
              },
              "interpreted does not store, compiled stores float64 ");
  engine::set_num_threads(threads);
}

TEST_CASE("verify finds a wrong operator, and goes on with the interpreter's elements") {
  check_found(stores, replace(ir::Op::Add, ir::Op::Sub, ir::Base::F64),
              "b[0]: interpreted float64 1.5, compiled -1.5 (");
}

TEST_CASE("verify finds a lost store") {
  check_found(stores, lose(ir::Op::Store), "b[0]: interpreted float64 1.5, compiled 0 (");
}

TEST_CASE("verify finds wrong lanes of a reduction, and wrong totals of blocks that run in one go") {
  const std::string text = R"(
@njit(parallel=True)
def kernel(a):
    s = 0
    for i in prange(len(a)):
        s += a[i]
    return s
)";
  const Plant plant = replace(ir::Op::Add, ir::Op::Sub, ir::Base::F64);
  check_found(text + "for k in range(3): print(kernel(np.arange(1.0, 1000.0)))\n", plant,
              "'s', block 0, lane 0: interpreted");
  check_found(text + "for k in range(3): print(kernel(np.arange(10000.0)))\n", plant,
              "'s', total of blocks from 0: interpreted");
}

TEST_CASE("verify finds an exception that compiled code loses, and one that it makes up") {
  const std::string text = R"(
@njit(parallel=True)
def kernel(a, b):
    for i in prange(len(a)):
        b[i] = 1.0
        if a[i] < limit:
            raise ValueError(i)
        b[i] = a[i]
a = np.zeros(1000); b = np.zeros(1000)
a[700] = sign
for k in range(2):
    try_kernel = kernel(a, b)
    print(b[699], b[700])
)";
  const Plant plant = replace(ir::Op::Lt, ir::Op::Gt, ir::Base::F64);
  start_verifying(0).plant = nullptr;
  REQUIRE(run("limit = 0.0\nsign = -1.0\n" + text) == 1);
  REQUIRE(last_error_line() == "ValueError: 700");
  start_verifying(1).plant = plant;
  CHECK(run("limit = 0.0\nsign = -1.0\n" + text) == 1);
  CHECK(last_error_line() == "ValueError: 700");
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("interpreted raises ValueError: 700 (iteration 700, line 11), compiled no exception") !=
        std::string::npos);
  check_found("limit = 0.0\nsign = 1.0\n" + text, plant,
              "interpreted raises no exception, compiled ValueError: 700 (iteration 700, line 11)");
}

TEST_CASE("verify finds a wrong range loop: elements, and variables behind it") {
  check_found(R"(
@njit
def kernel(a, c):
    for i in range(1, len(a)):
        a[i] = a[i - 1] + c
    return a[len(a) - 1]
for k in range(4): print(kernel(np.zeros(500), 0.5))
)",
              replace(ir::Op::Add, ir::Op::Sub, ir::Base::F64), "interpreted float64 ");
  check_found(R"(
@njit
def kernel(a):
    s = 0.0
    last = 0.0
    for i in range(len(a)):
        s += a[i]
        last = a[i]
    return s, last, i
for k in range(4): print(kernel(np.arange(500.0)))
)",
              replace(ir::Op::Add, ir::Op::Sub, ir::Base::F64), "'s' behind the loop: interpreted float64 ");
}

TEST_CASE("verify finds a wrong while loop, and a return from the wrong iteration") {
  check_found(R"(
@njit
def kernel(n):
    k = 0
    s = 0.0
    while k < n:
        s += 0.5
        k += 1
    return s
for k in range(4): print(kernel(700))
)",
              replace(ir::Op::Add, ir::Op::Sub, ir::Base::F64), "'s' behind the loop");
  check_found(R"(
@njit
def kernel(a, x):
    for i in range(len(a)):
        if a[i] > x:
            return i
    return -1
for k in range(4): print(kernel(np.arange(900.0), 800.0))
)",
              replace(ir::Op::Gt, ir::Op::Lt, ir::Base::F64),
              "'i' behind the loop: interpreted int64 801, compiled int64 ");
}

TEST_CASE("verify reports a loop once, and interprets it from then on") {
  const std::string right = right_output(stores);
  Saboteur& saboteur = start_verifying(1);
  saboteur.plant = replace(ir::Op::Add, ir::Op::Sub, ir::Base::F64);
  REQUIRE(run(std::string(stores) + stores) == 0);
  CHECK(out == right + right);
  CHECK(reports.size() == 2); // of two kernels
}

TEST_CASE("verify is silent on right programs") {
  SECTION("reductions of every kind, and live-ins of another kind") {
    check_silent(R"(
@njit(parallel=True)
def kernel(a, k, n):
    s = 0; p = 1; lo = 1000; m = -0.0; hits = 0
    for i in prange(n):
        s += a[i % len(a)]; p *= a[3]; lo = min(lo, a[i % len(a)]); m -= a[0] * 0
        if a[i % len(a)] > 5:
            hits += k
    return s, p, lo, m, hits
for n in (0, 1, 5, 100, 9000):
    print(kernel(np.arange(1.0, 40.0), 2, n), kernel(np.arange(40, dtype=np.int32), 3, n))
)");
  }
  SECTION("exceptions in lanes, in order and in inner loops") {
    for (const char* kind : {"prange", "range"}) {
      start_verifying(1).plant = nullptr;
      CHECK(run(std::string("loop = ") + (kind == std::string("prange") ? "prange" : "range") + R"(
@njit(parallel=True)
def kernel(a, b, at):
    for i in )" +
                kind + R"((len(b)):
        for j in range(3):
            b[i] += a[at[i] + j]
a = np.ones(100); b = np.zeros(600); at = np.arange(600) % 90
kernel(a, b, at)
at[500] = 98
kernel(a, b, at)
)") == 1);
      CHECK(last_error_line().find("IndexError") == 0);
      for (const std::string& report : reports) FAIL_CHECK(report);
    }
  }
  SECTION("views that overlap, arrays made in an iteration, slices, fill") {
    check_silent(R"(
@njit(parallel=True)
def kernel(a, b, n):
    for i in prange(1, n):
        t = np.zeros(4)
        t[i % 4] = a[i]
        b[i] = t[1] + t[2]
        a[i] = a[i - 1] + 1
@njit(parallel=True)
def rows(c):
    for i in prange(len(c)):
        c[i, 1:-1] += c[i, 2:]
        c[i, 0] = c[i, :].sum()
        v = c[i]
        v[2:4] = i
        v[5:6].fill(7)
a = np.arange(2000.0)
kernel(a, a[1:], 1500)
kernel(a, a[::-1], 1500)
kernel(a, np.zeros(2000), 2000)
c = np.arange(600.0).reshape(60, 10)
rows(c); rows(c); rows(c[:, ::-1])
print(a.sum(), c.sum(), a[:7], c[3])
)");
  }
  SECTION("loops that print and draw, which are not run twice") {
    check_silent(R"(
@njit
def kernel(a):
    np.random.seed(1)
    for i in range(len(a)):
        a[i] = np.random.rand()
        if i % 100 == 0:
            print(i, a[i] < 1)
    s = 0.0
    for i in range(400):
        s += a[i]
        if i == 300:
            print('here')
    return s
print(kernel(np.zeros(400)), kernel(np.zeros(400)))
)");
  }
}

TEST_CASE("which pieces are verified follows from their numbers alone") {
  start_verifying(0.3);
  const Ref<Code> code = make<Code>();
  code->qualified_name = "kernel";
  tracer::Region region;
  region.recording.code = code.get();
  int first = 0, again = 0;
  for (int piece = 0; piece < 10000; ++piece) first += tracer::is_verified(region, 0, piece);
  for (int piece = 0; piece < 10000; ++piece) again += tracer::is_verified(region, 0, piece);
  CHECK(first == again);
  CHECK(first > 2800);
  CHECK(first < 3200);
}

TEST_CASE("the store log puts back what was there, and keeps what was stored") {
  CallContext context;
  const std::int64_t shape[] = {8};
  const Ref<Array> array = Array::make(ScalarKind::Float64, shape, true);
  Ref<Array> halves = array->view();
  halves->dtype = ScalarKind::Float32;
  halves->strides[0] = 4;
  auto put = [](const Array& a, std::int64_t k, double value) {
    a.dtype == ScalarKind::Float64 ? store_scalar(a.dtype, a.data + 8 * k, to_bits(value))
                                   : store_scalar(a.dtype, a.data + 4 * k, to_bits(static_cast<float>(value)));
  };
  StoreLog log(context);
  for (const double value : {1.0, 2.0}) {
    context.store_log->note(*array, array->data + 8);
    put(*array, 1, value);
  }
  log.note(*halves, halves->data + 8); // the lower half of element 1
  put(*halves, 2, 3.0);
  const Ref<Array> made = Array::make(ScalarKind::Float64, shape, true);
  log.note_all(*made);
  CHECK(log.size() == 2);
  CHECK_THROWS_AS(leaves_marks("output"), Unrepeatable);
  log.roll_back();
  CHECK_NOTHROW(leaves_marks("output"));
  CHECK(context.store_log == nullptr);
  for (int k = 0; k < 8; ++k) CHECK(load_scalar(ScalarKind::Float64, array->data + 8 * k) == 0);
  const auto found = log.difference();
  REQUIRE(found);
  CHECK(found->at == array->data + 8);
  CHECK(found->count == 2);
  log.write_back();
  CHECK_FALSE(log.difference());
  CHECK(from_bits<float>(static_cast<std::uint32_t>(load_scalar(ScalarKind::Float32, array->data + 8))) == 3.0f);
}

TEST_CASE("where there is no memory for machine code a loop runs interpreted, on any thread") {
  Saboteur& saboteur = start_verifying(0);
  const std::string kernel = R"(
@njit(parallel=True)
def fill(a, n):
    for i in prange(n):
        a[i] = i * 2.0
    return a.sum()
print(fill(np.zeros(50000), 50000))
print(fill(np.zeros(50000), 50000))
fill(np.zeros(50000), 50001)
)";
  for (const int compiled : {0, 1}) { // nothing, or the fast version but not the careful one that the end needs
    std::atomic<int> asked{0};
    saboteur.plant = [&](ir::Region&) {
      if (asked++ >= compiled) throw std::bad_alloc();
    };
    CHECK(run(kernel) == 1);
    CHECK(out == "2499950000.0\n2499950000.0\n");
    CHECK(last_error_line() == "IndexError: index 50000 is out of bounds for axis 0 with size 50000");
    CHECK(asked > compiled);
  }
  saboteur.plant = nullptr;
}
