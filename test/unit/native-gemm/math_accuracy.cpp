// Prints, for the instruction set in force, the largest error of each array function in units of the last place against double precision,
// one JSON object; and exits 1 when a special value or an array cut at an odd place does not come out right.
#include <cmath>
#include <cstdint>
#include <cstdio>
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

struct Case {
  const char* name;
  Array array;
  double (*exact)(double);
};

int main() {
  using namespace lamina::simd;
  const Case cases[] = {{"exp", vexp, exactExp},       {"expm1", vexpm1, exactExpm1},       {"log", vlog, exactLog}, {"log1p", vlog1p, exactLog1p},
                        {"tanh", vtanh, exactTanh},    {"sigmoid", vsigmoid, exactSigmoid}, {"erf", verf, exactErf}, {"softplus", vsoftplus, exactSoftplus}};
  // Every 1021st float of all exponents and both signs (denormals, infinities and NaN among them), and every 37th from 2^-7 to 128.
  std::vector<float> x;
  for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 1021) x.push_back(fromBits(static_cast<uint32_t>(bits)));
  for (uint32_t bits = 0x3c000000u; bits < 0x43000000u; bits += 37) {
    x.push_back(fromBits(bits));
    x.push_back(-fromBits(bits));
  }
  const float infinity = std::numeric_limits<float>::infinity();
  for (float special : {0.0f, -0.0f, infinity, -infinity, std::nanf(""), 1e-45f, -1e-45f, 1.17549435e-38f, 3.4e38f, -3.4e38f, -1.0f}) x.push_back(special);

  bool good = true;
  std::vector<float> y(x.size()), again(x.size());
  std::printf("{\"simd\":\"%s\",\"floats\":%zu", levelName(level()), x.size());
  for (const Case& item : cases) {
    item.array(x.data(), y.data(), x.size());
    double worst = 0;
    float at = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double error = ulps(y[i], item.exact(x[i]));
      if (error > worst) worst = error, at = x[i];
    }
    std::printf(",\"%s\":%.3f,\"%sAt\":\"%.9g\"", item.name, worst, item.name, static_cast<double>(at));
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
  std::printf(",\"sameInPieces\":%s}\n", good ? "true" : "false");
  return good ? 0 : 1;
}
