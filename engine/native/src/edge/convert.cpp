#include "convert.h"

#include <cmath>
#include <new>

namespace lamina::edge {

namespace {

constexpr double kLargestInteger = 9007199254740991.0;

struct TypedArrayInfo {
  napi_typedarray_type type;
  size_t length;
  void* data;
};

bool typedArray(const Napi::Value& value, TypedArrayInfo& info) {
  if (!value.IsTypedArray()) return false;
  size_t offset = 0;
  return napi_get_typedarray_info(value.Env(), value, &info.type, &info.length, &info.data, nullptr, &offset) == napi_ok;
}

template <class T>
View<T> view(const Napi::Value& value, const std::string& what, napi_typedarray_type type, const char* typeName) {
  TypedArrayInfo info{};
  if (!typedArray(value, info) || info.type != type) refuse(what, typeName, describe(value));
  return {static_cast<T*>(info.data), static_cast<int64_t>(info.length)};
}

template <class T>
std::vector<T> copy(const View<T>& view) {
  return view.length == 0 ? std::vector<T>() : std::vector<T>(view.data, view.data + view.length);
}

}  // namespace

Napi::Error toError(Napi::Env env, const std::exception& failure) {
  Napi::Error error = Napi::Error::New(env, failure.what());
  const auto set = [&](const char* name, const std::string& value) { error.Value().Set(name, Napi::String::New(env, value)); };
  if (const auto* edge = dynamic_cast<const EdgeError*>(&failure)) {
    set("code", edge->code);
    set("expected", edge->expected);
    set("received", edge->received);
  } else if (const auto* call = dynamic_cast<const InvalidCall*>(&failure)) {
    set("code", "native.invalid-argument");
    set("expected", call->expected);
    set("received", call->received);
  } else if (const auto* memory = dynamic_cast<const OutOfMemory*>(&failure)) {
    set("code", "native.out-of-memory");
    set("expected", memory->expected);
    set("received", memory->received);
  } else if (const auto* invalid = dynamic_cast<const InvalidProgram*>(&failure)) {
    set("code", "native.invalid-program");
    set("expected", invalid->expected);
    set("received", invalid->received);
  } else if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr) {
    error = Napi::Error::New(env, "There is not enough memory for this session");
    set("code", "native.out-of-memory");
  } else {
    set("code", "internal.unexpected");
  }
  return error;
}

void refuse(const std::string& what, const std::string& expected, const std::string& received) {
  throw EdgeError("native.invalid-argument", "The native engine was called with a wrong " + what, expected, received);
}

std::string describe(const Napi::Value& value) {
  if (value.IsEmpty() || value.IsUndefined()) return "nothing";
  if (value.IsNull()) return "null";
  if (value.IsNumber() || value.IsBoolean()) return value.ToString().Utf8Value();
  if (value.IsString()) {
    const std::string text = value.As<Napi::String>().Utf8Value();
    return "\"" + text.substr(0, 60) + "\"";
  }
  if (value.IsTypedArray()) return "another typed array";
  if (value.IsArray()) return "an array";
  if (value.IsFunction()) return "a function";
  return value.IsObject() ? "an object" : "another type";
}

Napi::Value property(const Napi::Object& object, const char* name) { return object.Get(name); }

Napi::Object object(const Napi::Value& value, const std::string& what) {
  if (!value.IsObject() || value.IsFunction()) refuse(what, "an object", describe(value));
  return value.As<Napi::Object>();
}

std::string string(const Napi::Value& value, const std::string& what) {
  if (!value.IsString()) refuse(what, "a string", describe(value));
  return value.As<Napi::String>().Utf8Value();
}

Precision precision(const Napi::Value& value, const std::string& what) {
  if (value.IsUndefined()) return Precision::float32;
  const std::string name = string(value, what);
  if (name == "bfloat16") return Precision::bfloat16;
  if (name == "bfloat16x3") return Precision::bfloat16x3;
  if (name != "float32") refuse(what, "float32, bfloat16 or bfloat16x3", name);
  return Precision::float32;
}

bool boolean(const Napi::Value& value, const std::string& what, bool absent) {
  if (value.IsUndefined()) return absent;
  if (!value.IsBoolean()) refuse(what, "true or false", describe(value));
  return value.As<Napi::Boolean>().Value();
}

double number(const Napi::Value& value, const std::string& what) {
  if (!value.IsNumber()) refuse(what, "a number", describe(value));
  return value.As<Napi::Number>().DoubleValue();
}

int64_t integer(const Napi::Value& value, const std::string& what, int64_t least, int64_t most) {
  const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (!value.IsNumber()) refuse(what, expected, describe(value));
  const double given = value.As<Napi::Number>().DoubleValue();
  if (!(std::abs(given) <= kLargestInteger) || given != std::floor(given) || given < static_cast<double>(least) ||
      given > static_cast<double>(most))
    refuse(what, expected, describe(value));
  return static_cast<int64_t>(given);
}

std::vector<std::string> strings(const Napi::Value& value, const std::string& what) {
  if (!value.IsArray()) refuse(what, "an array of strings", describe(value));
  const Napi::Array items = value.As<Napi::Array>();
  std::vector<std::string> result;
  for (uint32_t i = 0; i < items.Length(); ++i) result.push_back(string(items.Get(i), what + "[" + std::to_string(i) + "]"));
  return result;
}

View<float> floats(const Napi::Value& value, const std::string& what) {
  return view<float>(value, what, napi_float32_array, "a Float32Array");
}

View<double> doubles(const Napi::Value& value, const std::string& what) {
  return view<double>(value, what, napi_float64_array, "a Float64Array");
}

View<int32_t> ints(const Napi::Value& value, const std::string& what) {
  return view<int32_t>(value, what, napi_int32_array, "an Int32Array");
}

bool dataView(const Napi::Value& value, DataView& view, int64_t& length) {
  TypedArrayInfo info{};
  if (!typedArray(value, info)) return false;
  length = static_cast<int64_t>(info.length);
  if (info.type == napi_float32_array) {
    view.floats = static_cast<const float*>(info.data);
    return true;
  }
  if (info.type != napi_uint8_array) return false;
  view.bytes = static_cast<const uint8_t*>(info.data);
  return true;
}

ProgramSource program(const std::string& name, const Napi::Value& value) {
  const std::string prefix = "program \"" + name + "\"";
  const Napi::Object source = object(value, prefix);
  integer(property(source, "version"), prefix + ".version", 1, 1);
  ProgramSource result;
  result.name = name;
  result.kernels = strings(property(source, "kernels"), prefix + ".kernels");
  result.batchCapacity = integer(property(source, "batchCapacity"), prefix + ".batchCapacity", 1, INT32_MAX);
  result.arenaFloats = integer(property(source, "arenaFloats"), prefix + ".arenaFloats", 0, int64_t{1} << 40);
  result.accumulators = integer(property(source, "accumulators"), prefix + ".accumulators", 0, INT32_MAX);
  result.values = copy(ints(property(source, "values"), prefix + ".values"));
  result.code = copy(ints(property(source, "code"), prefix + ".code"));
  result.attributes = copy(doubles(property(source, "attributes"), prefix + ".attributes"));
  result.constants = copy(floats(property(source, "constants"), prefix + ".constants"));
  result.feeds = copy(ints(property(source, "feeds"), prefix + ".feeds"));
  result.outputs = copy(ints(property(source, "outputs"), prefix + ".outputs"));
  const Napi::Value update = source.Get("update");
  if (!update.IsUndefined()) {
    const Napi::Object range = object(update, prefix + ".update");
    result.updateEvery = integer(property(range, "every"), prefix + ".update.every", 1, INT32_MAX);
    result.updateFirst = integer(property(range, "first"), prefix + ".update.first", 0, INT32_MAX);
    result.updateEnd = integer(property(range, "end"), prefix + ".update.end", 0, INT32_MAX);
  }
  const Napi::Value rates = source.Get("learningRates");
  if (!rates.IsUndefined()) {
    const Napi::Object given = object(rates, prefix + ".learningRates");
    result.learningRates = integer(property(given, "count"), prefix + ".learningRates.count", 1, INT32_MAX);
    result.rateOf = copy(ints(property(given, "of"), prefix + ".learningRates.of"));
  }
  return result;
}

}  // namespace lamina::edge
