#include "kernel.h"

#include <cmath>
#include <cstdio>
#include <map>

namespace lamina {

namespace {

/** Never destroyed: at `process.exit` a run may still be going on while static objects are torn down. */
std::map<std::string, Kernel>& registry() {
  static auto* const kernels = new std::map<std::string, Kernel>();
  return *kernels;
}

std::string formatNumber(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

}  // namespace

Registration::Registration(const Kernel& kernel) { registry().emplace(kernel.name, kernel); }

const Kernel* findKernel(const std::string& name) {
  const auto found = registry().find(name);
  return found == registry().end() ? nullptr : &found->second;
}

std::vector<std::string> kernelNames() {
  std::vector<std::string> names;
  for (const auto& [name, kernel] : registry()) names.push_back(name);
  return names;
}

std::string formatShape(const Shape& shape) {
  std::string text = "[";
  for (int i = 0; i < shape.rank; ++i) {
    if (i > 0) text += ", ";
    const int64_t d = shape.dims[i];
    text += d == -1 ? "N" : d < 0 ? std::to_string(-d) + "N" : std::to_string(d);
  }
  return text + "]";
}

void Checker::fail(const std::string& expected, const std::string& received) const {
  throw InvalidProgram("An instruction does not fit its kernel", expected, received);
}

void Checker::arity(int inputs, int outputs, int attributes) const {
  const auto describe = [](int in, int out, int attribute) {
    return std::to_string(in) + " inputs, " + std::to_string(out) + " outputs, " + std::to_string(attribute) + " attributes";
  };
  require(inputCount() == inputs && outputCount() == outputs && attributeCount() == attributes,
          describe(inputs, outputs, attributes), describe(inputCount(), outputCount(), attributeCount()));
}

const Shape& Checker::input(int index) const {
  require(hasInput(index), "input " + std::to_string(index), "no value");
  return *inputs_[static_cast<size_t>(index)];
}

const Shape& Checker::output(int index) const {
  require(hasOutput(index), "output " + std::to_string(index), "no value");
  return *outputs_[static_cast<size_t>(index)];
}

double Checker::number(int index, const char* name, double least, double most) const {
  const double value = attributes_[index];
  require(value >= least && value <= most,
          std::string(name) + " from " + formatNumber(least) + " to " + formatNumber(most), formatNumber(value));
  return value;
}

int64_t Checker::integer(int index, const char* name, int64_t least, int64_t most) const {
  const double value = attributes_[index];
  require(value >= static_cast<double>(least) && value <= static_cast<double>(most) && value == std::floor(value),
          std::string(name) + ", a whole number from " + std::to_string(least) + " to " + std::to_string(most),
          formatNumber(value));
  return static_cast<int64_t>(value);
}

void Checker::sameShape(const char* name, const Shape& actual, const Shape& wanted) const {
  require(actual == wanted, std::string(name) + " " + formatShape(wanted), formatShape(actual));
}

void Checker::vectorOf(const char* name, const Shape& actual, int64_t size) const {
  require(actual.rank == 1 && actual.dims[0] == size, std::string(name) + " [" + std::to_string(size) + "]",
          formatShape(actual));
}

bool Checker::mayShare(int output, int input) const {
  if (elementwise_ && *outputs_[static_cast<size_t>(output)] == *inputs_[static_cast<size_t>(input)]) return true;
  for (const auto& [o, i] : inPlace_)
    if (o == output && i == input) return true;
  return false;
}

}  // namespace lamina
