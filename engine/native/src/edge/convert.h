#pragma once

#include <napi.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "../program.h"
#include "../session.h"

namespace lamina::edge {

/** A failure as JavaScript sees it: `engine/native/index.ts` turns its fields into a LaminaError. */
struct EdgeError : std::runtime_error {
  EdgeError(std::string codeText, const std::string& message, std::string expectedText, std::string receivedText)
      : std::runtime_error(message), code(std::move(codeText)), expected(std::move(expectedText)), received(std::move(receivedText)) {}
  std::string code;
  std::string expected;
  std::string received;
};

/** The same as a JavaScript error object. */
Napi::Error toError(Napi::Env env, const std::exception& failure);

/** Calls `body`; whatever C++ exception leaves it becomes a JavaScript exception. */
template <class Body>
auto guard(Napi::Env env, Body&& body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw toError(env, failure);
  }
}

[[noreturn]] void refuse(const std::string& what, const std::string& expected, const std::string& received);
/** How a value reads in a message: its type, and the value itself when it is short. */
std::string describe(const Napi::Value& value);

/** A typed array's memory; valid as long as the JavaScript object lives and is not detached. */
template <class T>
struct View {
  T* data = nullptr;
  int64_t length = 0;
};

/** Named property of an object, or undefined. */
Napi::Value property(const Napi::Object& object, const char* name);
Napi::Object object(const Napi::Value& value, const std::string& what);
std::string string(const Napi::Value& value, const std::string& what);
/** `float32` (also when left out), `bfloat16` or `bfloat16x3`. */
Precision precision(const Napi::Value& value, const std::string& what);
bool boolean(const Napi::Value& value, const std::string& what, bool absent);
double number(const Napi::Value& value, const std::string& what);
int64_t integer(const Napi::Value& value, const std::string& what, int64_t least, int64_t most);
std::vector<std::string> strings(const Napi::Value& value, const std::string& what);

View<float> floats(const Napi::Value& value, const std::string& what);
View<double> doubles(const Napi::Value& value, const std::string& what);
View<int32_t> ints(const Napi::Value& value, const std::string& what);
/** True for a Float32Array or Uint8Array, which is then put into the view (its row size must be set). */
bool dataView(const Napi::Value& value, DataView& view, int64_t& length);

/** Copies a program out of its typed arrays. Checks types only; `loadProgram` checks the rest. */
ProgramSource program(const std::string& name, const Napi::Value& value);

}  // namespace lamina::edge
