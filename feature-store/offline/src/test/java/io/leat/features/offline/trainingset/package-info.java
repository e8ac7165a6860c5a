@NullMarked
package io.leat.features.offline.trainingset;

import org.jspecify.annotations.NullMarked;
