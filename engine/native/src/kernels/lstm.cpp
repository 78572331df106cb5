#include "recurrent.h"

namespace lamina {
namespace {

const Registration registered{{"lstm", validateRecurrent<Cell::lstm>, runRecurrent<Cell::lstm>}};
const Registration registeredGradient{{"lstm_gradient", validateRecurrentGradient<Cell::lstm>, runRecurrentGradient<Cell::lstm>}};

}  // namespace
}  // namespace lamina
