#include <napi.h>

#include <algorithm>
#include <chrono>

#include "../gemm/gemm.h"
#include "../peak.h"
#include "../pool.h"
#include "../random.h"
#include "../simd/level.h"
#include "convert.h"
#include "session_object.h"

namespace lamina::edge {

namespace {

constexpr const char* kVersion = "1";
constexpr int kMaxThreads = 64;
constexpr int64_t kMaxDimension = 1 << 20;

struct InstanceData {
  Napi::FunctionReference sessionClass;
};

Napi::Value info(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  Napi::Object result = Napi::Object::New(env);
  const std::vector<std::string> names = kernelNames();
  Napi::Array kernels = Napi::Array::New(env, names.size());
  for (uint32_t i = 0; i < names.size(); ++i) kernels.Set(i, names[i]);
  result.Set("version", kVersion);
  result.Set("simd", simd::levelName(simd::level()));
  result.Set("bfloat16", simd::bfloat16());
  result.Set("amx", simd::amx());
  result.Set("cores", machineCores());
  result.Set("kernels", kernels);
  return result;
}

Napi::Value createSession(const Napi::CallbackInfo& call) {
  return call.Env().GetInstanceData<InstanceData>()->sessionClass.New({call[0]});
}

Napi::Value philox(const Napi::CallbackInfo& call) {
  return guard(call.Env(), [&]() -> Napi::Value {
    const auto words = [&](size_t argument, const char* what, uint32_t count, uint32_t* target) {
      if (!call[argument].IsArray() || call[argument].As<Napi::Array>().Length() != count)
        refuse(what, "an array of " + std::to_string(count) + " numbers", describe(call[argument]));
      const Napi::Array list = call[argument].As<Napi::Array>();
      for (uint32_t i = 0; i < count; ++i) target[i] = static_cast<uint32_t>(integer(list.Get(i), what, 0, UINT32_MAX));
    };
    uint32_t counter[4];
    uint32_t key[2];
    words(0, "counter", 4, counter);
    words(1, "key", 2, key);
    Napi::Uint32Array result = Napi::Uint32Array::New(call.Env(), 4);
    philox4x32(counter, key, result.Data());
    return result;
  });
}

/** Stretches of repetitions of a product that are timed one by one, as many as trials of the multiply-adds that it is compared with. */
constexpr int64_t kStretches = 5;

/** `kept` (also when left out), `counted` or `skipped`. */
Zeros zeros(const Napi::Value& value, const std::string& what) {
  if (value.IsUndefined()) return Zeros::kept;
  const std::string name = string(value, what);
  if (name == "counted") return Zeros::counted;
  if (name == "skipped") return Zeros::skipped;
  if (name != "kept") refuse(what, "kept, counted or skipped", name);
  return Zeros::kept;
}

/** Repeats one product and returns seconds a repetition, the fewest of some stretches. Runs on the calling thread: for tests and micro-benchmarks. */
Napi::Value multiply(const Napi::CallbackInfo& call) {
  return guard(call.Env(), [&]() -> Napi::Value {
    const int64_t m = integer(call[0], "m", 1, kMaxDimension);
    const int64_t n = integer(call[1], "n", 1, kMaxDimension);
    const int64_t k = integer(call[2], "k", 1, kMaxDimension);
    const bool transposeA = boolean(call[3], "transposeA", false);
    const bool transposeB = boolean(call[4], "transposeB", false);
    const View<float> a = floats(call[5], "a");
    const View<float> b = floats(call[6], "b");
    const View<float> c = floats(call[7], "c");
    const auto threads = static_cast<int>(integer(call[8], "threads", 1, kMaxThreads));
    const int64_t repetitions = integer(call[9], "repetitions", 1, 1'000'000'000);
    const auto require = [](const char* what, int64_t length, int64_t wanted) {
      if (length != wanted) refuse(what, std::to_string(wanted) + " floats", std::to_string(length));
    };
    require("a", a.length, m * k);
    require("b", b.length, k * n);
    require("c", c.length, m * n);

    // Aligned copies, as in a session; what is timed is the product alone.
    const AlignedFloats left(a.length);
    const AlignedFloats right(b.length);
    const AlignedFloats product(c.length);
    std::copy_n(a.data, a.length, left.data());
    std::copy_n(b.data, b.length, right.data());
    // Touches its pages, which the system gives one by one: that is no part of a product.
    std::fill_n(product.data(), c.length, 0.0f);
    Team team(threads);
    const AlignedFloats scratch(gemmScratchFloats(m, n, k, threads, true));
    Context context;
    context.team = &team;
    context.threads = team.acquire();
    context.precision = precision(call[10], "precision");
    const Factor factors[] = {{left.data(), transposeA ? m : k, transposeA, zeros(call[11], "zerosOfA")},
                              {right.data(), transposeB ? k : n, transposeB, zeros(call[12], "zerosOfB")}};
    const auto repeat = [&](int64_t times) {
      const auto started = std::chrono::steady_clock::now();
      for (int64_t i = 0; i < times; ++i) gemm(context, m, n, k, factors[0], factors[1], product.data(), n, {}, scratch.data());
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count() / static_cast<double>(times);
    };
    double seconds = 0;
    if (repetitions < kStretches) {
      seconds = repeat(repetitions);
    } else {
      // Untimed first: the other threads wake up, and the system takes some milliseconds to give each a core of its own.
      repeat(repetitions / kStretches);
      seconds = repeat(repetitions / kStretches);
      for (int64_t stretch = 1; stretch < kStretches; ++stretch) seconds = std::min(seconds, repeat(repetitions / kStretches));
    }
    team.release();
    std::copy_n(product.data(), c.length, c.data);
    return Napi::Number::New(call.Env(), seconds);
  });
}

/** Measures the machine on a thread of the pool, so that JavaScript goes on meanwhile. */
class PeakWorker : public Napi::AsyncWorker {
 public:
  PeakWorker(Napi::Env env, int threads, bool bandwidths)
      : Napi::AsyncWorker(env, "lamina peak"), deferred_(env), threads_(threads), bandwidths_(bandwidths) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { peak_ = measurePeak(threads_, bandwidths_); }

  void OnOK() override {
    const Napi::Env env = Env();
    const Napi::HandleScope scope(env);
    Napi::Array bandwidths = Napi::Array::New(env, peak_.bandwidths.size());
    for (uint32_t i = 0; i < peak_.bandwidths.size(); ++i) {
      Napi::Object entry = Napi::Object::New(env);
      entry.Set("workingSetBytes", static_cast<double>(peak_.bandwidths[i].workingSetBytes));
      entry.Set("gigabytesPerSecond", peak_.bandwidths[i].gigabytesPerSecond);
      bandwidths.Set(i, entry);
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("threads", threads_);
    result.Set("gflops", peak_.gflops);
    result.Set("bandwidths", bandwidths);
    deferred_.Resolve(result);
  }

  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred deferred_;
  int threads_;
  bool bandwidths_;
  Peak peak_;
};

Napi::Value measure(const Napi::CallbackInfo& call) {
  return guard(call.Env(), [&]() -> Napi::Value {
    // It deletes itself once it has answered.
    const auto threads = static_cast<int>(integer(call[0], "threads", 1, kMaxThreads));
    auto* worker = new PeakWorker(call.Env(), threads, boolean(call[1], "bandwidths", true));
    const Napi::Promise promise = worker->promise();
    worker->Queue();
    return promise;
  });
}

void budget(const Napi::CallbackInfo& call) {
  guard(call.Env(), [&] { setCoreBudget(static_cast<int>(integer(call[0], "core budget", 1, 1024))); });
}

Napi::Object load(Napi::Env env, Napi::Object exports) {
  auto* data = new InstanceData();
  data->sessionClass = Napi::Persistent(SessionObject::define(env));
  env.SetInstanceData(data);
  exports.Set("info", Napi::Function::New(env, info, "info"));
  exports.Set("createSession", Napi::Function::New(env, createSession, "createSession"));
  exports.Set("philox", Napi::Function::New(env, philox, "philox"));
  exports.Set("gemm", Napi::Function::New(env, multiply, "gemm"));
  exports.Set("measurePeak", Napi::Function::New(env, measure, "measurePeak"));
  exports.Set("setCoreBudget", Napi::Function::New(env, budget, "setCoreBudget"));
  return exports;
}

}  // namespace

}  // namespace lamina::edge

using lamina::edge::load;
NODE_API_MODULE(lamina, load)
