#include "extreme.h"

namespace lamina {

namespace {

const Registration forward{{"minimum", validateExtreme, runExtreme<false>}};
const Registration gradient{{"minimum_gradient", validateExtremeGradient, runExtremeGradient<false>}};

}  // namespace

}  // namespace lamina
