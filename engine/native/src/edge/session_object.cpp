#include "session_object.h"

#include <cmath>
#include <cstring>

namespace lamina::edge {

namespace {

Napi::Float64Array copyDoubles(Napi::Env env, const std::vector<double>& values) {
  Napi::Float64Array array = Napi::Float64Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) array[i] = values[i];
  return array;
}

const char* stoppedName(Stopped stopped) {
  switch (stopped) {
    case Stopped::cancelled: return "cancelled";
    case Stopped::notFinite: return "not-finite";
    default: return "no";
  }
}

float finiteFloat(const Napi::Value& value, const std::string& what, float absent) {
  if (value.IsUndefined()) return absent;
  const double given = number(value, what);
  if (!std::isfinite(given)) refuse(what, "a finite number", describe(value));
  return static_cast<float>(given);
}

}  // namespace

Napi::Function SessionObject::define(Napi::Env env) {
  return DefineClass(env, "NativeSession",
                     {InstanceMethod<&SessionObject::bind>("bind"),
                      InstanceMethod<&SessionObject::readPersistent>("readPersistent"),
                      InstanceMethod<&SessionObject::writePersistent>("writePersistent"),
                      InstanceMethod<&SessionObject::run>("run"),
                      InstanceMethod<&SessionObject::cancel>("cancel"),
                      InstanceMethod<&SessionObject::pause>("pause"),
                      InstanceMethod<&SessionObject::resume>("resume"),
                      InstanceMethod<&SessionObject::progress>("progress"),
                      InstanceMethod<&SessionObject::profile>("profile"),
                      InstanceMethod<&SessionObject::dispose>("dispose")});
}

SessionObject::SessionObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SessionObject>(info), environment_(info.Env()) {
  guard(info.Env(), [&] {
    const Napi::Object options = object(info[0], "options");
    const Napi::Object programs = object(property(options, "programs"), "options.programs");
    const int64_t persistent = integer(property(options, "persistentFloats"), "options.persistentFloats", 0, int64_t{1} << 40);
    const auto threads = static_cast<int>(integer(property(options, "threads"), "options.threads", 1, 64));
    const auto seed = static_cast<uint64_t>(integer(property(options, "seed"), "options.seed", 0, int64_t{9007199254740991}));
    std::vector<ProgramSource> sources;
    const Napi::Array names = programs.GetPropertyNames();
    for (uint32_t i = 0; i < names.Length(); ++i) {
      const std::string name = names.Get(i).ToString().Utf8Value();
      sources.push_back(program(name, programs.Get(name)));
    }
    session_ = std::make_unique<Session>(sources, persistent, threads, seed, precision(property(options, "precision"), "options.precision"));
  });
}

SessionObject::~SessionObject() { join(); }

Session& SessionObject::session() const {
  if (session_ == nullptr) throw EdgeError("native.disposed", "This native session was disposed", "a live session", "a disposed one");
  return *session_;
}

void SessionObject::refuseWhileRunning(const char* what) const {
  if (running_) throw EdgeError("native.busy", std::string(what) + " is not possible while a run goes on", "an idle session", "a running one");
}

void SessionObject::checkRange(int64_t offset, int64_t length) const {
  const int64_t size = session_->persistentFloats();
  if (offset + length > size)
    refuse("range of persistent memory", "within " + std::to_string(size) + " floats",
           std::to_string(length) + " floats at " + std::to_string(offset));
}

void SessionObject::bind(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] {
    session();
    refuseWhileRunning("Binding data");
    if (!info[0].IsArray()) refuse("list of data slots", "an array", describe(info[0]));
    const Napi::Array list = info[0].As<Napi::Array>();
    std::vector<BoundSlot> slots;
    for (uint32_t i = 0; i < list.Length(); ++i) {
      const std::string what = "slot " + std::to_string(i);
      const Napi::Object entry = object(list.Get(i), what);
      const Napi::Value data = property(entry, "data");
      DataView view;
      int64_t length = 0;
      if (!dataView(data, view, length)) refuse(what + ".data", "a Float32Array or Uint8Array", describe(data));
      BoundSlot slot;
      slot.rowSize = integer(property(entry, "rowSize"), what + ".rowSize", 1, INT32_MAX);
      slot.scale = finiteFloat(property(entry, "scale"), what + ".scale", 1);
      slot.shift = finiteFloat(property(entry, "shift"), what + ".shift", 0);
      if (length % slot.rowSize != 0)
        refuse(what + ".data", "whole rows of " + std::to_string(slot.rowSize) + " elements", std::to_string(length) + " elements");
      slot.array = Napi::Persistent(data.As<Napi::Object>());
      slots.push_back(std::move(slot));
    }
    slots_ = std::move(slots);
  });
}

/** Typed arrays are looked up anew for each run: one that was detached meanwhile has no rows left. */
std::vector<DataView> SessionObject::currentData() const {
  std::vector<DataView> views;
  for (const BoundSlot& slot : slots_) {
    DataView view;
    int64_t length = 0;
    dataView(slot.array.Value(), view, length);
    view.rowSize = slot.rowSize;
    view.rows = length / slot.rowSize;
    view.scale = slot.scale;
    view.shift = slot.shift;
    views.push_back(view);
  }
  return views;
}

Napi::Value SessionObject::readPersistent(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Session& live = session();
    refuseWhileRunning("Reading persistent memory");
    const int64_t size = live.persistentFloats();
    const int64_t offset = integer(info[0], "offset", 0, size);
    const int64_t length = integer(info[1], "length", 0, size);
    checkRange(offset, length);
    Napi::Float32Array result = Napi::Float32Array::New(info.Env(), static_cast<size_t>(length));
    if (length > 0) std::memcpy(result.Data(), live.persistent() + offset, static_cast<size_t>(length) * sizeof(float));
    return result;
  });
}

void SessionObject::writePersistent(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] {
    const Session& live = session();
    refuseWhileRunning("Writing persistent memory");
    const int64_t offset = integer(info[0], "offset", 0, live.persistentFloats());
    const View<float> data = floats(info[1], "data");
    checkRange(offset, data.length);
    if (data.length > 0) std::memcpy(live.persistent() + offset, data.data, static_cast<size_t>(data.length) * sizeof(float));
  });
}

Napi::Value SessionObject::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto deferred = std::make_unique<Napi::Promise::Deferred>(env);
  const Napi::Promise promise = deferred->Promise();
  try {
    session();
    refuseWhileRunning("A second run");
    const Napi::Object source = object(info[0], "request");
    RunRequest request;
    request.program = string(property(source, "program"), "request.program");
    const View<int32_t> rows = ints(property(source, "rows"), "request.rows");
    request.rows.assign(rows.data, rows.data + rows.length);
    request.batchSize = integer(property(source, "batchSize"), "request.batchSize", 1, INT32_MAX);
    const View<double> rates = doubles(property(source, "learningRates"), "request.learningRates");
    request.learningRates.assign(rates.data, rates.data + rates.length);
    request.iteration = static_cast<uint64_t>(integer(property(source, "iteration"), "request.iteration", 0, int64_t{9007199254740991}));
    request.stopWhenNotFinite = boolean(property(source, "stopWhenNotFinite"), "request.stopWhenNotFinite", false);
    const Napi::Value accumulators = property(source, "accumulators");
    if (!accumulators.IsUndefined()) {
      const View<double> view = doubles(accumulators, "request.accumulators");
      request.accumulators.assign(view.data, view.data + view.length);
    }
    std::vector<Napi::ObjectReference> held;
    const Napi::Value outputs = property(source, "outputs");
    if (!outputs.IsUndefined()) {
      if (!outputs.IsArray()) refuse("request.outputs", "an array of Float32Array", describe(outputs));
      const Napi::Array list = outputs.As<Napi::Array>();
      for (uint32_t i = 0; i < list.Length(); ++i) {
        const Napi::Value item = list.Get(i);
        const View<float> view = floats(item, "request.outputs[" + std::to_string(i) + "]");
        request.outputs.push_back(view.data);
        request.outputLengths.push_back(view.length);
        held.push_back(Napi::Persistent(item.As<Napi::Object>()));
      }
    }
    for (const BoundSlot& slot : slots_) held.push_back(Napi::Persistent(slot.array.Value()));

    if (notify_ == nullptr) {
      napi_value label = Napi::String::New(env, "lamina run");
      if (napi_create_threadsafe_function(env, nullptr, nullptr, label, 0, 1, nullptr, nullptr, this, onFinished, &notify_) != napi_ok)
        throw EdgeError("internal.unexpected", "The run thread could not be connected", "", "");
      // Added after the thread-safe function, hence called before that is torn down.
      napi_add_env_cleanup_hook(env, onCleanup, this);
      hooked_ = true;
    } else {
      napi_ref_threadsafe_function(env, notify_);
    }
    session_->prepare(std::move(request), currentData());
    if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
    held_ = std::move(held);
    deferred_ = std::move(deferred);
    running_ = true;
    Ref();
    {
      std::lock_guard lock(mutex_);
      requested_ = true;
    }
    wake_.notify_one();
  } catch (const Napi::Error& error) {
    deferred->Reject(error.Value());
  } catch (const std::exception& failure) {
    deferred->Reject(toError(env, failure).Value());
  }
  if (!running_ && notify_ != nullptr) napi_unref_threadsafe_function(env, notify_);
  return promise;
}

void SessionObject::loop() {
  flushDenormals();
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return requested_ || ending_; });
      if (!requested_) return;
      requested_ = false;
    }
    result_ = session_->run();
    if (napi_call_threadsafe_function(notify_, nullptr, napi_tsfn_blocking) != napi_ok) return;
  }
}

void SessionObject::onFinished(napi_env env, napi_value, void* context, void*) {
  if (env == nullptr) return;
  static_cast<SessionObject*>(context)->finished(env);
}

void SessionObject::finished(Napi::Env env) {
  const Napi::HandleScope scope(env);
  const auto deferred = std::move(deferred_);
  held_.clear();
  running_ = false;
  napi_unref_threadsafe_function(env, notify_);
  if (session_ == nullptr) {
    napi_release_threadsafe_function(notify_, napi_tsfn_release);
    notify_ = nullptr;
  }
  Unref();
  if (deferred == nullptr) return;
  Napi::Object result = Napi::Object::New(env);
  result.Set("steps", static_cast<double>(result_.steps));
  result.Set("samples", static_cast<double>(result_.samples));
  result.Set("accumulators", copyDoubles(env, result_.accumulators));
  result.Set("seconds", result_.seconds);
  result.Set("stopped", stoppedName(result_.stopped));
  deferred->Resolve(result);
}

void SessionObject::cancel(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] { session().cancel(); });
}

void SessionObject::pause(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] { session().pause(); });
}

void SessionObject::resume(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] { session().resume(); });
}

Napi::Value SessionObject::progress(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const Progress now = session().progress();
    Napi::Object result = Napi::Object::New(env);
    result.Set("running", running_);
    result.Set("paused", now.paused);
    result.Set("step", static_cast<double>(now.step));
    result.Set("steps", static_cast<double>(now.steps));
    result.Set("samples", static_cast<double>(now.samples));
    result.Set("accumulators", copyDoubles(env, now.accumulators));
    return result;
  });
}

Napi::Value SessionObject::profile(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    if (!info[0].IsBoolean()) refuse("profile argument", "true or false", describe(info[0]));
    const std::vector<ProfileRow> rows = session().profile(info[0].As<Napi::Boolean>().Value());
    Napi::Array result = Napi::Array::New(env, rows.size());
    for (uint32_t i = 0; i < rows.size(); ++i) {
      Napi::Object entry = Napi::Object::New(env);
      entry.Set("program", rows[i].program);
      entry.Set("instruction", rows[i].instruction);
      entry.Set("kernel", rows[i].kernel);
      entry.Set("calls", static_cast<double>(rows[i].calls));
      entry.Set("seconds", rows[i].seconds);
      result.Set(i, entry);
    }
    return result;
  });
}

/** A run that goes on is cancelled; its promise resolves with what was done. Disposing twice is harmless. */
void SessionObject::dispose(const Napi::CallbackInfo&) {
  join();
  session_.reset();
  slots_.clear();
}

void SessionObject::join() {
  if (hooked_) {
    napi_remove_env_cleanup_hook(environment_, onCleanup, this);
    hooked_ = false;
  }
  if (thread_.joinable()) {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    session_->cancel();
    wake_.notify_one();
    thread_.join();
  }
  if (notify_ != nullptr && !running_) {
    napi_release_threadsafe_function(notify_, napi_tsfn_release);
    notify_ = nullptr;
  }
}

void SessionObject::onCleanup(void* argument) {
  auto* self = static_cast<SessionObject*>(argument);
  self->hooked_ = false;
  self->join();
}

}  // namespace lamina::edge
