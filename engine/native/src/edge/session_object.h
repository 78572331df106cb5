#pragma once

#include <napi.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "../session.h"
#include "convert.h"

namespace lamina::edge {

/**
 * The JavaScript side of a session. Runs happen on a thread of its own, started with the first run; the promise is settled on the
 * JavaScript thread through a thread-safe function. The thread is joined when the session is disposed, collected, or its environment ends.
 */
class SessionObject : public Napi::ObjectWrap<SessionObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit SessionObject(const Napi::CallbackInfo& info);
  ~SessionObject() override;

 private:
  struct BoundSlot {
    Napi::ObjectReference array;
    int64_t rowSize = 0;
    float scale = 1;
    float shift = 0;
  };

  void bind(const Napi::CallbackInfo& info);
  Napi::Value readPersistent(const Napi::CallbackInfo& info);
  void writePersistent(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  void cancel(const Napi::CallbackInfo& info);
  void pause(const Napi::CallbackInfo& info);
  void resume(const Napi::CallbackInfo& info);
  Napi::Value progress(const Napi::CallbackInfo& info);
  Napi::Value profile(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);

  Session& session() const;
  void refuseWhileRunning(const char* what) const;
  /** Throws unless [offset, offset + length) lies in the persistent memory. */
  void checkRange(int64_t offset, int64_t length) const;
  std::vector<DataView> currentData() const;
  void loop();
  /** Stops a run that goes on and ends the thread; safe to call twice. */
  void join();
  void finished(Napi::Env env);

  static void onFinished(napi_env env, napi_value callback, void* context, void* data);
  static void onCleanup(void* argument);

  std::unique_ptr<Session> session_;
  std::vector<BoundSlot> slots_;
  /** Keeps the arrays of the current run alive. */
  std::vector<Napi::ObjectReference> held_;
  std::unique_ptr<Napi::Promise::Deferred> deferred_;
  RunResult result_;
  bool running_ = false;

  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool requested_ = false;
  bool ending_ = false;
  napi_threadsafe_function notify_ = nullptr;
  napi_env environment_ = nullptr;
  bool hooked_ = false;
};

}  // namespace lamina::edge
