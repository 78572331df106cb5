#include "extreme.h"

namespace lamina {

namespace {

const Registration forward{{"maximum", validateExtreme, runExtreme<true>}};
const Registration gradient{{"maximum_gradient", validateExtremeGradient, runExtremeGradient<true>}};

}  // namespace

}  // namespace lamina
