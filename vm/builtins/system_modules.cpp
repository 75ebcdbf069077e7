// time, sys and the standard streams.
#include <time.h>

#include <cmath>
#include <cstdio>

#include "vm/builtins/arguments.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/output.h"
#include "vm/object/store_log.h"

namespace pyvm {

namespace {

void write_to_process(std::string_view text, bool standard_error) {
  std::fwrite(text.data(), 1, text.size(), standard_error ? stderr : stdout);
}

OutputSink sink = write_to_process;

std::vector<std::string>& stored_arguments() {
  static std::vector<std::string> arguments = {""};
  return arguments;
}

std::int64_t nanoseconds(clockid_t clock) {
  leaves_marks("the clock is read");
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

Value seconds(const Arguments& arguments, const char* name, clockid_t clock) {
  no_arguments(arguments, name);
  return Value::floating(static_cast<double>(nanoseconds(clock)) * 1e-9);
}

Value stream_write(CallContext&, const Arguments& arguments) {
  const auto& stream = static_cast<OutputStream&>(arguments.positional[0].as<NativeObject>());
  const Value& text = one_argument(without_self(arguments), "TextIOWrapper.write");
  if (!text.is(Tag::Str)) raise(ExceptionKind::TypeError, "write() argument must be str, not {}", type_name_of(text));
  write_output(text.as<Str>().text, stream.standard_error);
  return Value::integer(static_cast<std::int64_t>(text.as<Str>().text.size()));
}

Value stream_flush(CallContext&, const Arguments& arguments) {
  flush_output(static_cast<OutputStream&>(arguments.positional[0].as<NativeObject>()).standard_error);
  return Value::none();
}

} // namespace

void set_output_sink(OutputSink new_sink) { sink = new_sink; }
void write_output(std::string_view text, bool standard_error) {
  leaves_marks("output");
  sink(text, standard_error);
}
void flush_output(bool standard_error) { std::fflush(standard_error ? stderr : stdout); }

std::string OutputStream::repr() const {
  return fmt::format("<_io.TextIOWrapper name='<{}>' mode='w' encoding='utf-8'>", standard_error ? "stderr" : "stdout");
}

Value OutputStream::attribute(const std::string& name) {
  if (name == "write") return Value(make<BoundMethod>(make<Builtin>("write", stream_write), Value(this)));
  if (name == "flush") return Value(make<BoundMethod>(make<Builtin>("flush", stream_flush), Value(this)));
  return Value();
}

bool is_output_stream(const Value& value) {
  return value.is(Tag::Native) && value.as<NativeObject>().type_name() == "_io.TextIOWrapper";
}

void set_program_arguments(std::vector<std::string> arguments) { stored_arguments() = std::move(arguments); }

namespace native {

Value program_arguments() {
  std::vector<Value> items;
  for (const std::string& argument : stored_arguments()) items.push_back(make_str(argument));
  return make_tuple(std::move(items));
}

Value output_stream(bool standard_error) { return Value(make<OutputStream>(standard_error)); }

Value time_perf_counter(CallContext&, const Arguments& arguments) {
  return seconds(arguments, "time.perf_counter", CLOCK_MONOTONIC);
}
Value time_perf_counter_ns(CallContext&, const Arguments& arguments) {
  no_arguments(arguments, "time.perf_counter_ns");
  return Value::integer(nanoseconds(CLOCK_MONOTONIC));
}
Value time_time(CallContext&, const Arguments& arguments) { return seconds(arguments, "time.time", CLOCK_REALTIME); }
Value time_time_ns(CallContext&, const Arguments& arguments) {
  no_arguments(arguments, "time.time_ns");
  return Value::integer(nanoseconds(CLOCK_REALTIME));
}
Value time_process_time(CallContext&, const Arguments& arguments) {
  return seconds(arguments, "time.process_time", CLOCK_PROCESS_CPUTIME_ID);
}

Value time_sleep(CallContext&, const Arguments& arguments) {
  const Value& given = one_argument(arguments, "time.sleep");
  if (!given.is_number())
    raise(ExceptionKind::TypeError, "'{}' object cannot be interpreted as an integer", type_name_of(given));
  const double duration = number_as_double(given);
  if (std::isnan(duration)) raise(ExceptionKind::ValueError, "Invalid value NaN (not a number)");
  if (duration < 0) raise(ExceptionKind::ValueError, "sleep length must be non-negative");
  if (duration > 9e9) raise(ExceptionKind::OverflowError, "timestamp too large to convert to C _PyTime_t");
  const double whole = std::floor(duration);
  const timespec wait{static_cast<time_t>(whole), static_cast<long>((duration - whole) * 1e9)};
  nanosleep(&wait, nullptr);
  return Value::none();
}

Value sys_exit(CallContext&, const Arguments& arguments) {
  check_positional(arguments, "exit", 0, 1);
  GuestError error(ExceptionKind::SystemExit, "");
  error.set_payload(arguments.positional.empty() ? Value::none() : arguments.positional[0]);
  throw error;
}

} // namespace native

} // namespace pyvm
