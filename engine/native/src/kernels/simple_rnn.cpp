#include "recurrent.h"

namespace lamina {
namespace {

const Registration registered{{"simple_rnn", validateRecurrent<Cell::simple>, runRecurrent<Cell::simple>}};
const Registration registeredGradient{{"simple_rnn_gradient", validateRecurrentGradient<Cell::simple>, runRecurrentGradient<Cell::simple>}};

}  // namespace
}  // namespace lamina
