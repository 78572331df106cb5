// Prints, for the instruction set in force, the largest error of each array function in units of the last place against double precision,
// one JSON object; and exits 1 when a special value or an array cut at an odd place does not come out right.
//
//     math_accuracy [stride]      of the floats from 2^-20 to 128, both signs, each stride-th is tried (default 37; 1: all of them)
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "simd/math.h"

using Array = void (*)(const float*, float*, size_t);

static float fromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t toBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/** Distance in spacings of float32 at the exact value. */
static double ulps(float got, double exact) {
  if (std::isnan(exact)) return std::isnan(got) ? 0 : 1e30;
  const float nearest = static_cast<float>(exact);
  if (std::isinf(nearest) || std::isinf(got)) return got == nearest ? 0 : 1e30;
  int exponent = exact == 0 ? -149 : std::ilogb(exact) - 23;
  if (exponent < -149) exponent = -149;
  return std::fabs(static_cast<double>(got) - exact) / std::ldexp(1.0, exponent);
}

static double exactExp(double x) { return std::exp(x); }
static double exactExpm1(double x) { return std::expm1(x); }
static double exactLog(double x) { return std::log(x); }
static double exactLog1p(double x) { return std::log1p(x); }
static double exactTanh(double x) { return std::tanh(x); }
static double exactSigmoid(double x) { return 1 / (1 + std::exp(-x)); }
static double exactErf(double x) { return std::erf(x); }
static double exactSoftplus(double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

/** What simd/math.h promises an absolute error for. */
static double exactActivation(lamina::simd::Activation activation, double x) {
  using enum lamina::simd::Activation;
  const auto clip = [](double value, double low, double high) { return std::fmin(std::fmax(value, low), high); };
  switch (activation) {
    case gelu: return 0.5 * x * (1 + std::erf(x * std::sqrt(0.5)));
    case geluTanh: return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
    case softsign: return x / (1 + std::fabs(x));
    case mish: return x * std::tanh(exactSoftplus(x));
    case hardSigmoid: return clip(x / 6 + 0.5, 0, 1);
    case hardTanh: return clip(x, -1, 1);
    case hardSilu: return x * clip(x / 6 + 0.5, 0, 1);
    case exponential: return std::exp(x);
    case relu6: return clip(x, 0, 6);
    case celu: return x > 0 ? x : 0.7f * std::expm1(x / 0.7f);
    case logSigmoid: return -exactSoftplus(-x);
    case tanhShrink: return x - std::tanh(x);
    case softShrink: return std::copysign(std::fmax(std::fabs(x) - 0.5, 0.0), x);
    case hardShrink: return std::fabs(x) > 0.5 ? x : 0;
    case squareplus: return (x + std::sqrt(x * x + 4)) / 2;
    default: return x;
  }
}

/** Largest error of an activation relative to max(1, |x|, |y|), over floats up to 1e15 whose result float32 can hold. */
static double activationError(lamina::simd::Activation activation, const std::vector<float>& x) {
  std::vector<float> y(x.size());
  lamina::simd::activationForward(activation, 0.7f, x.data(), y.data(), x.size());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double exact = exactActivation(activation, x[i]);
    if (!(std::fabs(x[i]) <= 1e15f) || std::fabs(exact) > 3e38) continue;
    worst = std::fmax(worst, std::fabs(y[i] - exact) / std::fmax(1.0, std::fmax(std::fabs(static_cast<double>(x[i])), std::fabs(exact))));
  }
  return worst;
}

struct Case {
  const char* name;
  Array array;
  double (*exact)(double);
};

/** The largest error so far, and where. */
struct Worst {
  double ulps = 0;
  float at = 0;

  void see(const Case& item, const std::vector<float>& x, const std::vector<float>& y) {
    for (size_t i = 0; i < x.size(); ++i) {
      const double error = ::ulps(y[i], item.exact(x[i]));
      if (error > ulps) ulps = error, at = x[i];
    }
  }
};

/** Every stride-th float from 2^-20 to 128 and its negative, in pieces that fit a cache; returns how many. */
static size_t fine(const Case& item, uint32_t stride, Worst& worst) {
  constexpr size_t kPiece = 1 << 14;
  constexpr uint32_t kEnd = 0x43000000u;
  size_t floats = 0;
  std::vector<float> x, y;
  for (uint64_t bits = 0x35800000u; bits < kEnd;) {
    x.clear();
    for (; bits < kEnd && x.size() < kPiece; bits += stride) {
      x.push_back(fromBits(static_cast<uint32_t>(bits)));
      x.push_back(-x.back());
    }
    y.resize(x.size());
    item.array(x.data(), y.data(), x.size());
    worst.see(item, x, y);
    floats += x.size();
  }
  return floats;
}

int main(int argc, char** argv) {
  using namespace lamina::simd;
  const uint32_t stride = argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1])) : 37;
  const Case cases[] = {{"exp", vexp, exactExp},       {"expm1", vexpm1, exactExpm1},       {"log", vlog, exactLog}, {"log1p", vlog1p, exactLog1p},
                        {"tanh", vtanh, exactTanh},    {"sigmoid", vsigmoid, exactSigmoid}, {"erf", verf, exactErf}, {"softplus", vsoftplus, exactSoftplus}};
  // Every 1021st float of all exponents and both signs (denormals, infinities and NaN among them).
  std::vector<float> x;
  for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 1021) x.push_back(fromBits(static_cast<uint32_t>(bits)));
  const float infinity = std::numeric_limits<float>::infinity();
  for (float special : {0.0f, -0.0f, infinity, -infinity, std::nanf(""), 1e-45f, -1e-45f, 1.17549435e-38f, 3.4e38f, -3.4e38f, -1.0f}) x.push_back(special);

  bool good = true;
  std::vector<float> y(x.size()), again(x.size());
  size_t floats = x.size();
  std::printf("{\"simd\":\"%s\"", levelName(level()));
  for (const Case& item : cases) {
    item.array(x.data(), y.data(), x.size());
    Worst worst;
    worst.see(item, x, y);
    floats = x.size() + fine(item, stride, worst);
    std::printf(",\"%s\":%.3f,\"%sAt\":\"%.9g\"", item.name, worst.ulps, item.name, static_cast<double>(worst.at));
    // The same numbers in pieces of changing length, in place.
    again = x;
    size_t piece = 1;
    for (size_t i = 0; i < again.size() && i < 100000; i += piece, piece = piece % 67 + 1) {
      const size_t length = piece < again.size() - i ? piece : again.size() - i;
      item.array(again.data() + i, again.data() + i, length);
    }
    for (size_t i = 0; i < 99900; ++i)
      if (toBits(again[i]) != toBits(y[i]) && !(std::isnan(again[i]) && std::isnan(y[i]))) good = false;
  }
  std::vector<float> some;
  for (size_t i = 0; i < x.size(); i += 3) some.push_back(x[i]);
  for (uint32_t bits = 0x35800000u; bits < 0x43000000u; bits += 37 * 7) {
    some.push_back(fromBits(bits));
    some.push_back(-some.back());
  }
  const char* const names[] = {"geluTanh", "softsign", "mish", "hardSigmoid", "hardTanh", "hardSilu", "exponential", "relu6", "celu",
                               "logSigmoid", "tanhShrink", "softShrink", "hardShrink", "squareplus"};
  std::printf(",\"gelu\":%.3g", activationError(Activation::gelu, some));
  for (int i = 0; i < 14; ++i)
    std::printf(",\"%s\":%.3g", names[i], activationError(static_cast<Activation>(static_cast<int>(Activation::geluTanh) + i), some));
  std::printf(",\"floats\":%zu,\"sameInPieces\":%s}\n", floats, good ? "true" : "false");
  return good ? 0 : 1;
}
