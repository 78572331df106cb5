#include "recurrent.h"

namespace lamina {
namespace {

const Registration registered{{"gru", validateRecurrent<Cell::gru>, runRecurrent<Cell::gru>}};
const Registration registeredGradient{{"gru_gradient", validateRecurrentGradient<Cell::gru>, runRecurrentGradient<Cell::gru>}};

}  // namespace
}  // namespace lamina
